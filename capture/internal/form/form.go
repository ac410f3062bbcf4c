// Package form takes queries and forms apart (application/x-www-form-urlencoded), in their order, which url.ParseQuery forgets.
package form

import (
	"iter"
	"net/url"
	"strings"
)

// Pairs are the names and values of a query or a form, in order. What cannot be decoded stays as it is.
func Pairs(raw string) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		for part := range strings.SplitSeq(raw, "&") {
			if part == "" {
				continue
			}
			name, value, _ := strings.Cut(part, "=")
			if !yield(Unescape(name), Unescape(value)) {
				return
			}
		}
	}
}

// Unescape decodes a name or a value, if it can be decoded.
func Unescape(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
