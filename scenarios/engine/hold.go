package engine

import (
	"context"
	"sync"
	"time"
)

// brake lets all requests wait that a server asked to come later.
type brake struct {
	mu    sync.Mutex
	until time.Time
}

// hold obeys a Retry-After for the whole pool.
func (r *runner) hold(e *StatusError) {
	if e.after <= 0 || e.Permanent() {
		return
	}
	r.brake.mu.Lock()
	defer r.brake.mu.Unlock()
	if until := time.Now().Add(e.after); until.After(r.brake.until) {
		r.brake.until = until
	}
}

// wait holds what servers ask for, and the scenario's rate.
func (a *actor) wait(ctx context.Context) error {
	a.r.brake.mu.Lock()
	left := time.Until(a.r.brake.until)
	a.r.brake.mu.Unlock()
	if left > 0 {
		t := time.NewTimer(left)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	if a.r.limit == nil {
		return nil
	}
	return a.r.limit.Wait(ctx)
}
