package replay

import (
	"net/http/httptest"
	"testing"

	"seine/browser/browsertest"
	"seine/capture/session"
	"seine/scenarios"
	"seine/testdata/sites"
)

const (
	busyJS    = `document.title = "counted", document.body.innerHTML = "<video muted></video>", setInterval(() => document.body.dataset.n = +(document.body.dataset.n ?? 0) + 1, 1), 0`
	countedJS = `+(document.body.dataset.n ?? 0)`
)

// TestHalt: a page's scripts go no further, and what it holds is told and shown as before. One whose film is fetched goes on.
func TestHalt(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(sites.New(sites.Options{}))
	t.Cleanup(srv.Close)
	for name, steps := range map[string][]scenarios.Step{"sniff": {scenarios.Capture{}}, "grab": {scenarios.Capture{}, scenarios.Grab{}}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := (&Runner{Browser: browsertest.Browser(t), Session: session.Config{}}).open(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			defer v.close()
			v.flow.Steps = steps
			f := openBlank(t, v.tab, srv.URL+"/playing/blank.html")
			counted := func(script string) int {
				n, err := evaluate[int](t.Context(), f, script)
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
			counted(busyJS)
			for counted(countedJS) == 0 && t.Context().Err() == nil {
				continue
			}
			v.halt(t.Context())
			before := counted(countedJS)
			v.look(t.Context())
			if len(v.players) != 1 || v.title != "counted" {
				t.Errorf("%d players, %q", len(v.players), v.title)
			}
			for range 3 {
				if len(v.screenshot(t.Context())) == 0 {
					t.Error("no picture")
				}
			}
			if after := counted(countedJS); (after == before) != (name == "sniff") {
				t.Errorf("counted to %d, then to %d", before, after)
			}
		})
	}
}
