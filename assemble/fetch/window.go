package fetch

import (
	"context"
	"sync"
)

// window bounds the memory of parts that are being fetched or wait for their turn. The head, for which all others wait,
// is always admitted: otherwise a part larger than the window would never come.
type window struct {
	limit int64

	mu      sync.Mutex
	used    int64
	head    int
	changed chan struct{}
	// typical is a running mean of what a part needed.
	typical int64
}

func newWindow(limit int64) *window {
	return &window{limit: limit, changed: make(chan struct{}), typical: minBuffer}
}

// acquire waits until part index may have n more bytes. standing, if not nil, is told when it does, and when that has an end.
func (w *window) acquire(ctx context.Context, index int, n int64, standing func(bool)) error {
	for told := false; ; {
		w.mu.Lock()
		if index <= w.head || w.used+n <= w.limit {
			w.used += n
			w.mu.Unlock()
			return nil
		}
		changed := w.changed
		w.mu.Unlock()
		if standing != nil && !told {
			told = true
			standing(true)
			defer standing(false)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// done frees the memory of the head and moves on.
func (w *window) done(n int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used -= n
	w.head++
	if n > 0 {
		w.typical += (n - w.typical) / 4
	}
	close(w.changed)
	w.changed = make(chan struct{})
}

// estimate is what a part is charged before its length is known; two at least must fit.
func (w *window) estimate() int64 { return min(w.usual(), w.limit/2) }

// usual is what a part took until now.
func (w *window) usual() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.typical
}

// room is the account of one part.
type room struct {
	window *window
	index  int
	paid   int64
	// standing is that of the request at hand.
	standing func(bool)
}

// isHead is true for the part that all others wait for.
func (r *room) isHead() bool {
	r.window.mu.Lock()
	defer r.window.mu.Unlock()
	return r.index <= r.window.head
}

// ensure has the account hold at least total bytes.
func (r *room) ensure(ctx context.Context, total int64) error {
	if n := total - r.paid; n > 0 {
		if err := r.window.acquire(ctx, r.index, n, r.standing); err != nil {
			return err
		}
		r.paid = total
	}
	return nil
}
