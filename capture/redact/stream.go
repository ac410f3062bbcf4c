package redact

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"seine/capture/media"
)

// Kind says how a payload is to be treated.
type Kind int

const (
	// Text may hold secrets wherever names say so. Whatever is not known for something else is text.
	Text Kind = iota
	// Form is application/x-www-form-urlencoded.
	Form
	// Opaque is film, sound, pictures, fonts and code: bytes that look like a name before a value are chance, and to change one
	// spoils the rest. Values that are known from elsewhere are masked.
	Opaque
)

// KindOf tells by declared type and first bytes; for Opaque the bytes alone count.
func KindOf(contentType string, head []byte) Kind {
	if t, _, err := mime.ParseMediaType(contentType); err == nil && t == "application/x-www-form-urlencoded" {
		return Form
	}
	if utf8.Valid(head) && !bytes.ContainsRune(head, 0) {
		return Text // whatever it begins with
	}
	if strings.HasPrefix(contentType, "video/") || strings.HasPrefix(contentType, "audio/") || strings.HasPrefix(contentType, "image/") {
		return Opaque // a segment that is encrypted begins like nothing
	}
	for _, magic := range opaque {
		if bytes.HasPrefix(head, []byte(magic)) {
			return Opaque
		}
	}
	f := media.Classify(media.Input{Head: head})
	if f.Evidence == media.ByContent && (f.Kind == media.Video || f.Kind == media.Audio || f.Kind == media.Segment) {
		return Opaque
	}
	return Text
}

// opaque are the first bytes of pictures, fonts and WebAssembly. What is compressed or written by a person (SVG) is not among them.
var opaque = []string{"\x89PNG\r\n\x1a\n", "\xff\xd8\xff", "GIF87a", "GIF89a", "RIFF", "wOFF", "wOF2", "OTTO\x00", "\x00\x01\x00\x00\x00", "\x00asm", "\x00\x00\x01\x00"}

// Of what is larger than a window, one window at a time is looked at, and the tail of one again with the next.
type windows struct{ size, tail int } // bytes

var usual = windows{4 << 20, 64 << 10}

// Read collects from a payload of any size, which open may be called for twice.
func (s *Secrets) Read(open func() (io.ReadCloser, error), k Kind) error {
	return s.read(open, k, usual)
}

func (s *Secrets) read(open func() (io.ReadCloser, error), k Kind, ws windows) error {
	if k == Opaque {
		return nil
	}
	large := false
	err := ws.through(open, func(text string, more bool) int {
		large = large || more
		if s.Text(text, k == Form); !more {
			return len(text)
		}
		return len(text) - ws.tail
	})
	if err != nil || !large {
		return err
	}
	r, err := open() // lists in JSON are found in the whole only
	if err != nil {
		return err
	}
	defer r.Close()
	s.json(r)
	return nil
}

// Copy writes a payload of any size without its secrets, and returns how many bytes that were.
func (c *Cleaner) Copy(w io.Writer, open func() (io.ReadCloser, error), k Kind) (int64, error) {
	return c.copy(w, open, k, usual)
}

func (c *Cleaner) copy(w io.Writer, open func() (io.ReadCloser, error), k Kind, ws windows) (int64, error) {
	var written int64
	var failed error
	lost := false
	put := func(b []byte) {
		n, err := w.Write(b)
		written += int64(n)
		failed = errors.Join(failed, err)
	}
	err := ws.through(open, func(text string, more bool) int {
		if lost || failed != nil {
			return len(text)
		}
		if !more {
			put(c.Bytes([]byte(text), k))
			return len(text)
		}
		at, head := c.cut(text, k, ws)
		if at == 0 { // one secret without an end: nothing behind it can be told from it
			lost, head = true, []byte(Mark)
			at = len(text)
		}
		put(head)
		return at
	})
	return written, errors.Join(err, failed)
}

// cut finds a place where text can be taken apart: nothing that is secret lies across it. It gives the cleaned first part, and 0 if
// there is no such place.
func (c *Cleaner) cut(text string, k Kind, ws windows) (int, []byte) {
	at := len(text) - ws.tail
	for range 16 {
		if near := text[max(at-ws.tail, 0):at]; c.apart(near, text[at:], k) {
			// A secret that is longer than what is near would go on behind the cut.
			if head := c.Bytes([]byte(text[:at]), k); !strings.HasSuffix(string(head), Mark) {
				return at, head
			}
		}
		next := strings.LastIndexAny(text[:at-1], " \t\r\n,;&<>")
		if next = min(next, at-64); next < len(text)-16*ws.tail || next <= 0 {
			break
		}
		at = next
	}
	return 0, nil
}

// apart says whether both texts, cleaned by themselves, are what they are together.
func (c *Cleaner) apart(a, b string, k Kind) bool {
	x, y, both := c.Bytes([]byte(a), k), c.Bytes([]byte(b), k), c.Bytes([]byte(a+b), k)
	return string(x)+string(y) == string(both)
}

// through hands over a payload in windows; each call says how many bytes it is done with. More says that it goes on.
func (ws windows) through(open func() (io.ReadCloser, error), take func(text string, more bool) int) error {
	r, err := open()
	if err != nil {
		return err
	}
	defer r.Close()
	buf := make([]byte, 0, ws.tail)
	for {
		buf, err = ws.fill(r, buf)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		more := err == nil
		done := take(string(buf), more)
		if !more {
			return nil
		}
		buf = append(buf[:0], buf[done:]...)
	}
}

// fill reads until buf holds a window and one byte more, which tells that it does not end there.
func (ws windows) fill(r io.Reader, buf []byte) ([]byte, error) {
	for len(buf) <= ws.size {
		if len(buf) == cap(buf) {
			buf = append(buf, make([]byte, min(max(len(buf), 4<<10), ws.size))...)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):min(cap(buf), ws.size+1)])
		buf = buf[:len(buf)+n]
		if err != nil {
			return buf, err
		}
	}
	return buf, nil
}
