// Package ui is how seine talks to a person and to other programs: messages and progress on stderr, results on stdout,
// as text or as JSON lines. Progress is state; the printers only show it.
package ui

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
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
		case hidden(c):
			return -1
		}
		return c
	}, strings.ToValidUTF8(string(r), "?"))
}

// hidden characters are obeyed by terminals or seen by nobody.
func hidden(c rune) bool {
	return unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp)
}

// visible writes the hidden characters of JSON as its escapes (RFC 8259 §7): the value is the same, and a terminal that it
// is shown on obeys nothing of it. encoding/json does so below U+0020 only.
func visible(data []byte) []byte {
	if !strings.ContainsFunc(string(data), hidden) {
		return data
	}
	var b strings.Builder
	for _, c := range string(data) {
		switch hi, lo := utf16.EncodeRune(c); {
		case !hidden(c):
			b.WriteRune(c)
		case c > 0xffff:
			fmt.Fprintf(&b, "\\u%04x\\u%04x", hi, lo)
		default:
			fmt.Fprintf(&b, "\\u%04x", c)
		}
	}
	return []byte(b.String())
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
