package hls

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"seine/assemble/internal/address"
)

// normalized is text that grafov can read without harm, and what was learned on the way.
type normalized struct {
	text []byte
	// lines holds the number, from 1, that each line of text had in the original.
	lines    []int32
	master   bool
	segments int
	// target and ended: it states a target duration, which makes it a list of segments; nothing will follow.
	target, ended bool
	vars          map[string]string
	warnings      []string
}

// normalizer copies lines one by one. pending is true when an EXTINF or STREAM-INF waits for its address.
type normalizer struct {
	normalized
	base    *url.URL
	imports map[string]string
	number  int
	pending bool
	// infs, variants, renditions and defines count lines, filled the bytes that variables made.
	infs, variants, renditions, defines, filled int
	most                                        int // that variables may make, in bytes
}

// normalize cuts the text into lines (LF, CR LF or CR), drops the byte order mark and blank lines, fills in variables,
// checks the limits and decides the kind of playlist (RFC 8216 §4.1).
func normalize(text []byte, base *url.URL, vars map[string]string) (*normalized, error) {
	n := &normalizer{base: base, imports: vars, most: min(max(minFilled, len(text)*maxGrowth), MaxBytes)}
	n.text = make([]byte, 0, len(text)+1)
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	for len(text) > 0 {
		line, rest := cutLine(text)
		text = rest
		n.number++
		if err := n.add(bytes.TrimSpace(line)); err != nil {
			return nil, err
		}
	}
	if n.master && n.infs > 0 {
		n.warn("it mixes variants and segments; the variants count")
	}
	return &n.normalized, nil
}

// cutLine splits at the first line end. A CR LF leaves an empty line behind, which does not count.
func cutLine(text []byte) (line, rest []byte) {
	i := 0
	for i < len(text) && text[i] != '\n' && text[i] != '\r' {
		i++
	}
	if i == len(text) {
		return text, nil
	}
	if text[i] == '\r' && i+1 < len(text) && text[i+1] == '\n' {
		return text[:i], text[i+2:]
	}
	return text[:i], text[i+1:]
}

func (n *normalizer) add(line []byte) error {
	if len(line) == 0 {
		return nil
	}
	if substitutes(line) && bytes.Contains(line, []byte("{$")) {
		s, err := n.expand(string(line))
		if err != nil {
			return err
		}
		if n.filled += len(s); n.filled > n.most {
			return fmt.Errorf("%w: its variables make more than %d bytes", ErrTooLarge, n.most)
		}
		if line = bytes.TrimSpace([]byte(s)); len(line) == 0 {
			return nil
		}
	}
	if len(line) > MaxLine {
		return fmt.Errorf("%w: line %d has more than %d bytes", ErrTooLarge, n.number, MaxLine)
	}
	keep, err := n.classify(line)
	if err != nil || !keep {
		return err
	}
	if len(n.text) > 0 {
		n.text = append(n.text, '\n') // none at the end: grafov would read an empty address there
	}
	if len(n.text)+len(line) > cap(n.text) {
		n.text = slices.Grow(n.text, len(n.text)+len(line)) // variables were filled in
	}
	n.text = append(n.text, line...)
	n.lines = append(n.lines, int32(n.number)) // at most MaxBytes lines
	return nil
}

// substitutes is true for the lines that variables are filled into: addresses, and tags with attributes (RFC 8216bis §4.3). The
// title of a segment and comments are none.
func substitutes(line []byte) bool {
	return line[0] != '#' || tag(line, "#EXT-X-")
}

