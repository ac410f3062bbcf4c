package fetch

import (
	"context"
	"sync"
)

// window bounds the memory of parts that are being fetched or wait for their turn. The head, for which all others wait,
// is always admitted: otherwise a part larger than the window would never come. Where transfers are fast, a part pays for all of it when it
// begins; where they are slow, as its bytes come, and as long as there is room for what the head still needs.
type window struct {
	limit int64
	count int // parts in all
	bufs  *buffers

	mu      sync.Mutex
	used    int64
	head    int
	changed chan struct{}
	// typical is a running mean of what a part needed; 0 as long as nothing is known.
	typical int64
	open    map[int]*room // begun and not done
	opened  int
	pace    pace
	charged int64 // since the last tell
}

func newWindow(limit int64, w Work, bufs *buffers) *window {
	return &window{
		limit: limit, count: w.Count, typical: max(w.Typical, 0), bufs: bufs,
		changed: make(chan struct{}), open: map[int]*room{}, pace: pace{flights: map[*flight]bool{}},
	}
}

// acquire waits until try succeeds, which is called with the lock.
func (w *window) acquire(ctx context.Context, r *room, try func() bool) error {
	for told := false; ; {
		w.mu.Lock()
		if try() {
			w.mu.Unlock()
			return nil
		}
		changed := w.changed
		w.mu.Unlock()
		if !told {
			told = true
			r.stand(1)
			defer r.stand(-1)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fits reports whether a part may have n more bytes. The caller holds the lock.
func (w *window) fits(r *room, n int64) bool {
	if r.index <= w.head {
		return true
	}
	need := int64(0)
	if head := w.open[w.head]; w.pace.slow && head != nil {
		need = max(0, head.length()-head.paid)
	}
	return w.used+n+need <= w.most()
}

// most is how much memory parts may have. The caller holds the lock.
func (w *window) most() int64 {
	if w.pace.slow {
		return w.limit + w.limit/slowRoom
	}
	return w.limit
}

// done frees the memory of the head and moves on.
func (w *window) done(r *room) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := r.paid
	delete(w.open, r.index)
	w.used -= n
	w.head++
	if n > 0 && w.typical > 0 {
		w.typical += (n - w.typical) / 4
	}
	w.tell()
}

// tell wakes those who wait. The caller holds the lock.
func (w *window) tell() {
	w.charged = 0
	close(w.changed)
	w.changed = make(chan struct{})
}

// learn takes n, the length of some part, for that of all as long as nothing better is known. It is negative when only the end
// of a part tells.
func (w *window) learn(r *room, n int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r.size = max(n, 0)
	if w.typical == 0 {
		w.typical = max(n, minBuffer)
	}
}

// estimate is what a part is charged before its length is known; two at least must fit, and a few when nothing is known. The caller
// holds the lock.
func (w *window) estimate() int64 {
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

// divides reports whether a part of some length, if that is known, is divided: where transfers are slow, when it is longer than a
// piece; where they are fast, when the window, and not the level of a host, bounds how many parts are under way.
func (r *room) divides(piece, length int64, level int) bool {
	w := r.window
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.pace.slow {
		return w.typical > 0 && w.typical <= w.limit && w.typical*int64(level) > w.limit
	}
	if length == 0 {
		length = r.length()
	}
	return piece < length
}

// admit waits until a part may begin.
func (w *window) admit(ctx context.Context, r *room) error {
	return w.acquire(ctx, r, func() bool {
		switch n := w.estimate(); {
		case w.pace.slow && !w.foresees(r), !w.pace.slow && !w.fits(r, n):
			return false
		case !w.pace.slow:
			w.pay(r, n)
		}
		w.open[r.index] = r
		w.opened++
		return true
	})
}

// foresees reports whether one more part will fit, if all transfers go on at the same speed and nothing else begins: the memory is
// at its fullest when a part is complete, right before it goes. The caller holds the lock.
func (w *window) foresees(r *room) bool {
	if r.index <= w.head {
		return true
	}
	list := []*room{}
	for i := w.head; i < r.index; i++ {
		if o := w.open[i]; o != nil {
			list = append(list, o)
		}
	}
	list = append(list, r)
	longest := w.pace.longest()
	at := int64(0) // bytes that each transfer has brought until then
	for i, o := range list {
		at = max(at, (o.length()-o.came)/o.transfers(), longest[o])
		sum := int64(0)
		for _, o := range list[i:] {
			sum += min(o.length(), o.came+at*o.transfers())
		}
		if sum > w.most() {
			return false
		}
	}
	return true
}

// pay charges a part. The caller holds the lock.
func (w *window) pay(r *room, n int64) {
	w.used += n
	r.paid += n
	// Those who wait for a time when all will fit look again now and then.
	if w.charged += n; w.pace.slow && w.charged >= 1<<20 {
		w.tell()
	}
}

// room is the account of one part.
type room struct {
	window *window
	index  int
	// standing is that of the request at hand; stands are the transfers that wait for memory.
	standing func(bool)
	standMu  sync.Mutex
	stands   int

	// The lock of the window guards what follows.
	paid    int64
	came    int64 // bytes of the try at hand
	owed    int64 // bytes that came or are about to
	size    int64 // 0 as long as it is not known
	flights int
	full    bool // its buffer takes all its memory already
	// undivided: it comes in one transfer, which may be divided.
	undivided bool
}

// length is what the part will have, or so. The caller holds the lock.
func (r *room) length() int64 {
	if r.size > 0 {
		return r.size
	}
	return max(r.window.estimate(), r.came)
}

// transfers is how many bring it. The caller holds the lock.
func (r *room) transfers() int64 { return int64(max(r.flights, 1)) }

// isHead is true for the part that all others wait for.
func (r *room) isHead() bool {
	r.window.mu.Lock()
	defer r.window.mu.Unlock()
	return r.index <= r.window.head
}

// stand counts the transfers that wait for memory: the first and the last one are told of.
func (r *room) stand(n int) {
	if r.standing == nil {
		return
	}
	r.standMu.Lock()
	defer r.standMu.Unlock()
	before := r.stands > 0
	r.stands += n
	if after := r.stands > 0; before != after {
		r.standing(after)
	}
}

// ensure has the account hold at least total bytes.
func (r *room) ensure(ctx context.Context, total int64) error {
	w := r.window
	return w.acquire(ctx, r, func() bool {
		n := max(0, total-r.paid)
		if n > 0 && !w.fits(r, n) {
			return false
		}
		w.pay(r, n)
		return true
	})
}

// take pays for n bytes that will come, if that can be done at once.
func (r *room) take(n int) bool {
	r.window.mu.Lock()
	defer r.window.mu.Unlock()
	return r.tryTake(int64(n))
}

// wait is take with patience.
func (r *room) wait(ctx context.Context, n int) error {
	return r.window.acquire(ctx, r, func() bool { return r.tryTake(int64(n)) })
}

// tryTake is take. The caller holds the lock.
func (r *room) tryTake(n int64) bool {
	more := r.owed + n - r.paid
	if more > 0 && !r.window.fits(r, more) {
		return false
	}
	r.owed += n
	r.window.pay(r, max(0, more))
	return true
}

// arrived books n bytes.
func (r *room) arrived(n int) {
	r.window.mu.Lock()
	defer r.window.mu.Unlock()
	r.came += int64(n)
	r.owed = max(r.owed, r.came)
	r.window.pay(r, max(0, r.owed-r.paid))
}

// fill pays for all of a buffer; taken says that it has all its memory already.
func (r *room) fill(ctx context.Context, n int64, taken bool) error {
	err := r.ensure(ctx, n)
	r.window.mu.Lock()
	defer r.window.mu.Unlock()
	r.full = r.full || taken
	return err
}

// setUndivided says whether the part comes in one transfer, which may be divided.
func (r *room) setUndivided(yes bool) {
	r.window.mu.Lock()
	defer r.window.mu.Unlock()
	r.undivided = yes
}

// again: a new try begins, with so many bytes.
func (r *room) again(n int) {
	r.window.mu.Lock()
	defer r.window.mu.Unlock()
	r.came, r.owed = int64(n), int64(n)
}

// settle gives back what the account holds above total.
func (r *room) settle(total int64) {
	w := r.window
	w.mu.Lock()
	defer w.mu.Unlock()
	n := r.paid - total
	if n <= 0 {
		return
	}
	r.paid = total
	w.used -= n
	w.tell()
}
