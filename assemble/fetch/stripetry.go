package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// fetch tries until a stripe is there or the policy says enough. Unless fresh, it begins after a try that has ended with err.
func (s *striping) fetch(ctx context.Context, t *stripe, err error, fresh bool) error {
	defer t.flight.land()
	f := &pursuit{pool: s.pool, req: s.req, list: []*address{{url: s.req.URL, host: s.host}}}
	f.at = f.list[0]
	had := 0
	for {
		if fresh {
			if err = f.begin(ctx); err != nil {
				return err
			}
			if f.stale(f.at) {
				return &spentError{f.at.refused, f.tries}
			}
			had = len(t.buf)
			err = s.pool.watched(ctx, s.host, s.room, func(ctx context.Context, rd *reader) error { return s.exchange(ctx, t, rd) })
		}
		switch {
		case err == nil:
			s.complete()
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, errChanged), errors.Is(err, errUndivided):
			return err
		}
		if end := f.failed(ctx, err, len(t.buf) >= had+minResume); end != nil {
			return &spentError{err, f.tries}
		}
		fresh = true
	}
}

// exchange asks for what is missing of a stripe.
func (s *striping) exchange(ctx context.Context, t *stripe, rd *reader) error {
	end := s.endOf(t)
	if len(t.buf) >= end { // it broke behind its last byte
		t.buf = t.buf[:0]
	}
	resp, err := s.ask(ctx, t.from+int64(len(t.buf)), int64(end-len(t.buf)))
	var status *StatusError
	if errors.As(err, &status) && status.Code == http.StatusRequestedRangeNotSatisfiable {
		return fmt.Errorf("%w: it is shorter now", errChanged)
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := s.belongs(resp, t.from+int64(len(t.buf)), t.from+int64(end)-1); err != nil {
		return err
	}
	return s.read(ctx, resp, t, end, rd)
}

// endOf is the length that a stripe has by now.
func (s *striping) endOf(t *stripe) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.end
}

// belongs wants bytes of the body, of the same version of it.
func (s *striping) belongs(resp *http.Response, from, to int64) error {
	if resp.StatusCode == http.StatusOK { // If-Range (RFC 9110 §13.1.5), or ranges now and then
		return fmt.Errorf("%w: the whole came", errChanged)
	}
	first, last, v, err := piece(resp.Header)
	if err != nil {
		return err
	}
	if s.version.differs(&v) {
		return fmt.Errorf("%w: its length, ETag or Last-Modified differs", errChanged)
	}
	if offset, _ := s.extent(); first != offset+from || last != offset+to {
		return fmt.Errorf("%w: bytes %d to %d came, %d to %d were asked for", errUndivided, first, last, offset+from, offset+to)
	}
	return nil
}

// read takes the bytes of a stripe, of which the answer goes up to end; they count for the host's level as a body.
func (s *striping) read(ctx context.Context, resp *http.Response, t *stripe, end int, rd *reader) error {
	s.mu.Lock()
	t.began, t.had, t.claimed = time.Now(), len(t.buf), len(t.buf)
	s.mu.Unlock()
	rd.memory = s.body.buf
	rd.claim = func(got, bytes int) int { return s.claim(t, got, bytes) }
	buf, err := rd.read(ctx, resp, span{length: int64(end)}, t.buf)
	t.buf = buf
	s.host.received(rd.news, err == nil)
	return err
}