// classify reports whether the line goes on to the decoder.
func (n *normalizer) classify(line []byte) (keep bool, err error) {
	if line[0] != '#' {
		return n.address()
	}
	switch {
	case tag(line, "#EXTINF:"):
		n.pending = true
		n.infs++
	case tag(line, "#EXT-X-STREAM-INF:"):
		n.pending, n.master = true, true
		return true, n.limit(&n.variants, "variants")
	case tag(line, "#EXT-X-MEDIA:"):
		n.master = true
		return true, n.limit(&n.renditions, "renditions")
	case tag(line, "#EXT-X-I-FRAME-STREAM-INF:"):
		// Nobody needs pictures for fast forward, and grafov would hang all renditions so far on them.
		n.master = true
		return false, nil
	case tag(line, "#EXT-X-DEFINE:"):
		return false, n.define(string(line[len("#EXT-X-DEFINE:"):]))
	case tag(line, "#EXT-X-TARGETDURATION:"):
		n.target = true
	case tag(line, "#EXT-X-ENDLIST"), tag(line, "#EXT-X-PLAYLIST-TYPE:VOD"):
		n.ended = true
	case tag(line, "#EXT"):
	default:
		// Comments; and #WV- lines, which make grafov index past their end.
		return false, nil
	}
	return true, nil
}

// limit counts the lines for which grafov compares each with each.
func (n *normalizer) limit(count *int, what string) error {
	if *count++; *count > MaxVariants {
		return fmt.Errorf("%w: more than %d %s", ErrTooLarge, MaxVariants, what)
	}
	return nil
}

// address keeps a line that answers an EXTINF or STREAM-INF. A stray one would make grafov hang keys and maps, meant for
// the next segment, on the last.
func (n *normalizer) address() (keep bool, err error) {
	if !n.pending {
		n.warn("line %d: an address without EXTINF is left out", n.number)
		return false, nil
	}
	n.pending = false
	n.segments++
	if n.segments > MaxSegments {
		return false, fmt.Errorf("%w: more than %d segments", ErrTooLarge, MaxSegments)
	}
	return true, nil
}

// maxWarnings bounds the remarks about one playlist.
const maxWarnings = 20

func (n *normalizer) warn(format string, args ...any) {
	if len(n.warnings) < maxWarnings {
		n.warnings = append(n.warnings, fmt.Sprintf(format, args...))
	}
}

func tag(line []byte, name string) bool {
	return len(line) >= len(name) && string(line[:len(name)]) == name
}

const (
	// maxDefines bounds EXT-X-DEFINE.
	maxDefines = 1000
	// minFilled and maxGrowth bound the lines that variables are filled into: a small playlist must not become a large one. So many
	// bytes are allowed always, or so many times the playlist.
	minFilled = 4 << 20
	maxGrowth = 8
)

// define obeys EXT-X-DEFINE (RFC 8216bis §4.4.2.3).
func (n *normalizer) define(list string) error {
	if n.defines++; n.defines > maxDefines {
		return fmt.Errorf("%w: more than %d variables", ErrTooLarge, maxDefines)
	}
	var name, value string
	var ok bool
	for k, v := range attributes(list) {
		switch k {
		case "NAME":
			name = v
		case "VALUE":
			value, ok = v, true
		case "IMPORT":
			name = v
			value, ok = n.imports[v]
		case "QUERYPARAM":
			name = v
			value, ok = n.base.Query().Get(v), n.base.Query().Has(v)
		}
	}
	if name == "" || !ok {
		return n.bad("EXT-X-DEFINE has no value for the variable %s", address.Short(name))
	}
	if strings.ContainsFunc(value, unicode.IsControl) {
		return n.bad("the variable %s holds a control character", address.Short(name)) // %0A in a query would be a new line
	}
	if n.vars == nil {
		n.vars = map[string]string{}
	}
	n.vars[name] = value
	return nil
}

// expand fills in {$name} once; values are never expanded again.
func (n *normalizer) expand(line string) (string, error) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(line, "{$")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, rest, closed := strings.Cut(after, "}")
		value, known := n.vars[name]
		if !closed || !known {
			return "", n.bad("the variable %s is not defined", address.Short(name))
		}
		b.WriteString(value)
		if b.Len() > MaxLine {
			return "", fmt.Errorf("%w: line %d has more than %d bytes", ErrTooLarge, n.number, MaxLine)
		}
		line = rest
	}
}

func (n *normalizer) bad(format string, args ...any) error {
	return malformed(n.number, format, args...)
}

func malformed(line int, format string, args ...any) error {
	return fmt.Errorf("%w: line %d: %s", ErrMalformed, line, fmt.Sprintf(format, args...))
}
