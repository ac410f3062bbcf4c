package replay_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"seine/assemble"
	"seine/browser/browsertest"
	film "seine/testdata/media"
)

// playedTo plays a film for a second and a half, and then from a second before its end, if it has one.
const playedTo = `new Promise((done, fail) => {
  const v = document.querySelector("video"), until = (ready, what) => new Promise((ok) => {
    const began = Date.now(), look = () => ready() ? ok() : v.error || Date.now() - began > 9000 ? fail(new Error(what + ": " + (v.error?.message ?? v.currentTime + " of " + v.duration + ", state " + v.readyState))) : setTimeout(look, 20);
    look();
  });
  (async () => {
    v.play();
    await until(() => v.currentTime > 1.5, "it does not play");
    const pictures = v.getVideoPlaybackQuality().totalVideoFrames;
    v.currentTime = Math.max(v.seekable.end(0) - 1, 0);
    await until(() => !v.seeking && v.readyState >= 2, "it does not seek");
    done(JSON.stringify({ pictures, length: v.duration, width: v.videoWidth, at: v.currentTime }));
  })();
})`

// TestRecordingPlays: Chromium plays a recording that was cut off, as it is, and plays and seeks in it when it is finished.
func TestRecordingPlays(t *testing.T) {
	var whole atomic.Bool
	var file string
	mux := http.NewServeMux()
	mux.Handle("/media/", http.StripPrefix("/media/", http.FileServerFS(film.FS)))
	mux.HandleFunc("/channel.m3u8", func(w http.ResponseWriter, _ *http.Request) {
		n, end := 7, ""
		if whole.Load() {
			n, end = 12, "#EXT-X-ENDLIST\n"
		}
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "#EXTINF:2,\n/media/film/180p/seg_%03d.ts\n", i)
		}
		fmt.Fprint(w, "#EXTM3U\n#EXT-X-TARGETDURATION:2\n"+b.String()+end)
	})
	mux.HandleFunc("/film.mp4", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "video/mp4")
		http.ServeFile(w, r, file)
	})
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<!doctype html><link rel="icon" href="data:,"><video muted src="/film.mp4"></video>`)
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	job := assemble.Job{
		URL: srv.URL + "/channel.m3u8", Client: &http.Client{}, Output: filepath.Join(t.TempDir(), "film.mp4"), Live: &assemble.Live{FromStart: true},
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	job.Progress = func(p assemble.Progress) {
		if p.Done == 7 && p.Written > 0 {
			cancel()
		}
	}
	if _, err := assemble.Run(ctx, job); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	file = job.Output + ".part"
	played(t, srv.URL+"/page", 0)
	whole.Store(true)
	v, err := assemble.Run(t.Context(), job)
	if err != nil || v.Resumed == 0 || len(v.Missing) > 0 {
		t.Fatalf("%v, %+v", err, v)
	}
	file = job.Output
	played(t, srv.URL+"/page", 24)
}

func played(t *testing.T, page string, length float64) {
	t.Helper()
	got := byPage[struct {
		Pictures, Width int
		Length, At      float64
	}](t, page, playedTo)
	if got.Pictures < 10 || got.Width != 320 || length > 0 && (got.Length < length-0.2 || got.Length > length+0.2 || got.At < length-1.5) {
		t.Errorf("%+v", got)
	}
	t.Logf("%+v", got)
}

// byPage is the JSON that a script on a page comes to.
func byPage[T any](t *testing.T, page, script string) (got T) {
	t.Helper()
	tab := browsertest.New(t, nil)
	ctx, cancel := tab.Bind(t.Context())
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, 40*time.Second)
	defer stop()
	text, err := "", chromedp.Do(ctx, chromedp.Navigate(page))
	if err == nil {
		text, err = chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &got)
	}
	if err != nil {
		t.Fatal(err)
	}
	return got
}
