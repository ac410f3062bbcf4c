package capture_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/capture"
)

// TestEventsThatWereLost: a stream of which a piece may be missing is not given out as whole, and the capture says that something is missing.
func TestEventsThatWereLost(t *testing.T) {
	s := &session{id: "page", kind: "page", begun: map[string][]byte{"1": {}}, bodies: map[string][]byte{"1": []byte("one two three")}}
	r := recorder(t, capture.Options{})
	r.Attached(s)
	tell(t, r, event{s, sent, ask("https://a.example/1")}, event{s, came, eventStream}, event{s, more, piece("one")})
	_ = settled(t, r)
	r.Event(&session{kind: "browser"}, browser.EventsLost, jsonv2.Value(`{"events":12}`))
	tell(t, r, event{s, more, piece("three")}, event{s, finished, done})
	if e := settled(t, r)[0]; e.Body.Reason != capture.ReasonFlood || capture.ReasonNamed(string(e.Body.Reason)) != capture.ReasonFlood {
		t.Errorf("%q", e.Body.Reason)
	}
	r.Event(s, browser.EventsLost, jsonv2.Value(`{"events":3}`))
	if n := r.Snapshot().Count().EventsLost; n != 15 {
		t.Errorf("%d events lost", n)
	}
}

// TestRequestsThatWereCut: a page that asks without end is kept up to a limit, and what more there was is counted, once each.
func TestRequestsThatWereCut(t *testing.T) {
	s := &session{id: "page", kind: "page"}
	r := recorder(t, capture.Options{MaxRequests: 3})
	r.Attached(s)
	for i := range 7 {
		id := fmt.Sprintf(`"requestId":"%d"`, i)
		for _, ev := range []event{{s, sent, ask("https://a.example/")}, {s, came, answer("")}, {s, finished, done}} {
			ev.params = strings.Replace(ev.params, `"requestId":"1"`, id, 1)
			tell(t, r, ev)
		}
	}
	tell(t, r, event{s, "webSocketCreated", `{"requestId":"w","url":"wss://a.example/"}`})
	_ = settled(t, r)
	if n := r.Snapshot().Count(); n.Exchanges != 3 || n.RequestsCut != 5 {
		t.Errorf("%d kept, %d cut", n.Exchanges, n.RequestsCut)
	}
	if p := r.Progress(); p.Done != 3 {
		t.Errorf("%+v", p)
	}
}

// slowEar hears nothing before it may.
type slowEar struct {
	ear
	may  chan struct{}
	deaf atomic.Bool
}

func (e *slowEar) Event(s *browser.Session, method string, params jsonv2.Value) {
	if e.deaf.Load() && method == "Runtime.consoleAPICalled" {
		<-e.may
	}
	e.ear.Event(s, method, params)
}

// flood is a page that writes far more to its console than memory should hold while nobody listens.
const flood = `<link rel="icon" href="data:,"><script>
const text = "x".repeat(20000);
for (let i = 0; i < 8000; i++) console.log(i, text);
fetch("/flooded");
for (let i = 0; i < 8000; i++) console.log(i, text);
fetch("/over");
</script>`

// TestMemoryOfAFlood: an observer that is held up holds up neither its page nor the memory, and misses nothing.
func TestMemoryOfAFlood(t *testing.T) {
	if browsertest.Raced() {
		t.Skip("SKIPPED, NOT PROVED: the race detector takes memory of its own")
	}
	flooded := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte(flood))
		case "/flooded":
			close(flooded)
		}
	}))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), visitLimit)
	defer cancel()
	r := recorder(t, capture.Options{Dir: t.TempDir()})
	slow := &slowEar{ear: ear{r}, may: make(chan struct{})}
	tab := browsertest.New(t, slow)
	slow.deaf.Store(true)
	bound, release := tab.Bind(ctx)
	defer release()
	peak := browsertest.Peak()
	if _, err := chromedp.Call(bound, cdppage.Navigate, cdppage.NavigateParams{URL: server.URL}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-flooded: // the page was not held up
	case <-ctx.Done():
		t.Fatal("the page waits for us")
	}
	close(slow.may)
	for {
		news := r.Changed()
		if r.Progress().Done == 3 { // the page, and both that it asks for
			c := r.Snapshot()
			if got := len(c.Console) + c.ConsoleCut; got != 16_000 || c.Count().EventsLost != 0 {
				t.Errorf("%d lines were heard, %d events lost", got, c.Count().EventsLost)
			}
			break
		}
		select {
		case <-news:
		case <-ctx.Done():
			t.Fatalf("the end was not heard: %+v", r.Progress())
		}
	}
	if most := peak(); most > mostMemory {
		t.Errorf("%d bytes of memory", most)
	} else {
		t.Logf("at most %d MiB", most>>20)
	}
}
