package fetch

import "time"

const (
	// slowTime is how long a part must take for transfers to be slow: then all that counts is that no connection is ever idle.
	slowTime = 500 * time.Millisecond
	// lagShare is how much of the time of a stripe may pass before its first byte comes, as far as memory allows: a hundredth.
	lagShare = 100
	// slowRoom is the part of the window, one in so many, that comes on top of it where transfers are slow: stripes are the longer.
	slowRoom = 4
	// leastPiece is the least that is asked for where a part is divided in slow transfers, in bytes.
	leastPiece = 512 << 10
)

// pace is what is known of how transfers go, and which are under way. The lock of the window guards it.
type pace struct {
	slow    bool
	speed   float64 // of one transfer, in bytes per second; 0 as long as nobody knows
	lag     time.Duration
	flights map[*flight]bool
	// ramp counts the pieces since transfers are slow: the first ones are shorter, so that they end one after the other.
	ramp int64
}

// flight is a transfer under way.
type flight struct {
	room *room
	ends time.Time // probably; zero if nobody knows
}

// noted is told how many bytes a transfer has brought in a time.
func (w *window) noted(bytes int, in time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := &w.pace
	speed := float64(bytes) / in.Seconds()
	if p.speed == 0 {
		p.speed = speed
	}
	p.speed += (speed - p.speed) / 32
	took := w.lasts(w.estimate())
	if !p.slow && took > slowTime && w.typical > 0 {
		w.turn(true)
	} else if p.slow && took < slowTime/2 {
		w.turn(false)
	}
}

// turn has parts pay otherwise. The caller holds the lock.
func (w *window) turn(slow bool) {
	w.pace.slow, w.pace.ramp = slow, 0
	w.bufs.setLazy(slow)
	for _, r := range w.open {
		if n := r.paid - r.came; slow && n > 0 && !r.full {
			r.paid -= n
			w.used -= n
		}
		r.owed = r.came
	}
	w.tell()
}

// slow is true when parts pay as their bytes come.
func (w *window) slow() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pace.slow
}

// lasts is how long a transfer takes for so many bytes, once they come. The caller holds the lock.
func (w *window) lasts(bytes int64) time.Duration {
	return time.Duration(float64(bytes) / w.pace.speed * float64(time.Second))
}

// lagged is told how long the first bytes took.
func (w *window) lagged(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pace.lag == 0 {
		w.pace.lag = d
	}
	w.pace.lag += (d - w.pace.lag) / 8
}

// embark begins a transfer of a piece of the rest of a part, or with rest 0 of the part: a usual one, but where transfers are slow, of as
// many bytes as it says.
func (r *room) embark(level int, rest, usual int64) (n int64, f *flight) {
	w := r.window
	w.mu.Lock()
	defer w.mu.Unlock()
	if n = usual; w.pace.slow {
		if rest == 0 {
			rest = r.length()
		}
		n = w.piece(int64(level), rest)
	}
	return n, w.board(r, n)
}

// embarkWhole begins a transfer of all of a part, whose length may be known.
func (r *room) embarkWhole(length int64) *flight {
	w := r.window
	w.mu.Lock()
	defer w.mu.Unlock()
	if length == 0 {
		length = r.length()
	}
	return w.board(r, length)
}

// join begins a transfer of n bytes, of which another one is rid; it has left so many.
func (f *flight) join(n, left int64) *flight {
	w := f.room.window
	w.mu.Lock()
	defer w.mu.Unlock()
	f.expect(left, 0)
	return w.board(f.room, n)
}

// board begins a transfer of n bytes. The caller holds the lock.
func (w *window) board(r *room, n int64) *flight {
	f := &flight{room: r}
	f.expect(n, w.pace.lag)
	w.pace.flights[f] = true
	r.flights++
	return f
}

