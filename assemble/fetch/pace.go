package fetch

import "time"

const (
	// slowTime is how long a part must take for its transfer to be slow: then what counts is that no connection of the line is ever idle,
	// and that those under way do not end at the same moment.
	slowTime = 500 * time.Millisecond
	// lagShare is how much of the time of a stripe may pass before its first byte comes, as far as memory allows: 1 %.
	lagShare = 100
	// leastPiece is the least that is asked for where a part is divided in slow transfers, in bytes.
	leastPiece = 512 << 10
)

// pace is what is known of how transfers go. The lock of the window guards it.
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

// embark begins a transfer of some of the rest of a part, or of the whole where rest is 0: so many as usual, but where transfers are
// slow, as many as it says; all for level 1.
func (r *room) embark(level int, rest, usual int64) (n int64, f *flight) {
	w := r.window
	w.mu.Lock()
	defer w.mu.Unlock()
	if rest == 0 {
		rest = r.length()
	}
	n, f = usual, &flight{room: r}
	if w.pace.slow {
		now := time.Now()
		if n = rest; level > 1 {
			n = w.piece(now, int64(level), rest)
		}
		f.ends = now.Add(w.pace.lag + w.lasts(n))
	}
	w.pace.flights[f] = true
	r.flights++
	return n, f
}

// expected is the length of the part, if it is known, or what others have.
func (r *room) expected(length int64) int64 {
	if length > 0 {
		return length
	}
	r.window.mu.Lock()
	defer r.window.mu.Unlock()
	return r.length()
}

// land ends a transfer, once.
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

// cut has a transfer under way keep less than the rest that it has, or all of it.
func (f *flight) cut(level int, rest int64) int64 {
	w := f.room.window
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.pace.slow || 4*rest <= 5*w.stripe(int64(level)) {
		return rest
	}
	now := time.Now()
	n := w.piece(now, int64(level), rest)
	f.ends = now.Add(w.lasts(n))
	return n
}

// join begins a transfer of n bytes, which another one with so many left is rid of.
func (r *room) join(left int64, other *flight, n int64) *flight {
	w := r.window
	w.mu.Lock()
	defer w.mu.Unlock()
	f := &flight{room: r}
	if w.pace.slow {
		now := time.Now()
		f.ends = now.Add(w.pace.lag + w.lasts(n))
		other.ends = now.Add(w.lasts(left))
	}
	w.pace.flights[f] = true
	r.flights++
	return f
}

// piece is how much of the rest of a part to ask for. The caller holds the lock.
func (w *window) piece(now time.Time, level, rest int64) int64 {
	full := w.stripe(level)
	if left := w.left() / level; left < full {
		return fit(max(left, leastPiece), rest) // and all end at the same moment
	}
	if p := &w.pace; p.ramp < level {
		p.ramp++
		return fit(max(full*p.ramp/level, leastPiece), rest)
	}
	apart := w.lasts(full) / time.Duration(2*level)
	for i := level; i > 0; i-- {
		n := full * i / level
		if i == level {
			n = alike(full, rest)
		}
		if n >= leastPiece && w.lonely(now.Add(w.pace.lag+w.lasts(n)), apart) {
			return fit(n, rest)
		}
	}
	return alike(full, rest)
}

// alike divides the rest into pieces of about the same length, n at most.
func alike(n, rest int64) int64 {
	return rest / max(1, (rest*95/100+n-1)/n)
}

// fit leaves no short piece behind.
func fit(n, rest int64) int64 {
	if 10*rest <= 11*n {
		return rest
	}
	return n
}

// lonely reports whether no transfer ends near a time.
func (w *window) lonely(at time.Time, apart time.Duration) bool {
	for f := range w.pace.flights {
		if !f.ends.IsZero() && f.ends.Sub(at).Abs() < apart {
			return false
		}
	}
	return true
}

// stripe is how long the stripes of a part are, all of the same length, when transfers are slow: such that their mean half and a part that
// waits for its last one fit into the window, and longer than 4 MiB only as far as it saves time.
func (w *window) stripe(level int64) int64 {
	part := w.estimate()
	n := max(stripeBytes, int64(lagShare*w.pace.lag.Seconds()*w.pace.speed))
	if level > 1 {
		n = min(n, max(leastPiece, 2*(w.limit*95/100-part)/(level-1)))
	}
	return alike(n, part)
}

// left is how many bytes have still to come.
func (w *window) left() (sum int64) {
	sum = int64(w.count-w.opened) * w.estimate()
	for _, r := range w.open {
		sum += max(0, r.length()-r.came)
	}
	return sum
}
