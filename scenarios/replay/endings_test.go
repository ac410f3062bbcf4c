package replay_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/systeminfo"
	"github.com/chromedp/cdproto/target"
	"github.com/google/go-cmp/cmp"

	"seine/browser"
	"seine/scenarios"
	"seine/scenarios/replay"
)

// TestAPageThatIsNeverAtRest ends by itself: no step's time is up.
func TestAPageThatIsNeverAtRest(t *testing.T) {
	t.Parallel()
	p := servePages(t, `<p>Nothing to click</p><script>setInterval(() => fetch("/poll?" + Math.random()), 100)</script>`)
	res, err := run(t, p.flow(0, time.Minute, scenarios.Play{}, scenarios.Capture{}, scenarios.Grab{Dir: t.TempDir()}))
	if !errors.Is(err, replay.ErrNoMedia) || res.Capture == nil {
		t.Errorf("%v", err)
	}
}

func TestTheTimeOfPlayIsUp(t *testing.T) {
	p := servePages(t, `<script>setInterval(() => fetch("/poll?" + Math.random()), 100)</script>`)
	res, err := run(t, scenarios.UserFlow{Steps: []scenarios.Step{
		scenarios.Navigate{URL: p.base + "/0"}, scenarios.Play{Base: scenarios.Base{Timeout: time.Second}}, scenarios.Capture{},
	}})
	if err != nil || res.Capture == nil { // what was found by then is the result
		t.Errorf("%v", err)
	}
}

func TestPagesThatEnd(t *testing.T) {
	p := servePages(t, `<p>x</p>`)
	for name, test := range map[string]struct {
		end  func(t *testing.T, root cdp.Session)
		want error
	}{"is closed": {closePages, browser.ErrTabGone}, "crashes": {killRenderers, browser.ErrTabCrashed}} {
		t.Run(name, func(t *testing.T) {
			r := runner(t)
			r.Observe = func(e replay.Event) {
				if step, ok := e.(replay.StepStarted); ok && step.Type == "waitForElement" {
					test.end(t, r.Browser.Session())
				}
			}
			_, err := r.Run(t.Context(), p.flow(0, time.Minute, scenarios.WaitForElement{Selectors: css("#never")}))
			if !errors.Is(err, test.want) || strings.Contains(err.Error(), "not done after") {
				t.Errorf("%v, want %v", err, test.want)
			}
		})
	}
	if res, err := run(t, p.flow(0, 5*time.Second, scenarios.Capture{})); err != nil || res.Status != http.StatusOK {
		t.Errorf("the browser after a crash: %v", err)
	}
}

func closePages(t *testing.T, root cdp.Session) {
	list, err := cdp.Call(t.Context(), root, target.GetTargets, target.GetTargetsParams{})
	if err != nil {
		t.Error(err)
	}
	for _, i := range list.TargetInfos {
		if i.Type == "page" && strings.HasPrefix(i.URL, "http") {
			if _, err := cdp.Call(t.Context(), root, target.CloseTarget, target.CloseTargetParams{TargetID: i.TargetID}); err != nil {
				t.Error(err)
			}
		}
	}
}

func killRenderers(t *testing.T, root cdp.Session) {
	list, err := cdp.Call(t.Context(), root, systeminfo.GetProcessInfo, cdp.Empty{})
	if err != nil {
		t.Error(err)
	}
	for _, p := range list.ProcessInfo {
		if p.Type == "renderer" {
			renderer, err := os.FindProcess(int(p.ID))
			if err == nil {
				err = renderer.Kill()
			}
			if err != nil {
				t.Error(err)
			}
		}
	}
}

// TestCancel cancels in the middle of each step; TestMain looks for what is left.
func TestCancel(t *testing.T) {
	hang := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	defer close(hang)
	p := servePages(t, `<script>setInterval(() => fetch("/poll?" + Math.random()), 50)</script>`)
	s := serve(t)
	film := scenarios.GrabFlow(s.url("/movie/harbour"), scenarios.Grab{Dir: t.TempDir()}, scenarios.Capture{})
	for name, flow := range map[string]scenarios.UserFlow{
		"navigate":       {Steps: []scenarios.Step{scenarios.Navigate{URL: srv.URL}}},
		"waitForElement": p.flow(0, 0, scenarios.WaitForElement{Selectors: css("#never")}),
		"play":           p.flow(0, 0, scenarios.Play{}),
		"capture":        p.flow(0, 0, scenarios.Capture{}),
		"grab":           film,
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			reason := errors.New("the user has had enough")
			r := runner(t)
			r.Observe = func(e replay.Event) {
				if step, ok := e.(replay.StepStarted); ok && step.Type == name {
					if name == "grab" {
						cancel(reason)
					} else {
						time.AfterFunc(100*time.Millisecond, func() { cancel(reason) })
					}
				}
			}
			if _, err := r.Run(ctx, flow); !errors.Is(err, reason) && !errors.Is(err, context.Canceled) {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestTheFilmPlays hands the finished file back to the browser.
func TestTheFilmPlays(t *testing.T) {
	s := serve(t)
	res, err := grab(t, s.url("/movie/harbour"))
	if err != nil {
		t.Fatal(err)
	}
	checkPlays(t, res.Film.Path)
}

// checkPlays hands the large film to the browser.
func checkPlays(t *testing.T, film string) {
	t.Helper()
	got := playedBack(t, film)
	seek := func(at float64) any { return map[string]any{"at": at, "width": 640.0, "height": 360.0} }
	want := map[string]any{"played": true, "seeks": []any{seek(5), seek(12), seek(20)}, "ended": true, "duration": 24.0, "error": nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", filepath.Base(film), diff)
	}
}

// playedBack is what a page says of a film that it plays, seeks in and plays to its end.
func playedBack(t *testing.T, film string) map[string]any {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /film.mp4", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, film) })
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<!doctype html><link rel="icon" href="data:,"><video muted src="/film.mp4"></video>`))
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	return byPage[map[string]any](t, srv.URL, playback)
}

const playback = `(async () => {
  const v = document.querySelector("video"), out = { played: false, seeks: [], ended: false, error: null };
  const on = (name) => new Promise((done, fail) => {
    v.addEventListener(name, done, { once: true });
    v.addEventListener("error", () => fail(new Error(v.error.message)), { once: true });
  });
  try {
    const playing = on("playing");
    v.play();
    await playing;
    out.played = true;
    for (const at of [5, 12, 20]) {
      const seeked = on("seeked");
      v.pause();
      v.currentTime = at;
      await seeked;
      out.seeks.push({ at: v.currentTime, width: v.videoWidth, height: v.videoHeight });
    }
    const ended = on("ended");
    v.playbackRate = 8;
    v.play();
    await ended;
    out.ended = v.ended;
    out.duration = Math.round(v.duration * 10) / 10;
  } catch (e) { out.error = String(e); }
  return JSON.stringify(out);
})()`
