package fetch

import "sync"

const (
	minBuffer = 64 << 10
	maxFree   = maxAhead
)

// buffers keeps memory for reuse, up to limit bytes together with what is in use, but always one: the garbage collector never
// sees most of a film.
type buffers struct {
	mu    sync.Mutex
	free  [][]byte
	held  int64 // in free
	used  int64
	limit int64
}

// get returns an empty buffer of at least n bytes capacity, the smallest that fits.
func (b *buffers) get(n int) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	best := -1
	for i, f := range b.free {
		if cap(f) >= n && (best < 0 || cap(f) < cap(b.free[best])) {
			best = i
		}
	}
	// A far larger one would charge the window for room that nobody uses.
	if best < 0 || cap(b.free[best]) > 4*max(n, minBuffer) {
		n = roundUp(n)
		b.used += int64(n)
		return make([]byte, 0, n)
	}
	buf := b.remove(best)
	b.used += int64(cap(buf))
	return buf[:0]
}

func (b *buffers) put(buf []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used -= int64(cap(buf))
	if cap(buf) == 0 {
		return
	}
	b.held += int64(cap(buf))
	b.free = append(b.free, buf)
	for len(b.free) > maxFree || len(b.free) > 1 && b.held+b.used > b.limit {
		b.dropSmallest()
	}
}

// dropSmallest leaves the buffers that most bodies fit into.
func (b *buffers) dropSmallest() {
	least := 0
	for i, f := range b.free {
		if cap(f) < cap(b.free[least]) {
			least = i
		}
	}
	b.remove(least)
}

// remove takes a buffer from the list.
func (b *buffers) remove(i int) (buf []byte) {
	buf = b.free[i]
	last := len(b.free) - 1
	b.free[i] = b.free[last]
	b.free[last] = nil
	b.free = b.free[:last]
	b.held -= int64(cap(buf))
	return buf
}

// roundUp makes sizes alike, so that buffers fit again: steps of a sixteenth of the size at most: the window pays for
// what is not used.
func roundUp(n int) int {
	n = max(n, minBuffer)
	step := minBuffer
	for 2*step <= n/16 {
		step *= 2
	}
	return (n + step - 1) / step * step
}
