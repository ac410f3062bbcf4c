package engine_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"seine/scenarios/engine"
)

// TestDownload: files come under the names that the step gives them, with its headers; a second run asks only for what has changed, and
// replaces it; one that came in part is gone on with.
func TestDownload(t *testing.T) {
	var mu sync.Mutex
	var log []string
	at, text := time.Unix(1e9, 0), bytes.Repeat([]byte("seine "), 400_000)
	breaks := true
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		line := r.URL.Path
		for _, name := range []string{"X-Token", "Range", "If-Range", "If-Modified-Since"} {
			if r.Header.Get(name) != "" {
				line += " " + name
			}
		}
		log = append(log, line)
		if r.URL.Path == "/2.bin" && breaks {
			breaks = false
			w.Header().Set("Content-Length", "2400000")
			w.Header().Set("Last-Modified", at.UTC().Format(http.TimeFormat))
			_, _ = w.Write(text[:2_000_000])
			panic(http.ErrAbortHandler)
		}
		http.ServeContent(w, r, "", at, bytes.NewReader(text))
	}))
	defer srv.Close()
	program := compile(t, `
inputs:
  base: {required: true}
steps:
  - download: {urls: ["${.base}/1.html", {url: "${.base}/2.bin"}, "${.base}/1.html"], dir: d, file: "${.index + 1}-x.bin", headers: {X-Token: t}, workers: 2, as: got}
  - write: {file: out.txt, value: "${[.got[] | .file, .size] | tojson}"}`)
	dir := t.TempDir()
	run := func() []string {
		report, err := engine.Run(t.Context(), program, engine.Options{Given: map[string]string{"base": srv.URL}, Dir: dir, Fresh: true})
		if err != nil || len(report.Failed) > 0 {
			t.Fatalf("%v %+v", err, report.Failed)
		}
		for _, name := range []string{"d/1-x.bin", "d/2-x.bin"} {
			if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, text) {
				t.Errorf("%s: %d bytes, %v", name, len(got), err)
			}
		}
		if got, err := os.ReadFile(filepath.Join(dir, "out.txt")); err != nil || string(bytes.TrimSpace(got)) != `["d/1-x.bin",2400000,"d/2-x.bin",2400000]` {
			t.Errorf("%s, %v", got, err)
		}
		mu.Lock()
		defer mu.Unlock()
		list := log
		log = nil
		return list
	}
	contains := func(list []string, want ...string) {
		t.Helper()
		for _, w := range want {
			found := false
			for _, l := range list {
				found = found || l == w
			}
			if !found {
				t.Errorf("%q is not in %q", w, list)
			}
		}
		if len(list) != len(want) {
			t.Errorf("%q, want %q", list, want)
		}
	}
	contains(run(), "/1.html X-Token", "/2.bin X-Token", "/2.bin X-Token Range If-Range")
	contains(run(), "/1.html X-Token If-Modified-Since", "/2.bin X-Token If-Modified-Since")
	mu.Lock()
	at, text = time.Unix(1e9+50, 0), bytes.Repeat([]byte("SEINE "), 400_000)
	mu.Unlock()
	contains(run(), "/1.html X-Token If-Modified-Since", "/2.bin X-Token If-Modified-Since")
	if left, err := filepath.Glob(filepath.Join(dir, "d", ".*")); err != nil || len(left) > 0 {
		t.Errorf("left: %q %v", left, err)
	}
}
