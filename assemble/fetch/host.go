package fetch

import (
	"context"
	"sync"
	"time"
)

// host is what the pool knows of one server: how many requests it gets at once, and not before when.
type host struct {
	slots chan struct{}

	mu        sync.Mutex
	notBefore time.Time
}

func newHost(limit int) *host {
	return &host{slots: make(chan struct{}, limit)}
}

func (h *host) acquire(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *host) release() { <-h.slots }

// hold lets nobody ask before d has passed. A later time stands.
func (h *host) hold(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t := time.Now().Add(d); t.After(h.notBefore) {
		h.notBefore = t
	}
}

// wait returns when requests are allowed; another one may have prolonged the time meanwhile.
func (h *host) wait(ctx context.Context) error {
	for {
		h.mu.Lock()
		d := time.Until(h.notBefore)
		h.mu.Unlock()
		if d <= 0 {
			return ctx.Err()
		}
		if err := sleep(ctx, d); err != nil {
			return err
		}
	}
}
