// Package ttml reads the Timed Text Markup Language (W3C TTML1 and TTML2) and its profiles for subtitles: IMSC 1.1 text, EBU-TT-D,
// DFXP. What is shown when is all that counts: text, lines, italics, bold, underlining, and roughly where.
//
// Pictures in place of text (the IMSC image profile) are refused, as are clocks that tell nothing of the film (timeBase clock, and markers
// that do not run on).
package ttml

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"time"
	"unicode/utf16"

	"seine/assemble/internal/xmlbound"
	"seine/assemble/subs"
)

// Errors of Parse.
var (
	// ErrFormat: the text is no TTML, or has more in it than the bounds allow.
	ErrFormat = errors.New("not TTML")
	// ErrClock: its times are on a clock that cannot be understood, such as one of an unknown frame rate.
	ErrClock = errors.New("the clock of the subtitles cannot be understood")
	// ErrImages: the subtitles are pictures.
	ErrImages = errors.New("the subtitles are pictures, not text")
)

// Bounds of one document.
const (
	MaxBytes    = 16 << 20
	maxDepth    = 64
	maxElements = 1_000_000
	maxStyles   = 10_000 // and as many regions
)

// Document is what a text says.
type Document struct {
	// Cues are in the order of the document. An End of Open has no end: the sample, or the film, ends it.
	Cues []subs.Cue
	// Dropped counts the cues whose times could not be understood.
	Dropped int
}

// Open is the end of a cue that has none.
const Open = time.Duration(subs.MaxTime)

// Is reports whether the first element of a text is tt.
func Is(text []byte) bool {
	return xmlbound.Root(utf8Of(text[:min(len(text), 8192)])) == "tt"
}

// utf8Of takes off a byte order mark, and converts UTF-16 that has one.
func utf8Of(text []byte) []byte {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	var order binary.ByteOrder = binary.BigEndian
	switch {
	case bytes.HasPrefix(text, []byte("\xff\xfe")):
		order = binary.LittleEndian
	case !bytes.HasPrefix(text, []byte("\xfe\xff")):
		return text
	}
	units := make([]uint16, 0, len(text)/2)
	for b := text[2:]; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	return []byte(string(utf16.Decode(units)))
}

// Parse reads a document. Errors wrap ErrFormat, ErrClock or ErrImages.
func Parse(text []byte) (*Document, error) {
	if len(text) > MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrFormat, len(text), MaxBytes)
	}
	in := xmlbound.New(utf8Of(text), maxDepth, maxElements)
	r := &reader{in: in.Decoder(), out: &Document{}, styles: map[string]style{}, regions: map[string]region{}}
	if err := r.document(); err != nil {
		if errors.Is(err, ErrFormat) || errors.Is(err, ErrClock) || errors.Is(err, ErrImages) {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %w, at %s", ErrFormat, err, in.At())
	}
	return r.out, nil
}

// reader is a document on its way. Elements are told by their local names: there are as many namespaces as drafts, and players heed none.
type reader struct {
	in      *xml.Decoder
	out     *Document
	clock   clock
	styles  map[string]style
	regions map[string]region
	region  *region // that is being read
	stack   []*element
	pages   *page // the p that is being read
	images  bool
}

// element is one that is open, with what it hands on to those in it.
type element struct {
	name   string
	span   span
	next   time.Duration // in a sequence, the end of the element before
	seq    bool
	look   look
	region string
	skip   bool // nothing in it counts
}

func (r *reader) document() error {
	for {
		t, err := r.in.Token()
		switch {
		case errors.Is(err, io.EOF) && len(r.stack) == 0 && r.clock.known:
			return nil
		case errors.Is(err, io.EOF):
			return fmt.Errorf("%w: it ends in the middle", ErrFormat)
		case err != nil:
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			err = r.start(&t)
		case xml.EndElement:
			err = r.end()
		case xml.CharData:
			r.text(string(t))
		}
		if err != nil {
			return err
		}
	}
}

// start opens an element.
func (r *reader) start(t *xml.StartElement) error {
	if len(r.stack) == 0 {
		if t.Name.Local != "tt" || r.clock.known {
			return fmt.Errorf("%w: an element <%.40s>", ErrFormat, t.Name.Local)
		}
		c, err := newClock(t.Attr)
		if err != nil {
			return err
		}
		r.clock = c
		r.stack = append(r.stack, &element{name: "tt", span: span{0, Open}, look: look{preserve: attribute(t.Attr, "space") == "preserve"}})
		return nil
	}
	above := r.stack[len(r.stack)-1]
	e := &element{name: t.Name.Local, look: above.look, region: above.region, span: above.span, skip: above.skip || foreign[t.Name.Local]}
	r.stack = append(r.stack, e)
	if e.skip {
		return nil
	}
	switch e.name {
	case "style", "region":
		return r.define(e, t.Attr)
	case "image":
		r.images = true
	case "body", "div", "p", "span", "br":
		return r.content(e, above, t.Attr)
	}
	return nil
}

// foreign are elements whose text is not shown.
var foreign = map[string]bool{"metadata": true, "title": true, "desc": true, "copyright": true, "agent": true, "set": true, "animate": true}

// content opens an element that is shown.
func (r *reader) content(e, above *element, list []xml.Attr) error {
	ok := e.time(&r.clock, above, list)
	if !ok {
		r.out.Dropped++
		e.skip = true
		return nil
	}
	if attribute(list, "backgroundImage") != "" {
		r.images = true
	}
	if name := attribute(list, "region"); name != "" {
		e.region = name
		e.look = e.look.with(r.regions[name].style)
	}
	e.look = e.look.with(r.styleOf(list))
	switch {
	case e.name == "p":
		r.pages = &page{region: e.region, span: e.span, align: e.look.align}
	case e.name == "br" && r.pages != nil:
		return r.pages.add(piece{text: "\n", span: above.span})
	}
	return nil
}

func (r *reader) end() error {
	e := r.stack[len(r.stack)-1]
	r.stack = r.stack[:len(r.stack)-1]
	switch {
	case e.name == "region" && r.region != nil && !e.skip:
		if len(r.regions) < maxStyles && r.region.id != "" {
			r.regions[r.region.id] = *r.region
		}
		r.region = nil
	case e.name == "p" && r.pages != nil && !e.skip:
		err := r.page(r.pages)
		r.pages = nil
		return err
	case e.name == "tt" && len(r.out.Cues) == 0 && r.images:
		return ErrImages
	}
	return nil
}

// text is what stands in the element at hand.
func (r *reader) text(s string) {
	if r.pages == nil || len(r.stack) == 0 {
		return
	}
	e := r.stack[len(r.stack)-1]
	if e.skip || e.look.hidden || e.name != "p" && e.name != "span" {
		return
	}
	if r.pages.region == "" {
		r.pages.region, r.pages.align = e.region, e.look.align
	}
	if !e.look.preserve {
		s = collapse(s)
	}
	_ = r.pages.add(piece{text: s, style: e.look.style, span: e.span})
}
