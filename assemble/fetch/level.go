package fetch

import "time"

// Levels, and the times in which they are judged.
const (
	firstLevel = 6
	topLevel   = 16

	// A new level is given settleTime, or two answers' time, before it is measured for spanTime, or four answers' time.
	settleTime = 50 * time.Millisecond
	spanTime   = 200 * time.Millisecond
	// restTime passes before a level that did not pay is tried again; it doubles each time, up to longRest.
	restTime = 10 * time.Second
	longRest = 80 * time.Second
	// slowMore is how much later than four times the best the first bytes may come.
	slowMore = 200 * time.Millisecond
)

// level finds how many requests at once one host serves best: it tries more while that makes transfers faster in sum, and halves
// where the host refuses (429, 503) or answers far later than it could. It knows no clock: each call says what time it is.
type level struct {
	limit int
	fixed bool

	measure measure
	steady  flow // the last measure of this level
	// base is the level to return to if this one does not pay, with what it gave; 0 when nothing is being tried.
	base     int
	baseFlow flow
	missed   int
	rest     time.Duration
	restEnd  time.Time

	// wall is the level that a refusal has shown to be the last good one, until wallEnd; 0 for none.
	wall    int
	wallEnd time.Time
	backed  time.Time // the last halving: what was asked before it, says nothing new
	since   int       // answers since then, and the number of them at which one more is allowed
	climb   int

	lag lag
}

// measure sums up what came since from.
type measure struct {
	from         time.Time
	bytes, parts int64
	events, idle int
}

// flow is a speed, in bytes and in bodies per second; bodies only where enough have come.
type flow struct{ bytes, parts float64 }

// newLevel fixes the level at n, or finds it if n is 0.
func newLevel(n int) level {
	if n > 0 {
		return level{limit: n, fixed: true}
	}
	return level{limit: firstLevel, rest: restTime}
}

// received is told of n bytes, or of the end of a body. busy says that all of the level is in use: else it is others that
// are slow, and more requests would not help.
func (l *level) received(now time.Time, n int, end, busy bool) {
	if l.fixed {
		return
	}
	if end {
		l.recover()
	}
	m := &l.measure
	if m.from.IsZero() {
		l.begin(now)
	}
	if now.Before(m.from) {
		return
	}
	m.bytes += int64(n)
	m.events++
	if end {
		m.parts++
	}
	if !busy {
		m.idle++
	}
	if now.Sub(m.from) >= max(spanTime, 4*l.lag.floor) && m.events >= 8*l.limit {
		l.judge(now)
	}
}

// begin has a level measured anew, after it has settled.
func (l *level) begin(now time.Time) {
	l.measure = measure{from: now.Add(max(settleTime, 2*l.lag.floor))}
}

// judge draws the conclusion from a measure.
func (l *level) judge(now time.Time) {
	m := l.measure
	l.measure = measure{from: now}
	if m.idle > m.events/4 {
		return
	}
	seconds := now.Sub(m.from).Seconds()
	f := flow{bytes: float64(m.bytes) / seconds}
	if m.parts >= int64(4*l.limit) {
		f.parts = float64(m.parts) / seconds
	}
	if l.base > 0 {
		l.judgeTrial(now, f)
		return
	}
	calm := l.steady.bytes > 0 && f.bytes < 1.15*l.steady.bytes && f.bytes > 0.85*l.steady.bytes
	l.steady = f
	if calm && !now.Before(l.restEnd) {
		l.try(now)
	}
}

// try goes one step up, if there is one.
func (l *level) try(now time.Time) {
	if l.limit >= l.top(now) {
		return
	}
	l.base, l.baseFlow, l.missed = l.limit, l.steady, 0
	l.set(now, min(l.limit+max(1, l.limit/3), l.top(now)))
}

func (l *level) top(now time.Time) int {
	if l.wall > 0 && now.Before(l.wallEnd) {
		return l.wall
	}
	l.wall = 0
	return topLevel
}

