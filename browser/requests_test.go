package browser_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"seine/browser"
)

// visitLimit is ample on a busy machine.
const visitLimit = time.Minute

// opened visits an address in a browser of its own.
func opened(t *testing.T, o browser.Options, address string) context.Context {
	t.Helper()
	b := launched(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), visitLimit)
	t.Cleanup(cancel)
	tab, err := b.NewTab(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	bound, release := tab.Bind(ctx)
	t.Cleanup(release)
	if _, err := chromedp.Call(bound, cdppage.Navigate, cdppage.NavigateParams{URL: address}); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// TestHeadersStayOnTheirOrigin: each target sends them to it, and none to another, redirects included.
func TestHeadersStayOnTheirOrigin(t *testing.T) {
	s := newSite(t)
	urls := s.everyTarget()
	got := map[string]string{}
	s.heard = func(r *http.Request) { got["http://"+r.Host+r.URL.String()] = r.Header.Get("X-Token") }
	s.html("/start", `<iframe src="/main"></iframe><script>fetch('/away'); fetch('{B}/back')</script>`)
	s.mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, s.b("/api/away"), http.StatusFound) })
	s.mux.HandleFunc("/back", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, s.a("/api/back"), http.StatusFound) })
	ctx := opened(t, browser.Options{Requests: browser.Requests{Access: []browser.Access{
		{Origin: browser.OriginOf(s.a("/")), Header: http.Header{"X-Token": {"of A"}}},
		{Origin: browser.OriginOf(s.c("/")), Header: http.Header{"X-Token": {"of C"}}},
	}}}, s.a("/start"))
	urls = append(urls, s.a("/start"), s.a("/away"), s.b("/api/away"), s.b("/back"), s.a("/api/back"))
	if err := s.await(ctx, urls...); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for u, token := range got {
		want := ""
		switch browser.OriginOf(u) {
		case browser.OriginOf(s.a("/")):
			want = "of A"
		case browser.OriginOf(s.c("/")):
			want = "of C"
		}
		if token != want {
			t.Errorf("%s was sent %q", u, token)
		}
	}
}

// guarded serves a page that asks for what a password guards, from each of its targets, and reports the status of each answer,
// and how often at most one address was tried with a name and password.
func guarded(t *testing.T) (s *site, statuses func(ctx context.Context, n int) map[string]string, tries func(string) int) {
	s = newSite(t)
	var mu sync.Mutex
	attempts := map[string]int{}
	s.mux.HandleFunc("/guarded/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
		user, password, ok := r.BasicAuth()
		mu.Lock()
		attempts[r.URL.Path+" "+user+":"+password]++
		mu.Unlock()
		if !ok || user != "anna" || password != "pass word" {
			w.Header().Set("WWW-Authenticate", `Basic realm="club"`)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if strings.HasSuffix(r.URL.Path, "/page") {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, `<link rel="icon" href="data:,"><script>fetch('/told/frame/200')</script>`)
		}
	})
	s.mux.HandleFunc("/told/", func(http.ResponseWriter, *http.Request) {})
	s.html("/start", `<iframe src="/guarded/page"></iframe><script>
const ask = async (name, u) => fetch('/told/' + name + '/' + (await fetch(u, {credentials: 'include'})).status);
ask('page', '/guarded/1'); ask('other', '{B}/guarded/2'); new Worker('/worker.js');
</script>`)
	s.js("/worker.js", `fetch('/guarded/3').then(r => fetch('/told/worker/' + r.status))`)
	statuses = func(ctx context.Context, n int) map[string]string {
		for {
			s.mu.Lock()
			changed := s.changed
			s.mu.Unlock()
			list := map[string]string{}
			for u := range s.requests() {
				if _, told, ok := strings.Cut(u, "/told/"); ok {
					name, status, _ := strings.Cut(told, "/")
					list[name] = status
				}
			}
			if len(list) >= n {
				return list
			}
			select {
			case <-changed:
			case <-ctx.Done():
				t.Fatalf("told in time: %v", list)
			}
		}
	}
	return s, statuses, func(who string) (most int) {
		mu.Lock()
		defer mu.Unlock()
		for k, n := range attempts {
			if strings.HasSuffix(k, " "+who) {
				most = max(most, n)
			}
		}
		return most
	}
}

