package browser_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"seine/browser"
)

// TestRenderers: three tabs have three renderers. Chrome would start as many again for the parts of a window that nobody sees, and one
// for a page that may come.
func TestRenderers(t *testing.T) {
	state := t.TempDir()
	b, first := launch(t, t.Context(), state)
	defer b.Close()
	tabs := []*browser.Tab{first}
	for range 2 {
		tab, err := b.NewTab(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		tabs = append(tabs, tab)
	}
	for i, tab := range tabs {
		loaded, stop := tab.Session().Subscribe("Page.loadEventFired")
		defer stop()
		if _, err := cdp.Call(t.Context(), cdp.Session(tab.Session()), page.Navigate, page.NavigateParams{URL: fmt.Sprintf("data:text/html,%d", i)}); err != nil {
			t.Fatal(err)
		}
		<-loaded
	}
	if n := renderers(t, state); n != len(tabs) {
		t.Errorf("%d tabs have %d renderers", len(tabs), n)
	}
}

// renderers counts those of the Chromes of a state folder.
func renderers(t *testing.T, state string) (n int) {
	t.Helper()
	_, mains := processes(t, state)
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil || !bytes.Contains(text, []byte("--type=renderer")) {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(f)))
		for pid > 1 && !slices.Contains(mains, pid) {
			pid = parent(pid)
		}
		if pid > 1 {
			n++
		}
	}
	return n
}
