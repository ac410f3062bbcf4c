package browser_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"seine/browser"
	"seine/browser/browsertest"
)

// limit bounds what a test waits for; it decides nothing.
const limit = 30 * time.Second

func evaluate[T any](t testing.TB, tab *browser.Tab, js string) T {
	t.Helper()
	ctx, cancel := tab.Bind(t.Context())
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDialogsNeverHang(t *testing.T) {
	s := newSite(t)
	s.html("/ask", `<script>
var got = [alert('read me'), confirm('of age?'), prompt('name?', 'nobody')];
addEventListener('beforeunload', e => { e.preventDefault(); e.returnValue = 'stay' });
</script>`)
	s.html("/next", `<title>next</title>`)
	opened := make(chan string, 16)
	h := newHearer()
	h.onEvent = func(_ *browser.Session, method string, params jsonv2.Value) {
		if method == "Page.javascriptDialogOpening" {
			opened <- string(params)
		}
	}
	tab := browsertest.New(t, h)
	navigate(t, tab, s.a("/ask"))
	if got := evaluate[string](t, tab, `JSON.stringify(got)`); got != `[null,true,"nobody"]` {
		t.Errorf("the dialogs were answered %s", got)
	}
	for range 3 {
		<-opened
	}
	navigate(t, tab, s.a("/next"))
	if title := evaluate[string](t, tab, `document.title`); title != "next" {
		t.Errorf("the page did not let go: %q", title)
	}
}

func TestDownloadsAreRefusedAndTold(t *testing.T) {
	s := newSite(t)
	s.html("/offer", `<a id="a" href="/api/film" download="film.mp4"></a><script>a.click()</script>`)
	offered, ended := make(chan string, 1), make(chan string, 1)
	h := newHearer()
	h.onEvent = func(from *browser.Session, method string, params jsonv2.Value) {
		if from.Kind() != "browser" {
			return
		}
		var ev struct{ URL, State string }
		if err := jsonv2.Unmarshal(params, &ev, jsonv2.JoinOptions(chromedp.DefaultUnmarshalOptions)); err != nil {
			t.Error(err)
		}
		switch {
		case method == "Browser.downloadWillBegin":
			offered <- string(params)
		case method == "Browser.downloadProgress" && strings.Contains(string(params), `"canceled"`):
			ended <- ev.State
		}
	}
	tab := browsertest.New(t, h)
	navigate(t, tab, s.a("/offer"))
	if ev := receive(t, offered); !strings.Contains(ev, s.a("/api/film")) || !strings.Contains(ev, "film.mp4") {
		t.Errorf("offered %s", ev)
	}
	receive(t, ended)
}

func receive[T any](t testing.TB, ch <-chan T) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	select {
	case v := <-ch:
		return v
	case <-ctx.Done():
		t.Fatal("waited in vain")
		panic("unreachable")
	}
}

