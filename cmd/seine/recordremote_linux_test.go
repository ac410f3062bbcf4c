package main

import (
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"seine/browser"
	"seine/testdata/sites"
)

// TestRecordRemote: without a screen, the address that is printed shows the browser, a click on the picture is recorded, and Stop ends it.
func TestRecordRemote(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(sites.Static("text/html; charset=utf-8", form))
	defer site.Close()
	dir := t.TempDir()
	r := startRecording(t, build(t), dir, site.URL+"/", "-o", "site.yaml", "--remote")
	r.said.await(t, "or Ctrl-C here.")
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/\?token=\w+`).FindString(r.said.String())
	b, err := browser.Launch(t.Context(), browser.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	tab, err := b.NewTab(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	call := func(method string, params, result any) {
		t.Helper()
		if err := tab.Session().Call(t.Context(), method, params, result); err != nil {
			t.Fatalf("%s: %v", method, err)
		}
	}
	call("Page.navigate", map[string]any{"url": address}, nil)
	// The button is grey in the picture, once it is drawn.
	var at struct {
		Result struct {
			Value struct{ X, Y float64 } `json:"value"`
		} `json:"result"`
	}
	for end := time.Now().Add(time.Minute); at.Result.Value.Y == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no picture of the page\n%s", &r.said)
		}
		call("Runtime.evaluate", map[string]any{"returnByValue": true, "expression": `(() => {
			const c = document.getElementById("picture"), b = c?.getBoundingClientRect(), scale = b && b.width / c.width;
			return c?.dataset.frames && c.getContext("2d").getImageData(60, 108, 1, 1).data[0] < 245 ? { X: b.x + 60 * scale, Y: b.y + 108 * scale } : { X: 0, Y: 0 };
		})()`}, &at)
	}
	for _, kind := range []string{"mouseMoved", "mousePressed", "mouseReleased"} {
		call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.Result.Value.X, "y": at.Result.Value.Y, "button": "left", "clickCount": 1}, nil)
	}
	holds(t, filepath.Join(dir, "site.yaml"), "Sign in[role")
	call("Runtime.evaluate", map[string]any{"expression": `document.getElementById("stop").click()`}, nil)
	if err := r.Wait(); err != nil || !strings.Contains(r.said.String(), "click “Sign in”") {
		t.Errorf("%v\n%s", err, &r.said)
	}
}
