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
	// typical is a running mean of what a part needed; 0 as long as nothing is known.
	typical int64
}

func newWindow(limit, typical int64) *window {
	return &window{limit: limit, typical: max(typical, 0), changed: make(chan struct{})}
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
	if n > 0 && w.typical > 0 {
		w.typical += (n - w.typical) / 4
	}
	w.tell()
}

// tell wakes those who wait. The caller holds the lock.
func (w *window) tell() {
	close(w.changed)
	w.changed = make(chan struct{})
}

// learn takes n, the length of some part, for that of all as long as nothing better is known. It is negative when only the end
// of a part tells.
func (w *window) learn(n int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.typical == 0 {
		w.typical = max(n, minBuffer)
	}
}

// estimate is what a part is charged before its length is known; two at least must fit, and a few when nothing is known.
func (w *window) estimate() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.typical == 0 {
		return w.limit / 4
	}
	return min(w.typical, w.limit/2)
}

// usual is what a part took until now.
func (w *window) usual() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return max(w.typical, minBuffer)
}

// tight is true when the window, and not the level of a host, bounds how many parts are under way.
func (w *window) tight(level int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.typical > 0 && w.typical <= w.limit && w.typical*int64(level) > w.limit
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

// settle gives back what the account holds above total.
func (r *room) settle(total int64) {
	n := r.paid - total
	if n <= 0 {
		return
	}
	r.paid = total
	w := r.window
	w.mu.Lock()
	defer w.mu.Unlock()
	w.used -= n
	w.tell()
}
