package replay_test

import (
	"testing"
	"time"

	"seine/capture"
	"seine/scenarios"
	"seine/scenarios/replay"
)

// TestHeardAsItComes: each exchange and stream is told once, before the visit is over.
func TestHeardAsItComes(t *testing.T) {
	s, r := serve(t), runner(t)
	heard, spotted, early := map[string]int{}, map[string]int{}, false
	found := false
	r.Observe = func(e replay.Event) {
		switch e := e.(type) {
		case replay.Heard:
			heard[e.Exchange.ID]++
			early = early || !found
		case replay.Spotted:
			spotted[e.Stream.URL]++
		case replay.Found:
			found = true
		}
	}
	res, err := r.Run(t.Context(), scenarios.SniffFlow(s.url("/movie/harbour"), scenarios.Sniff{}))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range res.Capture.Exchanges {
		if e.Done && e.Body.Reason != capture.ReasonPending && heard[e.ID] != 1 { // whose body was still being read at the end is not told
			t.Errorf("%s was told %d times", e.URL(), heard[e.ID])
		}
	}
	for _, x := range res.Streams {
		if spotted[x.URL] != 1 {
			t.Errorf("%s was told %d times", x.URL, spotted[x.URL])
		}
	}
	if !early || len(res.Streams) == 0 {
		t.Error("nothing was told while the page ran")
	}
}

// TestUntil: a page that polls for ever is left as soon as there is what was waited for.
func TestUntil(t *testing.T) {
	t.Parallel()
	p := servePages(t, `<script>setTimeout(() => fetch("/api.json"), 1500)</script>`)
	for name, f := range map[string]scenarios.Sniff{
		"api": {Until: scenarios.UntilAPI, Wait: time.Hour}, "max": {Max: 3 * time.Second, Wait: time.Hour}, "wait": {Wait: 4 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res, err := run(t, scenarios.SniffFlow(p.base+"/0", f))
			if err != nil || res.Capture == nil || len(res.Capture.Exchanges) < 2 {
				t.Errorf("%v, %+v", err, res.Capture)
			}
		})
	}
	s := serve(t)
	res, err := run(t, scenarios.SniffFlow(s.url("/movie/harbour"), scenarios.Sniff{Until: scenarios.UntilMedia, Wait: time.Hour}))
	if err != nil || len(res.Streams) == 0 {
		t.Errorf("%v, %v", err, res.Streams)
	}
}
