package har

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// maxEntry bounds one entry in bytes: it is held in memory, though what follows it is not.
const maxEntry = 192 << 20

// stream reads a HAR entry by entry, so that nothing grows with its length but what is kept of each.
type stream struct {
	d       *jsontext.Decoder
	read    int64 // bytes of one value
	entries int
	pages   []recordedPage
	visit   *Visit
	log     bool
	mark    int64 // bytes before the first that counts
	entry   func(raw []byte, at int64) error
}

func newStream(r io.Reader, entry func(raw []byte, at int64) error) *stream {
	s := &stream{entry: entry}
	b := bufio.NewReaderSize(r, 64<<10)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\ufeff" { // Charles on Windows
		_, _ = b.Discard(len(mark))
		s.mark = int64(len(mark))
	}
	r = b
	s.d = jsontext.NewDecoder(&brake{r: r, s: s}, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	return s
}

// brake ends the reading of a value that is too large for one.
type brake struct {
	r io.Reader
	s *stream
}

func (b *brake) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.s.read += int64(n); b.s.read > maxEntry {
		return n, fmt.Errorf("%w: one entry has more than %d bytes", ErrTooLarge, maxEntry)
	}
	return n, err
}

// all reads the whole file.
func (s *stream) all() error {
	err := s.object(func(key string) error {
		if key != "log" || s.d.PeekKind() != '{' {
			return s.d.SkipValue()
		}
		s.log = true
		return s.object(s.member)
	})
	switch {
	case err == nil && !s.log:
		return fmt.Errorf("%w: it has no log", ErrNotHAR)
	case err == nil || errors.Is(err, ErrTooLarge):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF) && s.entries > 0:
		return fmt.Errorf("%w: it ends in the middle, after %d entries", ErrNotHAR, s.entries)
	}
	return fmt.Errorf("%w: %w", ErrNotHAR, err)
}

// object visits the members of an object; visit reads the value.
func (s *stream) object(visit func(key string) error) error {
	if k := s.d.PeekKind(); k != '{' {
		if _, err := s.d.ReadToken(); err != nil {
			return err
		}
		return fmt.Errorf("%w: an object is missing", ErrNotHAR)
	}
	if _, err := s.d.ReadToken(); err != nil {
		return err
	}
	for s.d.PeekKind() != '}' {
		t, err := s.d.ReadToken()
		if err != nil {
			return err
		}
		if err := visit(t.String()); err != nil {
			return err
		}
	}
	_, err := s.d.ReadToken()
	return err
}

func (s *stream) member(key string) error {
	switch {
	case key == "entries" && s.d.PeekKind() == '[':
		return s.list()
	case key == "pages":
		return s.value(&s.pages)
	case key == "_seine":
		return s.value(&s.visit)
	}
	s.read = 0
	return s.d.SkipValue()
}

func (s *stream) value(into any) error {
	s.read = 0
	raw, err := s.d.ReadValue()
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

func (s *stream) list() error {
	if _, err := s.d.ReadToken(); err != nil {
		return err
	}
	for s.d.PeekKind() != ']' {
		s.read = 0
		raw, err := s.d.ReadValue()
		if err != nil {
			return err
		}
		if err := s.entry(raw, s.mark+s.d.InputOffset()-int64(len(raw))); err != nil {
			return err
		}
		s.entries++
	}
	_, err := s.d.ReadToken()
	return err
}

// stretch is the literal of a string in a file.
type stretch struct{ at, length int64 }

// texts are the bodies of an entry that stay where they are.
type texts struct{ sent, got *stretch }

// leave cuts the long bodies out of an entry that begins at an offset of its file, and says where they are.
func leave(raw []byte, at int64) ([]byte, texts) {
	const least = 512 // bytes, from which leaving one where it is saves anything
	var found texts
	if len(raw) < least {
		return raw, found
	}
	d := jsontext.NewDecoder(bytes.NewReader(raw), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	short, end := make([]byte, 0, 2048), int64(0)
	cut := func(into **stretch) {
		v, err := d.ReadValue()
		if err != nil || v.Kind() != '"' || len(v) < least {
			return
		}
		from := d.InputOffset() - int64(len(v))
		short, end = append(append(short, raw[end:from]...), `""`...), d.InputOffset()
		*into = &stretch{at + from, int64(len(v))}
	}
	walk(d, func(path string) bool {
		switch path {
		case "/request/postData/text":
			cut(&found.sent)
			return true
		case "/response/content/text":
			cut(&found.got)
			return true
		}
		return false
	})
	if end == 0 {
		return raw, found
	}
	return append(short, raw[end:]...), found
}

// walk visits the members that are on the way to a body; what visit does not read is skipped.
func walk(d *jsontext.Decoder, visit func(path string) bool) {
	var object func(path string) bool
	object = func(path string) bool {
		if _, err := d.ReadToken(); err != nil {
			return false
		}
		for d.PeekKind() != '}' {
			t, err := d.ReadToken()
			if err != nil {
				return false
			}
			switch below := path + "/" + t.String(); {
			case (below == "/request" || below == "/response" || below == "/request/postData" || below == "/response/content") && d.PeekKind() == '{':
				if !object(below) {
					return false
				}
			case visit(below):
			default:
				if d.SkipValue() != nil {
					return false
				}
			}
		}
		_, err := d.ReadToken()
		return err == nil
	}
	if d.PeekKind() == '{' {
		object("")
	}
}