// TestPasswordsGoToTheirOriginOnly holds also that nothing stands still where there is none, or a wrong one.
func TestPasswordsGoToTheirOriginOnly(t *testing.T) {
	for name, c := range map[string]struct {
		user *url.Userinfo
		want map[string]string
	}{
		"right": {url.UserPassword("anna", "pass word"), map[string]string{"page": "200", "worker": "200", "other": "401", "frame": "200"}},
		"wrong": {url.UserPassword("anna", "wrong"), map[string]string{"page": "401", "worker": "401", "other": "401"}},
		"none":  {nil, map[string]string{"page": "401", "worker": "401", "other": "401"}},
	} {
		t.Run(name, func(t *testing.T) {
			s, statuses, tries := guarded(t)
			o := browser.Options{}
			if c.user != nil {
				o.Requests.Access = []browser.Access{{Origin: browser.OriginOf(s.a("/")), User: c.user}}
			}
			got := statuses(opened(t, o, s.a("/start")), len(c.want))
			for who, status := range c.want {
				if got[who] != status {
					t.Errorf("%s got %q, not %s", who, got[who], status)
				}
			}
			// We give it once. Chrome sends by itself, once, what was just given for another target, and asks when that is refused.
			if n := tries("anna:wrong"); n > 2 {
				t.Errorf("the wrong password was tried %d times for one address", n)
			}
		})
	}
}

// TestProxyLogin: the browser logs in to its proxy, for every target, and shows the password to nobody else.
func TestProxyLogin(t *testing.T) {
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte("anna:pass word"))
	asked := make(chan string, 100)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != want {
			w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		if r.Header.Get("Authorization") != "" {
			t.Errorf("%s was sent %q", r.URL, r.Header.Get("Authorization"))
		}
		asked <- r.URL.String()
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, `<link rel="icon" href="data:,"><script>new Worker('/worker.js')</script>`)
		case "/worker.js":
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = io.WriteString(w, `fetch('/done')`)
		}
	}))
	defer proxy.Close()
	ctx := opened(t, browser.Options{Proxy: proxy.URL, Requests: browser.Requests{ProxyUser: url.UserPassword("anna", "pass word")}}, "http://far.example/")
	for {
		select {
		case u := <-asked:
			if u == "http://far.example/done" {
				return
			}
		case <-ctx.Done():
			t.Fatal("the worker never came through the proxy")
		}
	}
}

// TestBlockLists: what is blocked is not asked for, and the page goes on.
func TestBlockLists(t *testing.T) {
	s := newSite(t)
	s.html("/start", `<style>@font-face { font-family: f; src: url(/f.woff2) } p { font-family: f }</style><p>text</p><img src="/i.png">
<img src="{B}/j.png"><script src="{B}/advert.js" onerror="fetch('/api/failed')"></script><script>addEventListener('load', () => fetch('/api/loaded'))</script>`)
	ctx := opened(t, browser.Options{Requests: browser.Requests{
		BlockKinds: []browser.Kind{browser.Image, browser.Font}, BlockHosts: []string{"localhost"},
	}}, s.a("/start"))
	if err := s.await(ctx, s.a("/api/failed"), s.a("/api/loaded")); err != nil {
		t.Fatal(err)
	}
	for u := range s.requests() {
		switch {
		case strings.HasSuffix(u, ".png"), strings.HasSuffix(u, ".woff2"), strings.HasSuffix(u, "advert.js"):
			t.Errorf("%s was asked for", u)
		}
	}
}

func TestRequestsNeedABrowserOfOurOwn(t *testing.T) {
	_, err := browser.Launch(t.Context(), browser.Options{Connect: "ws://127.0.0.1:1/", Requests: browser.Requests{BlockHosts: []string{"a.example"}}})
	if !errors.Is(err, browser.ErrRequests) {
		t.Error(err)
	}
}

func TestOriginOf(t *testing.T) {
	for address, want := range map[string]string{
		"https://A.example:443/x": "https://a.example", "http://a.example:80": "http://a.example", "http://a.example:443/": "http://a.example:443",
		"https://u:p@a.example/?q": "https://a.example", "data:text/plain,": "", "::": "",
	} {
		if got := browser.OriginOf(address); got != want {
			t.Errorf("%s: %s", address, fmt.Sprintf("%q, not %q", got, want))
		}
	}
}
