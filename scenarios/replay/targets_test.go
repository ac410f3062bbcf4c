package replay_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"seine/capture"
	"seine/scenarios"
	"seine/scenarios/replay"
)

// everyTarget are the requests that /targets/ makes, from every kind of target; {other} is the other site.
const everyTarget = `/targets/ /targets/api/head?from=page
/targets/frame.html?from=same-site /targets/api/frame?from=same-site
{other}/targets/frame.html?from=cross-site&nest={here} {other}/targets/api/frame?from=cross-site
/targets/frame.html?from=nested-cross /targets/api/frame?from=nested-cross
{other}/targets/worker.js?from=worker-in-frame {other}/targets/api/worker?from=worker-in-frame
/targets/api/srcdoc /targets/worker.js?from=worker&nest=1 /targets/api/worker?from=worker
/targets/worker.js?from=nested-worker /targets/api/worker?from=nested-worker /targets/api/blob-worker
/targets/worker.js?from=shared /targets/api/worker?from=shared
/targets/sw.js /targets/api/sw-top /targets/api/sw-install /targets/api/from-sw
/targets/hop/3 /targets/hop/2 /targets/hop/1 /targets/hop/0 /targets/api/hopped /targets/nothing
/targets/api/text /targets/api/blob /targets/api/form /targets/api/beacon
/targets/frame.html?from=popup /targets/api/frame?from=popup
{other}/targets/frame.html?from=popup-cross {other}/targets/api/frame?from=popup-cross`

func (s served) everyTarget() []string {
	text := strings.NewReplacer("{here}", url.QueryEscape(s.base), "{other}", s.other("")).Replace(everyTarget)
	list := strings.Fields(text)
	for i, u := range list {
		if strings.HasPrefix(u, "/") {
			list[i] = s.url(u)
		}
	}
	return list
}

// await waits until the server was asked for all of them.
func (s served) await(ctx context.Context, urls []string) error {
	for {
		asked := map[string]bool{}
		for _, r := range s.Log() {
			asked[r.URL] = true
		}
		missing := slices.DeleteFunc(slices.Clone(urls), func(u string) bool { return asked[u] })
		if len(missing) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("never asked for: %q", missing)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// captured visits the page, and looks at it once the server has been asked for all of it.
func captured(t *testing.T, s served) *capture.Capture {
	t.Helper()
	r := runner(t)
	r.Observe = func(e replay.Event) {
		if step, ok := e.(replay.StepStarted); ok && step.Number == 2 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			if err := s.await(ctx, s.everyTarget()); err != nil {
				t.Error(err)
			}
		}
	}
	flow := scenarios.UserFlow{Steps: []scenarios.Step{scenarios.Navigate{URL: s.url("/targets/")}, scenarios.Capture{}, scenarios.Capture{}}}
	res, err := r.Run(t.Context(), flow)
	if err != nil {
		t.Fatal(err)
	}
	return res.Capture
}

// TestEveryRequestIsCaptured holds ten captures against the server's log.
func TestEveryRequestIsCaptured(t *testing.T) {
	t.Parallel()
	missing := map[capture.Reason]int{}
	bodies := 0
	for n := range max(rounds(t), 3) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := serve(t)
			c := captured(t, s)
			checkRequests(t, s, c)
			checkSent(t, s, c)
			checkAnswers(t, s, c)
			checkMissing(t, s, c)
			count := c.Count()
			bodies += count.Bodies
			for r, n := range count.Missing {
				missing[r] += n
			}
		})
	}
	t.Logf("%d bodies, missing: %v", bodies, missing)
}

// checkMissing: what a service worker fetches and hands to its page unread, Chrome keeps for the page alone.
func checkMissing(t *testing.T, s served, c *capture.Capture) {
	t.Helper()
	want := map[string]capture.Reason{s.url("/targets/nothing"): capture.ReasonNone, s.url("/targets/api/from-sw"): capture.ReasonGone}
	for _, x := range c.Exchanges {
		if x.Body.Reason != want[x.URL()] {
			t.Errorf("%s %s: %q", x.Target.Kind, x.URL(), x.Body.Reason)
		}
	}
}

func checkRequests(t *testing.T, s served, c *capture.Capture) {
	t.Helper()
	count := map[string]int{}
	for _, r := range s.Log() {
		// The second time the browser itself looks for a new version of the service worker (Service Workers §4.3, Soft Update), on
		// behalf of no target.
		if r.Header.Get("Service-Worker") == "" || count[r.Method+" "+r.URL] == 0 {
			count[r.Method+" "+r.URL]++
		}
	}
	for _, x := range c.Exchanges {
		for _, h := range x.Redirects {
			count[h.Request.Method+" "+h.Request.URL]--
			if h.Response.Status != http.StatusFound || h.Response.Header.Get("X-Hop") != h.Request.URL[len(h.Request.URL)-1:] {
				t.Errorf("%s: status %d, hop %q", h.Request.URL, h.Response.Status, h.Response.Header.Get("X-Hop"))
			}
		}
		if x.Response == nil || !x.Response.FromCache && !x.Response.FromWorker {
			count[x.Request.Method+" "+x.URL()]--
		}
	}
	for _, u := range slices.Sorted(maps.Keys(count)) {
		if count[u] > 0 {
			t.Errorf("missed: %s, %d times", u, count[u])
		} else if count[u] < 0 && !strings.HasPrefix(u, "GET blob:") && !strings.HasPrefix(u, "GET data:") {
			t.Errorf("invented: %s, %d times", u, -count[u])
		}
	}
}

func find(t *testing.T, c *capture.Capture, address string) *capture.Exchange {
	t.Helper()
	for _, x := range c.Exchanges {
		if x.URL() == address {
			return x
		}
	}
	t.Fatalf("%s was not captured", address)
	return nil
}

func checkSent(t *testing.T, s served, c *capture.Capture) {
	t.Helper()
	for path, want := range map[string][]string{
		"text": {"plain text"}, "blob": {"\x00\xff\x01\xfe"}, "beacon": {"beacon"},
		"form": {`name="name"` + "\r\n\r\nvalue\r\n", `filename="file.txt"`, "file content"},
	} {
		x := find(t, c, s.url("/targets/api/"+path))
		got, err := x.Request.Body.Bytes(1 << 20)
		for _, part := range want {
			if err != nil || !strings.Contains(string(got), part) || x.Request.Method != http.MethodPost {
				t.Errorf("%s: %s %q, %v", path, x.Request.Method, got, err)
			}
		}
	}
}

// checkAnswers fetches everything again and compares.
func checkAnswers(t *testing.T, s served, c *capture.Capture) {
	t.Helper()
	for _, x := range c.Exchanges {
		if x.Request.Method != http.MethodGet || !strings.HasPrefix(x.URL(), "http") || x.Body.Reason != "" {
			continue
		}
		got, err := x.Body.Bytes(1 << 20)
		if err != nil {
			t.Fatal(err)
		}
		if want := s.get(t, x.URL()); string(got) != want && !x.Response.FromWorker {
			t.Errorf("%s: %q, want %q", x.URL(), got, want)
		}
	}
	made := find(t, c, s.url("/targets/api/after-sw?answer=sw"))
	if got, err := made.Body.Bytes(1000); err != nil || !strings.Contains(string(got), `"path":"/targets/api/from-sw"`) || !made.Response.FromWorker {
		t.Errorf("made by the service worker: %q, %v", got, err)
	}
}
