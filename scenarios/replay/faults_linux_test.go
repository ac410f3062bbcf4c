package replay_test

import (
	"context"
	"errors"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/scenarios"
	"seine/scenarios/replay"
)

const (
	faultStep  = 6 * time.Second // of each step of a visit
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

// sniff visits an address in the way of seine sniff.
func sniff(t *testing.T, r *replay.Runner, address string) (*replay.Result, error) {
	t.Helper()
	return visit(t, r, sniffing(address))
}

// visit fails the test if the flow does not end by itself.
func visit(t *testing.T, r *replay.Runner, flow scenarios.UserFlow) (*replay.Result, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), faultLimit)
	defer cancel()
	began := time.Now()
	res, err := r.Run(ctx, flow)
	t.Logf("%s: %v after %.1f s", flow.Title, err, time.Since(began).Seconds())
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

// outcome is what a visit gave.
type outcome struct {
	*replay.Result
	err error
}

// sniffAll visits addresses at once, in tabs of one browser.
func sniffAll(t *testing.T, r *replay.Runner, addresses ...string) []outcome {
	t.Helper()
	list := make([]outcome, len(addresses))
	var wg sync.WaitGroup
	for i, address := range addresses {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), faultLimit)
			defer cancel()
			list[i].Result, list[i].err = r.Run(ctx, sniffing(address))
			if ctx.Err() != nil {
				t.Errorf("%s did not end by itself: %v", address, list[i].err)
			}
		})
	}
	wg.Wait()
	return list
}

// harm is a page, or several that are visited at once, and what is to be told of each.
type harm map[string][]replay.Incident

// TestHarmThatAVisitOutlives: it ends by itself, without an error, has what came before, and says what stood in the way.
func TestHarmThatAVisitOutlives(t *testing.T) {
	t.Parallel()
	for _, group := range []harm{
		{"busy": {{Kind: replay.IncidentBusy, Count: 1}}},
		{"busy-frame": {{Kind: replay.IncidentBusy, Count: 1}}},
		{"dialogs": {{Kind: replay.IncidentDialog, What: "alert", Count: 2}, {Kind: replay.IncidentDialog, What: "confirm", Count: 2}, {Kind: replay.IncidentDialog, What: "prompt", Count: 2}}},
		{
			"round":                             {{Kind: replay.IncidentMoves, Count: 11}},
			"leave":                             {{Kind: replay.IncidentDialog, What: "beforeunload", Count: 1}},
			"download":                          {{Kind: replay.IncidentDownload, What: "endless.bin", Count: 1}},
			"guarded,download-link,busy-worker": {{Kind: replay.IncidentPassword, Count: 3}, {Kind: replay.IncidentDownload, What: "link.bin", Count: 1}},
		},
	} {
		names := slices.Sorted(maps.Keys(group))
		t.Run(strings.Join(names, "+"), func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			var addresses []string
			for _, name := range names {
				addresses = append(addresses, s.url("/faults/?"+name))
			}
			for i, res := range sniffAll(t, ownBrowser(t), addresses...) {
				if res.err != nil {
					t.Errorf("%s: %v", names[i], res.err)
				}
				checkBefore(t, res.Result)
				checkIncidents(t, res.Result, group[names[i]]...)
			}
		})
	}
}

// TestHundredPopups: as many as may be open are heard, and each of the others is told of. The visit has the time to see them all, which a busy machine takes long to open.
func TestHundredPopups(t *testing.T) {
	t.Parallel()
	s := serve(t)
	flow := sniffing(s.url("/faults/?popups"))
	flow.Timeout = 5 * faultStep
	res, err := visit(t, ownBrowser(t), flow)
	if err != nil {
		t.Error(err)
	}
	checkBefore(t, res)
	checkIncidents(t, res, replay.Incident{Kind: replay.IncidentPopups, Count: 80})
	if n := documents(res, "/faults/?popup="); n != 20 {
		t.Errorf("%d popups were heard", n)
	}
}

// checkIncidents: each is among those of the result, as often at least.
func checkIncidents(t *testing.T, res *replay.Result, all ...replay.Incident) {
	t.Helper()
	for _, i := range res.Incidents {
		t.Log(i)
	}
	for _, want := range all {
		if !slices.ContainsFunc(res.Incidents, func(i replay.Incident) bool {
			return i.Kind == want.Kind && i.Count >= want.Count && (want.What == "" || i.What == want.What)
		}) {
			t.Errorf("no %+v", want)
		}
	}
}

func documents(res *replay.Result, part string) (n int) {
	for _, e := range res.Capture.Exchanges {
		if e.Type == "Document" && strings.Contains(e.URL(), part) {
			n++
		}
	}
	return n
}

// TestAnswersThatHarm are those of servers to the visit itself.
func TestAnswersThatHarm(t *testing.T) {
	t.Parallel()
	s := serve(t)
	secure := httptest.NewUnstartedServer(s.Site)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // Chrome hangs up on it
	secure.StartTLS()
	t.Cleanup(secure.Close)
	tests := []struct {
		name     string
		address  string
		code     string // of a NavigationError
		sentence string // in it
		incident replay.Incident
	}{
		{name: "redirects in a circle", address: s.url("/faults/circle"), code: "net::ERR_TOO_MANY_REDIRECTS", sentence: "in a circle"},
		{name: "a self-signed page", address: secure.URL + "/faults/?wait", code: "net::ERR_CERT_AUTHORITY_INVALID", sentence: "is not trusted"},
		{name: "self-signed parts", address: s.url("/faults/?mixed=" + url.QueryEscape(secure.URL)), incident: replay.Incident{Kind: replay.IncidentCertificate, What: "net::ERR_CERT_AUTHORITY_INVALID", Count: 2}},
		{name: "a page with a password", address: s.url("/faults/guarded/page"), incident: replay.Incident{Kind: replay.IncidentPassword, Count: 1}},
		{name: "a page without an end", address: s.url("/faults/endless/page"), incident: replay.Incident{Kind: replay.IncidentLoading, Count: 1}},
		{name: "a file without an end", address: s.url("/faults/endless/file"), code: "net::ERR_ABORTED", sentence: "a file to download"},
	}
	var addresses []string
	for _, test := range tests {
		addresses = append(addresses, test.address)
	}
	got := sniffAll(t, ownBrowser(t), addresses...)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			res, err := got[i].Result, got[i].err
			if test.code != "" {
				unopened := (*replay.NavigationError)(nil)
				if !errors.As(err, &unopened) || unopened.Code != test.code || !strings.Contains(err.Error(), test.sentence) {
					t.Error(err)
				}
				return
			}
			if err != nil || res.Capture == nil {
				t.Fatal(err)
			}
			if res.Status != http.StatusUnauthorized {
				checkBefore(t, res)
			}
			checkIncidents(t, res, test.incident)
		})
	}
}
