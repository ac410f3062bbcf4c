package replay_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/systeminfo"

	"seine/browser"
	"seine/capture"
	"seine/capture/har"
	"seine/scenarios"
	"seine/scenarios/replay"
)

// TestHarmThatEndsAVisit: the error says what happened, and what came before is in the result and in the file.
func TestHarmThatEndsAVisit(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		page string
		do   func(*testing.T, *browser.Browser) // once the call was heard
		want error
		says string
	}{
		"out of memory":              {page: "oom", want: browser.ErrTabCrashed, says: "the page crashed"},
		"the renderer is killed":     {page: "wait", do: func(t *testing.T, b *browser.Browser) { signal(t, b, "renderer", syscall.SIGKILL) }, want: browser.ErrTabCrashed, says: "the page crashed"},
		"the browser is killed":      {page: "wait", do: func(t *testing.T, b *browser.Browser) { signal(t, b, "browser", syscall.SIGKILL) }, want: browser.ErrBrowserGone, says: "killed"},
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
			if test.page == "oom" { // on a busy machine it takes a while to use up the memory
				flow.Timeout = 4 * faultStep
			}
			flow.Steps[len(flow.Steps)-1] = scenarios.Capture{HAR: file}
			res, err := visit(t, r, flow)
			if !errors.Is(err, test.want) || test.want != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, want %v", err, test.want)
			}
			checkBefore(t, res)
			checkBefore(t, &replay.Result{Capture: readHAR(t, file)})
			if test.want == nil {
				checkIncidents(t, res, replay.Incident{Kind: replay.IncidentBusy, Count: 1})
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
