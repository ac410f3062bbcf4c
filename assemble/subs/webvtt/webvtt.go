// Package webvtt reads and writes WebVTT (W3C, "WebVTT: The Web Video Text Tracks Format"), with what HTTP Live Streaming adds to it
// (RFC 8216 §3.5). Reading is as forgiving as §6 wants it of browsers: a cue that cannot be understood goes, and is counted.
package webvtt

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"seine/assemble/subs"
)

// ErrFormat says that a text is no WebVTT, or has too much in it.
var ErrFormat = errors.New("not WebVTT")

// Map is X-TIMESTAMP-MAP (RFC 8216 §3.5): at Local on the clock of the cues, the 90 kHz clock of the film shows MPEGTS.
type Map struct {
	MPEGTS uint64
	Local  time.Duration
}

// File is one file, or one segment of HLS.
type File struct {
	// Map is nil where there is none; then both clocks show 0 at the same moment.
	Map  *Map
	Cues []subs.Cue
	// Dropped counts the cues that could not be understood.
	Dropped int
}

// Is reports whether a text calls itself WebVTT (§4.1).
func Is(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	rest, ok := bytes.CutPrefix(text, []byte("WEBVTT"))
	return ok && (len(rest) == 0 || strings.IndexByte(" \t\r\n", rest[0]) >= 0)
}

// Parse reads a file. The error wraps ErrFormat: it is none, its X-TIMESTAMP-MAP cannot be understood, or it has more than the bounds of
// package subs allow.
func Parse(text []byte) (*File, error) {
	if !Is(text) {
		return nil, fmt.Errorf("%w: it does not begin with WEBVTT", ErrFormat)
	}
	if len(text) > subs.MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", ErrFormat, len(text), subs.MaxBytes)
	}
	r := &reader{lines: lines{rest: text}, file: &File{}}
	if err := r.header(); err != nil {
		return nil, err
	}
	for r.more() {
		if len(r.file.Cues) == subs.MaxCues {
			return nil, fmt.Errorf("%w: more than %d cues", ErrFormat, subs.MaxCues)
		}
		r.block()
	}
	return r.file, nil
}

// lines takes a text apart; a line ends with CR, LF or both.
type lines struct{ rest []byte }

func (l *lines) more() bool { return len(l.rest) > 0 }

func (l *lines) next() string {
	i := bytes.IndexAny(l.rest, "\r\n")
	if i < 0 {
		line := l.rest
		l.rest = nil
		return string(line)
	}
	line := l.rest[:i]
	if l.rest[i] == '\r' && i+1 < len(l.rest) && l.rest[i+1] == '\n' {
		i++
	}
	l.rest = l.rest[i+1:]
	return string(line)
}

type reader struct {
	lines
	file *File
	held string // a line that was read too far, and belongs to the next block
	keep bool
}

func (r *reader) more() bool { return r.keep || r.lines.more() }

func (r *reader) next() string {
	if r.keep {
		r.keep = false
		return r.held
	}
	return r.lines.next()
}

// header ends with an empty line, or with the first cue where that was forgotten.
func (r *reader) header() error {
	r.next()
	for r.more() {
		line := r.next()
		switch value, ok := strings.CutPrefix(line, "X-TIMESTAMP-MAP="); {
		case line == "":
			return nil
		case strings.Contains(line, "-->"):
			r.held, r.keep = line, true
			return nil
		case ok:
			m, err := parseMap(value)
			if err != nil {
				return err
			}
			r.file.Map = m
		}
	}
	return nil
}

// parseMap reads the two attributes, in any order.
func parseMap(value string) (*Map, error) {
	m := &Map{}
	seen := 0
	for part := range strings.SplitSeq(value, ",") {
		name, v, _ := strings.Cut(strings.TrimSpace(part), ":")
		var err error
		switch name {
		case "MPEGTS":
			m.MPEGTS, err = strconv.ParseUint(strings.TrimSpace(v), 10, 63)
			seen |= 1
		case "LOCAL":
			var ok bool
			if m.Local, ok = parseTime(strings.TrimSpace(v)); !ok {
				err = errors.New("no time")
			}
			seen |= 2
		}
		if err != nil {
			seen = 0
			break
		}
	}
	if seen != 3 {
		return nil, fmt.Errorf("%w: X-TIMESTAMP-MAP=%.80q", ErrFormat, value)
	}
	return m, nil
}

// block reads a cue, or passes over a comment, a style sheet or a region (§4.1).
func (r *reader) block() {
	line := r.next()
	if line == "" {
		return
	}
	timing := line
	if !strings.Contains(line, "-->") {
		if comment(line) {
			r.skip()
			return
		}
		if timing = r.timing(); timing == "" {
			return
		}
	}
	cue, ok := parseTiming(timing)
	text := r.text()
	if !ok || len(text) > subs.MaxText {
		r.file.Dropped++
		return
	}
	cue.Runs = subs.Tidy(parseText(text))
	if len(cue.Runs) > 0 {
		r.file.Cues = append(r.file.Cues, cue)
	}
}

func comment(line string) bool {
	word, _, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	return word == "NOTE" || word == "STYLE" || word == "REGION"
}

// timing is the line behind an identifier, "" where a block has none.
func (r *reader) timing() string {
	for r.more() {
		line := r.next()
		if line == "" {
			return ""
		}
		if strings.Contains(line, "-->") {
			return line
		}
	}
	return ""
}

func (r *reader) skip() {
	for r.more() && r.next() != "" {
	}
}

// text is all up to an empty line, or a line with times, with which the next cue begins.
func (r *reader) text() string {
	var b strings.Builder
	for r.more() {
		line := r.next()
		if line == "" {
			break
		}
		if strings.Contains(line, "-->") {
			r.held, r.keep = line, true
			break
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		if b.Len() <= subs.MaxText {
			b.WriteString(line)
		}
	}
	return strings.ToValidUTF8(b.String(), "\ufffd")
}
