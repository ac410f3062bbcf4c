package relay_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"seine/capture/session/sessiontest"
	"seine/cmd/internal/relay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestRelay: plain requests and tunnels reach their servers by name, over a proxy that wants a password; who does not have the relay's own does not.
func TestRelay(t *testing.T) {
	cert, pool := sessiontest.Certificate(t)
	answer := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != "" {
			t.Error("the server was told the password")
		}
		fmt.Fprintf(w, "%s %s", r.Host[:9], r.URL)
	}
	plain, secure := sessiontest.Serve(t, "127.0.0.1", nil, answer), sessiontest.Serve(t, "127.0.0.1", &cert, answer)
	s := &sessiontest.SOCKS{User: "me:SECRET"}
	up := &url.URL{Scheme: "socks5", Host: s.Listen(t), User: url.UserPassword("me", "SECRET")}
	get := func(t *testing.T, proxy *url.URL, address string) (string, int, error) {
		tr := &http.Transport{Proxy: http.ProxyURL(proxy), TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
		defer tr.CloseIdleConnections()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := tr.RoundTrip(req)
		if err != nil {
			return "", 0, err
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		return string(b), res.StatusCode, err
	}
	addresses := []string{"http://home.test:" + plain + "/a?b", "https://home.test:" + secure + "/a?b"}
	r, err := relay.Start(up, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		text, status, err := get(t, r.URL(), a)
		if err != nil || status != http.StatusOK || text != "home.test /a?b" {
			t.Errorf("%s: %v, %d, %q", a, err, status, text)
		}
		stranger := *r.URL()
		stranger.User = url.UserPassword("seine", "guess")
		if _, status, err := get(t, &stranger, a); err == nil && status != http.StatusProxyAuthRequired || err != nil && !strings.Contains(err.Error(), "Proxy Authentication Required") {
			t.Errorf("%s: a stranger got %d, %v", a, status, err)
		}
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if d := cmp.Diff([]string{"home.test me:SECRET", "home.test me:SECRET"}, s.Heard()); d != "" {
		t.Error(d)
	}

	up.User = url.UserPassword("me", "WRONG")
	var mu sync.Mutex
	var told []string
	if r, err = relay.Start(up, func(err error) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, err.Error())
	}); err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, status, err := get(t, r.URL(), addresses[0]); err != nil || status != http.StatusBadGateway {
		t.Errorf("%d, %v", status, err)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(told) != 1 || strings.Contains(told[0], "WRONG") {
		t.Errorf("%q", told)
	}
}
