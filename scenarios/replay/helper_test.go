package replay_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"seine/browser/browsertest"
	"seine/capture/session"
	"seine/scenarios"
	"seine/scenarios/replay"
	"seine/testdata/sites"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

// served is the built-in site on loopback: as http://127.0.0.1:port, and as http://localhost:port, another site.
type served struct {
	*sites.Site
	base    string
	handler http.Handler
}

func serve(t testing.TB) served {
	t.Helper()
	s := sites.New(sites.Options{Players: "../../testdata/players"})
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return served{s, srv.URL, s}
}

func (s served) url(path string) string { return s.base + path }

func (s served) other(path string) string {
	return strings.Replace(s.base, "127.0.0.1", "localhost", 1) + path
}

// byBrowser and byUs split the log by who asked. We give the browser's name and send what it sent; but over HTTP/1.1 only a browser
// still says that it would keep the connection.
func (s served) byBrowser() []sites.Request { return s.logged(true) }
func (s served) byUs() []sites.Request      { return s.logged(false) }

func (s served) logged(browser bool) []sites.Request {
	var list []sites.Request
	for _, r := range s.Log() {
		if (r.Header.Get("Connection") == "keep-alive") == browser {
			list = append(list, r)
		}
	}
	return list
}

func runner(t testing.TB) *replay.Runner {
	t.Helper()
	return &replay.Runner{Browser: browsertest.Browser(t), Session: session.Config{}}
}

func run(t testing.TB, flow scenarios.UserFlow) (*replay.Result, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	return runner(t).Run(ctx, flow)
}

// get asks the site without a trace in its log.
func (s served) get(t testing.TB, address string) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	w := httptest.NewRecorder()
	sites.New(sites.Options{Players: "../../testdata/players"}).ServeHTTP(w, r)
	return w.Body.String()
}
