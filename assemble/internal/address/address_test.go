package address

import (
	"net/url"
	"testing"
)

func TestFastPath(t *testing.T) {
	for _, base := range []string{"http://h/a/b.m3u8?q=1", "http://h", "https://h:1/a/../b/c", "http://u:p@h/x/"} {
		r := New(mustURL(t, base))
		for _, ref := range []string{"a.ts", "a/b.ts?x=1&y=%20", "./a.ts", "../a.ts", "a/../b", "a b.ts", "?q", "//o/p", "/p", "a?b#c", "ä.ts", "a/.b", "a//b", "a.b.c/d_e-f.ts", "a..ts", "a/b/..c"} {
			got, err := r.Media(ref)
			if err != nil {
				t.Fatal(err)
			}
			u, err := r.Parse(ref)
			if err != nil {
				t.Fatal(err)
			}
			if got != u.String() {
				t.Errorf("%s + %s = %s, want %s", base, ref, got, u)
			}
		}
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
