package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// doer answers requests in the test's own time.
type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// answer makes a response; header comes in pairs.
func answer(r *http.Request, status int, body string, header ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, Request: r, Header: http.Header{}, ContentLength: int64(len(body)),
		Body: io.NopCloser(bytes.NewReader([]byte(body))),
	}
	for i := 0; i+1 < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

// bodyFunc is a body of which each Read is a call.
type bodyFunc func(p []byte) (int, error)

func (f bodyFunc) Read(p []byte) (int, error) { return f(p) }
func (bodyFunc) Close() error                 { return nil }

func one(t *testing.T, p *Pool, r Request) (string, error) {
	t.Helper()
	b, err := p.Get(t.Context(), r)
	if err != nil {
		return "", err
	}
	defer b.Release()
	return string(b.Data), nil
}

// work fetches count parts http://host/i and gives them to deliver.
func work(count int, host func(i int) string, deliver func(i int, b *Body, err error) error) Work {
	url := func(i int) string { return fmt.Sprintf("http://%s/%d", host(i), i) }
	urls := func(i int) []string { return []string{url(i)} }
	return Work{
		Count: count, URLs: urls, Deliver: deliver,
		Fetch: func(ctx context.Context, i int, l *Lane) (*Body, error) {
			return l.Get(ctx, Request{Name: fmt.Sprint("part ", i), URL: url(i)})
		},
	}
}