// judgeTrial keeps a higher level only if it brings a good part of what it could; measured twice before it is given up.
func (l *level) judgeTrial(now time.Time, f flow) {
	switch {
	case f.grown(l.baseFlow, float64(l.limit)/float64(l.base)):
		l.base, l.steady, l.rest = 0, f, restTime
		l.try(now)
	case l.missed == 0:
		l.missed++
	default:
		l.restEnd, l.rest = now.Add(l.rest), min(2*l.rest, longRest)
		l.set(now, l.base)
		l.base = 0
	}
}

// grown compares with the flow at a lower level; ideal is how much faster it would be if nothing were shared.
func (f flow) grown(from flow, ideal float64) bool {
	need := 1 + 0.4*(ideal-1)
	bytes := f.bytes / from.bytes
	if f.parts == 0 || from.parts == 0 {
		return bytes >= need
	}
	parts := f.parts / from.parts
	return max(bytes, parts) >= need && min(bytes, parts) > 0.85
}

func (l *level) set(now time.Time, n int) {
	l.limit = n
	l.steady = flow{}
	l.lag.restart(now)
	l.begin(now)
}

// refused is told of a 429 or 503 to a request that began at a time, while used were under way: those from before the last
// halving still count for the host, and their refusals say nothing of the new level.
func (l *level) refused(now, began time.Time, used int) {
	if l.fixed || !began.After(l.backed) || used > l.limit {
		return
	}
	again := !l.backed.IsZero() && l.since < 2*l.limit
	switch {
	case l.base > 0:
		l.wall = l.base
	case again:
		l.wall = max(1, l.limit-1)
	case l.wall < l.limit:
		l.wall = l.limit // it has served so many: perhaps it was chance
	}
	l.back(now, l.base > 0 || again)
}

// back halves the level; it comes back by one after each round of answers, up to the wall. again
// says that it was not the first time.
func (l *level) back(now time.Time, again bool) {
	l.restEnd = now.Add(l.rest)
	if again {
		l.rest = min(2*l.rest, longRest)
	}
	l.wallEnd, l.base, l.backed, l.since = l.restEnd, 0, now, 0
	l.set(now, max(1, l.limit/2))
	l.climb = l.limit
}

func (l *level) recover() {
	l.since++
	if l.wall > l.limit && l.base == 0 && l.since >= l.climb {
		l.limit++
		l.climb += l.limit
		l.steady = flow{}
	}
}

// lag watches how long a host takes to answer: requests that only wait in its line are no gain.
type lag struct {
	floor time.Duration // the best so far
	mean  time.Duration // of those asked since from
	count int
	from  time.Time
	// high and limit are from before a halving because of it; 0 otherwise.
	high  time.Duration
	limit int
}

func (g *lag) restart(now time.Time) { g.from, g.count, g.mean = now, 0, 0 }

func (g *lag) add(d time.Duration) {
	g.count++
	g.mean += (d - g.mean) / time.Duration(min(g.count, 8))
}

// answered is told when an answer began to come, and when it was asked for.
func (l *level) answered(now, began time.Time) {
	g, d := &l.lag, now.Sub(began)
	if g.floor == 0 || d < g.floor {
		g.floor = max(d, 1)
	}
	if l.fixed || began.Before(g.from) {
		return
	}
	if g.add(d); g.count < max(8, l.limit) {
		return
	}
	switch {
	case g.limit > 0 && g.mean > g.high*3/4:
		// It was not the number of requests: this is what the host takes now.
		g.floor, l.wall = g.mean, 0
		was := g.limit
		g.limit = 0
		l.set(now, was)
	case g.mean > 4*g.floor+slowMore && l.limit > 1:
		g.high, g.limit = g.mean, l.limit
		l.wall = max(1, l.limit*3/4)
		l.back(now, true)
	default:
		g.limit = 0
	}
}
