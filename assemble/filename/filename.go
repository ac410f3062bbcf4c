// Package filename makes file names of remote text: titles and addresses are data, and may be hostile.
package filename

import (
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxBytes of a cleaned name, without its extension: file systems allow 255, and .part.journal comes behind it.
const MaxBytes = 200

// reserved are device names on Windows, whatever their extension.
var reserved = []string{"con", "prn", "aux", "nul", "conin$", "conout$"}

// Clean turns text into one path element that every file system takes and a terminal can show: no separators, no characters
// that are control, invisible, bidirectional or forbidden on Windows; no device name; no dot, blank or hyphen in
// front, no dot or blank at the end; at most MaxBytes. If nothing is left, it is fallback.
func Clean(text, fallback string) string {
	s := strings.Map(harmless, strings.ToValidUTF8(text, "_"))
	s = strings.Join(strings.Fields(s), " ")
	s = strings.TrimLeft(s, ".-_ ")
	s = strings.TrimRight(Cut(s, MaxBytes), ". ")
	if isDevice(s) {
		s = "_" + s
	}
	if strings.Trim(s, "_ ") == "" {
		return fallback
	}
	return s
}

func harmless(r rune) rune {
	switch {
	case strings.ContainsRune(`/\:*?"<>|`, r):
		return '_'
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs), r == unicode.ReplacementChar:
		return -1
	}
	return r
}

// Cut shortens s to n bytes at a character's end.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n = max(n, 0)
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func isDevice(s string) bool {
	stem, _, _ := strings.Cut(strings.ToLower(s), ".")
	stem = strings.TrimRight(stem, " ")
	if slices.Contains(reserved, stem) {
		return true
	}
	digits := []rune(strings.TrimPrefix(strings.TrimPrefix(stem, "com"), "lpt"))
	return len(digits) == 1 && (strings.HasPrefix(stem, "com") || strings.HasPrefix(stem, "lpt")) && strings.ContainsRune("0123456789¹²³", digits[0])
}

// FromURL names a film after its playlist's address: the last path element that says something.
func FromURL(address, fallback string) string {
	u, err := url.Parse(address)
	if err != nil {
		return fallback
	}
	for p := u.Path; p != "/" && p != "." && p != ""; p = path.Dir(p) {
		stem := strings.TrimSuffix(path.Base(p), path.Ext(p))
		if !slices.Contains([]string{"index", "master", "playlist", "manifest", "main", "hls", "video", "stream", "chunklist", "prog_index"}, strings.ToLower(stem)) {
			return Clean(stem, fallback)
		}
	}
	return Clean(u.Hostname(), fallback)
}
