package session

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"seine/assemble/fetch"
)

// both runs a test against a server of each version of HTTP, over TLS.
func both(t *testing.T, h http.HandlerFunc, test func(t *testing.T, c *Client, base, proto string)) {
	t.Helper()
	for _, h2 := range []bool{false, true} {
		proto := map[bool]string{false: "HTTP/1.1", true: "HTTP/2.0"}[h2]
		t.Run(proto, func(t *testing.T) {
			srv := httptest.NewUnstartedServer(h)
			srv.EnableHTTP2 = h2
			srv.StartTLS()
			t.Cleanup(srv.Close)
			pool := x509.NewCertPool()
			pool.AddCert(srv.Certificate())
			test(t, client(t, Config{Start: srv.URL, RootCAs: pool}), srv.URL, proto)
		})
	}
}

// Both versions of HTTP are spoken, and both have the same bounds.
func TestVersions(t *testing.T) {
	both(t, func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.Path; {
		case path == "/flood":
			for i := range 300 {
				w.Header().Set(fmt.Sprint("X-Flood-", i), strings.Repeat("x", 1<<10))
			}
		case path == "/some":
			for i := range 100 {
				w.Header().Set(fmt.Sprint("X-Some-", i), strings.Repeat("x", 1<<10))
			}
		case path == "/twice":
			w.Header().Set("Content-Encoding", "gzip, gzip")
		case strings.HasPrefix(path, "/down/") && path != "/down/0":
			var n int
			_, _ = fmt.Sscanf(path, "/down/%d", &n)
			http.Redirect(w, r, fmt.Sprint("/down/", n-1), http.StatusFound)
		}
		fmt.Fprint(w, r.Proto)
	}, func(t *testing.T, c *Client, base, proto string) {
		for path, fails := range map[string]bool{"/": false, "/some": false, "/flood": true, "/twice": true, "/down/5": false, "/down/6": true} {
			resp, err := get(t, c, base+path)
			if (err != nil) != fails {
				t.Errorf("%s: %v", path, err)
			}
			if err != nil {
				continue
			}
			b, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || string(b) != proto || resp.Proto != proto {
				t.Errorf("%s: it spoke %q, %v", path, b, err)
			}
		}
		if err := visit(t, c, base+"/down/6"); !errors.Is(err, ErrRedirects) {
			t.Errorf("six redirects: %v", err)
		}
		if err := visit(t, c, base+"/twice"); !errors.Is(err, ErrEncoding) {
			t.Errorf("two encodings: %v", err)
		}
	})
}

// The limit of a host holds for the streams of one connection, too; and a stream that stalls is given up for a new one.
func TestVersionsInThePool(t *testing.T) {
	now, gone := make(chan int, 1000), make(chan struct{}, 1)
	under, stalled := make(chan int, 1), make(chan bool, 1)
	under <- 0
	stalled <- false
	handler := func(w http.ResponseWriter, r *http.Request) {
		n := <-under + 1
		under <- n
		now <- n
		first := !<-stalled
		stalled <- true
		if first {
			w.Header().Set("Content-Length", "10")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done() // the client has freed the stream or the connection
			under <- <-under - 1
			gone <- struct{}{}
			return
		}
		under <- <-under - 1 // before the client has all and asks for more
		_, _ = io.WriteString(w, strings.Repeat("x", 10_000))
	}
	both(t, handler, func(t *testing.T, c *Client, base, _ string) {
		<-stalled
		stalled <- false
		retries := make(chan error, 100)
		pool := fetch.NewPool(c, fetch.Options{PerHost: 3, Retry: fetch.RetryPolicy{StallTime: 500 * time.Millisecond, Base: 1, Cap: 1}, OnRetry: func(r fetch.Retry) { retries <- r.Err }})
		err := pool.Ordered(t.Context(), fetch.Work{
			Count: 60,
			URLs:  func(i int) []string { return []string{base + fmt.Sprint("/", i)} },
			Fetch: func(ctx context.Context, i int, l *fetch.Lane) (*fetch.Body, error) {
				return l.Get(ctx, fetch.Request{URL: base + fmt.Sprint("/", i)})
			},
			Deliver: func(_ int, _ *fetch.Body, err error) error { return err },
		})
		<-gone
		if err != nil || len(retries) == 0 || !errors.Is(<-retries, fetch.ErrStall) {
			t.Errorf("%v, %d retries", err, len(retries))
		}
		for given := len(retries) + 1; len(now) > 0; {
			// Of a stream that was given up, the server hears after the client has begun another.
			if n := <-now; n > 3+given {
				t.Errorf("%d at once", n)
			}
		}
	})
}

// The end of a context frees the stream.
func TestVersionsCancel(t *testing.T) {
	begun, gone := make(chan struct{}, 1), make(chan struct{}, 1)
	both(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "x")
		_ = http.NewResponseController(w).Flush()
		begun <- struct{}{}
		<-r.Context().Done()
		gone <- struct{}{}
	}, func(t *testing.T, c *Client, base, _ string) {
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		<-begun
		cancel()
		// Over HTTP/1.1 the handler may end its chunked body properly before the connection is closed: fetch looks at the
		// context, too.
		if _, err := io.ReadAll(resp.Body); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
		<-gone
	})
}
