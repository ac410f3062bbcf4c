package fetch

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// A transfer that has begun gives a part of what is left to a slot that has nothing to do, as long as that saves time: it is the way of
// the last parts of a film, and of the first ones as long as nobody knows how large they are.
const (
	// claimBytes is the least that a reader takes on at once; a fast one takes what comes in claimTime.
	claimBytes = 128 << 10
	claimTime  = 50 * time.Millisecond
	// minShare is the least that is given away, in bytes.
	minShare = 256 << 10
	// tryTime is how long the speed of a transfer is measured before it is judged.
	tryTime = 60 * time.Millisecond
	// minPatience is the time that a transfer must have left; or longer, where requests take long.
	minPatience = 200 * time.Millisecond
)

// divisible reports whether an answer, which is a whole body, may be shared: it is large enough, and the server promises ranges (RFC
// 9110 §14.3).
func (s *striping) divisible(resp *http.Response, span span) bool {
	if s.req.Kind != Segment || s.room == nil || s.kept.length > 0 || span.skip > 0 || span.cut ||
		span.length < 4*minShare || span.length > s.pool.opts.Window {
		return false
	}
	yes, level := s.host.divides()
	return yes && level > 1 && strings.EqualFold(strings.TrimSpace(resp.Header.Get("Accept-Ranges")), "bytes")
}

// share reads a body that is one stripe, until others cut theirs off.
func (s *striping) share(ctx, each context.Context, resp *http.Response, span span, rd *reader) (*Body, error) {
	if err := s.allocate(each, resp, span.length, rd); err != nil {
		return nil, err
	}
	s.version = versionOfBody(resp)
	t := s.add(0, span.length)
	t.flight = s.flight
	s.room.setUndivided(true)
	defer s.room.setUndivided(false)
	s.recruit(ctx)
	err := s.read(each, resp, t, int(span.length), rd)
	if !s.alone() {
		s.own = t
		return nil, err
	}
	s.settle()
	s.helpers.Wait()
	return s.received(s.body.buf[:len(t.buf)], err, resp, span)
}

// alone reports that nobody has taken a share, and nobody will.
func (s *striping) alone() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.list) > 1 || s.from < s.to {
		return false
	}
	s.list[0].end = 0
	return true
}

// claim says how many of the next bytes a stripe's reader may read.
func (s *striping) claim(t *stripe, got, bytes int) int {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	most := float64(claimBytes)
	if elapsed := now.Sub(t.began); elapsed > 0 {
		most = max(most, float64(got-t.had)*float64(claimTime)/float64(elapsed))
	}
	later := now.Sub(t.began) >= tryTime && s.from == s.to && !s.divide(t, got)
	n := min(bytes, int(most), t.end-got)
	t.claimed = got + n
	if !later && s.worth(t, now) > 0 {
		s.tell()
	}
	return n
}

// divide leaves of a stripe what others fetch better: most of a body that was asked for as a whole before anybody knew that it takes
// long. It returns false if that has to wait. The caller holds the lock.
func (s *striping) divide(t *stripe, got int) bool {
	_, level := s.host.divides()
	n, now := t.flight.keep(level, int64(t.end-got))
	if n < int64(t.end-got) {
		s.to = t.from + int64(t.end)
		t.end = got + int(n)
		s.from = t.from + int64(t.end)
		s.tell()
	}
	return now
}

// worth is the time that a stripe will take still, or 0 when nothing is to be gained by another request. The caller holds the lock.
func (s *striping) worth(t *stripe, now time.Time) time.Duration {
	left, elapsed := t.end-t.claimed, now.Sub(t.began)
	if left < 2*minShare || t.began.IsZero() || elapsed < tryTime {
		return 0
	}
	time := time.Duration(float64(elapsed) * float64(left) / float64(max(t.claimed-t.had, 1)))
	if time < max(minPatience, 8*s.lag) {
		return 0
	}
	return time
}

// cut takes half of what is left of the stripe that would take longest, or less of a long one; nil if that is not worth it. The
// caller holds the lock.
func (s *striping) cut(now time.Time) *stripe {
	var victim *stripe
	longest := time.Duration(0)
	for _, t := range s.list {
		if d := s.worth(t, now); d > longest {
			victim, longest = t, d
		}
	}
	if victim == nil {
		return nil
	}
	to := victim.from + int64(victim.end)
	victim.end -= min((victim.end-victim.claimed)/2, stripeBytes)
	t := s.add(victim.from+int64(victim.end), to)
	t.flight = victim.flight.join(int64(t.end), int64(victim.end-victim.claimed))
	return t
}
