// Package subs holds what all formats of subtitles have in common: cues, and the little styling that each of them knows. Its
// subpackages read and write the formats. All of it is pure: bytes in, cues out.
package subs

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Bounds of one rendition.
const (
	MaxCues  = 200_000
	MaxBytes = 64 << 20 // of text, as it is fetched
	// MaxText bounds the text of one cue, in bytes; what is longer is no subtitle.
	MaxText = 16 << 10
	// MaxTime bounds times, either way: a clock may count from 1970, and times are added up.
	MaxTime = 100 * 365 * 24 * time.Hour / 2
)

// Style is a set of what a run of text looks like.
type Style uint8

// The styles.
const (
	Bold Style = 1 << iota
	Italic
	Underline
)

// Run is text of one style. Lines end with "\n".
type Run struct {
	Text  string
	Style Style
}

// Cue is a text that is shown from Start up to End. Which clock they are on, the context says.
type Cue struct {
	Start, End time.Duration
	Runs       []Run
	// Settings are WebVTT cue settings (§3.3), such as "line:0 align:start"; empty for the usual place. Only WebVTT keeps them.
	Settings string
}

// Text is what the cue says, without style.
func (c *Cue) Text() string {
	var b strings.Builder
	for _, r := range c.Runs {
		b.WriteString(r.Text)
	}
	return b.String()
}

// Plain is text without style.
func Plain(text string) []Run { return []Run{{Text: text}} }

// Tidy gives runs the form that every format can hold: no control characters, no blanks around lines, no empty lines, and neighbours of
// the same style joined. nil: nothing is left.
func Tidy(runs []Run) []Run {
	var t tidying
	for _, r := range runs {
		for _, c := range r.Text {
			t.add(c, r.Style)
		}
	}
	t.flush()
	return t.out
}

// tidying holds blanks and the end of a line back until it is known that text follows.
type tidying struct {
	out    []Run
	text   strings.Builder
	style  Style
	blanks strings.Builder
	begun  bool // there is text on this line
	ended  bool // a line end waits
}

func (t *tidying) add(c rune, s Style) {
	switch {
	case c == '\n':
		t.blanks.Reset()
		t.ended = t.ended || t.begun || len(t.out) > 0 || t.text.Len() > 0
		t.begun = false
	case c == ' ' || c == '\t':
		if t.begun {
			t.blanks.WriteRune(' ')
		}
	case unicode.IsControl(c) || c == unicode.ReplacementChar || c == '\u2028' || c == '\u2029':
	default:
		t.put(c, s)
	}
}

// put writes what waited, in the style of what stands in front of it or, if that has one, of what has none; and then the character.
func (t *tidying) put(c rune, s Style) {
	if s != t.style && s == 0 {
		t.flush()
		t.style = s
	}
	if t.ended {
		t.text.WriteByte('\n')
		t.ended = false
	}
	t.text.WriteString(t.blanks.String())
	t.blanks.Reset()
	if s != t.style {
		t.flush()
		t.style = s
	}
	t.text.WriteRune(c)
	t.begun = true
}

func (t *tidying) flush() {
	if t.text.Len() > 0 {
		t.out = append(t.out, Run{Text: t.text.String(), Style: t.style})
		t.text.Reset()
	}
}

// touching is how far apart two halves of one cue may be: clocks of different ticks round them.
const touching = 2 * time.Millisecond

// Merge puts cues in order, and makes one of those that say the same, in the same place, at times that overlap or touch: segments
// repeat a cue that is shown in several of them, or hold a piece of it each. Cues without text or time go. The list is used up.
func Merge(list []Cue) []Cue {
	slices.SortStableFunc(list, func(a, b Cue) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	last := map[string]int{}
	out := list[:0]
	for _, c := range list {
		if len(c.Runs) == 0 || c.End <= c.Start {
			continue
		}
		key := c.key()
		if i, ok := last[key]; ok && c.Start <= out[i].End+touching {
			out[i].End = max(out[i].End, c.End)
			continue
		}
		last[key] = len(out)
		out = append(out, c)
	}
	return out
}

func (c *Cue) key() string {
	var b strings.Builder
	b.WriteString(c.Settings)
	for _, r := range c.Runs {
		b.WriteByte(byte(r.Style))
		b.WriteString(r.Text)
	}
	return b.String()
}

// Milliseconds rounds to what subtitle files can say.
func Milliseconds(d time.Duration) int64 { return int64(d.Round(time.Millisecond) / time.Millisecond) }
