package browser

import (
	"context"
	"errors"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
)

// enter gives a new tab its browser context: one of its own, or that of the profile, once no other tab is in it.
func (b *Browser) enter(ctx context.Context) (cdp.BrowserContextID, error) {
	root := cdp.Session(b.link.router.root)
	if b.turn == nil {
		made, err := cdp.Call(ctx, root, target.CreateBrowserContext, target.CreateBrowserContextParams{DisposeOnDetach: new(true)})
		return made.BrowserContextID, err
	}
	select {
	case b.turn <- struct{}{}:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	case <-b.link.lost:
		return "", b.link.err()
	}
	got, err := cdp.Call(ctx, root, target.GetBrowserContexts, cdp.Empty{})
	if err == nil && got.DefaultBrowserContextID == "" {
		err = errors.New("Chrome does not name its profile; a newer one does")
	}
	if err != nil {
		<-b.turn
	}
	return got.DefaultBrowserContextID, err
}

// leave closes the pages of a tab at once, without asking them (beforeunload).
func (b *Browser) leave(ctx context.Context, t *Tab) error {
	root := cdp.Session(b.link.router.root)
	if b.turn == nil {
		_, err := cdp.Call(ctx, root, target.DisposeBrowserContext, target.DisposeBrowserContextParams{BrowserContextID: t.contextID})
		return err
	}
	for _, s := range t.Sessions() {
		if s.kind != "page" {
			continue
		}
		if _, err := cdp.Call(ctx, root, target.CloseTarget, target.CloseTargetParams{TargetID: s.target}); err != nil {
			b.log.Debug("closing a page", "target", s.target, "err", err) // it may have closed itself
		}
	}
	return nil
}
