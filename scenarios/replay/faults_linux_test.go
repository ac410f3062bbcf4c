package replay_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/systeminfo"

	"seine/browser"
	"seine/browser/browsertest"
	"seine/capture"
	"seine/capture/har"
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
	for name, want := range map[string]replay.Incident{
		"busy":          {Kind: replay.IncidentBusy, Count: 1},
		"busy-frame":    {Kind: replay.IncidentBusy, Count: 1},
		"busy-worker":   {},
		"round":         {Kind: replay.IncidentMoves, Count: 11},
		"dialogs":       {Kind: replay.IncidentDialog, What: "prompt", Count: 2},
		"leave":         {Kind: replay.IncidentDialog, What: "beforeunload", Count: 1},
		"guarded":       {Kind: replay.IncidentPassword, Count: 3},
		"download":      {Kind: replay.IncidentDownload, What: "endless.bin", Count: 1},
		"download-link": {Kind: replay.IncidentDownload, What: "link.bin", Count: 1},
		"popups":        {Kind: replay.IncidentPopups, Count: 80},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t)
			res, err := sniff(t, ownBrowser(t), s.url("/faults/?"+name))
			if err != nil {
				t.Error(err)
			}
			checkBefore(t, res)
			checkIncident(t, res, want)
			if popups := documents(res, "/faults/?popup="); name == "popups" && popups != 20 {
				t.Errorf("%d popups were heard", popups)
			}
		})
	}
}

// checkIncident: it is among those of the result, as often at least. An empty one stands for none at all.
func checkIncident(t *testing.T, res *replay.Result, want replay.Incident) {
	t.Helper()
	found := want.Kind == "" && len(res.Incidents) == 0
	for _, i := range res.Incidents {
		t.Log(i)
		found = found || i.Kind == want.Kind && i.Count >= want.Count && (want.What == "" || i.What == want.What) && i.String() != ""
	}
	if !found {
		t.Errorf("no %+v", want)
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
		"redirects in a circle":   {address: s.url("/faults/circle"), code: "net::ERR_TOO_MANY_REDIRECTS", sentence: "in a circle"},
		"a self-signed page":      {address: secure.URL + "/faults/?wait", code: "net::ERR_CERT_AUTHORITY_INVALID", sentence: "is not trusted"},
		"self-signed parts":       {address: s.url("/faults/?mixed=" + url.QueryEscape(secure.URL)), incident: replay.Incident{Kind: replay.IncidentCertificate, What: "net::ERR_CERT_AUTHORITY_INVALID", Count: 2}},
		"a page with a password":  {address: s.url("/faults/guarded/page"), incident: replay.Incident{Kind: replay.IncidentPassword, Count: 1}},
		"a page without an end":   {address: s.url("/faults/endless/page"), incident: replay.Incident{Kind: replay.IncidentLoading, Count: 1}},
		"a file without an end":   {address: s.url("/faults/endless/file"), code: "net::ERR_ABORTED", sentence: "a file to download"},
		"a stream without an end": {address: s.url("/faults/endless/link"), code: "net::ERR_ABORTED", sentence: "a file to download"},
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
			checkIncident(t, res, test.incident)
		})
	}
}

