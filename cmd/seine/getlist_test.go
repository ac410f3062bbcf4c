package main

import (
	"strings"
	"testing"
)

// TestArchiveKey: a new signature makes no new file, another parameter does, and nothing in a key lets anybody act as the user.
func TestArchiveKey(t *testing.T) {
	const base = "https://h.example/a/film.mp4"
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"a token":             {base + "?token=SECRET1", base + "?token=SECRET2", true},
		"CloudFront":          {base + "?id=1&Expires=1&Signature=SECRET&Key-Pair-Id=K1", base + "?id=1&Expires=2&Signature=SECRETX&Key-Pair-Id=K2", true},
		"S3":                  {base + "?X-Amz-Signature=SECRET&X-Amz-Date=1", base + "?X-Amz-Signature=SECRETX&X-Amz-Date=2", true},
		"Azure":               {base + "?sv=1&se=2&sig=SECRET", base + "?sv=1&se=3&sig=SECRETX", true},
		"a password":          {"https://me:SECRET@h.example/a", "https://h.example/a", true},
		"how it is written":   {"HTTPS://H.Example:443/a#x", "https://h.example/a", true},
		"the order":           {base + "?a=1&b=2", base + "?b=2&a=1", true},
		"another file":        {base + "?id=1", base + "?id=2", false},
		"what may be a key":   {base + "?code=SECRET1", base + "?code=SECRET2", false},
		"e is not always one": {base + "?e=1", base + "?e=2", false},
		"another port":        {"https://h.example/a", "https://h.example:8443/a", false},
		"another path":        {base, base + "x", false},
	} {
		a, b := archiveKey(c.a), archiveKey(c.b)
		if (a == b) != c.same {
			t.Errorf("%s: %s and %s", name, a, b)
		}
		if strings.Contains(a+b, "SECRET") {
			t.Errorf("%s: a secret stands in %s, %s", name, a, b)
		}
	}
}
