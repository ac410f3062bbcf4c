package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"seine/assemble/manifest"
)

// breaker is a server whose connections are reset after so many bytes of each body, once the client has them.
type breaker struct {
	content []byte
	after   int // bytes of a body
	times   int // how often
	header  http.Header
	silent  bool // of ranges
	// change is called before the nth request, from 2.
	change func(b *breaker, n int)
	answer func(w http.ResponseWriter, r *http.Request, n int) bool

	mu     sync.Mutex
	got    int // by the client, of the answer at hand
	more   *sync.Cond
	ranges []string
}

func (b *breaker) count(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got += n
	b.more.Broadcast()
}

func (b *breaker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	b.got = 0
	b.ranges = append(b.ranges, strings.TrimSpace(r.Header.Get("Range")+" "+r.Header.Get("If-Range")))
	n := len(b.ranges)
	if b.change != nil && n > 1 {
		b.change(b, n)
	}
	b.mu.Unlock()
	if b.answer != nil && b.answer(w, r, n) {
		return
	}
	for k, v := range b.header {
		w.Header()[k] = v
	}
	if n <= b.times {
		w = &breaking{w, b, b.after}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.content))
}

// breaking resets its connection.
type breaking struct {
	http.ResponseWriter
	b    *breaker
	left int
}

func (w *breaking) WriteHeader(code int) {
	if w.b.silent {
		w.Header().Del("Accept-Ranges")
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *breaking) Write(p []byte) (int, error) {
	n := min(len(p), w.left)
	if _, err := w.ResponseWriter.Write(p[:n]); err != nil {
		return 0, err
	}
	if w.left -= n; w.left > 0 {
		return n, nil
	}
	control := http.NewResponseController(w.ResponseWriter)
	_ = control.Flush()
	w.b.mu.Lock()
	for w.b.got < w.b.after {
		w.b.more.Wait()
	}
	w.b.mu.Unlock()
	if conn, _, err := control.Hijack(); err == nil {
		_ = conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
	return n, errors.New("reset")
}

const mebibyte = 1 << 20

// TestGoOn: a transfer that a reset broke goes on where it was, if the server lets us be sure that it is the same body.
func TestGoOn(t *testing.T) {
	tag, weak := http.Header{"Etag": {`"v1"`}}, http.Header{"Etag": {`W/"v1"`}}
	modified := http.Header{"Last-Modified": {"Mon, 02 Jan 2023 03:04:05 GMT"}}
	const whole, half = 4 * mebibyte, 2 * mebibyte
	rest := fmt.Sprintf("bytes=%d-%d", half, whole-1)
	for name, c := range map[string]struct {
		b    *breaker
		part *manifest.ByteRange
		want []string
	}{
		"ETag":          {b: &breaker{after: half, times: 1, header: tag}, want: []string{"", rest + ` "v1"`}},
		"Last-Modified": {b: &breaker{after: half, times: 1, header: modified}, want: []string{"", rest + " Mon, 02 Jan 2023 03:04:05 GMT"}},
		"ranges only":   {b: &breaker{after: half, times: 1}, want: []string{"", rest}}, // ServeContent promises them
		"weak ETag":     {b: &breaker{after: half, times: 1, header: weak}, want: []string{"", rest}},
		"nothing":       {b: &breaker{after: half, times: 1, silent: true}, want: []string{"", ""}},
		"too little":    {b: &breaker{after: mebibyte - 1, times: 1, header: tag}, want: []string{"", ""}},
		"range of a file": {
			b: &breaker{after: half, times: 1, header: tag}, part: &manifest.ByteRange{Offset: 100, Length: 3 * mebibyte},
			want: []string{fmt.Sprintf("bytes=100-%d", 99+3*mebibyte), fmt.Sprintf("bytes=%d-%d \"v1\"", 100+half, 99+3*mebibyte)},
		},
		"changed": {b: &breaker{after: half, times: 1, header: tag, change: func(b *breaker, n int) {
			if n == 2 {
				b.content, b.header = bytes.Repeat([]byte("new"), mebibyte), http.Header{"Etag": {`"v2"`}}
			}
		}}, want: []string{"", rest + ` "v1"`}},
		"shorter now": {b: &breaker{after: half, times: 1, change: func(b *breaker, n int) {
			if n == 2 {
				b.content = b.content[:mebibyte]
			}
		}}, want: []string{"", rest, ""}},
		"other bytes": {b: &breaker{after: half, times: 1, header: tag, answer: func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n != 2 {
				return false
			}
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", half-1, whole-2, whole))
			w.WriteHeader(http.StatusPartialContent)
			return true
		}}, want: []string{"", rest + ` "v1"`, ""}},
		"other total": {b: &breaker{after: half, times: 1, header: tag, answer: func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n != 2 {
				return false
			}
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", half, whole-1, whole+1))
			w.WriteHeader(http.StatusPartialContent)
			return true
		}}, want: []string{"", rest + ` "v1"`, ""}},
		"trouble in between": {b: &breaker{after: half, times: 1, header: tag, answer: func(w http.ResponseWriter, _ *http.Request, n int) bool {
			if n == 2 {
				w.WriteHeader(http.StatusBadGateway)
			}
			return n == 2
		}}, want: []string{"", rest + ` "v1"`, rest + ` "v1"`}},
	} {
		t.Run(name, func(t *testing.T) {
			got := breaks(t, c.b, whole, c.part)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// A server that breaks each transfer gets more tries than the policy has, as long as each brings something.
func TestGoOnAndOn(t *testing.T) {
	b := &breaker{after: mebibyte, times: 100, header: http.Header{"Etag": {`"v1"`}}}
	if got := breaks(t, b, 20*mebibyte, nil); len(got) != 20 {
		t.Errorf("%d requests", len(got))
	}
}

// breaks fetches size bytes, or a part of them, compares them, and returns the ranges that were asked for.
func breaks(t *testing.T, b *breaker, size int, part *manifest.ByteRange) []string {
	t.Helper()
	b.more = sync.NewCond(&b.mu)
	b.content = make([]byte, size)
	r := rand.NewChaCha8([32]byte{})
	_, _ = r.Read(b.content)
	srv := httptest.NewServer(b)
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	p := NewPool(client, Options{OnBytes: b.count, Retry: RetryPolicy{Base: time.Millisecond, Cap: time.Millisecond}})
	got, err := one(t, p, Request{URL: srv.URL, Range: part})
	if err != nil {
		t.Fatal(err)
	}
	want := b.content
	if part != nil {
		want = want[part.Offset : part.Offset+part.Length]
	}
	if got != string(want) {
		t.Errorf("%d bytes came, of which some are wrong; want %d", len(got), len(want))
	}
	return b.ranges
}
