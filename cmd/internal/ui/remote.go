// Package ui is how seine talks to a person and to other programs: messages and progress on stderr, results on stdout,
// as text or as JSON lines. Progress is state; the printers only show it.
package ui

import (
	"strings"
	"unicode"
)

// Remote is text that came from elsewhere: titles, addresses, names, server messages. It reaches a terminal only
// through its String.
type Remote string

// String leaves out what a terminal would obey or a person could not see: control characters of both ranges (with them
// every escape sequence), bidirectional overrides, zero-width characters, and bytes that are no UTF-8.
func (r Remote) String() string {
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\t' || c == '\n':
			return ' '
		case c == unicode.ReplacementChar:
			return '?'
		case unicode.Is(unicode.Cc, c), unicode.Is(unicode.Cf, c), unicode.Is(unicode.Co, c), c == '\u2028', c == '\u2029':
			return -1
		}
		return c
	}, strings.ToValidUTF8(string(r), "?"))
}

// Short cuts the text to n columns, with an ellipsis in the middle: of an address both ends matter.
func (r Remote) Short(n int) string {
	s := []rune(r.String())
	if len(s) <= n || n < 5 {
		return string(s)
	}
	head := (n - 1) * 2 / 3
	return string(s[:head]) + "…" + string(s[len(s)-(n-1-head):])
}
