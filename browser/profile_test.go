package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"seine/browser"
)

// remembering serves a page that tells what it remembers of the last visit, in a cookie and in storage.
func remembering(t *testing.T) (s *site, told func(ctx context.Context, b *browser.Browser) string) {
	s = newSite(t)
	var mu sync.Mutex
	last := make(chan string, 1)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "been", Value: "here", MaxAge: 3600, Path: "/"})
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, `<link rel="icon" href="data:,"><script>
const been = localStorage.getItem('been'); localStorage.setItem('been', 'here too'); fetch('/told?' + been)</script>`)
	})
	var before string // the cookie that came with the page
	s.heard = func(r *http.Request) {
		if r.URL.Path == "/" {
			before = r.Header.Get("Cookie")
		}
	}
	s.mux.HandleFunc("/told", func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		last <- before + "|" + r.URL.RawQuery
	})
	return s, func(ctx context.Context, b *browser.Browser) string {
		t.Helper()
		tab, err := b.NewTab(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := tab.Close(); err != nil {
				t.Error(err)
			}
		}()
		bound, release := tab.Bind(ctx)
		defer release()
		if _, err := chromedp.Call(bound, cdppage.Navigate, cdppage.NavigateParams{URL: s.a("/")}); err != nil {
			t.Fatal(err)
		}
		select {
		case text := <-last:
			return text
		case <-ctx.Done():
			t.Fatal("the page told nothing")
			return ""
		}
	}
}

func launched(t *testing.T, o browser.Options) *browser.Browser {
	t.Helper()
	b, err := browser.Launch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// TestProfileIsKept: from tab to tab, from browser to browser, also behind one that was killed, and nobody else's settings are lost.
func TestProfileIsKept(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), visitLimit)
	defer cancel()
	_, told := remembering(t)
	o := browser.Options{Profile: filepath.Join(t.TempDir(), "mine"), StateDir: t.TempDir()}
	const first, later = "|null", "been=here|here%20too"
	b := launched(t, o)
	if got := told(ctx, b); got != first {
		t.Errorf("at first: %q", got)
	}
	if got := told(ctx, b); got != later {
		t.Errorf("in a second tab: %q", got)
	}
	if _, err := browser.Launch(ctx, o); !errors.Is(err, browser.ErrProfile) {
		t.Errorf("a second browser: %v", err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(o.Profile, "Default", "Preferences")
	change(t, settings, func(all map[string]any) { all["mine"] = map[string]any{"own": true} })
	b = launched(t, o)
	if got := told(ctx, b); got != later {
		t.Errorf("in a second browser: %q", got)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	change(t, settings, func(all map[string]any) {
		if p, _ := all["profile"].(map[string]any); p["cookie_controls_mode"] != 0.0 || len(p) < 3 {
			t.Errorf("settings of the profile: %v", p)
		}
	})
	if info, err := os.Stat(o.Profile); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if got := told(ctx, launched(t, browser.Options{StateDir: o.StateDir})); got != first {
		t.Errorf("without a profile: %q", got)
	}
}

// change rewrites a file of settings.
func change(t *testing.T, name string, do func(map[string]any)) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]any{}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	do(all)
	if text, err = json.Marshal(all); err == nil {
		err = os.WriteFile(name, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestTabsTakeTurnsInAProfile: what a page opens could not be told from what another's does.
func TestTabsTakeTurnsInAProfile(t *testing.T) {
	b := launched(t, browser.Options{Profile: t.TempDir()})
	first, err := b.NewTab(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	second := make(chan error, 1)
	go func() {
		tab, err := b.NewTab(t.Context(), nil)
		if err == nil {
			err = tab.Close()
		}
		second <- err
	}()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.NewTab(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("beside another: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Errorf("behind another: %v", err)
	}
}
