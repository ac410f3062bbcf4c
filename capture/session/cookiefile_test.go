package session

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestReadCookies(t *testing.T) {
	const file = "# Netscape HTTP Cookie File\n\n" +
		".example.com\tTRUE\t/\tTRUE\t2000000000\tsid\ta=b c\r\n" +
		"#HttpOnly_login.example.com\tFALSE\t/in\tFALSE\t0\tid\t\n" +
		"example.com\tFALSE\t/\tFALSE\t1893456000.5\tlast\n"
	got, err := ReadCookies(strings.NewReader(file))
	want := []Cookie{
		{Name: "sid", Value: "a=b c", Domain: ".example.com", Path: "/", Secure: true, Expires: time.Unix(2000000000, 0)},
		{Name: "id", Domain: "login.example.com", Path: "/in", HostOnly: true, HTTPOnly: true},
		{Name: "last", Domain: "example.com", Path: "/", HostOnly: true, Expires: time.Unix(1893456000, 0)},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

// Errors name the line, and no secret.
func TestReadCookiesBad(t *testing.T) {
	for name, line := range map[string]string{
		"JSON":   `[{"name": "sid", "value": "secret"}]`,
		"spaces": "example.com FALSE / FALSE 0 sid secret",
		"time":   "example.com\tFALSE\t/\tFALSE\tsecret\tsid\tv",
		"path":   "example.com\tFALSE\t\tFALSE\t0\tsid\tsecret",
		"long":   "example.com\tFALSE\t/\tFALSE\t0\tsid\t" + strings.Repeat("secret", 20_000),
	} {
		_, err := ReadCookies(strings.NewReader("# one\n" + line + "\n"))
		if !errors.Is(err, ErrCookieFile) || !strings.Contains(err.Error(), "line 2") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadCookies(f *testing.F) {
	f.Add(".example.com\tTRUE\t/\tTRUE\t2000000000\tsid\tv\n")
	f.Add("#HttpOnly_a\tFALSE\t/\tFALSE\t0\tid\n#\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		if list, err := ReadCookies(strings.NewReader(text)); err == nil && len(list) > strings.Count(text, "\n")+1 {
			t.Errorf("%d cookies", len(list))
		}
	})
}
