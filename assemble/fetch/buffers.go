package fetch

import (
	"sync"
	"unsafe"

	"seine/assemble/internal/pages"
)

const (
	minBuffer = 64 << 10
	maxFree   = maxAhead
)

// buffers keeps memory for reuse, up to limit bytes together with what is in use, but always one: the garbage collector never
// sees most of a film. Between open and close it does not know of any: then they are pages of the system's.
type buffers struct {
	mu    sync.Mutex
	free  []*buffer
	held  int64 // in free
	used  int64
	limit int64
	inUse map[*byte]*buffer // by the first byte
	users int               // between open and close
	// lazy: a buffer counts, and takes memory, as its bytes come. None is kept for reuse: they would have all of theirs.
	lazy bool
}

// buffer is one of them.
type buffer struct {
	mem  []byte
	own  bool  // pages
	used int64 // so much of it counts
}

func newBuffers(limit int64) *buffers { return &buffers{limit: limit, inUse: map[*byte]*buffer{}} }

// open has buffers taken from now on be pages.
func (b *buffers) open() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.users++
}

// close gives the pages back to the system when the last one closes; nobody may use a buffer then.
func (b *buffers) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.users--; b.users > 0 {
		return
	}
	for len(b.free) > 0 {
		b.drop(len(b.free) - 1)
	}
	for first, f := range b.inUse { // of those who were stopped
		delete(b.inUse, first)
		f.end()
	}
}

// get returns an empty buffer of at least n bytes capacity, the smallest that fits; one that was in use before has all its memory.
func (b *buffers) get(n int) (buf []byte, used bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	best := -1
	for i, f := range b.free {
		if len(f.mem) >= n && (best < 0 || len(f.mem) < len(b.free[best].mem)) {
			best = i
		}
	}
	var f *buffer
	// A far larger one would charge the window for room that nobody uses.
	if best < 0 || len(b.free[best].mem) > 4*max(n, minBuffer) {
		f = newBuffer(roundUp(n), b.users > 0, !b.lazy)
	} else {
		f, used = b.remove(best), true
	}
	b.inUse[unsafe.SliceData(f.mem)] = f
	if used = used && (f.own || !b.lazy); used || !b.lazy {
		b.use(f, len(f.mem))
	}
	return f.mem[:0], used
}

// newBuffer takes memory, pages of the system's if own, of which all will be used soon if whole.
func newBuffer(n int, own, whole bool) *buffer {
	if !own {
		return &buffer{mem: make([]byte, n)}
	}
	f := &buffer{}
	if f.mem, f.own = pages.Take(n); f.own && whole {
		pages.Huge(f.mem)
	}
	return f
}

func (f *buffer) end() {
	if f.own {
		pages.Give(f.mem)
	}
}

// touch has n more bytes of a buffer count, up to its size.
func (b *buffers) touch(buf []byte, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f := b.inUse[unsafe.SliceData(buf)]; f != nil {
		b.use(f, n)
	}
}

func (b *buffers) use(f *buffer, n int) {
	more := min(int64(n), int64(len(f.mem))-f.used)
	f.used += more
	b.used += more
}

// put takes a buffer back, unless it is none of these.
func (b *buffers) put(buf []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	first := unsafe.SliceData(buf)
	f := b.inUse[first]
	if f == nil {
		return
	}
	delete(b.inUse, first)
	b.used -= f.used
	f.used = 0
	b.held += int64(len(f.mem))
	b.free = append(b.free, f)
	if b.lazy && f.own {
		b.drop(len(b.free) - 1)
	}
	for len(b.free) > maxFree || len(b.free) > 1 && b.held+b.used > b.limit {
		b.drop(b.smallest())
	}
}

// setLazy has buffers take memory as their bytes come, or at once.
func (b *buffers) setLazy(lazy bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lazy = lazy
	for i := len(b.free) - 1; lazy && i >= 0; i-- {
		if b.free[i].own {
			b.drop(i)
		}
	}
}

// smallest is the one to drop: most bodies fit into the others.
func (b *buffers) smallest() int {
	least := 0
	for i, f := range b.free {
		if len(f.mem) < len(b.free[least].mem) {
			least = i
		}
	}
	return least
}

func (b *buffers) drop(i int) { b.remove(i).end() }

// remove takes a buffer from the list.
func (b *buffers) remove(i int) (f *buffer) {
	f = b.free[i]
	last := len(b.free) - 1
	b.free[i] = b.free[last]
	b.free[last] = nil
	b.free = b.free[:last]
	b.held -= int64(len(f.mem))
	return f
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
