package replay

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"seine/browser"
	"seine/capture"
	"seine/capture/session"
	"seine/scenarios"
)

// Stage opens pages for scenarios whose steps another package runs. The browser is started when the first page is opened. It is safe
// for concurrent use.
type Stage struct {
	Keeper     *browser.Keeper
	Runner     Runner        // what all pages share, but for the Browser
	UploadRoot string        // folder that upload steps may take files from; "": none
	Copies     bool          // a grab step takes its film from the player
	Slow       time.Duration // to wait before each step
	Profile    bool          // all pages are in one profile

	opened atomic.Int64
}

// Opened is how many pages there were so far, each a window with cookies and storage of its own.
func (s *Stage) Opened() int { return int(s.opened.Load()) }

// Kept are the cookies that a page has when it is opened: those of the profile, if there is one.
func (s *Stage) Kept(ctx context.Context) ([]session.Cookie, error) {
	if !s.Profile {
		return nil, nil
	}
	running, err := s.browser()
	if err != nil {
		return nil, err
	}
	return Cookies(ctx, running)
}

// noBrowser: there will be none the next time either.
type noBrowser struct{ error }

func (e noBrowser) Unwrap() error { return e.error }

// Permanent says so to whoever tries steps again.
func (noBrowser) Permanent() bool { return true }

// browser is the one that runs, or a new one.
func (s *Stage) browser() (*browser.Browser, error) {
	running, err := s.Keeper.Browser()
	for _, lasts := range []error{browser.ErrNotFound, browser.ErrSandbox, browser.ErrProfile, browser.ErrLibraries, browser.ErrDisplay, browser.ErrConnect} {
		if errors.Is(err, lasts) {
			return nil, noBrowser{err}
		}
	}
	return running, err
}

// Open opens a page with cookies, storage and cache of its own. Steps write files to the folder dir. Ctx bounds the opening; Close must be called.
func (s *Stage) Open(ctx context.Context, dir string, cookies []session.Cookie, storage []session.Storage) (*Page, error) {
	r := s.Runner
	return s.open(ctx, &r, dir, cookies, storage)
}

// open is Open for a runner of the page's own.
func (s *Stage) open(ctx context.Context, r *Runner, dir string, cookies []session.Cookie, storage []session.Storage) (*Page, error) {
	running, err := s.browser()
	if err != nil {
		return nil, err
	}
	r.Browser = running
	r.Session.Cookies = append(r.Session.Cookies[:len(r.Session.Cookies):len(r.Session.Cookies)], cookies...)
	v, err := r.open(ctx, s.Copies)
	if err != nil {
		return nil, err
	}
	s.opened.Add(1)
	if v.stays = true; s.Copies {
		v.flow.Steps = []scenarios.Step{scenarios.Grab{FromPlayer: true}}
	}
	p := &Page{visit: v, stage: s, dir: dir, storage: storage, focused: map[*browser.Session]bool{}, answers: &answers{}, asks: -1}
	if p.handed, err = hand(ctx, v.tab, storage); err != nil {
		v.close()
		return nil, err
	}
	v.renew = p.again
	return p, nil
}

// Page is the page of one run. It is for one goroutine.
type Page struct {
	visit   *visit
	stage   *Stage
	dir     string
	focused map[*browser.Session]bool // targets that were told to take the keyboard
	keys    keyboard
	at      point // of the pointer
	answers *answers
	looked  looked
	matches []Matched // of the step that is under way
	near    []Near    // in the main page: what is like the element that the last step did not find
	handed  func()    // ends the handing on of storage
	replies replies
	pierced time.Time // when closed shadow roots were last looked for
	storage []session.Storage
	done    memory
	stale   bool // the document is still that of the item before, see Reset
	used    int  // how often it was made as it was when it was opened
	soiled  bool // it cannot be made so any more
	asks    int  // what had been asked for before the last steps that may have sent something; -1: the last one was none
}

// sendLimit is how long the page may take to send what the last step has had it send.
const sendLimit = 3 * time.Second

// Close closes the page and everything that it opened. What the last step has had the page send is sent before: a click that saves something is
// in vain if its request is cut off.
func (p *Page) Close() error {
	if p.asks >= 0 {
		ctx, cancel := context.WithTimeout(context.Background(), sendLimit)
		defer cancel()
		for p.visit.gone() == nil {
			changed := p.visit.recorder.Changed()
			if p.visit.recorder.Unanswered(p.asks) == 0 || wait(ctx, changed, lookAgain) != nil {
				break
			}
		}
	}
	p.handed()
	p.visit.close()
	return nil
}

// Tab is the page's own, for whoever goes on with it when the steps are done.
func (p *Page) Tab() *browser.Tab { return p.visit.tab }

// Cookies are those of the page's context, HttpOnly and partitioned ones too.
func (p *Page) Cookies(ctx context.Context) ([]session.Cookie, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	list, err := p.visit.allCookies(ctx)
	out := make([]session.Cookie, len(list))
	for i, c := range list {
		out[i] = session.Cookie(c)
	}
	return out, err
}

// answers are what the page was answered since the last step that acted on it.
type answers struct {
	follow capture.Follower
	list   []*capture.Exchange
}

// forget drops what has been answered so far.
func (a *answers) forget(r *capture.Recorder) {
	r.Settled(&a.follow)
	a.list = nil
}

func (a *answers) since(r *capture.Recorder) []*capture.Exchange {
	a.list = append(a.list, r.Settled(&a.follow)...)
	return a.list
}
