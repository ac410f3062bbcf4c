package media

import (
	"bytes"
	"html"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// unescape undoes what JSON, script and HTML do to a literal, as often as it was done.
func unescape(b []byte) []byte {
	for range maxUnescape {
		if bytes.IndexByte(b, '\\') < 0 {
			break
		}
		b = unslashed(b)
	}
	if bytes.Contains(b, []byte("&amp;")) || bytes.Contains(b, []byte("&quot;")) || bytes.Contains(b, []byte("&#")) || bytes.Contains(b, []byte("&lt;")) {
		b = []byte(html.UnescapeString(string(b)))
	}
	return b
}

var short = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'f': '\f', 'v': '\v'}

// unslashed undoes the escapes of a string literal (RFC 8259 §7, ECMA-262 §12.9.4) once.
func unslashed(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		switch c := b[i]; {
		case short[c] != 0:
			out = append(out, short[c])
		case c == 'u' || c == 'x':
			r, n := code(b[i:])
			if n == 0 {
				out = append(out, '\\', c)
				continue
			}
			out = utf8.AppendRune(out, r)
			i += n - 1
		case c == '\n': // a line that goes on
		default:
			out = append(out, c)
		}
	}
	return out
}

// code reads u0041 or x41 and the length of it; 0 if it is none.
func code(b []byte) (r rune, n int) {
	n = 5
	if b[0] == 'x' {
		n = 3
	}
	if len(b) < n {
		return 0, 0
	}
	v, err := strconv.ParseUint(string(b[1:n]), 16, 32)
	if err != nil {
		return 0, 0
	}
	return rune(v), n
}

// percentDecoded undoes the encoding of an address that is a parameter of another, up to where that goes on.
func percentDecoded(s string) string {
	s, _, _ = strings.Cut(s, "&")
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
