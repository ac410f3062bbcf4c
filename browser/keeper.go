package browser

import (
	"context"
	"sync"
)

// Keeper keeps a browser running: where one is gone, it starts another. It is safe for concurrent use.
type Keeper struct {
	ctx context.Context
	opt Options

	mu      sync.Mutex
	browser *Browser
	closed  bool
}

// NewKeeper starts nothing yet. When ctx ends the browser does.
func NewKeeper(ctx context.Context, o Options) *Keeper { return &Keeper{ctx: ctx, opt: o} }

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
	if k.browser != nil {
		if err := k.browser.Close(); err != nil {
			k.opt.log().Debug("closing a browser that is gone", "error", err)
		}
		k.browser = nil
	}
	b, err := Launch(k.ctx, k.opt)
	if err != nil {
		return nil, err
	}
	k.browser = b
	return b, nil
}

// Close closes the browser, if one runs.
func (k *Keeper) Close() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.closed = true
	if k.browser == nil {
		return nil
	}
	return k.browser.Close()
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
