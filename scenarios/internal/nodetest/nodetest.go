// Package nodetest runs the npm packages of testdata/recorder in tests: the judge of recordings, and the drivers of exported code.
package nodetest

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"seine/browser"
)

//go:embed page.html
var page string

// Dir is the folder of the packages. Where they are not installed, the test is skipped, loudly.
func Dir(t testing.TB) string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(here), "..", "..", "..", "testdata", "recorder")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "@puppeteer", "replay")); err != nil {
		t.Skip("SKIPPED, NOT PROVED: @puppeteer/replay is not installed; make recorder does that")
	}
	return dir
}

// Browser is the executable of this machine's browser.
func Browser(t testing.TB) string {
	t.Helper()
	found, err := browser.Find(t.Context())
	if err != nil {
		t.Skip("SKIPPED, NOT PROVED: ", err)
	}
	return found.Path
}

// Run runs node in the folder of the packages, and gives what it printed.
func Run(t testing.TB, args ...string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir = Dir(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("node %v: %w\n%s", args, err, stderr.String())
	}
	return out, nil
}

// Serve serves the page that the flows of the tests act on; it keeps what is done to it in window.state. It gives the page's address.
func Serve(t testing.TB) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, page)
		case "/frame":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, `<!doctype html><button id="inner" onclick="parent.state.inner = (parent.state.inner || 0) + 1">Inner</button>`)
		case "/data":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"rows": [{"n": 1}, {"n": 2}]}`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL + "/"
}
