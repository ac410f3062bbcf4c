package browser

import (
	"context"
	"sync"
	"time"
)

// Keeper keeps a browser running: where one is gone, it starts another. It is safe for concurrent use.
type Keeper struct {
	ctx  context.Context // of the caller
	life context.Context // of the browsers: a grace longer
	end  context.CancelFunc
	stop func() bool   // true if ctx has not ended before
	gone chan struct{} // closed once what waits for the grace has ended
	opt  Options

	mu      sync.Mutex
	browser *Browser
	release context.CancelFunc // of the browser's own context
	closed  bool
}

// NewKeeper starts nothing yet. When ctx ends a start under way is given up, and a browser that runs ends after grace: for what its visits
// still have to bring home. Close must be called.
func NewKeeper(ctx context.Context, o Options, grace time.Duration) *Keeper {
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	k := &Keeper{ctx: ctx, life: life, end: end, opt: o, gone: make(chan struct{})}
	k.stop = context.AfterFunc(ctx, func() {
		defer close(k.gone)
		t := time.NewTimer(grace)
		defer t.Stop()
		select {
		case <-t.C:
			end()
		case <-life.Done():
		}
	})
	return k
}

// Browser is the one that runs, or a new one if there is none or it is gone. Errors are those of [Launch], and [ErrClosed].
func (k *Keeper) Browser() (*Browser, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil, ErrClosed
	}
	if k.browser != nil && k.browser.usable() {
		return k.browser, nil
	}
	if err := k.part(); err != nil {
		k.opt.log().Debug("closing a browser that is gone", "error", err)
	}
	return k.launch()
}

// launch starts a browser. The caller holds k.mu.
func (k *Keeper) launch() (*Browser, error) {
	ctx, cancel := context.WithCancelCause(k.life)
	stop := context.AfterFunc(k.ctx, func() { cancel(context.Cause(k.ctx)) })
	b, err := Launch(ctx, k.opt)
	if !stop() && err == nil { // too late: it ends already
		_ = b.Close()
		err = context.Cause(k.ctx)
	}
	if err != nil {
		cancel(nil)
		return nil, err
	}
	k.browser, k.release = b, func() { cancel(nil) }
	return b, nil
}

// part closes the browser, if there is one. The caller holds k.mu.
func (k *Keeper) part() error {
	if k.browser == nil {
		return nil
	}
	err := k.browser.Close()
	k.release()
	k.browser = nil
	return err
}

// Close closes the browser, if one runs. It is idempotent.
func (k *Keeper) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	err := k.part()
	k.end()
	if !k.closed && !k.stop() {
		<-k.gone
	}
	k.closed = true
	return err
}

// usable is false from the moment when the connection is lost, which is before it is known why.
func (b *Browser) usable() bool {
	select {
	case <-b.link.lost:
		return false
	default:
		return b.Err() == nil
	}
}
