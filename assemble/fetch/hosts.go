package fetch

import (
	"context"
	"math/bits"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// A host that failed asideAfter bodies in a row is left aside for asideTime, where there are others.
const (
	asideAfter = 3
	asideTime  = 30 * time.Second
)

// hosts are the servers of one film, and the line of those that wait for a slot of one of them.
type hosts struct {
	perHost int

	mu    sync.Mutex
	known map[string]*host
	line  []*waiter
}

// host is what the pool knows of one server: how many requests it gets at once, and not before when. The lock of all hosts guards it.
type host struct {
	all       *hosts
	level     level
	used      int
	notBefore time.Time
	strain    strain
	noRanges  bool // it has answered one with something else
	doubts    int  // pieces that did not belong together
	failed    int  // bodies in a row
	aside     time.Time
}

// waiter wants a slot of any of some hosts.
type waiter struct {
	hosts []*host
	// urgent, if it is true, has the waiter go first, above the limit: all others wait for it.
	urgent func() bool
	order  int
	got    chan *host
}

func newHosts(perHost int) *hosts { return &hosts{perHost: perHost, known: map[string]*host{}} }

// of returns the server that an address names.
func (s *hosts) of(address string) *host {
	name := ""
	if u, err := url.Parse(address); err == nil {
		name = u.Host
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.known[name]
	if h == nil {
		h = &host{all: s, level: newLevel(s.perHost)}
		s.known[name] = h
	}
	return h
}

// acquire takes a slot, of the host with the most room; the first one of equals. The least order is served first, and of equals who
// came first.
func (s *hosts) acquire(ctx context.Context, list []*host, urgent func() bool, order int) (*host, error) {
	w := &waiter{hosts: list, urgent: urgent, order: order, got: make(chan *host, 1)}
	s.mu.Lock()
	at := len(s.line)
	for at > 0 && s.line[at-1].order > order {
		at--
	}
	s.line = slices.Insert(s.line, at, w)
	s.serve()
	s.mu.Unlock()
	select {
	case h := <-w.got:
		return h, nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.line, w); i >= 0 {
		s.line = slices.Delete(s.line, i, i+1)
	} else {
		(<-w.got).used--
		s.serve()
	}
	return nil, ctx.Err()
}

func (h *host) release() {
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	h.used--
	h.all.serve()
}

// wake looks again who may go: what is urgent has changed.
func (s *hosts) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serve()
}

// serve gives out what is free. The caller holds the lock.
func (s *hosts) serve() {
	if len(s.line) == 0 {
		return
	}
	now := time.Now()
	s.line = slices.DeleteFunc(s.line, func(w *waiter) bool {
		h := w.choose(now)
		if h == nil {
			return false
		}
		h.used++
		w.got <- h
		return true
	})
}

// choose is nil when the waiter must wait.
func (w *waiter) choose(now time.Time) (best *host) {
	apart := !slices.ContainsFunc(w.hosts, func(h *host) bool { return !h.isAside(now) })
	for _, h := range w.hosts {
		if (apart || !h.isAside(now)) && h.room() > 0 && (best == nil || h.room() > best.room()) {
			best = h
		}
	}
	if best == nil && w.urgent != nil && w.urgent() {
		return w.hosts[0]
	}
	return best
}

func (h *host) room() int { return h.level.limit - h.used }

func (h *host) isAside(now time.Time) bool { return now.Before(h.aside) }

// divides reports whether parts of bodies may be asked for, and how many requests there may be at once.
func (h *host) divides() (yes bool, level int) {
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	return !h.noRanges, h.level.limit
}

// undivided has whole bodies asked for from now on.
func (h *host) undivided() {
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	h.noRanges = true
}

// doubt is told of pieces of a body that do not belong together: one file may have changed, but several may not.
func (h *host) doubt() {
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	h.doubts++
	h.noRanges = h.noRanges || h.doubts > 1
}

// hold lets nobody ask before d has passed. A later time stands.
func (h *host) hold(d time.Duration) {
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	if t := time.Now().Add(d); t.After(h.notBefore) {
		h.notBefore = t
	}
}

// ready is when the host may be asked, and the time until which others are the better choice.
func (h *host) ready() (at, aside time.Time) {
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	return h.notBefore, h.aside
}

// wait returns when requests are allowed; another one may have prolonged the time meanwhile.
func (h *host) wait(ctx context.Context) error {
	for {
		at, _ := h.ready()
		d := time.Until(at)
		if d <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
}

// learn has the level hear of something, and lets in whom that allows.
func (h *host) learn(what func(l *level, now time.Time)) {
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	before := h.level.limit
	what(&h.level, time.Now())
	if h.level.limit > before {
		h.all.serve()
	}
}

// answered reports the first bytes of an answer, and when it was asked for. It returns true when the server wants fewer requests:
// by 429, by a Retry-After, which stated is for, and by 503 if that comes again and again.
func (h *host) answered(began time.Time, code int, stated bool) (held bool) {
	busy := classifyStatus(code) == throttled
	h.learn(func(l *level, now time.Time) {
		often := h.strain.add(busy)
		held = busy && (often || stated || code == http.StatusTooManyRequests)
		switch {
		case held:
			l.refused(now, began, h.used)
		case !busy:
			l.answered(now, began)
		}
	})
	return held
}

// strain has a bit for each of the last 16 answers, set for those that refuse: one now and then is chance.
type strain uint16

// strained is how many of the last answers must refuse for that to be no chance.
const strained = 4

func (s *strain) add(refused bool) (often bool) {
	if *s <<= 1; refused {
		*s |= 1
	}
	return bits.OnesCount16(uint16(*s)) >= strained
}

// received reports bytes, or with end a whole body.
func (h *host) received(n int, end bool) {
	h.learn(func(l *level, now time.Time) { l.received(now, n, end, h.used >= l.limit) })
}

// judged books whether a body could be had here.
func (h *host) judged(ok bool) {
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	if h.failed++; ok {
		h.failed, h.aside = 0, time.Time{}
	}
	if h.failed >= asideAfter {
		h.aside = time.Now().Add(asideTime)
	}
}
