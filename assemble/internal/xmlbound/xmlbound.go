// Package xmlbound reads XML that a server has sent. encoding/xml knows no entities but XML's own five, so that none can grow; but it
// bounds neither how many elements come nor how deep they are in one another.
package xmlbound

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
)

// ErrTooLarge says that one of the bounds is exceeded.
var ErrTooLarge = errors.New("too much XML")

// Tokens are those of a document, with bounds. It implements xml.TokenReader.
type Tokens struct {
	in              *xml.Decoder
	depth, elements int // bounds
	deep, count     int
}

// New reads a text, of which so many elements may lie in one another, and so many may come. What calls itself another charset than UTF-8 is
// read as it is: names and numbers are ASCII in all that is in use.
func New(text []byte, depth, elements int) *Tokens {
	in := xml.NewDecoder(bytes.NewReader(text))
	in.CharsetReader = plain
	return &Tokens{in: in, depth: depth, elements: elements}
}

// plain is an xml.Decoder's CharsetReader that converts nothing.
func plain(_ string, r io.Reader) (io.Reader, error) { return r, nil }

// Root is what the first element of a text is called, without its namespace; "" when the text does not begin as XML does.
func Root(text []byte) string {
	head := bytes.TrimLeft(bytes.TrimPrefix(text, []byte("\ufeff")), " \t\r\n")
	if !bytes.HasPrefix(head, []byte("<")) {
		return ""
	}
	d := xml.NewDecoder(bytes.NewReader(head))
	d.CharsetReader = plain
	for {
		t, err := d.RawToken()
		if err != nil {
			return ""
		}
		if e, ok := t.(xml.StartElement); ok {
			return e.Name.Local
		}
	}
}

// Token returns the next raw token. The error wraps ErrTooLarge, or is the decoder's.
func (b *Tokens) Token() (xml.Token, error) {
	t, err := b.in.RawToken()
	switch t.(type) {
	case xml.StartElement:
		b.deep++
		b.count++
	case xml.EndElement:
		b.deep--
	}
	switch {
	case b.deep > b.depth:
		return nil, fmt.Errorf("%w: elements are %d deep in one another", ErrTooLarge, b.deep)
	case b.count > b.elements:
		return nil, fmt.Errorf("%w: more than %d elements", ErrTooLarge, b.elements)
	}
	return t, err
}

// Decoder checks the nesting of the tokens, and gives names their namespaces.
func (b *Tokens) Decoder() *xml.Decoder { return xml.NewTokenDecoder(b) }

// At is where the reading is.
func (b *Tokens) At() string {
	line, column := b.in.InputPos()
	return fmt.Sprintf("%d:%d", line, column)
}
