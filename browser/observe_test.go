package browser_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"seine/browser"
	"seine/browser/browsertest"
)

// hearer notes all that it is told.
type hearer struct {
	onEvent func(s *browser.Session, method string, params jsonv2.Value) // may be nil

	mu       sync.Mutex
	heard    map[string]int // URL -> Network.requestWillBeSent
	attached map[*browser.Session]int
	detached map[*browser.Session]int
	changed  chan struct{}
}

func newHearer() *hearer {
	return &hearer{
		heard: map[string]int{}, attached: map[*browser.Session]int{}, detached: map[*browser.Session]int{},
		changed: make(chan struct{}),
	}
}

func (h *hearer) note(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	f()
	close(h.changed)
	h.changed = make(chan struct{})
}

func (h *hearer) Attached(s *browser.Session) {
	h.note(func() { h.attached[s]++ })
	_, _ = s.Send(context.Background(), network.CommandEnable, network.EnableParams{})
}

func (h *hearer) Detached(s *browser.Session) { h.note(func() { h.detached[s]++ }) }

func (h *hearer) Event(s *browser.Session, method string, params jsonv2.Value) {
	if method == "Network.requestWillBeSent" {
		var ev struct {
			Request struct {
				URL string `json:"url"`
			} `json:"request"`
		}
		if err := jsonv2.Unmarshal(params, &ev); err != nil {
			panic(err)
		}
		h.note(func() { h.heard[ev.Request.URL]++ })
	}
	if h.onEvent != nil {
		h.onEvent(s, method, params)
	}
}

// await waits until as many requests were heard as the server logged.
func (h *hearer) await(ctx context.Context, served map[string]int) error {
	for {
		h.mu.Lock()
		changed := h.changed
		var missed []string
		for u, n := range served {
			if h.heard[u] < n {
				missed = append(missed, fmt.Sprintf("%s %d of %d", u, h.heard[u], n))
			}
		}
		h.mu.Unlock()
		if len(missed) == 0 {
			return nil
		}
		slices.Sort(missed)
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("missed: %v", missed)
		}
	}
}

func navigate(t testing.TB, tab *browser.Tab, url string) {
	t.Helper()
	ctx, cancel := tab.Bind(t.Context())
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(url)); err != nil {
		t.Fatal(err)
	}
}

func TestEveryRequestOfEveryTargetIsHeard(t *testing.T) {
	for run := range 10 {
		t.Run(fmt.Sprint(run), func(t *testing.T) {
			s := newSite(t)
			urls := s.everyTarget()
			h := newHearer()
			tab := browsertest.New(t, h)
			navigate(t, tab, s.a("/main"))
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			if err := s.await(ctx, urls...); err != nil {
				t.Fatal(err)
			}
			if err := h.await(ctx, s.requests()); err != nil {
				t.Fatal(err)
			}
			h.awaitKinds(ctx, t, tab)
			if err := tab.Close(); err != nil {
				t.Fatal(err)
			}
			h.checkPairs(t)
		})
	}
}

// awaitKinds waits for a session on each target: a frame's document is asked for by its parent, so it is served before the frame
// has a session of its own.
func (h *hearer) awaitKinds(ctx context.Context, t *testing.T, tab *browser.Tab) {
	t.Helper()
	want := map[string]int{"page": 5, "iframe": 3, "worker": 4, "shared_worker": 1, "service_worker": 1}
	if usesShell(t) { // which has all frames of a page in one process
		want["iframe"] = 0
	}
	for {
		h.mu.Lock()
		changed := h.changed
		h.mu.Unlock()
		kinds := map[string]int{}
		for _, s := range tab.Sessions() {
			kinds[s.Kind()]++
		}
		if kinds["service_worker"] > 1 {
			t.Fatalf("the service worker is told of %d times", kinds["service_worker"])
		}
		if !slices.ContainsFunc(slices.Collect(maps.Keys(want)), func(kind string) bool { return kinds[kind] < want[kind] }) {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("sessions %v, want at least %v", kinds, want)
		}
	}
}

// checkPairs: each session is attached once and detached once, and each target has one session.
func (h *hearer) checkPairs(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for s, n := range h.attached {
		if n != 1 || h.detached[s] != 1 {
			t.Errorf("%s %s: attached %d times, detached %d", s.Kind(), s.URL(), n, h.detached[s])
		}
		select {
		case <-s.Done():
		default:
			t.Errorf("%s %s: not done", s.Kind(), s.URL())
		}
	}
}

func usesShell(t testing.TB) bool {
	t.Helper()
	c, err := browser.Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c.HeadlessShell
}
