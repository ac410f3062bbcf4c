package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Report is what Doctor found: checks in the order in which they matter.
type Report struct {
	Checks     []Check
	Browser    Candidate // the browser that would be used; zero when there is none
	Version    Version   // of the browser that ran; zero when it did not
	Screenshot []byte    // PNG of the page that was loaded; nil when none was
}

// Healthy reports whether nothing failed. Warnings do not count.
func (r Report) Healthy() bool {
	for _, c := range r.Checks {
		if c.Status == Failed {
			return false
		}
	}
	return true
}

// Check is one question and its answer.
type Check struct {
	Name   string // e.g. "sandbox"
	Status Status
	Found  string // what was found, a plain sentence; may quote what a program printed
	Advice string // what to do about it; empty when nothing
}

// Status is the outcome of a check.
type Status string

// The outcomes. Skipped: an earlier failure left nothing to check.
const (
	Passed  Status = "ok"
	Warned  Status = "warning"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

// doctorLimit bounds the whole examination.
const doctorLimit = 90 * time.Second

// Doctor examines whether Launch with these options works here, and lets the browser load a page that it serves itself on a
// loopback port. It changes nothing. What is wrong is in the report, never an error.
func Doctor(ctx context.Context, o Options) Report {
	ctx, cancel := context.WithTimeout(ctx, doctorLimit)
	defer cancel()
	var r Report
	if o.Connect == "" {
		r.find(ctx, o)
		r.Checks = append(r.Checks, checkSystem(r.Browser, o)...)
	}
	r.try(ctx, o)
	return r
}

func (r *Report) add(name string, status Status, found, advice string) {
	r.Checks = append(r.Checks, Check{name, status, found, advice})
}

func (r *Report) find(ctx context.Context, o Options) {
	c, err := examine(ctx, o)
	if err != nil {
		advice := "run: seine browser install"
		if o.Path != "" || errors.Is(ctx.Err(), context.DeadlineExceeded) {
			advice = "name another browser, or let seine find one"
		}
		r.add("browser", Failed, err.Error(), advice)
		return
	}
	r.Browser = c
	r.add("browser", Passed, fmt.Sprintf("%s %s at %s", c.Name, c.Version, c.Path), "")
	if c.HeadlessShell {
		r.add("kind", Warned, "it is a headless shell: frames of other sites share the page's process, and it calls itself HeadlessChrome in places",
			"install a full Chrome or Chromium if a site refuses it")
	}
	if v := c.Version; v != "" && compareVersions(v, oldest) < 0 {
		r.add("version", Warned, v+" is much older than what seine is made with", "update the browser to "+strings.Split(oldest, ".")[0]+" or later")
	}
}

// oldest is the version below which a browser is called old: seine is made with Chrome 156, and capture calls young parts of
// the protocol (Network.configureDurableMessages).
const oldest = "145.0.0.0"

func examine(ctx context.Context, o Options) (Candidate, error) {
	if o.Path == "" {
		return pick(ctx, places(), o.will(), nil)
	}
	c, _ := inspect(ctx, place{path: o.Path, named: true}, nil, nil)
	if !c.Usable() {
		return c, fmt.Errorf("%s: %s", o.Path, c.Problem)
	}
	return c, nil
}

// try starts the browser and loads a page.
func (r *Report) try(ctx context.Context, o Options) {
	const start, codecs, load = "start", "H.264 and AAC", "page"
	if o.Connect == "" && r.Browser.Path == "" {
		for _, name := range []string{start, codecs, load} {
			r.add(name, Skipped, "there is no browser", "")
		}
		return
	}
	began := time.Now()
	b, err := Launch(ctx, o)
	if err != nil {
		r.add(start, Failed, err.Error(), startAdvice(err))
		r.add(codecs, Skipped, "the browser did not start", "")
		r.add(load, Skipped, "the browser did not start", "")
		return
	}
	r.Version = b.Version()
	r.add(start, Passed, fmt.Sprintf("%s answered after %d ms", r.Version.Product, time.Since(began).Milliseconds()), "")
	r.loadPage(ctx, b, codecs, load)
	if err := b.Close(); err != nil {
		r.add("end", Warned, err.Error(), "the next start tries again to clean up")
	}
}

func startAdvice(err error) string {
	switch {
	case errors.Is(err, ErrSandbox):
		return "run as another user than root, or ask for --no-sandbox"
	case errors.Is(err, ErrLibraries):
		return "install the browser by the system's package manager: seine browser install"
	case errors.Is(err, ErrDisplay):
		return "run without a window"
	}
	return "start the browser by hand to see what it says"
}
