package engine

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	firstTabs = 2  // two are ahead of one on every machine: while one page waits for the network, the other one computes
	mostTabs  = 16 // each takes some 100 MB
	paysOff   = 1.05
	holds     = 4 // rounds until a number that was found good is put to the test again
)

// tabs lets so many pages be open at once. Unless somebody says how many, it finds out how many pay off: one more as long as pages are done
// with faster for it, one fewer where they are not.
type tabs struct {
	mu      sync.Mutex
	limit   int
	most    int // 0: limit is what somebody said
	used    int
	waiting []chan struct{}

	// The present round: so many pages are done with at one limit.
	began time.Time
	done  int
	rate  float64 // pages a second of the round before
	step  int     // what was changed since
	hold  int
}

func newTabs(fixed int) *tabs {
	if fixed > 0 {
		return &tabs{limit: fixed}
	}
	return &tabs{limit: firstTabs, most: mostTabs}
}

// highest is how many may ever be open at once.
func (t *tabs) highest() int { return max(t.limit, t.most) }

// now is how many may be open at present.
func (t *tabs) now() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.limit
}

// enter waits for a place.
func (t *tabs) enter(ctx context.Context) error {
	t.mu.Lock()
	if t.began.IsZero() {
		t.began = time.Now()
	}
	if t.used < t.limit {
		t.used++
		t.mu.Unlock()
		return nil
	}
	mine := make(chan struct{})
	t.waiting = append(t.waiting, mine)
	t.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if i := slices.Index(t.waiting, mine); i >= 0 {
		t.waiting = slices.Delete(t.waiting, i, i+1)
	} else { // it was given in the same moment
		t.used--
		t.admit()
	}
	return context.Cause(ctx)
}

// leave gives the place back.
func (t *tabs) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done++
	if t.most > 0 {
		t.judge()
	}
	t.used--
	t.admit()
}

// admit is called with the lock held.
func (t *tabs) admit() {
	for t.used < t.limit && len(t.waiting) > 0 {
		close(t.waiting[0])
		t.waiting = t.waiting[1:]
		t.used++
	}
}

// judge ends a round: pages enough are done with to know how fast that goes. Called with the lock held.
func (t *tabs) judge() {
	if len(t.waiting) == 0 { // nobody wants more: how fast it goes says nothing of the limit
		t.began, t.done = time.Now(), 0
		return
	}
	if t.done < 3*t.limit {
		return
	}
	rate := float64(t.done) / max(time.Since(t.began).Seconds(), 1e-9)
	before := t.rate
	t.began, t.done, t.rate = time.Now(), 0, rate
	switch {
	case t.hold > 0:
		t.hold--
		t.step = 0
	case t.step > 0 && rate < before*paysOff: // one more was no gain
		t.change(-1)
		t.hold = holds
	case t.step < 0 && rate < before/paysOff: // one fewer was a loss
		t.change(+1)
		t.hold = holds
	case t.step < 0:
		t.change(-1)
	default:
		t.change(+1)
	}
}

func (t *tabs) change(by int) {
	next := min(max(t.limit+by, 1), t.most)
	t.step = next - t.limit
	t.limit = next
}
