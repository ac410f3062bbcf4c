package capture

import (
	"context"
	"time"
)

// Large bodies of the visit's own page are read when it has loaded: as Base64 they would hold up what it still loads. Chrome keeps them until
// then (durable messages), be the document gone or not.
const (
	calm      = 50 * time.Millisecond // without a request that begins or ends, and none under way: the page has loaded
	heldLimit = 3 * time.Second       // a page that loads for ever is not waited for
	mostHeld  = 256 << 20             // bytes that Chrome is left to hold
)

// gate is what large bodies wait for.
type gate struct {
	open chan struct{} // closed when they may be read
	held int64         // bytes
}

// later is the gate that a body of size bytes waits for; nil if it need not. Called with the lock held.
func (b *bodyReader) later(s Session, size int64) <-chan struct{} {
	if size <= streamFrom || b.late > 0 || s == nil || s.ID() != b.rec.page {
		return nil
	}
	if b.gate == nil {
		b.gate = &gate{open: make(chan struct{})}
		g := b.gate
		b.begin(func(ctx context.Context) { b.watch(ctx, g) })
	}
	g := b.gate
	if g.held += size; g.held > mostHeld {
		b.release()
	}
	return g.open
}

// release opens the gate. Called with the lock held.
func (b *bodyReader) release() {
	if b.gate != nil {
		close(b.gate.open)
		b.gate = nil
	}
}

// watch opens the gate when the page has loaded.
func (b *bodyReader) watch(ctx context.Context, g *gate) {
	limit := time.NewTimer(heldLimit)
	defer limit.Stop()
	look := time.NewTicker(calm / 2)
	defer look.Stop()
	for over := false; !over; {
		select {
		case <-g.open:
			return
		case <-ctx.Done():
			over = true
		case <-limit.C:
			over = true
		case <-look.C:
			inFlight, last := b.rec.Activity()
			over = inFlight == 0 && time.Since(last) > calm
		}
	}
	b.rec.mu.Lock()
	defer b.rec.mu.Unlock()
	if b.gate == g {
		b.release()
	}
}
