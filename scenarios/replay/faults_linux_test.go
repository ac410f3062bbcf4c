package replay_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
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

// TestHarmThatAVisitOutlives: it ends by itself, without an error, has what came before, and says what stood in the way.
func TestHarmThatAVisitOutlives(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]replay.Incident{
		"busy":                              {{Kind: replay.IncidentBusy, Count: 1}},
		"busy-frame":                        {{Kind: replay.IncidentBusy, Count: 1}},
		"round":                             {{Kind: replay.IncidentMoves, Count: 11}},
		"dialogs":                           {{Kind: replay.IncidentDialog, What: "alert", Count: 2}, {Kind: replay.IncidentDialog, What: "confirm", Count: 2}, {Kind: replay.IncidentDialog, What: "prompt", Count: 2}},
		"leave":                             {{Kind: replay.IncidentDialog, What: "beforeunload", Count: 1}},
		"download":                          {{Kind: replay.IncidentDownload, What: "endless.bin", Count: 1}},
		"popups":                            {{Kind: replay.IncidentPopups, Count: 40}}, // on a busy machine not all have opened in time
		"guarded,download-link,busy-worker": {{Kind: replay.IncidentPassword, Count: 3}, {Kind: replay.IncidentDownload, What: "link.bin", Count: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			res, err := sniff(t, ownBrowser(t), s.url("/faults/?"+name))
			if err != nil {
				t.Error(err)
			}
			checkBefore(t, res)
			checkIncidents(t, res, want...)
			if n := documents(res, "/faults/?popup="); name == "popups" && n != 20 {
				t.Errorf("%d popups were heard", n)
			}
		})
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
	for name, test := range map[string]struct {
		address  string
		code     string // of a NavigationError
		sentence string // in it
		incident replay.Incident
	}{
		"redirects in a circle":  {address: s.url("/faults/circle"), code: "net::ERR_TOO_MANY_REDIRECTS", sentence: "in a circle"},
		"a self-signed page":     {address: secure.URL + "/faults/?wait", code: "net::ERR_CERT_AUTHORITY_INVALID", sentence: "is not trusted"},
		"self-signed parts":      {address: s.url("/faults/?mixed=" + url.QueryEscape(secure.URL)), incident: replay.Incident{Kind: replay.IncidentCertificate, What: "net::ERR_CERT_AUTHORITY_INVALID", Count: 2}},
		"a page with a password": {address: s.url("/faults/guarded/page"), incident: replay.Incident{Kind: replay.IncidentPassword, Count: 1}},
		"a page without an end":  {address: s.url("/faults/endless/page"), incident: replay.Incident{Kind: replay.IncidentLoading, Count: 1}},
		"a file without an end":  {address: s.url("/faults/endless/file"), code: "net::ERR_ABORTED", sentence: "a file to download"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			res, err := sniff(t, ownBrowser(t), test.address)
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
			if name == "a page with a password" {
				if res.Status != http.StatusUnauthorized {
					t.Errorf("status %d", res.Status)
				}
			} else {
				checkBefore(t, res)
			}
			checkIncidents(t, res, test.incident)
		})
	}
}
