package session

import (
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"

	"seine/capture/session/sessiontest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// canary counts what must not happen.
func canary(t *testing.T) (port string, hits *atomic.Int32) {
	hits = new(atomic.Int32)
	return sessiontest.Serve(t, "127.0.0.1", nil, func(http.ResponseWriter, *http.Request) { hits.Add(1) }), hits
}

func client(t *testing.T, conf Config) *Client {
	t.Helper()
	if conf.Proxy == nil {
		conf.Proxy = func(*url.URL) (*url.URL, error) { return nil, nil }
	}
	c, err := New(conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// get returns a response whose body the caller closes.
func get(t *testing.T, c *Client, address string, header ...string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return c.Do(req)
}

// visit is get for tests that look at the error alone.
func visit(t *testing.T, c *Client, address string, header ...string) error {
	t.Helper()
	resp, err := get(t, c, address, header...)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
