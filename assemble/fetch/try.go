package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// try asks once for the body, or what of it is missing, and has it checked. Other slots that have nothing to do may help.
func (f *pursuit) try(ctx context.Context, r Request) (body *Body, err error) {
	s := &striping{pool: f.pool, req: r, host: f.at.host, room: f.lane.room, lane: f.lane, kept: &f.kept, offer: make(chan struct{}, 1)}
	outer := ctx
	ctx, s.stop = context.WithCancelCause(ctx)
	defer s.stop(nil)
	divided := f.divided(s)
	exchange := s.whole
	if divided {
		exchange = s.first
	}
	defer s.flight.land()
	err = f.pool.watched(ctx, s.host, s.room, func(each context.Context, rd *reader) (err error) {
		body, err = exchange(ctx, each, rd)
		return err
	})
	if s.own != nil {
		if body, err = s.finish(ctx, err); err != nil && f.lane.slot == nil {
			if err := f.lane.enter(outer, []string{r.URL}); err != nil {
				return nil, err
			}
		}
	}
	if s.own != nil || divided {
		f.learn(ctx, err)
	}
	if err != nil {
		return nil, err
	}
	if r.Check != nil {
		if err := r.Check(body); err != nil {
			body.Release()
			return nil, contentError{err}
		}
	}
	return body, nil
}

// watched runs one exchange, which ends when it stalls.
func (p *Pool) watched(ctx context.Context, h *host, room *room, exchange func(context.Context, *reader) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := watchStall(cancel, p.opts.Retry.StallTime)
	defer watch.stop()
	err := exchange(ctx, &reader{pool: p, host: h, watch: watch, room: room})
	if err != nil && errors.Is(context.Cause(ctx), ErrStall) {
		err = fmt.Errorf("%w: under %d bytes a second for %v", ErrStall, stallFloor, p.opts.Retry.StallTime)
	}
	return cleanError(err)
}

// whole asks for the body as one, or for the rest of it. Under ctx others may take a share of what is large.
func (s *striping) whole(ctx, each context.Context, rd *reader) (*Body, error) {
	req, err := newRequest(each, s.req)
	if err != nil {
		return nil, err
	}
	s.kept.ask(req, s.req)
	began := time.Now()
	resp, err := s.pool.doer.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	s.lagged(time.Since(began))
	span, err := s.pool.span(resp, s.req, s.kept, s.pool.judge(resp, rd.host, began))
	if err != nil {
		return nil, err
	}
	if s.divisible(resp, span) {
		return s.share(ctx, each, resp, span, rd)
	}
	return s.receive(each, resp, span, rd)
}

// receive reads a body, or the rest of one.
func (s *striping) receive(ctx context.Context, resp *http.Response, span span, rd *reader) (*Body, error) {
	if s.req.Answer != nil {
		if err := s.req.Answer(resp); err != nil {
			return nil, contentError{err}
		}
	}
	if s.req.Sink != nil && (resp.StatusCode == http.StatusOK || s.req.Rest != nil) {
		return s.pour(ctx, resp, span.length, rd)
	}
	rd.max = s.req.Kind.MaxBytes()
	rd.memory = s.kept.buf
	if look := s.req.Look; look != nil {
		rd.look = func(head []byte) error { return look(head, resp.Header) }
	}
	buf, err := rd.read(ctx, resp, span, s.kept.buf)
	rd.host.received(rd.news, err == nil)
	return s.received(buf, err, resp, span)
}

// received makes a body of what has come. Of what broke it keeps what can be used.
func (s *striping) received(buf []byte, err error, resp *http.Response, span span) (*Body, error) {
	if err != nil {
		if !s.kept.keep(buf, span, resp, s.req.URL) {
			s.kept.take()
			s.pool.bufs.put(buf)
		}
		return nil, err
	}
	s.kept.take()
	return s.pool.body(buf, resp, s.req), nil
}

func (p *Pool) body(buf []byte, resp *http.Response, r Request) *Body {
	b := &Body{Data: buf, buf: buf, pool: p.bufs, ContentType: resp.Header.Get("Content-Type"), Header: resp.Header}
	if resp.Request != nil && resp.Request.URL != nil {
		b.URL = resp.Request.URL
	} else if u, err := url.Parse(r.URL); err == nil {
		b.URL = u
	}
	return b
}

func newRequest(ctx context.Context, r Request) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.URL, nil)
	if err != nil {
		return nil, err
	}
	if !r.Kind.text() {
		// Ranges and lengths count bytes of the media itself.
		req.Header.Set("Accept-Encoding", "identity")
	}
	for name, values := range r.Header {
		req.Header[name] = values
	}
	r.Rest.ask(req)
	if r.Version != "" {
		req.Header.Set("If-Range", r.Version)
	}
	if r.Range != nil {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", r.Range.Offset, r.Range.Offset+r.Range.Length-1))
	}
	return req, nil
}

