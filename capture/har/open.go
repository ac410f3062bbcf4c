package har

import (
	"bytes"
	"encoding/base64"
	"io"
	"os"

	"github.com/go-json-experiment/json/jsontext"

	"seine/capture"
)

// MaxOpen bounds a file that is opened.
const MaxOpen = 8 << 30

// Open is Read of a file of any length: its bodies are not held in memory, but read from the file when they are asked for, until it is closed.
func Open(name string) (*capture.Capture, io.Closer, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, nil, err
	}
	o := &opened{f: f}
	c, err := o.read()
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	return c, f, nil
}

// opened is a file whose bodies stay in it.
type opened struct {
	f       io.ReaderAt
	literal []byte // scratch
	text    []byte
}

func (o *opened) read() (*capture.Capture, error) {
	return readAll(io.NewSectionReader(o.f, 0, MaxOpen+1), MaxOpen, lost, o)
}

// body is what a literal says, without it being kept.
func (o *opened) body(s *stretch, encoding, kind string) capture.Body {
	var err error
	if o.literal, err = o.bytes(s, o.literal[:0]); err != nil {
		return capture.Body{Reason: capture.ReasonLost}
	}
	if o.text, err = said64(o.literal, encoding, o.text[:0]); err != nil {
		return capture.Body{Reason: capture.ReasonGone}
	}
	head := bytes.Clone(o.text[:min(len(o.text), headOf(kind))])
	return capture.BodyFrom(int64(len(o.text)), head, func() (io.ReadCloser, error) {
		literal, err := o.bytes(s, nil)
		if err != nil {
			return nil, err
		}
		text, err := said64(literal, encoding, make([]byte, 0, len(literal)))
		if err != nil {
			return nil, err
		}
		return io.NopCloser(bytes.NewReader(text)), nil
	})
}

// headOf is how many bytes of a body are kept at hand: of what says itself that it is JSON, few tell as much as many.
func headOf(kind string) int {
	if bytes.Contains([]byte(kind), []byte("json")) {
		return 64
	}
	return 4096
}

func (o *opened) bytes(s *stretch, into []byte) ([]byte, error) {
	if int64(cap(into)) < s.length {
		into = make([]byte, 0, s.length)
	}
	into = into[:s.length]
	_, err := o.f.ReadAt(into, s.at)
	return into, err
}

// said64 is what a JSON literal says, without its base64 if it is in that.
func said64(literal []byte, encoding string, into []byte) ([]byte, error) {
	text, err := jsontext.AppendUnquote(into, literal)
	if err != nil && len(text) == 0 {
		return nil, err // what is no UTF-8 becomes U+FFFD
	}
	if encoding != "base64" {
		return text, nil
	}
	n, err := base64.StdEncoding.Decode(text, text)
	return text[:n], err
}
