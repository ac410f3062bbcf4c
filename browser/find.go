package browser

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Candidate is a browser that was found on this machine.
type Candidate struct {
	Path          string // the real executable, wrappers and links resolved
	Name          string // as it calls itself, e.g. "Chromium"
	Version       string // e.g. "156.0.8078.79"; empty when it would not tell
	Origin        Origin
	HeadlessShell bool   // chromium-headless-shell: faster, but without a window, and all frames of a page in one process
	Problem       string // why it cannot be used, a sentence; empty when it can
}

// Usable reports whether Launch can start it.
func (c Candidate) Usable() bool { return c.Problem == "" }

// Origin says where a candidate was found.
type Origin string

// The origins, in the order in which they are asked.
const (
	FromEnv    Origin = "env"    // $SEINE_BROWSER
	FromPath   Origin = "path"   // $PATH
	FromSystem Origin = "system" // where the system's packages put browsers
	FromCache  Origin = "cache"  // installed by us
)

// EnvBrowser names the environment variable that chooses a browser.
const EnvBrowser = "SEINE_BROWSER"

// Candidates lists the browsers of this machine, best first. Each is asked for its version; ctx bounds that.
func Candidates(ctx context.Context) []Candidate {
	var list []Candidate
	for _, p := range places() {
		if c, ok := inspect(ctx, p, list, nil); ok {
			list = append(list, c)
		}
	}
	return list
}

// Find gives the browser that Launch would start: $SEINE_BROWSER, else the first usable candidate. The error is [ErrNotFound].
func Find(ctx context.Context) (Candidate, error) { return pick(ctx, places(), anyKind, nil) }

// FindShell gives the headless shell that Launch would start for Options.Shell. The error is [ErrNotFound].
func FindShell(ctx context.Context) (Candidate, error) { return pick(ctx, places(), onlyShell, nil) }

// Kinds of browser that will do.
func anyKind(Candidate) bool     { return true }
func onlyShell(c Candidate) bool { return c.HeadlessShell }
func noShell(c Candidate) bool   { return !c.HeadlessShell }

// pick takes the first usable place that will do. What a person named must be usable: nothing else is taken silently in its stead.
func pick(ctx context.Context, places []place, will func(Candidate) bool, k *known) (Candidate, error) {
	var seen []Candidate
	for _, p := range places {
		c, ok := inspect(ctx, p, seen, k)
		if !ok {
			continue
		}
		seen = append(seen, c)
		switch {
		case ctx.Err() != nil:
			return Candidate{}, context.Cause(ctx)
		case c.Usable() && will(c):
			return c, nil
		case p.origin == FromEnv:
			return c, fmt.Errorf("%w: $%s is %s: %s", ErrNotFound, EnvBrowser, p.path, c.Problem)
		}
	}
	if will(Candidate{HeadlessShell: true}) && !will(Candidate{}) {
		return Candidate{}, fmt.Errorf("%w that is a headless shell; install one with: seine browser install --shell%s", ErrNotFound, problems(seen))
	}
	return Candidate{}, fmt.Errorf("%w; install one with: seine browser install%s", ErrNotFound, problems(seen))
}

func problems(seen []Candidate) string {
	var b strings.Builder
	for _, c := range seen {
		if !c.Usable() {
			fmt.Fprintf(&b, "\n  %s: %s", c.Path, c.Problem)
		}
	}
	return b.String()
}

// choose finds the executable for Launch and its major version, which the user agent needs before the start.
func choose(ctx context.Context, o Options) (path, major string, err error) {
	var c Candidate
	k := readKnown(o.stateDir())
	if o.Path != "" {
		c, _ = inspect(ctx, place{path: o.Path, named: true}, nil, k)
		if ctx.Err() != nil {
			return "", "", context.Cause(ctx)
		}
		if !c.Usable() {
			return "", "", fmt.Errorf("%w: %s: %s", ErrNotFound, o.Path, c.Problem)
		}
	} else if c, err = pick(ctx, places(), o.will(), k); err != nil {
		return "", "", err
	}
	if o.Window && c.HeadlessShell {
		return "", "", &StartError{Path: c.Path, Kind: ErrDisplay, Hint: "a headless shell has no window; choose another browser, or run without a window"}
	}
	major, _, _ = strings.Cut(c.Version, ".")
	return c.Path, major, nil
}

func (o Options) will() func(Candidate) bool {
	switch {
	case o.Shell:
		return onlyShell
	case o.Window:
		return noShell
	}
	return anyKind
}

// inspect resolves one place and asks it for its version; false when nothing is there or it is in list already.
// What k, if it is not nil, knows of it is not asked.
func inspect(ctx context.Context, p place, list []Candidate, k *known) (Candidate, bool) {
	if !p.named && !exists(p.path) {
		return Candidate{}, false
	}
	real, problem := resolve(p.path)
	c := Candidate{Path: real, Origin: p.origin, Problem: problem, HeadlessShell: isHeadlessShell(real)}
	if slices.ContainsFunc(list, func(o Candidate) bool { return o.Path == c.Path }) {
		return Candidate{}, false
	}
	c.Name = strings.TrimSuffix(filepath.Base(p.path), ".exe")
	if c.Problem != "" || k != nil && k.tell(&c) {
		return c, true
	}
	if askVersion(ctx, &c); k != nil {
		k.learn(&c)
	}
	return c, true
}

// place is a path where a browser may be.
type place struct {
	path   string
	origin Origin
	named  bool // by a person: that nothing is there is a problem to tell
}

// places lists where to look: what the environment names, $PATH, the system, our cache; headless shells after all full browsers.
func places() []place {
	if p := os.Getenv(EnvBrowser); p != "" {
		if found, err := exec.LookPath(p); err == nil {
			p = found
		}
		return append([]place{{p, FromEnv, true}}, found()...)
	}
	return found()
}

func found() []place {
	var list []place
	for _, name := range commandNames {
		if p, err := exec.LookPath(name); err == nil {
			list = append(list, place{path: p, origin: FromPath})
		}
	}
	for _, p := range systemPlaces() {
		list = append(list, place{path: p, origin: FromSystem})
	}
	for _, p := range cachePlaces() {
		list = append(list, place{path: p, origin: FromCache})
	}
	slices.SortStableFunc(list, func(a, b place) int {
		return rank(a.path) - rank(b.path)
	})
	return list
}

func rank(path string) int {
	if isHeadlessShell(path) {
		return 1
	}
	return 0
}
