package fetch

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// RetryPolicy says how often and how patiently. The zero value works.
type RetryPolicy struct {
	// Tries is how often a segment is asked for when the network or the server is in trouble; default 8, which lasts for
	// more than half a minute. Playlists and keys get three quarters of it, at least 2, and a steering manifest 1.
	Tries int
	// Base and Cap bound the wait after the nth failed try: a random time between half of min(Cap, Base·3ⁿ⁻¹) and all of it.
	// Defaults 100 ms and 30 s: most failures are over at once, and others take long. Behind the first connection that broke,
	// it is an eighth. Only HTTP 429, a Retry-After, and HTTP 503 in several of the last answers make other requests to the same
	// host wait as well.
	Base, Cap time.Duration
	// MaxWait is the longest Retry-After that is obeyed; a longer one ends the request. Default 5 minutes.
	MaxWait time.Duration
	// StallTime is how long a transfer may stay under 1 KiB/s before it counts as failed; default 30 s.
	StallTime time.Duration
}

// Tries by class, where they do not follow from RetryPolicy.Tries.
const (
	refusedTries = 2
	contentTries = 3
)

func (p RetryPolicy) withDefaults() RetryPolicy {
	if p.Tries <= 0 {
		p.Tries = 8
	}
	if p.Base <= 0 {
		p.Base = 100 * time.Millisecond
	}
	if p.Cap <= 0 {
		p.Cap = 30 * time.Second
	}
	if p.MaxWait <= 0 {
		p.MaxWait = 5 * time.Minute
	}
	if p.StallTime <= 0 {
		p.StallTime = 30 * time.Second
	}
	return p
}

// tries is how often a request is made in all before a failure of class c is final.
func (p RetryPolicy) tries(k Kind, c class) int {
	n := p.Tries
	if k == Steering { // a film can do without it
		return 1
	}
	if k != Segment {
		n = max(2, n*3/4)
	}
	switch c {
	case fatal:
		return 1
	case refused:
		return min(n, refusedTries)
	case content:
		return min(n, contentTries)
	case throttled:
		return 2 * n // it told us to come again
	}
	return n
}

// backoff is exponential with jitter. n counts failed tries, from 1.
func (p RetryPolicy) backoff(n int) time.Duration {
	limit := min(p.Base, p.Cap)
	for ; n > 1 && limit < p.Cap; n-- {
		limit = min(3*limit, p.Cap)
	}
	return limit - rand.N(limit/2+1)
}

// retryAfter reads either form of the header (RFC 9110 §10.2.3). A date is taken against the server's own clock.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0, false
	}
	if s, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(s) * time.Second, true
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0, false
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(0, at.Sub(now)), true
}

// sleep waits, or returns the context's error.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// spell writes a duration without the zeros at its end: 24h, not 24h0m0s.
func spell(d time.Duration) string {
	s := d.Round(time.Second).String()
	if short, ok := strings.CutSuffix(s, "m0s"); ok {
		s = short + "m"
	}
	if short, ok := strings.CutSuffix(s, "h0m"); ok {
		s = short + "h"
	}
	return s
}
