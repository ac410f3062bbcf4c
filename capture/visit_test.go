package capture_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/capture"
	"seine/testdata/sites"
)

// ear lets a Recorder observe a tab.
type ear struct{ *capture.Recorder }

func (e ear) Attached(s *browser.Session) {
	e.Recorder.Attached(s)
	if s.Twin() != nil {
		e.Paired(s, s.Twin())
	}
}

func (e ear) Detached(s *browser.Session) { e.Recorder.Detached(s) }
func (e ear) Event(s *browser.Session, method string, params jsonv2.Value) {
	e.Recorder.Event(s, method, params)
}

// visitLimit bounds one visit on a busy machine.
const visitLimit = 90 * time.Second

// visit is a tab on the built-in site, and what is recorded of it.
type visit struct {
	*capture.Recorder
	site *sites.Site
	base string
	tab  *browser.Tab
	ctx  context.Context
}

func visited(t testing.TB, path string, o capture.Options) *visit {
	t.Helper()
	return visitedFor(t, visitLimit, path, o)
}

func visitedFor(t testing.TB, limit time.Duration, path string, o capture.Options) *visit {
	t.Helper()
	site := sites.New(sites.Options{})
	server := httptest.NewServer(site)
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	t.Cleanup(cancel)
	v := &visit{recorder(t, o), site, server.URL, nil, ctx}
	v.tab = browsertest.New(t, ear{v.Recorder})
	bound, release := v.tab.Bind(ctx)
	defer release()
	if _, err := chromedp.Call(bound, cdppage.Navigate, cdppage.NavigateParams{URL: v.base + path}); err != nil {
		t.Fatal(err)
	}
	return v
}

// other is an address as of another site.
func other(address string) string { return strings.Replace(address, "127.0.0.1", "localhost", 1) }

// await waits until nothing is missing any more, and looks again at each news; whoever waits too long is told what for. Lost says that
// the browser ended instead: Chromium 156 fails a CHECK of its own in about one of forty visits to /kinds/ (SIGTRAP, with durable messages).
func (v *visit) await(t testing.TB, changed func() <-chan struct{}, missing func() string) (lost bool) {
	t.Helper()
	for {
		news := changed()
		what := missing()
		if what == "" {
			return false
		}
		select {
		case <-news:
			continue
		case <-v.tab.Done():
			if errors.Is(v.tab.Err(), browser.ErrBrowserGone) {
				return true
			}
			t.Fatalf("the page is gone: %v", v.tab.Err())
		case <-v.ctx.Done():
			log := v.site.Log()
			for _, r := range log[max(0, len(log)-20):] {
				t.Logf("%s %s %d %t", r.Method, r.URL, r.Status, r.Done)
			}
			t.Fatalf("waited in vain for %s, after %d requests and %+v, %v", what, len(log), v.Progress(), v.tab.Err())
		}
	}
}
