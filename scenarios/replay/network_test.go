package replay_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"seine/scenarios/replay/replaytest"
)

// clocked has each kind of target ask it three times, one after the other, and measures the shortest time between two of its requests.
type clocked struct {
	mu   sync.Mutex
	last map[string]time.Time
	gap  map[string]time.Duration
	n    map[string]int
}

const clockedPage = `<!doctype html><link rel="icon" href="data:,"><p id="state"></p><script>
const told = new BroadcastChannel("told");
const all = {};
const tell = (who) => { all[who] = 1; state.textContent = Object.keys(all).sort().join(" "); };
told.onmessage = (e) => tell(e.data);
onmessage = (e) => { if (typeof e.data === "string") tell(e.data); };
</script>
<button id="go" onclick='
  window.open("/popup.html");
  const f = document.createElement("iframe"); f.src = "{other}/frame.html"; document.body.append(f);
  new Worker("/worker.js?who=worker");
  new Worker(window.URL.createObjectURL(new Blob(["importScripts(\"" + location.origin + "/worker.js?who=blob\")"])));
  navigator.serviceWorker.register("/worker.js?who=service");
'>go</button>`

const clockedAsk = `(async (who, base, done) => { for (let i = 0; i < 3; i++) await fetch(base + "/ask?who=" + who + "&i=" + i, { cache: "no-store" }); done(who); })`

func (c *clocked) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	other := strings.Replace(r.Host, "127.0.0.1", "localhost", 1)
	html := func(text string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, text)
	}
	switch r.URL.Path {
	case "/":
		html(strings.ReplaceAll(clockedPage, "{other}", "http://"+other))
	case "/popup.html":
		html(`<!doctype html><link rel="icon" href="data:,"><script>` + clockedAsk + `("popup", "", (who) => opener.postMessage(who, "*"))</script>`)
	case "/frame.html":
		html(`<!doctype html><script>` + clockedAsk + `("frame", "", (who) => parent.postMessage(who, "*"))</script>`)
	case "/worker.js":
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprintf(w, `%s(%q, "http://%s", (who) => new BroadcastChannel("told").postMessage(who))`, clockedAsk, r.URL.Query().Get("who"), r.Host)
	case "/ask":
		c.asked(r.URL.Query().Get("who"))
	}
}

func (c *clocked) asked(who string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if c.n[who]++; c.n[who] > 1 {
		if gap := now.Sub(c.last[who]); c.n[who] == 2 || gap < c.gap[who] {
			c.gap[who] = gap
		}
	}
	c.last[who] = now
}

// TestASlowNetworkForWhatComesLater: popups, frames of other sites and workers that come after the step have its network too; the server
// measures it. Only that it is not faster is asked.
func TestASlowNetworkForWhatComesLater(t *testing.T) {
	t.Parallel()
	const latency = 400 * time.Millisecond
	c := &clocked{last: map[string]time.Time{}, gap: map[string]time.Duration{}, n: map[string]int{}}
	srv := httptest.NewServer(c)
	t.Cleanup(srv.Close)
	s := perform(t, replaytest.Stage(t))
	s.s.base = srv.URL
	kinds := []string{"blob", "frame", "popup", "service", "worker"}
	got, err := s.endState(t, fmt.Sprintf("  - navigate: ${.base}/\n  - emulateNetworkConditions: {download: -1, upload: -1, latency: %d}\n  - click: '#go'", latency.Milliseconds()), strings.Join(kinds, " "))
	if err != nil {
		t.Error(err)
	}
	t.Log(got, c.gap)
	for _, who := range kinds {
		if c.gap[who] < latency/2 { // without it, a few milliseconds; Chrome counts from when it has sent, and the server from when it is told
			t.Errorf("%s waited for %s between two requests", who, c.gap[who])
		}
	}
}
