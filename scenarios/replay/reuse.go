package replay

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/storage"

	"seine/browser"
	"seine/capture"
	"seine/scenarios"
)

// What a page is used for again at most: its recorder keeps all that it has heard.
const (
	mostReused = 25
	mostHeard  = 5000 // requests
)

// traces are what the documents of a page leave behind in their browser context.
type traces struct {
	mu      sync.Mutex
	origins map[string]bool // of the page itself
	pages   int             // that were opened; read by who hears
	deep    bool            // what cannot be taken away from here: frames of other sites, popups, workers that outlive a page, sessionStorage
}

// attached takes a target. What it stores is heard of.
func (t *traces) attached(s *browser.Session) {
	switch s.Kind() {
	case "page":
		if t.pages++; t.pages > 1 {
			t.soil()
		}
		_, _ = s.Send(context.Background(), "DOMStorage.enable", nil)
	case "worker": // it ends with its page
	default:
		t.soil()
	}
}

func (t *traces) soil() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.deep = true
}

// heard takes an event of a target.
func (t *traces) heard(method string, params jsonv2.Value) {
	switch method {
	case "Page.frameNavigated":
		origin, top := originOfFrame(params)
		t.mu.Lock()
		defer t.mu.Unlock()
		switch {
		case !strings.HasPrefix(origin, "http"):
		case top && t.origins == nil:
			t.origins = map[string]bool{origin: true}
		case top:
			t.origins[origin] = true
		case !t.origins[origin]:
			t.deep = true
		}
	case "DOMStorage.domStorageItemAdded", "DOMStorage.domStorageItemUpdated":
		var ev struct {
			ID struct {
				Local bool `json:"isLocalStorage"`
			} `json:"storageId"`
		}
		if jsonv2.Unmarshal(params, &ev, jsonv2.AllowInvalidUTF8(true)) != nil || !ev.ID.Local {
			t.soil()
		}
	}
}

func originOfFrame(params jsonv2.Value) (origin string, top bool) {
	var ev struct {
		Frame struct {
			ParentID string `json:"parentId"`
			Origin   string `json:"securityOrigin"`
		} `json:"frame"`
	}
	if jsonv2.Unmarshal(params, &ev, jsonv2.AllowInvalidUTF8(true)) != nil {
		return "", false
	}
	return ev.Frame.Origin, ev.Frame.ParentID == ""
}

// visited are the origins whose documents were there, false if they left what cannot be taken away.
func (t *traces) visited() ([]string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.origins)), !t.deep
}

// plain reports whether a step changes nothing but the documents of the main page.
func plain(s scenarios.Step) bool {
	switch s := s.(type) {
	case scenarios.Navigate, scenarios.Click, scenarios.DoubleClick, scenarios.Hover, scenarios.Scroll, scenarios.Change, scenarios.Select, scenarios.Paginate:
		return targetOf(s) == "" || targetOf(s) == "main"
	case scenarios.WaitForElement, scenarios.WaitForExpression, scenarios.WaitForRequest, scenarios.Assert, scenarios.Screenshot, scenarios.PDF:
		return true
	}
	return false
}

// Reset makes the page as it was when it was opened, but for its cache: no history, none but the cookies that it was given, nothing stored.
// Its document goes when the next step goes to an address, or before any other one: a document costs the browser as much as the next
// page does. Until then it may still do something, as it is the same person's. False: it cannot be done, and the page is to be closed.
func (p *Page) Reset(ctx context.Context) bool {
	v := p.visit
	origins, clean := v.traces.visited()
	p.used++
	if !clean || p.soiled || p.used > mostReused || v.recorder.Progress().Exchanges > mostHeard || p.stage.Profile || p.stage.Copies || len(p.storage) > 0 || v.gone() != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	if err := p.forget(ctx, origins); err != nil {
		v.log.Debug("a page is not used again", "because", err)
		return false
	}
	v.anew()
	v.url, v.title, v.began, v.shown = "", "", v.from, len(v.recorder.Console())
	p.answers.forget(v.recorder)
	p.done, p.matches, p.at, p.stale = memory{}, nil, point{}, true
	return true
}

// forget takes away what the documents left.
func (p *Page) forget(ctx context.Context, origins []string) error {
	v := p.visit
	s, root := cdp.Session(v.tab.Session()), cdp.Session(v.runner.Browser.Session())
	if _, err := cdp.Call(ctx, s, page.StopLoading, cdp.Empty{}); err != nil {
		return err
	}
	if err := p.unlearn(ctx); err != nil {
		return err
	}
	f := frame{session: v.tab.Session(), id: cdp.FrameID(v.tab.Session().TargetID()), bears: askLimit}
	if _, err := f.run(ctx, `window.name = "", 0`, true); err != nil {
		return err
	}
	for _, origin := range origins {
		if _, err := cdp.Call(ctx, s, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: origin, StorageTypes: "all"}); err != nil {
			return err
		}
	}
	if _, err := cdp.Call(ctx, root, storage.ClearCookies, storage.ClearCookiesParams{BrowserContextID: v.tab.ContextID()}); err != nil {
		return err
	}
	return v.bring(ctx)
}

// fresh has the document of the item before gone when a step works on the page. What it returns is called when the step is done.
func (p *Page) fresh(ctx context.Context, s scenarios.Step) (done func(error), err error) {
	if !p.stale {
		return func(error) {}, nil
	}
	if n, ok := s.(scenarios.Navigate); !ok || n.Target != "" && n.Target != "main" {
		if err := p.visit.leave(ctx); err != nil {
			return nil, err
		}
		p.stale = false
		return func(error) {}, p.unlearn(ctx)
	}
	return func(err error) {
		if err == nil {
			p.stale = false
			if err := p.unlearn(ctx); err != nil {
				p.visit.log.Debug("the history of a page", "error", err)
			}
		}
	}, nil
}

// unlearn takes the way away that led to the page's document.
func (p *Page) unlearn(ctx context.Context) error {
	_, err := cdp.Call(ctx, cdp.Session(p.visit.tab.Session()), page.ResetNavigationHistory, cdp.Empty{})
	return err
}

// own is what of a capture was heard since the page was made as it was when it was opened.
func (v *visit) own(c *capture.Capture) {
	if v.began > 0 && v.began <= len(c.Exchanges) {
		c.Exchanges = c.Exchanges[v.began:]
	}
	if v.shown > 0 && v.shown <= len(c.Console) {
		c.Console = c.Console[v.shown:]
	}
}

// leave has the page go to an empty document by itself: for one that the browser goes to it would start another process.
func (v *visit) leave(ctx context.Context) error {
	s := v.tab.Session()
	read, stop := s.Subscribe("Page.domContentEventFired")
	defer stop()
	f := frame{session: s, id: cdp.FrameID(s.TargetID()), bears: askLimit}
	if _, err := f.run(ctx, `location.replace("about:blank"), 0`, true); err != nil {
		return err
	}
	select {
	case <-read:
		return nil
	case <-v.tab.Done():
		return v.tab.Err()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
