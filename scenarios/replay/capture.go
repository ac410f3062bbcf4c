package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"

	"seine/browser"
	"seine/capture"
	"seine/capture/folder"
	"seine/capture/har"
	"seine/capture/session"
	"seine/scenarios"
)

const (
	settleLimit = 10 * time.Second // for bodies that are still being read
	hurryLimit  = 3 * time.Second  // the same where the visit has no time left, or has failed
	askLimit    = 3 * time.Second  // for what the page is asked for at the end: it may be busy for ever
)

// SalvageLimit is how long it may take to keep what there is of a visit that was interrupted: its browser should outlive it for that long.
const SalvageLimit = 8 * time.Second

// capture waits for the page to come to rest and keeps what it said and heard.
func (v *visit) capture(ctx context.Context, s scenarios.Capture) error {
	switch {
	case errors.Is(v.cut, errMax):
		return v.keep(ctx, s, hurryLimit, nil)
	case errors.Is(v.cut, errEnough):
		return v.keep(ctx, s, settleLimit, nil)
	case v.sure():
		return v.keep(ctx, s, 0, nil) // bodies that are under way are nobody's
	}
	if err := v.rest(ctx); err != nil {
		if err := v.overtime(ctx, err); err != nil {
			return err
		}
	}
	return v.keep(ctx, s, settleLimit, nil)
}

// salvage keeps what a visit gave that came to no end. Of a page that could not be opened there is nothing to keep.
func (v *visit) salvage(ctx context.Context, why error) {
	if unopened := (*NavigationError)(nil); errors.As(why, &unopened) {
		return
	}
	i := slices.IndexFunc(v.flow.Steps, func(s scenarios.Step) bool { _, ok := s.(scenarios.Capture); return ok })
	if v.result.Capture != nil || i < 0 || v.recorder.Progress().Exchanges == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), SalvageLimit)
	defer cancel()
	if err := v.keep(ctx, v.flow.Steps[i].(scenarios.Capture), hurryLimit, why); err != nil {
		v.log.Warn("what was heard could not be kept", "error", err)
	}
}

// keep takes what was heard, and writes what is to be written.
func (v *visit) keep(ctx context.Context, s scenarios.Capture, limit time.Duration, why error) error {
	last := v.last(ctx, limit, why != nil, s.Save != "" || s.Screenshot != "")
	c := v.recorder.Snapshot()
	c.Page, c.Players, c.UserAgent = v.url, capture.WithBuffers(v.players, c.Sources), v.runner.Browser.Version().UserAgent
	c.Title, c.Cookies = v.title, last.cookies
	v.result.Capture, v.result.Streams, v.result.Status = c, v.present(c).Streams(), status(c)
	v.result.Incidents = v.incidents(c)
	v.tell(Found{v.result.Streams})
	return v.write(s, last.screenshot, why)
}

// present is what of a capture belongs to the page that is there now.
func (v *visit) present(c *capture.Capture) *capture.Capture {
	if v.from == 0 || v.from > len(c.Exchanges) {
		return c
	}
	now := *c
	now.Exchanges = c.Exchanges[v.from:]
	return &now
}

// lastWords are what a page that still lives says at the end.
type lastWords struct {
	cookies    []capture.Cookie
	screenshot []byte
}

// last waits for what is still under way, and asks for everything else meanwhile: a page that is busy lets each question wait.
func (v *visit) last(ctx context.Context, limit time.Duration, failed, picture bool) (w lastWords) {
	enough := errors.Is(v.cut, errEnough)
	seen := v.cut == nil || enough && len(v.players) > 0
	var wg sync.WaitGroup
	alive := v.tab.Err() == nil
	if alive && (failed || !seen) {
		wg.Go(func() { v.lookOnce(ctx) })
	}
	if enough {
		v.lull(ctx)
	}
	if enough && alive {
		v.halt(ctx)
	}
	if alive {
		wg.Go(func() { w.cookies = v.cookies(ctx) })
	}
	if alive && picture {
		wg.Go(func() { w.screenshot = v.screenshot(ctx) })
	}
	if limit > 0 {
		v.settle(ctx, limit)
	}
	wg.Wait()
	return w
}

// settle waits for bodies.
func (v *visit) settle(ctx context.Context, limit time.Duration) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := v.recorder.Settle(limited); err != nil && ctx.Err() == nil {
		v.log.Warn("some bodies were still being read when the visit ended")
	}
}

// lookOnce is look at a page that may not answer.
func (v *visit) lookOnce(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	v.look(ctx)
}

// write puts the capture where it was asked for.
func (v *visit) write(s scenarios.Capture, screenshot []byte, why error) error {
	c := v.result.Capture
	if s.Save != "" {
		o := folder.Options{Secrets: v.runner.Secrets, Version: v.runner.Version, Screenshot: screenshot}
		if why != nil {
			o.Ended = why.Error()
		}
		if err := folder.Save(s.Save, c, o); err != nil {
			return fmt.Errorf("writing the capture folder: %w", err)
		}
	}
	if s.Screenshot != "" {
		if err := writePicture(s.Screenshot, screenshot); err != nil {
			return err
		}
	}
	if s.HAR == "" {
		return nil
	}
	return har.WriteFile(s.HAR, c, har.Options{Secrets: v.runner.Secrets, Version: v.runner.Version})
}

// status is what the page itself was answered with.
func status(c *capture.Capture) int {
	i := slices.IndexFunc(c.Exchanges, func(e *capture.Exchange) bool { return e.Type == "Document" && e.Target.Kind == "page" })
	if i < 0 {
		return 0
	}
	return c.Exchanges[i].Status()
}

// cookies are all of the visit's, HttpOnly and partitioned ones too.
func (v *visit) cookies(ctx context.Context) []capture.Cookie {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	list, err := v.allCookies(ctx)
	if err != nil {
		v.log.Warn("the browser did not tell the visit's cookies", "error", err)
	}
	return list
}

func (v *visit) allCookies(ctx context.Context) ([]capture.Cookie, error) {
	// Asked of the browser, with the tab's own context: a page's session answers for the default one, where nobody was.
	root := cdp.Session(v.runner.Browser.Session())
	res, err := cdp.Call(ctx, root, storage.GetCookies, storage.GetCookiesParams{BrowserContextID: v.tab.ContextID()})
	if err != nil {
		return nil, err
	}
	var list []capture.Cookie
	for _, c := range res.Cookies {
		list = append(list, cookie(c))
	}
	return list, nil
}

// Cookies are those that a browser's profile holds.
func Cookies(ctx context.Context, b *browser.Browser) ([]session.Cookie, error) {
	res, err := cdp.Call(ctx, cdp.Session(b.Session()), storage.GetCookies, storage.GetCookiesParams{})
	if err != nil {
		return nil, err
	}
	var list []session.Cookie
	for _, c := range res.Cookies {
		list = append(list, session.Cookie(cookie(c)))
	}
	return list, nil
}

func cookie(c *network.Cookie) capture.Cookie {
	out := capture.Cookie{
		Name: c.Name, Value: c.Value, Domain: c.Domain, Path: c.Path, HTTPOnly: c.HTTPOnly, Secure: c.Secure,
		HostOnly: c.Domain == "" || c.Domain[0] != '.', SameSite: string(c.SameSite),
	}
	if !c.Session {
		out.Expires = time.UnixMilli(int64(c.Expires * 1000))
	}
	if c.PartitionKey != nil {
		out.PartitionKey = c.PartitionKey.TopLevelSite
	}
	return out
}
