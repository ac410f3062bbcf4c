package capture_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/capture"
	"seine/testdata/sites"
)

// BenchmarkLoad loads a page of 300 requests by turns watched and not watched, and gives how many times as long the one takes as the other.
// Unwatched is a tab that nobody asked anything of the network.
func BenchmarkLoad(b *testing.B) {
	for name, path := range map[string]string{
		"small": "/kinds/many.html?n=300&size=8000&at=6",
		"large": "/kinds/many.html?n=12&size=8000000&at=4",
	} {
		b.Run(name, func(b *testing.B) {
			var watched, alone time.Duration
			for b.Loop() {
				r := capture.NewRecorder(capture.Options{Dir: b.TempDir()})
				watched += loaded(b, path, ear{r})
				if err := r.Close(); err != nil {
					b.Fatal(err)
				}
				alone += loaded(b, path, nil)
			}
			b.ReportMetric(float64(watched)/float64(alone), "times-unwatched")
			b.ReportMetric(watched.Seconds()/float64(b.N), "s/watched")
		})
	}
}

// loaded is how long it takes from the start of the navigation to the last answer.
func loaded(b *testing.B, path string, obs browser.Observer) time.Duration {
	b.Helper()
	site := sites.New(sites.Options{})
	server := httptest.NewServer(site)
	defer server.Close()
	ctx, cancel := context.WithTimeout(b.Context(), visitLimit)
	defer cancel()
	tab, err := browsertest.Browser(b).NewTab(ctx, obs)
	if err != nil {
		b.Fatal(err)
	}
	defer tab.Close()
	bound, release := tab.Bind(ctx)
	defer release()
	began := time.Now()
	if _, err := chromedp.Call(bound, cdppage.Navigate, cdppage.NavigateParams{URL: server.URL + path}); err != nil {
		b.Fatal(err)
	}
	for {
		news := site.Changed()
		if log := site.Log(); len(log) > 0 && strings.HasSuffix(log[len(log)-1].URL, "n=done") {
			return time.Since(began)
		}
		select {
		case <-news:
		case <-ctx.Done():
			b.Fatal("the page did not load")
		}
	}
}
