// Package replay runs user flows: it is the only place where browser, capture and assemble meet. Each step is one
// file.
package replay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"seine/assemble"
	"seine/browser"
	"seine/capture"
	"seine/capture/session"
	"seine/scenarios"
)

// Runner runs flows in tabs of one browser. It is safe for concurrent use.
type Runner struct {
	Browser *browser.Browser
	Fetch   assemble.Job                  // what every grab shares: choice, workers, retries; URL, Client and Output are the step's
	Session session.Config                // what the user allows and brings along: AllowPrivate, Proxy, RootCAs, Cookies, time-outs; the rest is what the browser proved
	Secrets bool                          // write cookies and tokens into HAR files and capture folders
	Version string                        // of seine, for these
	Name    func(dir, name string) string // what a film is called whose step does not say, by its title; nil: so. Without extension
	Observe func(Event)                   // told what happens, one event of a run at a time; nil: nobody
	Also    browser.Observer              // hears the tabs too; nil: nobody
	Log     *slog.Logger
}

// Result is what a run gave; it is filled as far as the run came. Of large bodies of the capture (see capture.Options) only the
// head can be read after the run: their files are gone with the visit.
type Result struct {
	Capture *capture.Capture
	Status  int       // of the page itself
	Tried   []Attempt // what was done to make the page play
	Streams []*capture.Stream
	// What stood in the way, and did not end the visit.
	Incidents []Incident
	// Of a grab step: the film, or, if it only lists, what there is to choose from.
	Film       *assemble.Verdict
	Inspection *assemble.Inspection
}

// Attempt is one thing that was done to make a player start.
type Attempt struct {
	Kind string `json:"kind"` // consent, age gate, overlay, embed, play button, scroll, player, poster, scroll down, muted start, seek
	What string `json:"what"` // the label of what was clicked; or where to, or what else
	URL  string `json:"url"`  // the frame's document
	Err  string `json:"error,omitempty"`
}

// Did says what was done, in the past tense, without What: that is remote text.
func (a Attempt) Did() string {
	switch {
	case a.Kind == "scroll", a.Kind == "scroll down":
		return "scrolled"
	case a.Kind == "muted start":
		return "started without sound"
	case a.Kind == "seek":
		return "sent to a later place"
	case a.Kind == "overlay" && a.What == escapeKey:
		return "pressed"
	}
	return "clicked " + a.Kind
}

// Run runs the flow's steps in a tab of its own. The result is never nil.
func (r *Runner) Run(ctx context.Context, flow scenarios.UserFlow) (*Result, error) {
	v, err := r.open(ctx, wantsCopies(flow))
	if err != nil {
		return &Result{}, err
	}
	defer v.close()
	v.flow = flow
	stop := v.listen(ctx)
	defer stop()
	err = v.steps(ctx)
	if err != nil {
		v.salvage(ctx, err)
	}
	return &v.result, err
}

// steps runs them. Those before Capture and Grab end when enough was heard, or when the visit's time is up: that is no error.
func (v *visit) steps(ctx context.Context) error {
	limited, done := v.bounded(ctx)
	defer done()
	for i, s := range v.flow.Steps {
		v.tell(StepStarted{Number: i, Type: s.Type()})
		within := limited
		switch s.(type) {
		case scenarios.Capture, scenarios.Grab:
			within, v.cut = ctx, context.Cause(limited)
		}
		err := v.limited(within, v.flow, s)
		if err != nil && over(limited) && ctx.Err() == nil && v.tab.Err() == nil {
			v.log.Debug("going on to the end", "step", s.Type(), "because", context.Cause(limited))
			continue
		}
		if err != nil {
			return &StepError{Number: i + 1, Type: s.Type(), Err: err}
		}
	}
	return nil
}

// StepError says which step of a flow failed.
type StepError struct {
	Number int // from 1
	Type   string
	Err    error
}

// Error puts the step before what happened.
func (e *StepError) Error() string { return fmt.Sprintf("step %d, %s: %v", e.Number, e.Type, e.Err) }

// Unwrap gives what happened.
func (e *StepError) Unwrap() error { return e.Err }

// limited runs one step within its time-out. A grab has none: it ends when the film does, and its requests have
// time-outs of their own.
func (v *visit) limited(ctx context.Context, flow scenarios.UserFlow, s scenarios.Step) error {
	if g, ok := s.(scenarios.Grab); ok {
		return v.grab(ctx, g)
	}
	limited, cancel := context.WithTimeoutCause(ctx, flow.TimeoutOf(s), errStepTimeout)
	defer cancel()
	limited, stop := v.whileOpen(limited)
	defer stop()
	err := v.step(limited, s)
	late, silent := err != nil && errors.Is(context.Cause(limited), errStepTimeout), v.silent.holds(v.tab.Session())
	if late || silent {
		_ = v.runner.Browser.Ping(ctx) // what comes of it, the tab will say
	}
	switch gone := v.gone(); {
	case gone == nil && late:
		return fmt.Errorf("not done after %s: %w", flow.TimeoutOf(s), err)
	case gone == nil, err == nil && !silent, errors.Is(err, gone):
		return err
	case err == nil, errors.Is(err, browser.ErrBrowserGone):
		return gone
	default:
		return fmt.Errorf("%w (%w)", gone, err)
	}
}

// gone says what became of the tab, nil while it lives.
func (v *visit) gone() error {
	err := v.tab.Err()
	if errors.Is(err, browser.ErrBrowserGone) {
		<-v.runner.Browser.Done() // it is known in a moment why
		return v.runner.Browser.Err()
	}
	return err
}

// whileOpen ends with the tab too: a page that has crashed answers nothing any more.
func (v *visit) whileOpen(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	tab := v.tab.Life()
	stop := context.AfterFunc(tab, func() { cancel(context.Cause(tab)) })
	return ctx, func() { stop(); cancel(context.Canceled) }
}

var errStepTimeout = errors.New("the step's time is up")

func (v *visit) step(ctx context.Context, s scenarios.Step) error {
	switch s := s.(type) {
	case scenarios.Navigate:
		return v.navigate(ctx, s)
	case scenarios.WaitForElement:
		return v.waitForElement(ctx, s)
	case scenarios.Click:
		return v.clickStep(ctx, s)
	case scenarios.Play:
		return v.play(ctx)
	case scenarios.Listen:
		return v.overtime(ctx, wait(ctx, nil, s.For))
	case scenarios.Capture:
		return v.capture(ctx, s)
	default:
		return fmt.Errorf("no step of this kind: %T", s)
	}
}