// expect books the end of a transfer, of n bytes after a time. The caller holds the lock.
func (f *flight) expect(n int64, after time.Duration) {
	if w := f.room.window; w.pace.slow {
		f.ends = time.Now().Add(after + w.lasts(n))
	}
}

// longest is how many bytes the transfer of each part that takes longest has still to bring, as far as that is known. The caller holds the lock.
func (p *pace) longest() map[*room]int64 {
	out, now := map[*room]int64{}, time.Now()
	for f := range p.flights {
		if !f.ends.IsZero() {
			out[f.room] = max(out[f.room], int64(f.ends.Sub(now).Seconds()*p.speed))
		}
	}
	return out
}

// land ends a transfer, once; nil is none.
func (f *flight) land() {
	if f == nil {
		return
	}
	w := f.room.window
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.pace.flights[f] {
		delete(w.pace.flights, f)
		f.room.flights--
	}
}

// keep is how much of the rest of a part that comes in one transfer it keeps, where transfers are slow. Earlier parts are
// divided first, for they are wanted first: now is false as long as there are any.
func (f *flight) keep(level int, rest int64) (n int64, now bool) {
	w := f.room.window
	w.mu.Lock()
	defer w.mu.Unlock()
	long := w.stripe(int64(level)) * 5 / 4
	if !w.pace.slow || rest <= long {
		return rest, true
	}
	for i := w.head; i < f.room.index; i++ {
		if r := w.open[i]; r != nil && r.undivided && r.length()-r.came > long {
			return rest, false
		}
	}
	f.room.undivided = false
	n = w.piece(int64(level), rest)
	f.expect(n, 0)
	return n, true
}

// piece is how much of the rest of a part to ask for. The caller holds the lock.
func (w *window) piece(level, rest int64) int64 {
	full := w.stripe(level)
	if left := w.left() / level; left < full {
		return fit(max(left, leastPiece), rest) // and all end at the same moment
	}
	if p := &w.pace; p.ramp < level {
		p.ramp++
		return fit(max(full*p.ramp/level, leastPiece), rest)
	}
	apart := w.lasts(full) / time.Duration(2*level)
	now := time.Now().Add(w.pace.lag)
	usual := alike(full, rest)
	for n := usual; n >= leastPiece; n -= max(full/level, 1) {
		if w.lonely(now.Add(w.lasts(n)), apart) {
			return fit(n, rest)
		}
	}
	return usual
}

// alike divides the rest of a part into pieces of the same length, n at most, or a little more.
func alike(n, rest int64) int64 { return rest / max(1, (rest*95/100+n-1)/n) }

// fit leaves no short piece behind.
func fit(n, rest int64) int64 {
	if 10*rest <= 11*n {
		return rest
	}
	return n
}

// lonely reports whether no transfer ends near a time: ends that are apart are requests that are apart, and memory that is needed one
// after the other. The caller holds the lock.
func (w *window) lonely(at time.Time, apart time.Duration) bool {
	for f := range w.pace.flights {
		if !f.ends.IsZero() && f.ends.Sub(at).Abs() < apart {
			return false
		}
	}
	return true
}

// stripe is how long the stripes of a part are, all of the same length, when transfers are slow: such that half of each, which is what is
// under way on the mean, and a part that waits for its last one fit into the window; and longer than 4 MiB only as far as it saves time. The caller holds the lock.
func (w *window) stripe(level int64) int64 {
	part := w.estimate()
	n := max(stripeBytes, int64(lagShare*w.pace.lag.Seconds()*w.pace.speed))
	if level > 1 {
		n = min(n, max(leastPiece, 2*(w.most()*90/100-part)/(level-1)))
	}
	return part / max(1, (part+n-1)/n)
}

// left is how many bytes have still to come. The caller holds the lock.
func (w *window) left() (sum int64) {
	sum = int64(max(w.count-w.opened, 0)) * w.estimate()
	for _, r := range w.open {
		sum += max(0, r.length()-r.came)
	}
	return sum
}
