package local

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
)

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

func TestFiles(t *testing.T) {
	top := t.TempDir()
	dir := filepath.Join(top, "a film")
	for _, d := range []string{dir, filepath.Join(dir, "parts")} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{"secret": "secret", "a film/one.ts": "0123456789", "a film/parts/two.ts": "two"} {
		if err := os.WriteFile(filepath.Join(top, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(top, "secret"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	asked := ""
	f, err := Open(filepath.Join(dir, "list.m3u8"), doer(func(r *http.Request) (*http.Response, error) {
		asked = r.URL.String()
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, c := range []struct {
		address, span, want string
		status              int
		err                 error
	}{
		{"one.ts", "", "0123456789", 200, nil},
		{"./parts/../one.ts", "", "0123456789", 200, nil},
		{"parts/two.ts?query", "", "two", 200, nil},
		{"one.ts", "bytes=2-4", "234", 206, nil},
		{"one.ts", "bytes=8-40", "89", 206, nil},
		{"one.ts", "bytes=10-12", "", 416, nil},
		{"one.ts", "bytes=x", "0123456789", 200, nil},
		{"three.ts", "", "", 0, ErrMissing},
		{"parts", "", "", 0, ErrMissing},
		{"../secret", "", "", 0, ErrOutside},
		{"%2e%2e/secret", "", "", 0, ErrOutside},
		{"link", "", "", 0, ErrOutside},
		{"/etc/passwd", "", "", 0, ErrOutside},
		{"file://host/one.ts", "", "", 0, ErrOutside},
		{"http://h.example/x", "", "", 404, nil},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.URL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if req.URL, err = req.URL.Parse(c.address); err != nil {
			t.Fatal(err)
		}
		if c.span != "" {
			req.Header.Set("Range", c.span)
		}
		resp, err := f.Do(req)
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.address, err, c.err)
		}
		if err != nil {
			var p interface{ Permanent() bool }
			if !errors.As(err, &p) || !p.Permanent() {
				t.Errorf("%s: worth another try: %v", c.address, err)
			}
			continue
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || string(text) != c.want || resp.StatusCode != c.status {
			t.Errorf("%s %s: %d %q, %v", c.address, c.span, resp.StatusCode, text, err)
		}
	}
	if asked != "http://h.example/x" {
		t.Errorf("handed on: %q", asked)
	}
}
