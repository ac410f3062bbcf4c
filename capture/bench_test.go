package capture_test

import (
	"context"
	"math"
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

// BenchmarkParse has a page parse 100,000 texts of 200 bytes, watched and not, by turns.
func BenchmarkParse(b *testing.B) {
	const script = `(() => {
		const texts = Array.from({ length: 64 }, (_, i) => JSON.stringify({ id: i, name: "user " + i, tags: ["red", "green"], at: { x: 1.5, y: [1, 2, 3] }, note: "some words to read" }).padEnd(200));
		const began = performance.now();
		for (let i = 0; i < 1e5; i++) JSON.parse(texts[i & 63]);
		return performance.now() - began;
	})()`
	took := func(o browser.Observer) (ms float64) {
		tab := browsertest.New(b, o)
		bound, release := tab.Bind(b.Context())
		defer release()
		if _, err := chromedp.Call(bound, cdppage.Navigate, cdppage.NavigateParams{URL: "data:text/html,parse"}); err != nil {
			b.Fatal(err)
		}
		ms = math.Inf(1)
		for range 5 { // the first finds the code cold
			once, err := chromedp.Run(bound, chromedp.Evaluate[float64](script))
			if err != nil {
				b.Fatal(err)
			}
			ms = min(ms, once)
		}
		return ms
	}
	var watched, alone float64
	for b.Loop() {
		r := capture.NewRecorder(capture.Options{Dir: b.TempDir()})
		watched += took(ear{r})
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
		alone += took(nil)
	}
	b.ReportMetric(watched/alone, "times-unwatched")
	b.ReportMetric(watched/float64(b.N), "ms/watched")
}

// BenchmarkCopies has a player be given 64 MiB, all of which is kept.
func BenchmarkCopies(b *testing.B) {
	const script = `(async () => {
		const source = new MediaSource(), video = document.createElement("video");
		video.src = URL.createObjectURL(source);
		await new Promise((done) => source.addEventListener("sourceopen", done, { once: true }));
		const buffer = source.addSourceBuffer('video/mp4; codecs="avc1.4d400c"'), box = new Uint8Array(4 << 20);
		new DataView(box.buffer).setUint32(0, box.length);
		new DataView(box.buffer).setUint32(4, 0x66726565);
		for (let i = 0; i < 16; i++) {
			buffer.appendBuffer(box);
			await new Promise((done) => buffer.addEventListener("updateend", done, { once: true }));
		}
		return true;
	})()`
	const size = 64 << 20
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		r := capture.NewRecorder(capture.Options{Dir: b.TempDir(), Copies: true})
		tab := browsertest.New(b, ear{r})
		bound, release := tab.Bind(b.Context())
		if _, err := chromedp.Run(bound, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise)); err != nil {
			b.Fatal(err)
		}
		for {
			changed := r.Changed()
			if list := r.Appended(); len(list) == 1 && list[0].Size == size {
				break
			}
			<-changed
		}
		release()
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
