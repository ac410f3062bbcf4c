package browser

import (
	"context"
	"errors"
	"fmt"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
)

// pingLimit is how long Chrome's main process may take to answer. It answers at once, whatever its pages do: it runs no script.
const pingLimit = 10 * time.Second

var errHung = fmt.Errorf("it hung, gave no answer within %s, and was ended", pingLimit)

// ping is one question for a sign of life.
type ping struct {
	done chan struct{}
	err  error // valid then
}

// Suspect asks the browser for a sign of life (Browser.getVersion), and ends one that gives none within 10 s: nothing could be asked of
// its pages any more. It does not wait; what has become of the browser, Err says, and that of its tabs. It is for whoever has waited for an
// answer in vain.
func (b *Browser) Suspect() { b.ask() }

// Ping is Suspect, and waits for the outcome. Errors: [ErrBrowserGone], [ErrClosed], or ctx's cause.
func (b *Browser) Ping(ctx context.Context) error {
	p := b.ask()
	select {
	case <-p.done:
		return p.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// ask joins the question that is under way, or puts one.
func (b *Browser) ask() *ping {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pinged != nil {
		return b.pinged
	}
	p := &ping{done: make(chan struct{})}
	if b.ending {
		p.err = b.err
		close(p.done)
		return p
	}
	b.pinged = p
	b.pings.Go(func() {
		p.err = b.await()
		b.mu.Lock()
		b.pinged = nil
		b.mu.Unlock()
		close(p.done)
	})
	return p
}

// await waits for a sign of life. Any message is one: the answer may stand behind many.
func (b *Browser) await() error {
	for {
		before := b.link.heard.Load()
		switch err := b.sign(); {
		case err == nil:
			return nil
		case !errors.Is(err, errHung):
		case b.link.heard.Load() != before:
			continue
		default:
			b.end()
		}
		<-b.gone
		return b.Err()
	}
}

func (b *Browser) sign() error {
	ctx, cancel := context.WithTimeoutCause(context.Background(), pingLimit, errHung)
	defer cancel()
	_, err := cdp.Call(ctx, cdp.Session(b.link.router.root), cdpbrowser.GetVersion, cdp.Empty{})
	return err
}

// end ends a browser that hangs. The loss of the connection does the rest.
func (b *Browser) end() {
	b.mu.Lock()
	b.hung = true
	b.mu.Unlock()
	b.log.Warn("the browser hangs and is ended")
	if b.proc != nil {
		b.proc.kill()
	} else {
		b.link.tr.Close()
	}
}
