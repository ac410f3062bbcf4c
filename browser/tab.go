package browser

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"golang.org/x/sync/errgroup"
)

// closeLimit is how long the end of a tab may take before it is left to the end of the browser.
const closeLimit = 5 * time.Second

// Tab is one page in a browser context of its own (cookies, cache and storage are shared with no other tab), and whatever
// that page opens.
//
// A tab is usable until Done is closed: a crash of its renderer, the page closing itself, or the end of the browser. After that
// Err says which, Context is cancelled, and only Close is left to call. A crashed popup or frame
// does not end the tab: its Inspector.targetCrashed is an event.
type Tab struct {
	b         *Browser
	contextID cdp.BrowserContextID
	obs       Observer
	inbox     *inbox
	heard     sync.WaitGroup // the goroutines that call the observer, and attach chromedp

	life   context.Context // ends with the tab, and says why
	ctx    context.Context // chromedp's, derived from it
	cancel context.CancelFunc
	kill   context.CancelCauseFunc

	mu    sync.Mutex
	main  *Session
	extra int // popups that were closed at once
	err   error
	ready chan struct{} // closed once the main page runs
	done  chan struct{}

	driven chan struct{} // see attach; nil before

	answers atomic.Pointer[func(Dialog) *Answer] // nil: Dialog.Consent

	closeOnce sync.Once
	closeErr  error
}

// notice is one piece of news for the observer.
type notice struct {
	kind    noticeKind
	session *Session
	method  string
	params  jsonv2.Value
	id      target.SessionID // resumeDouble
}

type noticeKind int

const (
	attached noticeKind = iota
	event
	detached
	resumeDouble
)

// NewTab opens a tab in a browser context of its own. Obs (may be nil) hears of it from its very first request; see
// [Observer]. Ctx bounds the opening only.
func (b *Browser) NewTab(ctx context.Context, obs Observer) (*Tab, error) {
	if obs == nil {
		obs = nobody{}
	}
	if !b.opening() {
		return nil, fmt.Errorf("opening a tab: %w", b.link.err())
	}
	defer b.openings.Done()
	place, err := b.enter(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	t := &Tab{
		b: b, contextID: place, obs: obs, inbox: newInbox(b.link.router.root),
		ready: make(chan struct{}), done: make(chan struct{}),
	}
	// What chromedp knows, but not its end: it has no words for why the browser is gone, and may learn of it before we do.
	t.life, t.kill = context.WithCancelCause(context.WithoutCancel(b.driverCtx))
	t.cancel = func() { t.kill(ErrClosed) }
	t.heard.Go(t.hear)
	if err := t.open(ctx); err != nil {
		_ = t.Close()
		return nil, fmt.Errorf("opening a tab: %w", err)
	}
	b.own(t)
	return t, nil
}

// open creates the page and lets chromedp attach to it as well.
func (t *Tab) open(ctx context.Context) error {
	root := cdp.Session(t.b.link.router.root)
	t.b.link.router.add(t)
	_, err := cdp.Call(ctx, root, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorDeny, BrowserContextID: t.contextID, EventsEnabled: new(true),
	})
	if err != nil {
		return err
	}
	if err := t.b.emulation.permit(ctx, root, t.contextID); err != nil {
		return err
	}
	made, err := cdp.Call(ctx, root, target.CreateTarget, target.CreateTargetParams{
		URL: "about:blank", BrowserContextID: t.contextID, NewWindow: new(true),
	})
	if err != nil {
		return err
	}
	select {
	case <-t.ready:
	case <-t.done:
		return t.Err()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	t.ctx, t.cancel = chromedp.NewContext(t.life, chromedp.WithTargetID(made.TargetID))
	return t.listens(ctx)
}

// listens waits until all that was sent to the page while it was paused has been done: a page that is sent on to another address before
// may lose settings on the way to its new process.
func (t *Tab) listens(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(t.life, func() { cancel(context.Cause(t.life)) })()
	var both errgroup.Group
	for _, s := range []*Session{t.Session(), t.Session().Twin()} {
		if s == nil {
			continue
		}
		both.Go(func() error {
			_, err := cdp.Call(ctx, cdp.Session(s), runtime.Evaluate, runtime.EvaluateParams{Expression: "0"})
			return err
		})
	}
	if err := both.Wait(); err != nil {
		return errors.Join(context.Cause(t.life), err)
	}
	return nil
}

// attach has chromedp attach to the page, once somebody wants it: that takes as long as the opening of the tab. The channel is closed
// when it has, or never will.
func (t *Tab) attach() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.driven == nil {
		t.driven = make(chan struct{})
		if t.err == nil {
			t.heard.Go(t.drive)
		} else {
			close(t.driven)
		}
	}
	return t.driven
}

// drive attaches. The first Run binds the target's life to the context it is given: it must be the tab's, never the caller's.
func (t *Tab) drive() {
	defer close(t.driven)
	err := chromedp.Do(t.ctx)
	if err == nil {
		return
	}
	late := time.NewTimer(time.Second)
	defer late.Stop()
	select {
	case <-t.done: // which says better why
	case <-late.C:
		t.fail(fmt.Errorf("attaching to the page: %w", err))
	}
}

