package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
)

// pingLimit is how long Chrome's main process may take to answer. It answers at once, whatever its pages do: it starts no script.
const pingLimit = 10 * time.Second

var errHung = fmt.Errorf("it hung, gave no answer within %s, and was ended", pingLimit)

// Ping asks the browser for a sign of life, and ends one that gives none (Browser.getVersion): it would never give any, and nothing can
// be asked of its pages. It is for whoever has waited for an answer in vain. Errors: [ErrBrowserGone], [ErrClosed], or ctx's cause.
func (b *Browser) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, pingLimit, errHung)
	defer cancel()
	_, err := cdp.Call(ctx, cdp.Session(b.link.router.root), cdpbrowser.GetVersion, cdp.Empty{})
	if err == nil || !errors.Is(err, errHung) {
		return err
	}
	b.mu.Lock()
	b.hung = true
	b.mu.Unlock()
	b.log.Warn("the browser hangs and is ended")
	if b.proc != nil {
		b.proc.kill()
	} else {
		b.link.tr.Close()
	}
	<-b.gone
	return b.Err()
}