// TestHarmThatEndsAVisit: the error says what happened, and what came before is in the result and in the file.
func TestHarmThatEndsAVisit(t *testing.T) {
	for name, test := range map[string]struct {
		page string
		do   func(*testing.T, *browser.Browser) // once the call was heard
		want error
		says string
	}{
		"out of memory":              {page: "oom", want: browser.ErrTabCrashed, says: "the page crashed"},
		"the renderer is killed":     {page: "wait", do: func(t *testing.T, b *browser.Browser) { signal(t, b, "renderer", syscall.SIGKILL) }, want: browser.ErrTabCrashed, says: "the page crashed"},
		"the browser is killed":      {page: "wait", do: func(t *testing.T, b *browser.Browser) { signal(t, b, "browser", syscall.SIGKILL) }, want: browser.ErrBrowserGone, says: "killed"},
		"the browser stands still":   {page: "wait", do: func(t *testing.T, b *browser.Browser) { signal(t, b, "browser", syscall.SIGSTOP) }, want: browser.ErrBrowserGone, says: "it hung"},
		"the renderer stands still":  {page: "wait", do: func(t *testing.T, b *browser.Browser) { signal(t, b, "renderer", syscall.SIGSTOP) }},
		"all of Chrome stands still": {page: "wait", do: func(t *testing.T, b *browser.Browser) { signal(t, b, "", syscall.SIGSTOP) }, want: browser.ErrBrowserGone, says: "it hung"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, r := serve(t), ownBrowser(t, "--js-flags=--max-old-space-size=64")
			var once sync.Once
			r.Observe = func(e replay.Event) {
				if h, ok := e.(replay.Heard); ok && test.do != nil && strings.HasSuffix(h.Exchange.URL(), "/faults/api/before") {
					once.Do(func() { test.do(t, r.Browser) })
				}
			}
			file := filepath.Join(t.TempDir(), "page.har")
			flow := sniffing(s.url("/faults/?" + test.page))
			flow.Steps[len(flow.Steps)-1] = scenarios.Capture{HAR: file}
			res, err := visit(t, r, flow)
			if !errors.Is(err, test.want) || test.want != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, want %v", err, test.want)
			}
			checkBefore(t, res)
			checkBefore(t, &replay.Result{Capture: readHAR(t, file)})
			if test.want == nil {
				checkIncident(t, res, replay.Incident{Kind: replay.IncidentBusy, Count: 1})
			}
		})
	}
}

func readHAR(t *testing.T, file string) *capture.Capture {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := har.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signal sends one to Chrome's processes of a kind (browser, renderer …), or to all.
func signal(t *testing.T, b *browser.Browser, kind string, sig syscall.Signal) {
	list, err := cdp.Call(t.Context(), cdp.Session(b.Session()), systeminfo.GetProcessInfo, cdp.Empty{})
	if err != nil {
		t.Error(err)
		return
	}
	for _, p := range list.ProcessInfo {
		if kind == "" || p.Type == kind {
			if err := syscall.Kill(int(p.ID), sig); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestATabInAHungBrowser: the visit does not even begin.
func TestATabInAHungBrowser(t *testing.T) {
	t.Parallel()
	s, r := serve(t), ownBrowser(t)
	signal(t, r.Browser, "browser", syscall.SIGSTOP)
	r.Browser.Suspect() // a visit would, after 30 s
	if res, err := sniff(t, r, s.url("/faults/?wait")); !errors.Is(err, browser.ErrBrowserGone) || res.Capture != nil {
		t.Error(err)
	}
}

// TestHugeAnswers: of 2 GiB no more is held than the limits let, and no file is left.
func TestHugeAnswers(t *testing.T) {
	for _, name := range []string{"huge", "huge-film"} {
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			t.Setenv("TMPDIR", temp)
			s, r := serve(t), ownBrowser(t)
			stop, peak := make(chan struct{}), make(chan uint64)
			go func() { peak <- highest(stop) }()
			res, err := sniff(t, r, s.url("/faults/?"+name))
			close(stop)
			most := <-peak
			if err != nil {
				t.Fatal(err)
			}
			checkBefore(t, res)
			var got int64
			for _, e := range res.Capture.Exchanges {
				if strings.HasSuffix(e.URL(), "/faults/huge") {
					got += e.Received
					if e.Body.Reason == "" {
						t.Errorf("%d bytes are said to be all", e.Body.Size)
					}
				}
			}
			t.Logf("%d MiB came, memory %d MiB", got>>20, most>>20)
			if got == 0 || most > 300<<20 && !raceEnabled() {
				t.Errorf("%d bytes came, %d of memory", got, most)
			}
			if left, err := filepath.Glob(filepath.Join(temp, "seine-*")); err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
}

// highest is the most memory in bytes that was taken from the system and not given back, until stop is closed.
func highest(stop <-chan struct{}) uint64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	most := uint64(0)
	for {
		metrics.Read(samples)
		most = max(most, samples[0].Value.Uint64()-samples[1].Value.Uint64())
		select {
		case <-stop:
			return most
		case <-tick.C:
		}
	}
}

// raceEnabled: the race detector takes memory of its own.
func raceEnabled() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
