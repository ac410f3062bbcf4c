package replay_test

import (
	"testing"

	"seine/browser"
	"seine/capture/session"
	"seine/scenarios"
	"seine/scenarios/replay"
)

// TestInAWindow: what starts a player works in a window as well, and a second visit finds the browser that the first one's window belonged to.
// Chrome's own headless platform stands for a display.
func TestInAWindow(t *testing.T) {
	t.Parallel()
	b, err := browser.Launch(t.Context(), browser.Options{Window: true, Args: []string{"--ozone-platform=headless"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}()
	s := serve(t)
	for _, page := range []string{"/playing/scroll.html", "/play/frame.html?page=/playing/playbutton.html"} {
		r := &replay.Runner{Browser: b, Session: session.Config{}}
		res, err := r.Run(t.Context(), scenarios.GrabFlow(s.url(page), scenarios.Grab{Dir: t.TempDir()}, scenarios.Capture{}))
		if err != nil {
			t.Fatal(err)
		}
		checkFilm(t, res, 12)
		if len(res.Tried) != 1 {
			t.Errorf("%+v", res.Tried)
		}
	}
}