func TestOtherSitesKeepTheirCookies(t *testing.T) {
	s := newSite(t)
	got := make(chan string, 1)
	s.html("/host", `<iframe src="{B}/embedded"></iframe>`)
	s.mux.HandleFunc("/embedded", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "http", Value: "1", SameSite: http.SameSiteNoneMode, Secure: true, Path: "/"})
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<script>document.cookie = 'script=2; SameSite=None; Secure; Path=/'; fetch('/api/with')</script>`))
	})
	s.mux.HandleFunc("/api/with", func(_ http.ResponseWriter, r *http.Request) { got <- r.Header.Get("Cookie") })
	navigate(t, browsertest.New(t, nil), s.a("/host"))
	if c := receive(t, got); !strings.Contains(c, "http=1") || !strings.Contains(c, "script=2") {
		t.Errorf("a frame of another site sent the cookies %q", c)
	}
}

func TestTabsShareNoCookies(t *testing.T) {
	s := newSite(t)
	s.html("/page", `x`)
	one, two := browsertest.New(t, nil), browsertest.New(t, nil)
	navigate(t, one, s.a("/page"))
	evaluate[string](t, one, `document.cookie = 'secret=1'`)
	navigate(t, two, s.a("/page"))
	if c := evaluate[string](t, two, `document.cookie`); c != "" {
		t.Errorf("a tab sees the cookies of another: %q", c)
	}
}

func TestVersionIsNotHeadless(t *testing.T) {
	v := browsertest.Browser(t).Version()
	if strings.Contains(v.UserAgent+v.Product, "Headless") || !strings.Contains(v.UserAgent, "Chrome/") || v.Protocol == "" {
		t.Errorf("%+v", v)
	}
	tab := browsertest.New(t, nil)
	if ua := evaluate[string](t, tab, `navigator.userAgent`); ua != v.UserAgent {
		t.Errorf("a page sees %q, Version says %q", ua, v.UserAgent)
	}
}

// An observer that calls Chrome and waits, in every event, must deadlock neither itself nor chromedp.
func TestObserverMayCallChrome(t *testing.T) {
	s := newSite(t)
	s.html("/page", strings.Repeat(`<img src="/api/x">`, 3)+`<script>for (let i = 0; i < 50; i++) fetch('/api/'+i)</script>`)
	h := newHearer()
	called := 0
	h.onEvent = func(from *browser.Session, method string, _ jsonv2.Value) {
		if from.Kind() != "page" || method != "Network.requestWillBeSent" {
			return
		}
		one, err := cdp.Call(context.Background(), cdp.Session(from), runtime.Evaluate, runtime.EvaluateParams{Expression: "1"})
		var refused *cdproto.Error // an answer too: the document that was asked has made way for the next
		if err == nil && string(one.Result.Value) == "1" || errors.As(err, &refused) {
			called++
		} else if !errors.Is(err, browser.ErrDetached) {
			t.Errorf("calling from an observer: %v", err)
		}
	}
	tab := browsertest.New(t, h)
	navigate(t, tab, s.a("/page"))
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	if err := s.await(ctx, s.a("/api/0"), s.a("/api/49")); err != nil {
		t.Fatal(err)
	}
	if err := h.await(ctx, s.requests()); err != nil {
		t.Fatal(err)
	}
	if err := tab.Close(); err != nil {
		t.Fatal(err)
	}
	if called < 50 {
		t.Errorf("%d calls were answered", called)
	}
}

func TestBlockedObserverHoldsUpNobodyElse(t *testing.T) {
	s := newSite(t)
	s.html("/page", `<title>here</title>`)
	free := make(chan struct{})
	h := newHearer()
	h.onEvent = func(_ *browser.Session, method string, _ jsonv2.Value) {
		if method == "Network.requestWillBeSent" {
			<-free
		}
	}
	stuck, other := browsertest.New(t, h), browsertest.New(t, nil)
	defer close(free)
	for _, tab := range []*browser.Tab{stuck, other} {
		navigate(t, tab, s.a("/page"))
		if title := evaluate[string](t, tab, `document.title`); title != "here" {
			t.Errorf("title %q", title)
		}
	}
}

func TestCrashedPageEndsItsTabOnly(t *testing.T) {
	crashed := make(chan string, 4)
	h := newHearer()
	h.onEvent = func(_ *browser.Session, method string, _ jsonv2.Value) {
		if method == "Inspector.targetCrashed" {
			crashed <- method
		}
	}
	tab, other := browsertest.New(t, h), browsertest.New(t, nil)
	if err := tab.Session().Call(t.Context(), "Page.crash", nil, nil); err == nil {
		t.Error("Page.crash was answered")
	}
	receive(t, crashed)
	receive(t, tab.Done())
	if err := tab.Err(); !errors.Is(err, browser.ErrTabCrashed) {
		t.Errorf("Err: %v", err)
	}
	if cause := context.Cause(tab.Context()); !errors.Is(cause, browser.ErrTabCrashed) {
		t.Errorf("the cause of its context: %v", cause)
	}
	evaluate[int](t, other, `1`)
	if err := tab.Close(); err != nil {
		t.Error(err)
	}
	evaluate[int](t, browsertest.New(t, nil), `1`)
}

func TestPageThatClosesItself(t *testing.T) {
	tab := browsertest.New(t, nil)
	_, err := tab.Session().Send(t.Context(), "Page.close", nil)
	if err != nil {
		t.Fatal(err)
	}
	receive(t, tab.Done())
	if err := tab.Err(); !errors.Is(err, browser.ErrTabGone) {
		t.Errorf("Err: %v", err)
	}
}

func TestCallsEndWithTheirTarget(t *testing.T) {
	s := newSite(t)
	s.html("/page", `<script>var w = new Worker('/worker.js')</script>`)
	s.js("/worker.js", `fetch('/api/worker')`)
	worker := make(chan *browser.Session, 1)
	h := newHearer()
	h.onEvent = func(from *browser.Session, method string, _ jsonv2.Value) {
		if from.Kind() == "worker" && method == "Network.loadingFinished" {
			worker <- from
		}
	}
	tab := browsertest.New(t, h)
	navigate(t, tab, s.a("/page"))
	w := receive(t, worker)
	if w.Parent() != tab.Session() || w.URL() != s.a("/worker.js") {
		t.Errorf("the worker's parent is %v, its URL %s", w.Parent(), w.URL())
	}
	events, cancel := w.Subscribe("Network.requestWillBeSent")
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- w.Call(t.Context(), "Runtime.evaluate", runtime.EvaluateParams{Expression: "new Promise(() => 0)", AwaitPromise: new(true)}, nil)
	}()
	if err := w.Call(t.Context(), "Runtime.evaluate", runtime.EvaluateParams{Expression: "fetch('/api/again')"}, nil); err != nil {
		t.Fatal(err)
	}
	if ev := receive(t, events); !strings.Contains(string(ev), "/api/again") {
		t.Errorf("subscribed to %s", ev)
	}
	evaluate[string](t, tab, `w.terminate(), ''`)
	if err := receive(t, ended); !errors.Is(err, browser.ErrDetached) {
		t.Errorf("a call to a worker that ended: %v", err)
	}
	if _, err := w.Send(t.Context(), "Runtime.enable", nil); !errors.Is(err, browser.ErrDetached) {
		t.Errorf("a command to a worker that ended: %v", err)
	}
	for range events { // closed after its last event
	}
}
