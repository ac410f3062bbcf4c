package browser

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

const (
	// startLimit is how long Chrome may take to its first answer; a cold start on a busy machine takes seconds.
	startLimit = 60 * time.Second
	// exitLimit is how long Chrome may take to end that is about to, and keptExitLimit how long when asked, before it is killed: a profile
	// that is kept is written first.
	exitLimit     = 2 * time.Second
	keptExitLimit = 15 * time.Second
)

// Browser is a Chrome that we started, or one that we are connected to. It is safe for concurrent use.
type Browser struct {
	log       *slog.Logger
	link      *link
	emulation Emulation
	requests  Requests
	proc      *process   // nil when connected
	run       *runFolder // nil when connected
	version   Version
	turn      chan struct{} // has the tab that uses the profile; nil when each has its own

	driverCtx context.Context // chromedp's root context
	release   func()          // lets chromedp go, and waits

	mu       sync.Mutex
	ending   bool
	openings sync.WaitGroup // NewTab calls under way
	tabs     map[*Tab]struct{}
	err      error
	hung     bool  // see Suspect
	pinged   *ping // under way
	pings    sync.WaitGroup

	intercepting sync.WaitGroup // the goroutines that answer for requests

	stop     chan struct{} // closed by Close
	stopOnce sync.Once
	gone     chan struct{} // closed when it cannot be used any more
	ended    chan struct{} // closed when all is cleaned up
	endErr   error         // valid then
}

// Version says what a browser is.
type Version struct {
	Product   string // e.g. "Chrome/156.0.8078.79", without "Headless"
	UserAgent string // as sites see it, without "Headless"
	Protocol  string // CDP version, e.g. "1.3"
}

// Launch starts a browser, or connects to one, and ties its life to ctx: when that ends the browser does. It first removes what
// killed runs left. Errors: [ErrNotFound], [ErrConnect], [*StartError], or those of the file system.
func Launch(ctx context.Context, o Options) (*Browser, error) {
	if err := o.Emulation.Check(); err != nil {
		return nil, err
	}
	if err := o.Requests.check(o); err != nil {
		return nil, err
	}
	b := &Browser{
		log: o.log(), emulation: o.Emulation, requests: o.Requests, tabs: map[*Tab]struct{}{},
		stop: make(chan struct{}), gone: make(chan struct{}), ended: make(chan struct{}),
	}
	var err error
	if o.Connect != "" {
		err = b.connect(ctx, o)
	} else {
		err = b.launch(ctx, o)
	}
	if err == nil {
		err = b.begin(ctx)
	}
	if err != nil {
		return nil, errors.Join(b.abort(err), b.cleanUp())
	}
	go b.supervise(ctx)
	return b, nil
}

// launch starts the process.
func (b *Browser) launch(ctx context.Context, o Options) error {
	if o.refusesSandbox() {
		return &StartError{Kind: ErrSandbox, Hint: hintRoot}
	}
	path, major, err := choose(ctx, o)
	if err != nil {
		return err
	}
	if b.run, err = newRunFolder(ctx, o.stateDir(), b.log); err != nil {
		return err
	}
	if o.Profile != "" {
		if b.run.kept, err = openProfile(o.Profile); err != nil {
			return err
		}
		b.turn = make(chan struct{}, 1)
	}
	if err := errors.Join(b.run.prefer(o.Emulation.languages()), b.run.prompt(o.Window || o.Requests.authenticates())); err != nil {
		return fmt.Errorf("writing the settings of Chrome: %w", err)
	}
	agent := o.UserAgent
	if agent == "" && !o.Window {
		agent = plainUserAgent(major)
	}
	b.log.Debug("starting the browser", "path", path, "run", b.run.dir)
	if b.proc, err = startProcess(path, commandLine(o, path, agent, b.run), o.Emulation.environment(), b.run); err != nil {
		return err
	}
	b.link = newLink(b.proc.pipe, b.log)
	return nil
}

// begin makes the first calls: who is there, announce every target, and chromedp beside us.
func (b *Browser) begin(ctx context.Context) error {
	b.link.start()
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, errSilent)
	defer cancel()
	root := cdp.Session(b.link.router.root)
	v, err := cdp.Call(ctx, root, cdpbrowser.GetVersion, cdp.Empty{})
	if err != nil {
		return err
	}
	b.version = Version{
		Product:   strings.ReplaceAll(v.Product, "Headless", ""),
		UserAgent: strings.ReplaceAll(v.UserAgent, "Headless", ""),
		Protocol:  v.ProtocolVersion,
	}
	if _, err := cdp.Call(ctx, root, target.SetDiscoverTargets, target.SetDiscoverTargetsParams{Discover: true}); err != nil {
		return err
	}
	if err := b.intercept(ctx); err != nil {
		return err
	}
	if _, err := cdp.Call(ctx, root, target.SetAutoAttach, autoAttach); err != nil {
		return err
	}
	return b.engage()
}

// engage sets chromedp on our link. It must not see the caller's context: it would end chromedp before our clean end.
func (b *Browser) engage() error {
	life, kill := context.WithCancel(context.Background())
	alloc, freeAlloc := chromedp.NewAllocatorContext(life, &allocator{driver: b.link.router.driver})
	root, free := chromedp.NewContext(alloc,
		chromedp.WithLogf(b.chromedpLog), chromedp.WithErrorf(b.chromedpLog))
	b.driverCtx = root
	b.release = func() {
		free()
		freeAlloc()
		kill()
		<-b.link.router.driver.done
	}
	if _, err := chromedp.CallBrowser(root, cdpbrowser.GetVersion, cdp.Empty{}); err != nil {
		return b.link.blamed(err)
	}
	return nil
}

func (b *Browser) chromedpLog(format string, args ...any) {
	b.log.Debug("chromedp: " + fmt.Sprintf(format, args...))
}

// allocator hands chromedp a browser that it did not start.
type allocator struct{ driver *driver }

var (
	_ chromedp.Allocator = (*allocator)(nil)
	_ chromedp.Attacher  = (*allocator)(nil)
)

func (a *allocator) Allocate(ctx context.Context, opts ...chromedp.BrowserOption) (*chromedp.Browser, error) {
	return chromedp.NewBrowserTransport(ctx, a.driver, opts...)
}
func (a *allocator) Wait()          {}
func (a *allocator) Attaches() bool { return true }

// Version says what the browser is.
func (b *Browser) Version() Version { return b.version }

// Session is our session on the browser as a whole (Kind "browser"), for commands of the Browser, Target and Storage domains.
func (b *Browser) Session() *Session { return b.link.router.root }

// Done is closed when the browser cannot be used any more.
func (b *Browser) Done() <-chan struct{} { return b.gone }

// Err is nil while the browser can be used; then [ErrBrowserGone] with how it ended, [ErrClosed], or the cause of
// the end of Launch's context.
func (b *Browser) Err() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.err
}

// Close closes all tabs, ends the browser that Launch started (one that it connected to runs on), and removes its run
// folder. It returns when nothing is left, is idempotent, and safe after a crash.
func (b *Browser) Close() error {
	b.stopOnce.Do(func() { close(b.stop) })
	<-b.ended
	return b.endErr
}

func (b *Browser) opening() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ending {
		return false
	}
	b.openings.Add(1)
	return true
}

func (b *Browser) own(t *Tab) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tabs[t] = struct{}{}
}

func (b *Browser) disown(t *Tab) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.tabs, t)
}
