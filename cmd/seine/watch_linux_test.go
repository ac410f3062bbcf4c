package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"seine/browser"
)

// front is a program that notes how Chrome is started, and becomes it.
const front = `package main

import (
	"os"
	"strings"
	"syscall"
)

func main() {
	if len(os.Args) < 3 || os.WriteFile(%[2]q, []byte(strings.Join(os.Args, "\n")), 0o600) == nil {
		panic(syscall.Exec(%[1]q, append(os.Args, "--ozone-platform=headless"), os.Environ()))
	}
}
`

// TestWatchAndSlow: --watch has the browser open a window, in which the scenario runs to its end, and --slow lets time pass before each step. Chrome's own headless
// platform stands for a display, as it does in browser's TestWindow; a program in front of Chrome sees with what it is started.
func TestWatchAndSlow(t *testing.T) {
	const pause = 400 * time.Millisecond
	var mu sync.Mutex
	var asked []time.Time
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, time.Now())
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><link rel="icon" href="data:,"><p id="size"></p><script>size.textContent = outerHeight > innerHeight ? "a window" : "no window";</script>`)
	}))
	defer srv.Close()
	found, err := browser.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"front.go":   fmt.Sprintf(front, found.Path, filepath.Join(dir, "started")),
		"watch.yaml": "inputs: {base: {required: true}}\nsteps:\n  - navigate: ${.base}/1\n  - assert: {selectors: '#size', text: a window}\n  - navigate: ${.base}/2\n  - navigate: ${.base}/3\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(dir, "chrome"), filepath.Join(dir, "front.go")).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), build(t), "run", "watch.yaml", "base="+srv.URL, "-d", "out", "--watch", "--slow", pause.String(), "--browser", filepath.Join(dir, "chrome"))
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	started, err := os.ReadFile(filepath.Join(dir, "started"))
	if err != nil || strings.Contains(string(started), "--headless") {
		t.Errorf("%v, %s", err, started)
	}
	for i, steps := range []time.Duration{2, 1} { // between two addresses
		if gap := asked[i+1].Sub(asked[i]); gap < steps*pause {
			t.Errorf("%s between address %d and %d", gap, i+1, i+2)
		}
	}
}
