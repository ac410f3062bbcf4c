package record

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/page"

	"seine/browser"
	"seine/capture"
	"seine/scenarios"
)

// Options of a Recording.
type Options struct {
	URL     string          // of the first page; "": the tab is where the recording begins
	TestID  string          // attribute that selectors prefer
	Changed func([]Line)    // told what was done so far, after each change of it; nil: nobody. It must not block for long
	Suggest bool            // keep what the page was answered, for Suggested
	Capture capture.Options // with Suggest
	Heard   func(Event)     // told of each event before it is folded; nil: nobody
	Toolbar bool            // there is one in the pages, once ServeToolbar runs
	Log     *slog.Logger
}

// Recording hears one tab and what it opens. It is the tab's observer (browser.Observer): give it to Browser.NewTab, then call Begin. The
// methods of the observer are the browser's to call; all others may be called from anywhere.
type Recording struct {
	o       Options
	log     *slog.Logger
	hearing *hearing
	capture *capture.Recorder // nil: nothing is kept of answers
	bar     *toolbar          // nil: there is none

	mu       sync.Mutex
	fold     *Folder
	on       bool
	main     *browser.Session
	title    string
	cut      int // events that were too many
	changed  chan struct{}
	suggests map[string][]string // by call
	method   string              // by which the main page's document was asked for
	verified chan struct{}       // closed when that was loaded anew, see Verify
	tab      *browser.Tab
	points   map[int]chan<- pointed // that are waited for, see Assert
	asked    int                    // the last of them
}

var _ browser.Observer = (*Recording)(nil)

// New makes a recording that hears nothing yet. Close must be called.
func New(o Options) *Recording {
	r := &Recording{o: o, log: o.Log, fold: NewFolder(o.URL), changed: make(chan struct{}), suggests: map[string][]string{}, points: map[int]chan<- pointed{}}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	r.hearing = newHearing(newEar(o.TestID, o.Toolbar), r.mainSession, r.take, r.lost, func(why string) { r.log.Debug("the script in the page", "wrong", why) })
	r.hearing.pointed = r.pointed
	if o.Toolbar {
		r.bar = newToolbar(r.log)
		r.hearing.bar = r.bar.hear
	}
	if o.Suggest {
		r.capture = capture.NewRecorder(o.Capture)
	}
	return r
}

func (r *Recording) mainSession() *browser.Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.main
}

// Attached is the browser's to call.
func (r *Recording) Attached(s *browser.Session) {
	r.mu.Lock()
	if r.main == nil && s.Kind() == "page" {
		r.main = s
	}
	r.mu.Unlock()
	if r.capture != nil {
		r.capture.Attached(s)
		if s.Twin() != nil {
			r.capture.Paired(s, s.Twin())
		}
	} else if s.Kind() == "page" || s.Kind() == "iframe" {
		_, _ = s.Send(context.Background(), "Network.enable", map[string]any{"maxPostDataSize": 0})
	}
	r.hearing.attached(s)
}

// Event is the browser's to call.
func (r *Recording) Event(s *browser.Session, method string, params jsonv2.Value) {
	if r.capture != nil {
		r.capture.Event(s, method, params)
	}
	if method == browser.EventsLost {
		r.lost(1)
	}
	r.hearing.heard(s, method, params)
	switch method {
	case "Page.loadEventFired":
		if s.Kind() == "page" {
			r.loaded(s, s.URL())
		}
	case "Network.responseReceived":
		if r.bar != nil {
			r.bar.response(r.hearing.pageOf(s), params)
		}
	case "Network.requestWillBeSent":
		if m := documentMethod(s, params); m != "" && s == r.mainSession() {
			r.mu.Lock()
			r.method = m
			r.mu.Unlock()
		}
	}
}

// Detached is the browser's to call.
func (r *Recording) Detached(s *browser.Session) {
	if r.capture != nil {
		r.capture.Detached(s)
	}
	r.hearing.detached(s)
	if r.bar != nil {
		r.bar.gone(s)
	}
}

// Begin has the tab's person answer its dialogs, and opens the first page, if there is one to open. Ctx bounds that.
func (r *Recording) Begin(ctx context.Context, tab *browser.Tab) error {
	tab.AnswerDialogs(func(browser.Dialog) *browser.Answer { return nil })
	r.mu.Lock()
	r.on, r.tab = true, tab
	r.mu.Unlock()
	r.tell()
	if r.o.URL == "" {
		return nil
	}
	res, err := cdp.Call(ctx, cdp.Session(tab.Session()), page.Navigate, page.NavigateParams{URL: r.o.URL})
	if err == nil && res.ErrorText != "" {
		return &OpenError{URL: r.o.URL, Code: res.ErrorText}
	}
	return err
}

