package replay

import (
	"context"
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
}

// Open opens a page with cookies, storage and cache of its own. Steps write files to the folder dir. Ctx bounds the opening; Close must be called.
func (s *Stage) Open(ctx context.Context, dir string, cookies []session.Cookie) (*Page, error) {
	running, err := s.Keeper.Browser()
	if err != nil {
		return nil, err
	}
	r := s.Runner
	r.Browser = running
	r.Session.Cookies = append(r.Session.Cookies[:len(r.Session.Cookies):len(r.Session.Cookies)], cookies...)
	v, err := r.open(ctx, s.Copies)
	if err != nil {
		return nil, err
	}
	if v.stays = true; s.Copies {
		v.flow.Steps = []scenarios.Step{scenarios.Grab{FromPlayer: true}}
	}
	return &Page{visit: v, stage: s, dir: dir, focused: map[*browser.Session]bool{}, answers: &answers{}}, nil
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
}

// Close closes the page and everything that it opened.
func (p *Page) Close() error {
	p.visit.close()
	return nil
}

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
