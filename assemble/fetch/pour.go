package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// pourBytes is how much is handed on at once.
const pourBytes = 256 << 10

// jugs are the buffers of bodies that are handed on as they come.
var jugs = sync.Pool{New: func() any { return new([pourBytes]byte) }}

// Rest is how far a Sink is with a body.
type Rest struct {
	// From is how much of it is there. It goes up with what the Sink has taken, and back to 0 where what comes is another body.
	From int64
	// Version is that of what is there: see VersionOf. Without one, nothing is gone on with.
	Version string
}

func (r *Rest) from() int64 {
	if r == nil {
		return 0
	}
	return r.From
}

// ask changes a request to one for what is missing.
func (r *Rest) ask(req *http.Request) {
	switch {
	case r == nil, r.From == 0:
	case r.Version == "":
		r.From = 0
	default:
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", r.From))
		req.Header.Set("If-Range", r.Version)
	}
}

// refused begins anew where there is no such rest.
func (r *Rest) refused(resp *http.Response, refusal error) error {
	if r.from() > 0 && resp.StatusCode == http.StatusRequestedRangeNotSatisfiable {
		r.From = 0
		return fmt.Errorf("%w: it is shorter now", errChanged)
	}
	return refusal
}

// span reads the head of an answer with the whole, or with the rest that was asked for.
func (r *Rest) span(resp *http.Response) (span, error) {
	if resp.StatusCode == http.StatusOK {
		*r = Rest{Version: VersionOf(resp.Header)}
		return span{length: resp.ContentLength}, nil
	}
	first, last, v, err := piece(resp.Header)
	if err != nil || first != r.From || v.whole != fmt.Sprint(last+1) || r.From == 0 {
		r.From = 0
		return span{}, fmt.Errorf("%w: Content-Range is %.60q", errChanged, resp.Header.Get("Content-Range"))
	}
	if tag := resp.Header.Get("ETag"); tag != "" && r.Version[0] == '"' && tag != r.Version {
		r.From = 0
		return span{}, fmt.Errorf("%w: its ETag differs", errChanged)
	}
	return span{length: last - first + 1}, nil
}

// pour hands a body on as it comes; length is -1 if only its end tells. What is told of is at least what tells what it is, or all.
func (s *striping) pour(ctx context.Context, resp *http.Response, length int64, rd *reader) (*Body, error) {
	jug := jugs.Get().(*[pourBytes]byte)
	defer jugs.Put(jug)
	buf, have, at, begin := jug[:], 0, int64(0), s.req.Rest.from()
	for {
		n, err := resp.Body.Read(s.pool.burst(buf[have:]))
		have += n
		rd.count(n)
		if e := rd.throttle(ctx, n); e != nil {
			return nil, e
		}
		end := errors.Is(err, io.EOF) && ctx.Err() == nil && (length < 0 || at+int64(have) == length)
		if have >= lookBytes || end {
			if e := s.req.Sink(resp.Header, begin+at, buf[:have]); e != nil {
				return nil, contentError{e}
			}
			at, have = at+int64(have), 0
			if s.req.Rest != nil {
				s.req.Rest.From = begin + at
			}
		}
		switch {
		case end:
			rd.host.received(rd.news, true)
			return s.pool.body(nil, resp, s.req), nil
		case err != nil:
			rd.host.received(rd.news, false)
			return nil, endOf(cmp.Or(context.Cause(ctx), err), at, length)
		}
	}
}
