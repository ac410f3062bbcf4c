package browser_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// site is a server on three sites (127.0.0.1, localhost, 127.0.0.2) that logs every request: the truth against which an observer is
// held. Pages and scripts may say {A}, {B}, {C} for the three origins.
type site struct {
	port int
	mux  *http.ServeMux

	mu      sync.Mutex
	heard   func(*http.Request) // may be nil
	log     map[string]int      // URL -> requests
	changed chan struct{}
}

func newSite(t testing.TB) *site {
	t.Helper()
	s := &site{mux: http.NewServeMux(), log: map[string]int{}, changed: make(chan struct{})}
	srv := &http.Server{Handler: http.HandlerFunc(s.serve)}
	first, second := listenTwice(t)
	s.port = first.Addr().(*net.TCPAddr).Port
	var wg sync.WaitGroup
	for _, ln := range []net.Listener{first, second} {
		wg.Go(func() { _ = srv.Serve(ln) })
	}
	t.Cleanup(func() { _ = srv.Close(); wg.Wait() })
	s.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"path":%q}`, r.URL.Path)
	})
	return s
}

// listenTwice finds a port that is free at both addresses: that it is at one says nothing of the other.
func listenTwice(t testing.TB) (first, second net.Listener) {
	t.Helper()
	var lc net.ListenConfig
	var err error
	for range 20 {
		if first, err = lc.Listen(context.Background(), "tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		second, err = lc.Listen(context.Background(), "tcp", fmt.Sprintf("127.0.0.2:%d", first.Addr().(*net.TCPAddr).Port))
		if err == nil {
			return first, second
		}
		first.Close()
	}
	t.Fatal(err)
	return nil, nil
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.heard != nil {
		s.heard(r)
	}
	s.log["http://"+r.Host+r.URL.String()]++
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
	w.Header().Set("Access-Control-Allow-Origin", "*")
	s.mux.ServeHTTP(w, r)
}

func (s *site) a(path string) string { return fmt.Sprintf("http://127.0.0.1:%d%s", s.port, path) }
func (s *site) b(path string) string { return fmt.Sprintf("http://localhost:%d%s", s.port, path) }
func (s *site) c(path string) string { return fmt.Sprintf("http://127.0.0.2:%d%s", s.port, path) }

// html serves a page without a favicon: what Chrome fetches for its own window no observer hears of.
func (s *site) html(path, body string) {
	s.file(path, "text/html", `<!doctype html><link rel="icon" href="data:,">`+body)
}
func (s *site) js(path, body string) { s.file(path, "text/javascript", body) }

func (s *site) file(path, kind, body string) {
	body = strings.NewReplacer("{A}", s.a(""), "{B}", s.b(""), "{C}", s.c("")).Replace(body)
	s.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = io.WriteString(w, body)
	})
}

// await waits until each of urls was asked for.
func (s *site) await(ctx context.Context, urls ...string) error {
	for {
		s.mu.Lock()
		changed := s.changed
		var missing []string
		for _, u := range urls {
			if s.log[u] == 0 {
				missing = append(missing, u)
			}
		}
		s.mu.Unlock()
		if len(missing) == 0 {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("never asked for: %v", missing)
		}
	}
}

func (s *site) requests() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	log := map[string]int{}
	for u, n := range s.log {
		log[u] = n
	}
	return log
}

// everyTarget serves /main, which starts every kind of target; it returns the URLs that are asked for in the end.
func (s *site) everyTarget() []string {
	s.html("/main", `<script>fetch('/api/main')</script>
<iframe src="{B}/frame"></iframe>
<iframe src="{A}/same"></iframe>
<iframe srcdoc="<script>fetch('/api/srcdoc')</script>"></iframe>
<script>
new Worker('/worker.js');
new Worker(URL.createObjectURL(new Blob(["fetch('{A}/api/blobworker')"], {type: 'text/javascript'})));
new SharedWorker('/shared.js');
navigator.serviceWorker.register('/service.js').then(async () => {
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller) await new Promise(r => navigator.serviceWorker.addEventListener('controllerchange', r));
  fetch('/api/through?service');
});
window.open('{A}/popup'); window.open('{B}/popup2'); window.open('{B}/popup3', '_blank', 'noopener');
window.open('about:blank').document.write("<script>fetch('{A}/api/blankpopup')<\/script>");
</script>`)
	s.html("/same", `<script>fetch('/api/same')</script>`)
	s.html("/frame", `<script>fetch('/api/frame')</script><iframe src="{C}/nested"></iframe><script>new Worker('/frameworker.js')</script>`)
	s.html("/nested", `<script>fetch('/api/nested')</script>`)
	s.html("/popup", `<script>fetch('/api/popup')</script>`)
	s.html("/popup2", `<script>fetch('/api/popup2')</script><iframe src="{C}/nested?popup2"></iframe>`)
	s.html("/popup3", `<script>fetch('/api/popup3')</script>`)
	s.js("/worker.js", `importScripts('/import.js'); fetch('/api/worker'); new Worker('/nestedworker.js')`)
	s.js("/import.js", `var x = 1`)
	s.js("/nestedworker.js", `fetch('/api/nestedworker')`)
	s.js("/frameworker.js", `fetch('/api/frameworker')`)
	s.js("/shared.js", `fetch('/api/shared'); onconnect = () => fetch('/api/shared-connected')`)
	s.js("/service.js", `fetch('/api/service');
self.addEventListener('install', e => { self.skipWaiting(); e.waitUntil(fetch('/api/service-install')) });
self.addEventListener('activate', e => e.waitUntil(clients.claim()));
self.addEventListener('fetch', e => { if (e.request.url.endsWith('?service')) e.respondWith(fetch('/api/by-service')) });`)
	var urls []string
	for _, p := range strings.Fields(`/main /api/main /same /api/same /api/srcdoc /worker.js /import.js /api/worker
		/nestedworker.js /api/nestedworker /api/blobworker /shared.js /api/shared /api/shared-connected
		/service.js /api/service /api/service-install /api/by-service /popup /api/popup /api/blankpopup`) {
		urls = append(urls, s.a(p))
	}
	for _, p := range strings.Fields("/frame /api/frame /frameworker.js /api/frameworker /popup2 /api/popup2 /popup3 /api/popup3") {
		urls = append(urls, s.b(p))
	}
	return append(urls, s.c("/nested"), s.c("/api/nested"), s.c("/nested?popup2"))
}
