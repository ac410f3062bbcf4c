package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// Reason says why a body is not there. The zero value means that it is.
type Reason string

// The reasons for a missing body.
const (
	ReasonPending   Reason = "still loading when the visit ended"
	ReasonNone      Reason = "no body by definition" // HEAD, 1xx, 204, 304, redirects
	ReasonFailed    Reason = "the request failed"
	ReasonAborted   Reason = "the page gave the request up"
	ReasonGone      Reason = "the browser no longer had it"
	ReasonTooLarge  Reason = "larger than the limit"
	ReasonEndless   Reason = "an endless stream"
	ReasonNotAsked  Reason = "the visit ended before it was read"
	ReasonSpillFull Reason = "no room to keep it"
)

// headSize is how much of each body is kept at hand, enough for every signature that media.Classify knows.
const headSize = 4096

// ErrNoBody is what reading a body gives when there is none; its text carries the Reason.
var ErrNoBody = errors.New("no body")

// Body is a request's or response's payload, decoded from its Content-Encoding. It is in memory when small and in the
// capture's folder when big.
type Body struct {
	Reason Reason // empty: the body is complete
	Size   int64  // bytes
	Head   []byte // the first 4 KiB at most

	data []byte
	file string
}

// BodyOf is a body that is all in memory.
func BodyOf(b []byte) Body {
	return Body{Size: int64(len(b)), Head: b[:min(len(b), headSize)], data: b}
}

// Open reads the body from its start. The caller closes it.
func (b *Body) Open() (io.ReadCloser, error) {
	switch {
	case b.Reason != "":
		return nil, fmt.Errorf("%w: %s", ErrNoBody, b.Reason)
	case b.file != "":
		return os.Open(b.file)
	default:
		return io.NopCloser(bytes.NewReader(b.data)), nil
	}
}

// Bytes is the whole body, if it is no larger than limit bytes.
func (b *Body) Bytes(limit int64) ([]byte, error) {
	if b.Size > limit {
		return nil, fmt.Errorf("body of %d bytes is over the limit of %d", b.Size, limit)
	}
	if b.Reason == "" && b.file == "" {
		return b.data, nil
	}
	r, err := b.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, limit))
}