// judge tells the host of its answer, turns a refusal into an error, and has the whole pool obey a Retry-After.
func (p *Pool) judge(resp *http.Response, h *host, began time.Time) error {
	code := resp.StatusCode
	wait, stated := retryAfter(resp.Header, time.Now())
	err := &StatusError{Code: code, Header: resp.Header, held: h.answered(began, code, stated)}
	switch {
	case code == http.StatusOK, code == http.StatusPartialContent:
		return nil
	case classifyStatus(code) != throttled, !stated:
	case wait > p.opts.Retry.MaxWait:
		return fmt.Errorf("%w: %s, with %w", ErrPatience, spell(wait), err)
	default:
		h.hold(wait)
	}
	return err
}

// span judges the head of an answer and tells what is to be read. What was kept is given up where the answer is not its
// rest. refusal is what judge has made of it.
func (p *Pool) span(resp *http.Response, r Request, kept *partial, refusal error) (span, error) {
	rest := false
	if kept.length > 0 {
		var err error
		if rest, err = kept.check(resp, r); !rest || err != nil {
			p.bufs.put(kept.take())
		}
		if err != nil {
			return span{}, err
		}
	}
	if refusal != nil {
		return span{}, r.Rest.refused(resp, refusal)
	}
	if err := r.changed(resp); err != nil {
		return span{}, err
	}
	if err := checkEncoding(resp, r); err != nil {
		return span{}, err
	}
	if rest {
		return span{length: kept.length}, nil
	}
	return bodySpan(resp, r)
}

func checkEncoding(resp *http.Response, r Request) error {
	if e := resp.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") && !r.Kind.text() {
		return fmt.Errorf("%w, by Content-Encoding: %.20q", ErrEncoding, e)
	}
	return nil
}

// span is the part of a body that is wanted.
type span struct {
	skip int64
	// length is -1 when only the end of the body tells.
	length int64
	// cut is true when more bytes than length may follow.
	cut bool
}

// maxSkip is how much of a body is thrown away for a server that ignores ranges.
const maxSkip = 64 << 20

// bodySpan compares the answer's headers with what was asked (RFC 9110 §14).
func bodySpan(resp *http.Response, r Request) (span, error) {
	s := span{length: resp.ContentLength}
	switch {
	case r.Rest != nil:
		return r.Rest.span(resp)
	case r.Range == nil && resp.StatusCode == http.StatusPartialContent:
		return s, fmt.Errorf("%w: a part came, the whole was asked for", ErrRange)
	case r.Range == nil, r.Open && resp.StatusCode == http.StatusOK:
	case r.Open:
		first, last, v, err := piece(resp.Header)
		if err != nil || first != r.Range.Offset || last >= r.Range.Offset+r.Range.Length {
			return s, fmt.Errorf("%w: Content-Range is %.60q", ErrRange, resp.Header.Get("Content-Range"))
		}
		if s.length = last - first + 1; s.length < r.Range.Length && v.whole != strconv.FormatInt(last+1, 10) {
			return s, checkContentRange(resp.Header.Get("Content-Range"), r)
		}
	case resp.StatusCode == http.StatusPartialContent:
		s = span{length: r.Range.Length}
		if err := checkContentRange(resp.Header.Get("Content-Range"), r); err != nil {
			return s, err
		}
	case r.Range.Offset > maxSkip:
		return s, fmt.Errorf("%w: it answered with the whole file", ErrRange)
	default:
		s = span{skip: r.Range.Offset, length: r.Range.Length, cut: true}
	}
	if s.length > r.Kind.MaxBytes() && (r.Sink == nil || resp.StatusCode != http.StatusOK) {
		return s, fmt.Errorf("%w: %d bytes, the limit for a %v is %d", ErrTooLarge, s.length, r.Kind, r.Kind.MaxBytes())
	}
	return s, nil
}

// checkContentRange wants exactly the range that was asked for; a shorter one is a body that ended early.
func checkContentRange(header string, r Request) error {
	var first, last int64
	if n, err := fmt.Sscanf(header, "bytes %d-%d", &first, &last); n != 2 || err != nil {
		return fmt.Errorf("%w: Content-Range is %.60q", ErrRange, header)
	}
	switch want := r.Range.Offset + r.Range.Length - 1; {
	case first == r.Range.Offset && last == want:
		return nil
	case first == r.Range.Offset && last < want:
		return fmt.Errorf("%w: bytes up to %d came, %d were asked for", ErrTruncated, last, want)
	}
	return fmt.Errorf("%w: asked for byte %d, got byte %d", ErrRange, r.Range.Offset, first)
}

// endOf names the end of a body: io.EOF before its length is a failure.
func endOf(err error, got, want int64) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		if want < 0 {
			return fmt.Errorf("%w: %d bytes came", ErrTruncated, got)
		}
		return fmt.Errorf("%w: %d of %d bytes came", ErrTruncated, got, want)
	}
	return err
}
