package replay_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/scenarios"
	"seine/scenarios/replay"
)

const (
	faultStep  = 4 * time.Second // of each step of a visit
	faultLimit = time.Minute     // by then a visit has ended by itself, or it never will
)

// ownBrowser is one that a test may harm. It closes in time, or the test fails.
func ownBrowser(t *testing.T, args ...string) *replay.Runner {
	t.Helper()
	o := browsertest.Options(t.TempDir())
	o.Args = args
	b, err := browser.Launch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return &replay.Runner{Browser: b}
}

func sniffing(address string) scenarios.UserFlow {
	flow := scenarios.SniffFlow(address, scenarios.Sniff{})
	flow.Timeout = faultStep
	return flow
}

// sniff visits an address in the way of seine sniff. That it does not end by itself fails the test.
func sniff(t *testing.T, r *replay.Runner, address string) (*replay.Result, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), faultLimit)
	defer cancel()
	began := time.Now()
	res, err := r.Run(ctx, sniffing(address))
	t.Logf("%s: %v after %.1f s", address, err, time.Since(began).Seconds())
	if ctx.Err() != nil {
		t.Fatalf("the visit did not end by itself: %v", err)
	}
	return res, err
}

// checkBefore: the page and the call that it made before the fault are there.
func checkBefore(t *testing.T, res *replay.Result) {
	t.Helper()
	if res.Capture == nil {
		t.Fatal("no capture")
	}
	page, call := false, false
	for _, e := range res.Capture.Exchanges {
		page = page || e.Type == "Document" && e.Status() == http.StatusOK
		call = call || strings.HasSuffix(e.URL(), "/faults/api/before") && e.Status() == http.StatusOK && string(e.Body.Head) == `{"path":"/faults/api/before"}`
	}
	if !page || !call {
		t.Errorf("page %t, call %t", page, call)
		for _, e := range res.Capture.Exchanges {
			t.Logf("%s %s %d %q %s %s", e.Type, e.URL(), e.Status(), e.Body.Head[:min(len(e.Body.Head), 60)], e.Body.Reason, e.Failure)
		}
	}
}

// atNow does something when a page has made its call.
func atNow(t *testing.T, s served, do func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			changed := s.Changed()
			for _, r := range s.Log() {
				if strings.HasSuffix(r.URL, "/faults/api/now") && r.Done {
					do()
					return
				}
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
}

func TestExplore(t *testing.T) {
	for _, name := range []string{"wait", "busy", "busy-frame", "busy-worker", "round", "dialogs", "leave", "guarded", "download", "download-link", "popups", "huge", "huge-film"} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			res, err := sniff(t, ownBrowser(t), s.url("/faults/?"+name))
			if err != nil {
				t.Log(errors.Unwrap(err))
			}
			checkBefore(t, res)
			t.Logf("%d exchanges, tried %v", len(res.Capture.Exchanges), res.Tried)
			for _, e := range res.Capture.Exchanges {
				t.Logf("   %s %s %d %d %s %s %s", e.Type, e.URL(), e.Status(), e.Body.Size, e.Body.Reason, e.Failure, e.File)
			}
			for _, q := range s.Log() {
				t.Log("  ", q.URL, q.Status)
			}
		})
	}
}
