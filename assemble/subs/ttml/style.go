package ttml

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"seine/assemble/subs"
)

// style is what a style, or an element itself, says; nil and "" for what it does not.
type style struct {
	bold, italic, underline *bool
	hidden                  *bool
	align                   string
	preserve                *bool
}

// look is what an element looks like.
type look struct {
	style    subs.Style
	hidden   bool
	align    string
	preserve bool
}

// region is where text is shown: percentages of the picture, -1 where not said.
type region struct {
	id          string
	top, height float64
	display     string
	style       style
}

// define reads a style or region of the head, or a style within a region.
func (r *reader) define(e *element, list []xml.Attr) error {
	s := r.styleOf(list)
	switch {
	case e.name == "region":
		r.region = &region{id: attribute(list, "id"), top: -1, height: -1}
		r.region.read(list)
		r.region.style = s
	case r.region != nil:
		r.region.read(list)
		r.region.style = s.over(r.region.style)
	case len(r.styles) < maxStyles:
		if id := attribute(list, "id"); id != "" {
			r.styles[id] = s
		}
	default:
		return fmt.Errorf("%w: more than %d styles", ErrFormat, maxStyles)
	}
	return nil
}

// styleOf is what attributes say, and below that the styles that they name, the last one first (TTML2 §10.4.1).
func (r *reader) styleOf(list []xml.Attr) style {
	s := style{align: attribute(list, "textAlign")}
	s.bold = is(attribute(list, "fontWeight"), "bold", "normal")
	s.italic = is(attribute(list, "fontStyle"), "italic", "normal")
	if attribute(list, "fontStyle") == "oblique" {
		s.italic = new(true)
	}
	for _, w := range strings.Fields(attribute(list, "textDecoration")) {
		if v := is(w, "underline", "noUnderline"); v != nil {
			s.underline = v
		} else if w == "none" {
			s.underline = new(false)
		}
	}
	s.hidden = is(attribute(list, "display"), "none", "auto")
	if v := is(attribute(list, "visibility"), "hidden", "visible"); v != nil {
		s.hidden = v
	}
	s.preserve = is(attribute(list, "space"), "preserve", "default")
	names := strings.Fields(attribute(list, "style"))
	for i := len(names) - 1; i >= 0 && i >= len(names)-16; i-- {
		s = s.over(r.styles[names[i]])
	}
	return s
}

// is tells two words apart; nil for any other.
func is(word, yes, no string) *bool {
	switch word {
	case yes:
		return new(true)
	case no:
		return new(false)
	}
	return nil
}

// over is s, and what it leaves open as below has it.
func (s style) over(below style) style {
	pick := func(a, b *bool) *bool {
		if a != nil {
			return a
		}
		return b
	}
	s.bold, s.italic, s.underline = pick(s.bold, below.bold), pick(s.italic, below.italic), pick(s.underline, below.underline)
	s.hidden, s.preserve = pick(s.hidden, below.hidden), pick(s.preserve, below.preserve)
	if s.align == "" {
		s.align = below.align
	}
	return s
}

// with is what an element looks like that has a style of its own.
func (l look) with(s style) look {
	for _, c := range []struct {
		v *bool
		s subs.Style
	}{{s.bold, subs.Bold}, {s.italic, subs.Italic}, {s.underline, subs.Underline}} {
		switch {
		case c.v == nil:
		case *c.v:
			l.style |= c.s
		default:
			l.style &^= c.s
		}
	}
	if s.hidden != nil {
		l.hidden = l.hidden || *s.hidden
	}
	if s.preserve != nil {
		l.preserve = *s.preserve
	}
	if s.align != "" {
		l.align = s.align
	}
	return l
}

// read takes what attributes say of the place.
func (g *region) read(list []xml.Attr) {
	if _, y, ok := percentages(attribute(list, "origin")); ok {
		g.top = y
	}
	if _, h, ok := percentages(attribute(list, "extent")); ok {
		g.height = h
	}
	if d := attribute(list, "displayAlign"); d != "" {
		g.display = d
	}
}

func percentages(s string) (x, y float64, ok bool) {
	a, b, _ := strings.Cut(strings.TrimSpace(s), " ")
	x, ok = percentage(a)
	y, ok2 := percentage(strings.TrimSpace(b))
	return x, y, ok && ok2
}

func percentage(s string) (float64, bool) {
	n, ok := strings.CutSuffix(s, "%")
	v, err := strconv.ParseFloat(n, 64)
	return v, ok && err == nil && v >= 0 && v <= 100
}

// usualPlace is the part of the picture, from the top in percent, below which text is where subtitles are anyway.
const usualPlace = 65

// settings are WebVTT's words for a place. Text at the bottom and in the middle of the line needs none.
func (g region) settings(align string) string {
	var list []string
	if line := g.line(); line != "" {
		list = append(list, line)
	}
	switch align {
	case "start", "left", "end", "right":
		list = append(list, "align:"+align)
	}
	return strings.Join(list, " ")
}

func (g region) line() string {
	if g.id == "" || g.top < 0 {
		return ""
	}
	height := g.height
	if height < 0 {
		height = 100 - g.top
	}
	switch g.display {
	case "after":
		if bottom := min(g.top+height, 100); bottom < usualPlace {
			return fmt.Sprintf("line:%.4g%%,end", bottom)
		}
		return ""
	case "center":
		if middle := g.top + height/2; middle < usualPlace {
			return fmt.Sprintf("line:%.4g%%,center", middle)
		}
		return ""
	}
	if g.top >= usualPlace {
		return ""
	}
	return fmt.Sprintf("line:%.4g%%", g.top)
}
