package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"seine/assemble/manifest"
)

// stripeBytes is about the length of the stripes that a large body is fetched in.
const stripeBytes = 4 << 20

// errUndivided is an answer to a request for a stripe that is none: the body is asked for as a whole then.
var errUndivided = errors.New("the server does not divide the body")

// stripe is a piece of a body, fetched by requests of its own.
type stripe struct {
	from int64  // in the body
	buf  []byte // what has come

	// The lock of the striping guards what follows.
	end     int // the length that buf will have: less than in the beginning when another stripe was cut off
	claimed int // so much of it may have been written by now
	// began is when its reader began, with so many bytes.
	began time.Time
	had   int

	flight *flight
}

// divided says whether to begin with a stripe: memory, not the host, bounds how many parts are under way, or the part takes long. What
// is no longer than a stripe comes by the same single request.
func (f *pursuit) divided(s *striping) bool {
	room, part := f.lane.room, f.req.Range
	if f.req.Kind != Segment || room == nil {
		return false
	}
	room.again(len(f.kept.buf))
	length := int64(0)
	if part != nil {
		length = part.Length
	}
	yes, level := f.at.host.divides()
	if !yes || f.undivided || f.kept.length > 0 || part != nil && part.Length <= stripeBytes {
		s.flight = room.embarkWhole(length)
		return false
	}
	s.opening, s.flight = room.embark(level, length, stripeBytes)
	return room.divides(s.opening, length, level)
}

// learn draws conclusions from how the stripes fared.
func (f *pursuit) learn(ctx context.Context, err error) {
	var check contentError
	switch c := classify(ctx, err); {
	case err == nil:
	case errors.Is(err, errUndivided):
		f.undivided = true
		f.at.host.undivided()
	case errors.Is(err, errChanged):
		f.undivided = true
		f.at.host.doubt()
	case errors.As(err, &check), c != transient && c != throttled:
		f.undivided = true
	}
}

// extent is what the body takes of its file: from an offset, length bytes or, if it is 0, all.
func (s *striping) extent() (from, length int64) {
	if r := s.req.Range; r != nil {
		return r.Offset, r.Length
	}
	return 0, 0
}

// request asks for bytes of the body.
func (s *striping) request(ctx context.Context, from, n int64) (*http.Request, error) {
	offset, _ := s.extent()
	r := s.req
	r.Range = &manifest.ByteRange{Offset: offset + from, Length: n}
	req, err := newRequest(ctx, r)
	if err == nil && s.version.validator != "" {
		req.Header.Set("If-Range", s.version.validator)
	}
	return req, err
}

// ask makes a request, and returns the answer unless it is a refusal.
func (s *striping) ask(ctx context.Context, from, n int64) (*http.Response, error) {
	req, err := s.request(ctx, from, n)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	resp, err := s.pool.doer.Do(req)
	if err != nil {
		return nil, err
	}
	err = s.pool.judge(resp, s.host, began)
	if err == nil {
		err = cmp.Or(s.req.changed(resp), checkEncoding(resp, s.req))
	}
	if err != nil {
		resp.Body.Close()
		return nil, err
	}
	return resp, nil
}

// version tells the answers of one file from those of another.
type version struct {
	whole     string // length of the file
	tag       string // of either kind
	modified  string
	validator string // for If-Range
}

// piece reads the head of an answer with a part of a file (RFC 9110 §14.4).
func piece(h http.Header) (first, last int64, v version, err error) {
	header := h.Get("Content-Range")
	if n, err := fmt.Sscanf(header, "bytes %d-%d/%s", &first, &last, &v.whole); n != 3 || err != nil || first < 0 || last < first {
		return 0, 0, v, fmt.Errorf("%w: Content-Range is %.60q", errUndivided, header)
	}
	return first, last, versionOf(h, v.whole), nil
}

// versionOf reads the head of an answer, of a file of some length.
func versionOf(h http.Header, whole string) version {
	v := version{whole: whole, tag: h.Get("ETag"), modified: h.Get("Last-Modified")}
	v.validator, _ = validatorOf(h)
	return v
}

// versionOfBody is that of an answer with a whole body, which may be a part of a file.
func versionOfBody(resp *http.Response) version {
	if _, _, v, err := piece(resp.Header); err == nil {
		return v
	}
	return versionOf(resp.Header, strconv.FormatInt(resp.ContentLength, 10))
}

// differs compares what both answers tell.
func (v *version) differs(w *version) bool {
	return v.whole != w.whole || v.tag != "" && w.tag != "" && v.tag != w.tag ||
		v.tag == "" && v.modified != "" && w.modified != "" && v.modified != w.modified
}
