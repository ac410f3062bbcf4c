package fetch

import (
	"context"

	"golang.org/x/time/rate"
)

// maxBurst is the most that a limited transfer reads at once.
const maxBurst = 256 << 10

// newLimiter allows bytes per second, in bursts of a tenth of a second; nil for 0.
func newLimiter(bytes int64) *rate.Limiter {
	if bytes <= 0 {
		return nil
	}
	return rate.NewLimiter(rate.Limit(bytes), int(min(max(bytes/10, 1), maxBurst)))
}

// burst is how much of b may be read at once.
func (p *Pool) burst(b []byte) []byte {
	if p.rate == nil {
		return b
	}
	return b[:min(len(b), p.rate.Burst())]
}

// throttle waits until n more bytes are allowed. That is no stall: the wait is our own.
func (r *reader) throttle(ctx context.Context, n int) error {
	if r.pool.rate == nil || n == 0 {
		return nil
	}
	return r.watch.pause(func() error { return r.pool.rate.WaitN(ctx, n) })
}