// OpenError is a first page that could not be opened. Code is Chrome's, such as net::ERR_NAME_NOT_RESOLVED.
type OpenError struct{ URL, Code string }

func (e *OpenError) Error() string { return e.URL + ": the page could not be opened (" + e.Code + ")" }

// take folds an event.
func (r *Recording) take(e Event) {
	if r.o.Heard != nil {
		r.o.Heard(e)
	}
	r.mu.Lock()
	if !r.on {
		r.mu.Unlock()
		return
	}
	r.title = orElse(r.title, e.Title)
	r.fold.Add(e)
	r.mu.Unlock()
	r.tell()
}

// named: the recording has the title of the first document that something is done in.
func (r *Recording) named(title string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.title = orElse(r.title, title)
}

func (r *Recording) lost(n int) {
	r.mu.Lock()
	r.cut += n
	r.mu.Unlock()
}

func (r *Recording) tell() {
	r.mu.Lock()
	close(r.changed)
	r.changed = make(chan struct{})
	var lines []Line
	if r.o.Changed != nil {
		lines = r.fold.Lines()
	}
	r.mu.Unlock()
	if r.o.Changed != nil {
		r.o.Changed(lines)
	}
}

// Changed is closed at the next change of what was done.
func (r *Recording) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// Lost is how many events were not heard because they came too fast.
func (r *Recording) Lost() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.cut
}

// Pause has nothing recorded until it is called with false.
func (r *Recording) Pause(on bool) {
	r.mu.Lock()
	r.fold.Pause(on)
	r.mu.Unlock()
	r.tell()
}

// Undo takes back what was done last. It is not undone in the page.
func (r *Recording) Undo() bool {
	r.mu.Lock()
	ok := r.fold.Undo()
	r.mu.Unlock()
	r.tell()
	return ok
}

// Insert adds steps that nobody did: an assertion, rows to extract, a film to grab.
func (r *Recording) Insert(steps ...scenarios.Step) {
	r.insert(Place{}, func(scenarios.Place) []scenarios.Step { return steps })
}

// insert adds steps that are made for a place, as a step names that.
func (r *Recording) insert(at Place, steps func(scenarios.Place) []scenarios.Step) {
	r.mu.Lock()
	now := time.Now()
	r.fold.add(&action{deed: doInsert, place: at, insert: steps, at: now, last: now})
	r.mu.Unlock()
	r.tell()
}

// Flow is what was done so far, with comments above some of its steps.
func (r *Recording) Flow(o FlowOptions) (scenarios.UserFlow, map[int]string) {
	if r.capture != nil && o.Suggest == nil {
		r.suggest()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if o.Title == "" {
		o.Title = titleOr(r.title, r.o.URL)
	}
	if o.TestID == "" {
		o.TestID = r.o.TestID
	}
	if r.capture != nil && o.Suggest == nil {
		o.Suggest = func(c Call) []string { return r.suggests[c.ID] }
	}
	return r.fold.Flow(o)
}

// Settle waits until what the page has asked for because of the last step has been answered, or ctx ends.
func (r *Recording) Settle(ctx context.Context) {
	for {
		changed := r.Changed()
		r.mu.Lock()
		open := r.fold.open()
		r.mu.Unlock()
		if !open {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// Close ends what the recording keeps. What was done can still be had.
func (r *Recording) Close() error {
	if r.capture == nil {
		return nil
	}
	return r.capture.Close()
}

// Ended says how a tab's end is to be taken: nil where its page or window was closed, which is how a recording ends.
func Ended(tab *browser.Tab) error {
	if err := tab.Err(); !errors.Is(err, browser.ErrTabGone) && !errors.Is(err, browser.ErrClosed) {
		return err
	}
	return nil
}

func titleOr(title, url string) string {
	if t := oneLine(title); t != "" {
		return t
	}
	if url == "" {
		return "recording"
	}
	return oneLine(url)
}

// Lines are what was done so far, in a few words each.
func (r *Recording) Lines() []Line {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fold.Lines()
}