// Life ends with the tab; its cause is what Err gives then. It carries no chromedp.
func (t *Tab) Life() context.Context { return t.life }

// Context is the chromedp context of the tab, which is attached by the first call. Actions may be run on it, by one goroutine at a time,
// and on contexts derived from it; to tie them to a context of the caller's use [Tab.Bind].
func (t *Tab) Context() context.Context {
	<-t.attach()
	return t.ctx
}

// Bind derives from the tab's context one that ends with ctx too, deadline and cause included. Cancel must be called.
func (t *Tab) Bind(ctx context.Context) (context.Context, context.CancelFunc) {
	select {
	case <-t.attach():
	case <-ctx.Done(): // so does what is derived
	}
	bound, cancel := context.WithCancelCause(t.ctx)
	stop := context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })
	return bound, func() { stop(); cancel(context.Canceled) }
}

// Session is our own session on the tab's page.
func (t *Tab) Session() *Session {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.main
}

// ContextID names the tab's browser context, e.g. for Storage.getCookies on [Browser.Session].
func (t *Tab) ContextID() cdp.BrowserContextID { return t.contextID }

// Sessions lists the sessions of the tab that live: its page, popups, frames of other sites, workers.
func (t *Tab) Sessions() []*Session { return t.b.link.router.ofTab(t) }

// Done is closed when the tab cannot be used any more.
func (t *Tab) Done() <-chan struct{} { return t.done }

// Err is nil while the tab can be used; then ErrTabCrashed, ErrTabGone, ErrBrowserGone or ErrClosed.
func (t *Tab) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

// Close closes the tab and everything that it opened, throws its cookies and storage away, and returns after the last call of
// the observer. It is idempotent.
func (t *Tab) Close() error {
	t.closeOnce.Do(func() { t.closeErr = t.shut() })
	return t.closeErr
}

func (t *Tab) shut() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	err := t.b.leave(ctx, t)
	if errors.Is(err, ErrBrowserGone) || errors.Is(err, ErrClosed) {
		err = nil
	}
	t.fail(ErrClosed)
	t.b.link.router.remove(t)
	t.inbox.close()
	t.heard.Wait()
	t.cancel()
	t.b.disown(t)
	if t.b.turn != nil {
		<-t.b.turn
	}
	if err != nil {
		return fmt.Errorf("closing a tab: %w", err)
	}
	return nil
}

// fail ends the usable life of the tab; only the first reason counts.
func (t *Tab) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.err != nil {
		return
	}
	t.err = err
	close(t.done)
	t.kill(err)
}

// hear is the goroutine that calls the observer.
func (t *Tab) hear() {
	for {
		batch := t.inbox.take()
		if batch == nil {
			return
		}
		for _, n := range batch {
			t.tell(n)
		}
	}
}

func (t *Tab) tell(n notice) {
	switch n.kind {
	case attached:
		t.greet(n.session)
	case event:
		t.obs.Event(n.session, n.method, n.params)
	case detached:
		t.obs.Detached(n.session)
	case resumeDouble:
		// Only now, behind the first session's commands: whoever resumes first resumes the target.
		t.b.link.router.resume(n.id)
	}
}

// greet prepares a paused target and lets it run. Nothing is awaited of the target: a paused service worker would never answer.
func (t *Tab) greet(s *Session) {
	ctx := context.Background()
	_, _ = s.Send(ctx, target.CommandSetAutoAttach, autoAttach)
	if s.kind == "page" || s.kind == "iframe" {
		_, _ = s.Send(ctx, page.CommandEnable, nil)
		_, _ = s.Send(ctx, inspector.CommandEnable, nil)
		t.b.link.router.doubled(s)
	}
	t.b.emulation.apply(ctx, s, t.b.proc == nil)
	t.obs.Attached(s)
	_, _ = s.Send(ctx, runtime.CommandRunIfWaitingForDebugger, nil)
	if s == t.Session() {
		close(t.ready)
	}
}

// claim makes the first page of the browser context, which we created, the tab's own. It is called by the reader.
func (t *Tab) claim(s *Session) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.main == nil && s.kind == "page" {
		t.main = s
	}
}

// event is called by the reader.
func (t *Tab) event(s *Session, method string, params jsonv2.Value) {
	switch method {
	case "Page.javascriptDialogOpening":
		t.answerDialog(s, params)
	case "Inspector.targetCrashed":
		if s == t.Session() {
			t.fail(ErrTabCrashed)
			// What was asked of it is never answered; with the target that has an end.
			_, _ = t.b.link.router.root.Send(context.Background(), target.CommandCloseTarget, target.CloseTargetParams{TargetID: s.target})
		}
	}
	t.inbox.push(notice{kind: event, session: s, method: method, params: params})
}

// lost is called by the reader when a session of the tab ended.
func (t *Tab) lost(s *Session) {
	if s != t.Session() {
		return
	}
	select {
	case <-t.b.link.lost:
		t.fail(t.b.link.err())
	default:
		if t.b.link.closed.Load() { // Chrome takes leave of its pages before it ends
			t.fail(ErrClosed)
		}
		t.fail(ErrTabGone)
	}
}
