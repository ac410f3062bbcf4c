package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// fetch tries until a stripe is there or the policy says enough. Unless fresh, it begins after a try that has ended with err.
func (s *striping) fetch(ctx context.Context, t *stripe, err error, fresh bool) error {
	f := &pursuit{pool: s.pool, req: s.req, list: []*address{{url: s.req.URL, host: s.host}}}
	f.at = f.list[0]
	had := 0
	for {
		if fresh {
			if err = f.begin(ctx); err != nil {
				return err
			}
			had = len(t.buf)
			err = s.pool.watched(ctx, s.host, nil, func(ctx context.Context, rd *reader) error { return s.exchange(ctx, t, rd) })
		}
		switch {
		case err == nil:
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
	if len(t.buf) == cap(t.buf) { // it broke behind its last byte
		t.buf = t.buf[:0]
	}
	resp, err := s.ask(ctx, t.from+int64(len(t.buf)), int64(cap(t.buf)-len(t.buf)))
	var status *StatusError
	if errors.As(err, &status) && status.Code == http.StatusRequestedRangeNotSatisfiable {
		return fmt.Errorf("%w: it is shorter now", errChanged)
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := s.belongs(resp, t); err != nil {
		return err
	}
	return s.read(ctx, resp, t, rd)
}

// belongs wants the bytes that are missing, of the same version of the body.
func (s *striping) belongs(resp *http.Response, t *stripe) error {
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
	offset, _ := s.extent()
	if first != offset+t.from+int64(len(t.buf)) || last != offset+t.from+int64(cap(t.buf))-1 {
		return fmt.Errorf("%w: bytes %d to %d came, %d to %d were asked for", errUndivided, first, last,
			offset+t.from+int64(len(t.buf)), offset+t.from+int64(cap(t.buf))-1)
	}
	return nil
}

// read takes the bytes of a stripe, which count for the host's level as a body.
func (s *striping) read(ctx context.Context, resp *http.Response, t *stripe, rd *reader) error {
	buf, err := rd.read(ctx, resp, span{length: int64(cap(t.buf))}, t.buf)
	t.buf = buf
	s.host.received(rd.news, err == nil)
	return err
}
