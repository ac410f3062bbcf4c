package engine

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"seine/scenarios"
)

// Pace lets all requests wait that a server asked to come later, and holds a rate. The zero value has none.
type Pace struct {
	limit *rate.Limiter // nil: none

	mu    sync.Mutex
	until time.Time
}

// NewPace is for so many requests at most.
func NewPace(r scenarios.Rate) *Pace {
	p := &Pace{}
	if n := r.PerSecond(); n > 0 {
		p.limit = rate.NewLimiter(rate.Limit(n), 1)
	}
	return p
}

// Hold lets all wait for so long.
func (p *Pace) Hold(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.until) {
		p.until = until
	}
}

// Wait holds what servers ask for, and the rate.
func (p *Pace) Wait(ctx context.Context) error {
	p.mu.Lock()
	left := time.Until(p.until)
	p.mu.Unlock()
	if left > 0 {
		t := time.NewTimer(left)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if p.limit == nil {
		return nil
	}
	return p.limit.Wait(ctx)
}

// hold obeys a Retry-After for the whole pool.
func (r *runner) hold(e *StatusError) {
	if e.after > 0 && !e.Permanent() {
		r.pace.Hold(e.after)
	}
}

func (a *actor) wait(ctx context.Context) error { return a.r.pace.Wait(ctx) }
