package filename

import (
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"The Harbour":                   "The Harbour",
		"../../etc/passwd":              "etc_passwd",
		"a/b\\c":                        "a_b_c",
		"-rf":                           "rf",
		".hidden":                       "hidden",
		"ends. . .":                     "ends",
		"con":                           "_con",
		"NUL.mp4":                       "_NUL.mp4",
		"com1":                          "_com1",
		"LPT³.txt":                      "_LPT³.txt",
		"computer":                      "computer",
		"\x1b]52;c;AAAA\x07boo":         "]52;c;AAAAboo",
		"abc\u202efdp.exe":              "abcfdp.exe",
		"zero\u200bwidth":               "zerowidth",
		"  many \n\t blanks ":           "many blanks",
		"":                              "film",
		"...":                           "film",
		"///":                           "film",
		"\xff\xfe":                      "film",
		"日本語の題":                         "日本語の題",
		"what? <who> \"where\" | when*": "what_ _who_ _where_ _ when_",
	} {
		if got := Clean(text, "film"); got != want {
			t.Errorf("Clean(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"a", "../x", "\u202e", strings.Repeat("é", 300), "con.", "..con", "- con"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s, "film")
		bad := strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
		if bad || !filepath.IsLocal(got) || filepath.Base(got) != got || len(got) > MaxBytes+1 || !utf8.ValidString(got) || strings.ContainsAny(got, `/\:`) || isDevice(got) {
			t.Errorf("Clean(%q) = %q", s, got)
		}
	})
}

func TestFromURL(t *testing.T) {
	for address, want := range map[string]string{
		"https://example.com/films/harbour/master.m3u8?token=x": "harbour",
		"https://example.com/harbour.m3u8":                      "harbour",
		"https://example.com/index.m3u8":                        "example.com",
		"https://example.com/%2e%2e%2fevil.m3u8":                "evil",
		"::":                                                    "film",
	} {
		if got := FromURL(address, "film"); got != want {
			t.Errorf("FromURL(%q) = %q, want %q", address, got, want)
		}
	}
}
