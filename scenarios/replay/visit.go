package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"

	"seine/browser"
	"seine/capture"
	"seine/scenarios"
)

// visit is one run of a flow: a tab, and the recorder that hears it.
type visit struct {
	runner   *Runner
	flow     scenarios.UserFlow
	log      *slog.Logger
	tab      *browser.Tab
	recorder *capture.Recorder
	tally    *tally
	networks *networks
	url      string
	players  []capture.Player     // when last looked at; written under mu
	title    string               // likewise
	popups   int                  // documents in them, when last looked at
	woken    map[string]bool      // frames, see wake
	waiting  bool                 // one of them had a source and no picture yet
	adverts  map[cdp.FrameID]bool // whether a frame is one
	tries    tries
	silent   silence
	bears    time.Duration // how long it waits for the answer of a frame
	result   Result
	stays    bool    // the page is still needed when its film is fetched
	renew    renewal // nil: again
	from     int     // the first exchange of the page that is there now
	began    int     // the first exchange since the page was made as it was when it was opened
	shown    int     // the first line of the console since then
	traces   *traces
	opened   *popups
	heard    chan struct{} // closed when enough was heard
	whole    chan struct{} // closed when that needs nothing more to be told in full
	cut      error         // why the steps before the last were ended, nil if they were not

	mu      sync.Mutex // of players
	telling sync.Mutex
}

func (r *Runner) open(ctx context.Context, copies bool) (*visit, error) {
	log := r.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	options := capture.Options{Log: log, Copies: copies}
	if copies { // what the player is given is kept: not once more what came for it
		options.MaxBody, options.MaxDisk = 1<<20, 64<<30
	}
	rec := capture.NewRecorder(options)
	seen := &tally{}
	slowed, left, guard, opened := &networks{}, &traces{}, &drmWatch{}, &popups{}
	tab, err := r.newTab(ctx, ear{rec, seen, slowed, left, opened, guard, r.Also})
	if err != nil {
		_ = rec.Close()
		return nil, err
	}
	v := &visit{
		runner: r, log: log, tab: tab, recorder: rec, tally: seen, networks: slowed, traces: left, opened: opened, woken: map[string]bool{}, adverts: map[cdp.FrameID]bool{},
		silent: silence{}, bears: answerLimit, heard: make(chan struct{}), whole: make(chan struct{}),
	}
	guard.hears(v.tell)
	if err := v.bring(ctx); err != nil {
		v.close()
		return nil, err
	}
	return v, nil
}

// openLimit is ample for a tab on a busy machine.
const openLimit = 30 * time.Second

var errOpening = fmt.Errorf("the browser opened no tab within %s", openLimit)

// newTab opens a tab, or finds out that the browser hangs.
func (r *Runner) newTab(ctx context.Context, o browser.Observer) (*browser.Tab, error) {
	limited, cancel := context.WithTimeoutCause(ctx, openLimit, errOpening)
	defer cancel()
	tab, err := r.Browser.NewTab(limited, o)
	if err != nil && errors.Is(context.Cause(limited), errOpening) {
		err = cmp.Or(r.Browser.Ping(ctx), err)
	}
	return tab, err
}

func (v *visit) close() {
	if err := v.tab.Close(); err != nil {
		v.log.Debug("closing the tab", "error", err)
	}
	if err := v.recorder.Close(); err != nil {
		v.log.Debug("removing what was recorded", "error", err)
	}
}

func (v *visit) tell(e Event) {
	if v.runner.Observe != nil {
		v.telling.Lock()
		defer v.telling.Unlock()
		v.runner.Observe(e)
	}
}

// ear lets a Recorder, which knows no browser, observe a tab.
type ear struct {
	rec      *capture.Recorder
	tally    *tally
	networks *networks
	traces   *traces
	opened   *popups
	drm      *drmWatch
	also     browser.Observer // nil: nobody
}

func (e ear) Attached(s *browser.Session) {
	e.networks.greet(s)
	e.traces.attached(s)
	e.opened.attached(s)
	e.rec.Attached(s)
	if s.Twin() != nil {
		e.rec.Paired(s, s.Twin())
	}
	if e.also != nil {
		e.also.Attached(s)
	}
}

func (e ear) Detached(s *browser.Session) {
	e.rec.Detached(s)
	if e.also != nil {
		e.also.Detached(s)
	}
}

func (e ear) Event(s *browser.Session, method string, params jsonv2.Value) {
	e.rec.Event(s, method, params)
	e.tally.heard(method, params)
	e.traces.heard(method, params)
	if method == "Runtime.bindingCalled" {
		e.drm.look(e.rec)
	}
	if e.also != nil {
		e.also.Event(s, method, params)
	}
}
