package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/storage"

	"seine/browser"
	"seine/capture"
	"seine/capture/har"
	"seine/capture/session"
	"seine/scenarios"
)

// settleLimit bounds the wait for bodies that are still being read.
const settleLimit = 10 * time.Second

// capture waits for the page to come to rest and keeps what it said and heard.
func (v *visit) capture(ctx context.Context, s scenarios.Capture) error {
	if err := v.rest(ctx); err != nil {
		if err := v.overtime(ctx, err); err != nil {
			return err
		}
	}
	settle, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	if err := v.recorder.Settle(settle); err != nil && ctx.Err() == nil {
		v.log.Warn("some bodies were still being read when the visit ended")
	}
	c := v.recorder.Snapshot()
	c.Page, c.Players, c.UserAgent = v.url, capture.WithBuffers(v.players, c.Sources), v.runner.Browser.Version().UserAgent
	c.Title = v.title(ctx)
	var err error
	if c.Cookies, err = v.cookies(ctx); err != nil {
		return fmt.Errorf("reading the cookies: %w", err)
	}
	v.result.Capture, v.result.Streams, v.result.Status = c, c.Streams(), status(c)
	v.tell(Found{v.result.Streams})
	if s.HAR == "" {
		return nil
	}
	return v.writeHAR(s.HAR)
}

// status is what the page itself was answered with.
func status(c *capture.Capture) int {
	i := slices.IndexFunc(c.Exchanges, func(e *capture.Exchange) bool { return e.Type == "Document" && e.Target.Kind == "page" })
	if i < 0 {
		return 0
	}
	return c.Exchanges[i].Status()
}

func (v *visit) title(ctx context.Context) string {
	for _, f := range v.frames(ctx) {
		if t, err := evaluate[string](ctx, f, "document.title"); err == nil {
			return t // the first is the page's own
		}
	}
	return ""
}

// cookies are all of the visit's, HttpOnly and partitioned ones too.
func (v *visit) cookies(ctx context.Context) ([]capture.Cookie, error) {
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

// writeHAR puts the file in place in one step: a reader never sees half of it.
func (v *visit) writeHAR(name string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), ".seine-*.har")
	if err != nil {
		return fmt.Errorf("writing the HAR file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	err = har.Write(f, v.result.Capture, har.Options{Secrets: v.runner.Secrets})
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing the HAR file: %w", err)
	}
	return os.Rename(f.Name(), name)
}
