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
	ReasonSilent    Reason = "its page or worker did not answer in time"
	ReasonTooLarge  Reason = "larger than the limit"
	ReasonEndless   Reason = "an endless stream"
	ReasonNotAsked  Reason = "the visit ended before it was read"
	ReasonSpillFull Reason = "no room to keep it"
	ReasonDownload  Reason = "a download, which was refused"
	ReasonMessages  Reason = "messages instead of a body"         // a WebSocket that was closed; see Exchange.Messages
	ReasonPart      Reason = "the browser gave only a part of it" // the files of a form that navigates
	ReasonLeftOut   Reason = "left out of the file that it was kept in"
	ReasonLost      Reason = "not in the folder that it was kept in"
	ReasonFlood     Reason = "the page made more than could be written down"
	ReasonRecoded   Reason = "the browser gave another text than what came"
)

// ReasonNamed reads a Reason as it was written down; what is none of ours is ReasonGone.
func ReasonNamed(text string) Reason {
	switch r := Reason(text); r {
	case "", ReasonPending, ReasonNone, ReasonFailed, ReasonAborted, ReasonGone, ReasonSilent, ReasonTooLarge, ReasonEndless, ReasonNotAsked,
		ReasonSpillFull, ReasonDownload, ReasonMessages, ReasonPart, ReasonLeftOut, ReasonLost, ReasonFlood, ReasonRecoded:
		return r
	}
	return ReasonGone
}

// headSize is how much of each body is kept at hand, enough for every signature that media.Classify knows.
const headSize = 4096

// ErrNoBody is what reading a body gives when there is none; its text carries the Reason.
var ErrNoBody = errors.New("no body")

// Body is a request's or response's payload, decoded from its Content-Encoding. It is in memory when small and in the
// capture's folder when big.
//
// A body with a Reason is not complete, but a part of it may be there: what came of a stream before the visit ended, or of a film before
// the player left it. OpenPart reads it.
type Body struct {
	Reason Reason // empty: the body is complete
	Size   int64  // bytes that came
	Head   []byte // the first 4 KiB at most

	data []byte
	file string
	at   int64 // in file
	open func() (io.ReadCloser, error)
}

// BodyFrom is a body of size bytes that open reads from its start; head is how it begins. Of a body that is only a part, the caller sets
// the Reason.
func BodyFrom(size int64, head []byte, open func() (io.ReadCloser, error)) Body {
	return Body{Size: size, Head: head[:min(len(head), headSize)], open: open}
}

// BodyOf is a body that is all in memory.
func BodyOf(b []byte) Body {
	return Body{Size: int64(len(b)), Head: b[:min(len(b), headSize)], data: b}
}

// Open reads the body from its start. The caller closes it.
func (b *Body) Open() (io.ReadCloser, error) {
	if b.Reason != "" {
		return nil, fmt.Errorf("%w: %s", ErrNoBody, b.Reason)
	}
	return b.OpenPart()
}

// HasPart says whether there is something to read though the body is not complete.
func (b *Body) HasPart() bool {
	return b.Reason != "" && (b.file != "" || b.open != nil || len(b.data) > 0)
}

// OpenPart reads what there is, which is all of it if Reason is empty. The caller closes it.
func (b *Body) OpenPart() (io.ReadCloser, error) {
	switch {
	case b.Reason != "" && !b.HasPart():
		return nil, fmt.Errorf("%w: %s", ErrNoBody, b.Reason)
	case b.open != nil:
		return b.open()
	case b.file == "":
		return io.NopCloser(bytes.NewReader(b.data)), nil
	}
	f, err := os.Open(b.file)
	if err != nil {
		return nil, err
	}
	return section{io.NewSectionReader(f, b.at, b.Size), f}, nil
}

// section is a stretch of a file.
type section struct {
	io.Reader
	io.Closer
}

// Bytes is the whole body, if it is no larger than limit bytes.
func (b *Body) Bytes(limit int64) ([]byte, error) {
	if b.Reason != "" {
		return nil, fmt.Errorf("%w: %s", ErrNoBody, b.Reason)
	}
	return b.PartBytes(limit)
}

// PartBytes is Bytes of what OpenPart reads.
func (b *Body) PartBytes(limit int64) ([]byte, error) {
	if b.Size > limit {
		return nil, fmt.Errorf("body of %d bytes is over the limit of %d", b.Size, limit)
	}
	if b.file == "" && b.open == nil && (b.Reason == "" || b.HasPart()) {
		return b.data, nil
	}
	r, err := b.OpenPart()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	room := bytes.NewBuffer(make([]byte, 0, min(b.Size, limit)+bytes.MinRead))
	_, err = room.ReadFrom(io.LimitReader(r, limit+1))
	data := room.Bytes()
	if err == nil && int64(len(data)) > limit {
		return nil, fmt.Errorf("body of more than %d bytes, though %d were announced", limit, b.Size)
	}
	return data, err
}

// because marks what is there as a part.
func (b Body) because(why Reason) Body {
	if b.Reason == "" {
		b.Reason = why
	}
	return b
}
