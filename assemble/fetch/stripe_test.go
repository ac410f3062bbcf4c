//nolint:bodyclose // the pool closes what these servers answer
package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"seine/assemble/manifest"
)

// met is what a request meets: an answer or an error, or neither.
type met struct {
	resp *http.Response
	err  error
}

// quarry serves large files in pieces; each has bytes of its own.
type quarry struct {
	size   int
	header http.Header
	after  int64 // bytes of a broken body
	// fault, if it returns an answer or an error, stands in for the nth request, from 1.
	fault func(q *quarry, r *http.Request, n int) met

	mu       sync.Mutex
	asked    []string // ranges, sorted by nobody
	begins   []string // paths
	contents map[string][]byte
}

// content is made once for each path.
func (q *quarry) content(path string) []byte {
	q.mu.Lock()
	defer q.mu.Unlock()
	if b := q.contents[path]; b != nil {
		return b
	}
	if q.contents == nil {
		q.contents = map[string][]byte{}
	}
	b := make([]byte, q.size)
	q.contents[path] = b
	for i := 0; i < len(b); i += 1 << 10 {
		copy(b[i:], fmt.Sprint(path, " ", i))
	}
	return b
}

func (q *quarry) Do(r *http.Request) (*http.Response, error) {
	q.mu.Lock()
	q.asked = append(q.asked, r.Header.Get("Range"))
	q.begins = append(q.begins, r.URL.Path)
	n := len(q.asked)
	q.mu.Unlock()
	if q.fault != nil {
		if m := q.fault(q, r, n); m.resp != nil || m.err != nil {
			return m.resp, m.err
		}
	}
	return q.serve(r), nil
}

// serve answers as a good server does.
func (q *quarry) serve(r *http.Request) *http.Response { return q.begin(r, int64(q.size)) }

// begin breaks behind n bytes of the body.
func (q *quarry) begin(r *http.Request, n int64) *http.Response {
	rec := httptest.NewRecorder()
	for k, v := range q.header {
		rec.Header()[k] = v
	}
	http.ServeContent(rec, r, "", time.Time{}, bytes.NewReader(q.content(r.URL.Path)))
	resp := rec.Result()
	resp.Request = r
	resp.Body = io.NopCloser(io.LimitReader(resp.Body, n))
	return resp
}

// first is true for the opening request, which asks for the beginning.
func first(r *http.Request) bool {
	return r.Header.Get("Range") == "" || strings.HasPrefix(r.Header.Get("Range"), "bytes=0-")
}

// strikes has the first request behind the opening one meet something.
func strikes(what func(q *quarry, r *http.Request) met) func(*quarry, *http.Request, int) met {
	var mu sync.Mutex
	done := false
	return func(q *quarry, r *http.Request, _ int) met {
		mu.Lock()
		defer mu.Unlock()
		if done || first(r) {
			return met{}
		}
		done = true
		return what(q, r)
	}
}

// opens has the opening request meet something.
func opens(what func(q *quarry, r *http.Request) met) func(*quarry, *http.Request, int) met {
	return func(q *quarry, r *http.Request, n int) met {
		if n > 1 {
			return met{}
		}
		return what(q, r)
	}
}

// broken sends the beginning alone.
func broken(q *quarry, r *http.Request) met { return met{resp: q.begin(r, q.after)} }

// edited changes the head of an answer; header comes in pairs.
func edited(code int, header ...string) func(q *quarry, r *http.Request) met {
	return func(q *quarry, r *http.Request) met {
		resp := q.serve(r)
		resp.StatusCode = code
		for i := 0; i+1 < len(header); i += 2 {
			resp.Header.Set(header[i], header[i+1])
		}
		return met{resp: resp}
	}
}

func whole(q *quarry, r *http.Request) met {
	r = r.Clone(r.Context())
	r.Header.Del("Range")
	return met{resp: q.serve(r)}
}

// shorter answers with less than was asked for.
func shorter(q *quarry, r *http.Request) met {
	var from, to int
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to); err != nil {
		return met{err: err}
	}
	r = r.Clone(r.Context())
	r.Header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, to-1000))
	return met{resp: q.serve(r)}
}

// TestStripes: whatever happens to a stripe, the body is what it should be, or there is an error that says why.
func TestStripes(t *testing.T) {
	const size = 13 * mebibyte // three stripes: 4, 4.5 and 4.5 MiB
	tag := http.Header{"Etag": {`"v1"`}}
	for name, c := range map[string]struct {
		fault    func(*quarry, *http.Request, int) met
		header   http.Header
		after    int64
		part     *manifest.ByteRange
		requests int
		wholes   int // of them without a range
		err      error
	}{
		"no trouble":                {requests: 3, header: tag},
		"no validator":              {requests: 3},
		"a range of the file":       {requests: 3, part: &manifest.ByteRange{Offset: 777, Length: 12 * mebibyte}},
		"a small range":             {requests: 1, part: &manifest.ByteRange{Offset: 777, Length: 4 * mebibyte}},
		"one breaks early":          {requests: 4, header: tag, after: 1000, fault: strikes(broken)},
		"one breaks late":           {requests: 4, after: 3 * mebibyte, fault: strikes(broken)},
		"the first one breaks":      {requests: 4, after: 2 * mebibyte, fault: opens(broken)},
		"the first never came":      {requests: 4, fault: opens(func(*quarry, *http.Request) met { return met{err: io.ErrUnexpectedEOF} })},
		"the first is refused once": {requests: 4, fault: opens(edited(503))},
		"one is refused":            {requests: 4, fault: strikes(edited(503))},
		"one is refused for good": {requests: -1, err: &StatusError{Code: 404}, fault: func(q *quarry, r *http.Request, _ int) met {
			if first(r) {
				return met{}
			}
			return edited(404)(q, r)
		}},
		"404 for all": {requests: 2, wholes: 1, err: &StatusError{Code: 404}, fault: func(q *quarry, r *http.Request, _ int) met {
			return edited(404)(q, r)
		}},
		"ranges forbidden":        {requests: 2, wholes: 1, fault: opens(edited(403))},
		"the whole at once":       {requests: 1, fault: opens(whole)},
		"the whole in the middle": {requests: -1, wholes: 1, header: tag, fault: strikes(whole)},
		"another version":         {requests: -1, wholes: 1, header: tag, fault: strikes(edited(206, "ETag", `"v2"`))},
		"another date":            {requests: -1, wholes: 1, header: http.Header{"Last-Modified": {"Mon, 02 Jan 2023 03:04:05 GMT"}}, fault: strikes(edited(206, "Last-Modified", "Mon, 02 Jan 2023 03:04:06 GMT"))},
		"another length":          {requests: -1, wholes: 1, fault: strikes(edited(206, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", 4*mebibyte, 8*mebibyte+mebibyte/2-1, size+1)))},
		"other bytes":             {requests: -1, wholes: 1, fault: strikes(edited(206, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", 0, 4*mebibyte-1, size)))},
		"less than asked":         {requests: -1, wholes: 1, fault: strikes(shorter)},
		"less at first":           {requests: 2, wholes: 1, fault: opens(shorter)},
		"nothing is told":         {requests: 2, wholes: 1, fault: opens(edited(206, "Content-Range", "?"))},
		"no length is told":       {requests: 2, wholes: 1, fault: opens(edited(206, "Content-Range", fmt.Sprintf("bytes 0-%d/*", stripeBytes-1)))},
		"a giant is promised":     {requests: 2, wholes: 1, fault: opens(edited(206, "Content-Range", fmt.Sprintf("bytes 0-%d/%d", stripeBytes-1, 500*mebibyte)))},
		"shorter now":             {requests: -1, wholes: 1, fault: strikes(edited(416))},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := &quarry{size: size, header: c.header, after: c.after, fault: c.fault}
				p := NewPool(q, Options{})
				got, err := striped(t, p, c.part)
				if !errors.Is(err, c.err) && !sameStatus(err, c.err) {
					t.Fatalf("%v, want %v; %q", err, c.err, q.asked)
				}
				want := q.content("/0")
				if c.part != nil {
					want = want[c.part.Offset : c.part.Offset+c.part.Length]
				}
				if err == nil && !bytes.Equal(got, want) {
					t.Errorf("%d wrong bytes, want %d", len(got), len(want))
				}
				wholes := len(q.asked) - len(slices.DeleteFunc(slices.Clone(q.asked), func(s string) bool { return s == "" }))
				if c.requests >= 0 && len(q.asked) != c.requests || wholes != c.wholes {
					t.Errorf("%d requests, want %d: %q", len(q.asked), c.requests, q.asked)
				}
				if p.bufs.used != 0 || p.hosts.of("http://h").used != 0 {
					t.Errorf("%d bytes and %d slots in use", p.bufs.used, p.hosts.of("http://h").used)
				}
			})
		})
	}
}

func sameStatus(err, want error) bool {
	var a, b *StatusError
	return errors.As(err, &a) && errors.As(want, &b) && a.Code == b.Code
}

// striped fetches the only part of a film.
func striped(t *testing.T, p *Pool, part *manifest.ByteRange) (got []byte, err error) {
	t.Helper()
	err = p.Ordered(t.Context(), Work{
		Count: 1, Typical: 40 * mebibyte, URLs: func(int) []string { return []string{"http://h/0"} },
		Fetch: func(ctx context.Context, _ int, l *Lane) (*Body, error) {
			return l.Get(ctx, Request{Name: "part", URL: "http://h/0", Range: part})
		},
		Deliver: func(_ int, b *Body, err error) error {
			if err == nil {
				got = bytes.Clone(b.Data)
			}
			return err
		},
	})
	return got, err
}

// A film of large parts uses all connections, within its memory and in order; one of small parts is asked for once each.
func TestStripedFilm(t *testing.T) {
	for name, c := range map[string]struct{ size, parts, most, requests int }{
		"large": {18 * mebibyte, 6, 8, 30},
		"small": {3 * mebibyte, 40, 8, 40},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const window = 40 * mebibyte
				var p *Pool
				crowd := newCrowd()
				q := &quarry{size: c.size, fault: func(_ *quarry, r *http.Request, _ int) met {
					crowd.add("h", 1)
					defer crowd.add("h", -1)
					p.bufs.mu.Lock()
					if n := p.bufs.used; n > window+int64(c.size) {
						t.Errorf("%d bytes in use", n)
					}
					p.bufs.mu.Unlock()
					return met{err: sleep(r.Context(), time.Second)}
				}}
				p = NewPool(q, Options{PerHost: c.most, Window: window})
				next := 0
				film := work(c.parts, func(int) string { return "h" }, func(i int, b *Body, err error) error {
					if i != next {
						t.Errorf("part %d in place of %d", i, next)
					}
					if next++; err == nil && !bytes.Equal(b.Data, q.content(fmt.Sprint("/", i))) {
						t.Errorf("part %d is wrong", i)
					}
					return err
				})
				film.Typical = int64(c.size)
				err := p.Ordered(t.Context(), film)
				if err != nil || next != c.parts || len(q.asked) != c.requests || crowd.most["h"] > c.most || crowd.most["h"] < c.most-2 {
					t.Errorf("%v, %d parts, %d requests, %d at once", err, next, len(q.asked), crowd.most["h"])
				}
			})
		})
	}
}

// A server that answers a range with the whole is not asked for one again.
func TestNoRangesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &quarry{size: 9 * mebibyte, fault: func(q *quarry, r *http.Request, _ int) met { return whole(q, r) }}
		p := NewPool(q, Options{PerHost: 2, Window: 72 * mebibyte})
		film := work(5, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err })
		film.Typical = 40 * mebibyte
		err := p.Ordered(t.Context(), film)
		if err != nil || len(q.asked) != 5 || q.asked[0] == "" || strings.Join(q.asked[2:], "") != "" {
			t.Errorf("%v, %q", err, q.asked)
		}
	})
}

// The check sees the whole body; what fails it is asked for in one piece.
func TestStripesChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &quarry{size: 9 * mebibyte}
		bad, checks := errors.New("bad"), 0
		w := work(1, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err })
		w.Fetch = func(ctx context.Context, _ int, l *Lane) (*Body, error) {
			return l.Get(ctx, Request{URL: "http://h/0", Check: func(b *Body) error {
				if !bytes.Equal(b.Data, q.content("/0")) {
					t.Error("not the whole body")
				}
				if checks++; checks == 1 {
					return bad
				}
				return nil
			}})
		}
		if err := NewPool(q, Options{}).Ordered(t.Context(), w); err != nil || checks != 2 || q.asked[len(q.asked)-1] != "" {
			t.Errorf("%v, %d checks, %q", err, checks, q.asked)
		}
	})
}

// A part that is given up in the middle of its stripes leaves nothing behind.
func TestStripesStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &quarry{size: 30 * mebibyte, fault: func(_ *quarry, r *http.Request, n int) met {
			if n > 1 {
				return met{err: sleep(r.Context(), time.Hour)}
			}
			return met{}
		}}
		p := NewPool(q, Options{})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := p.Ordered(ctx, work(3, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err }))
		if !errors.Is(err, context.DeadlineExceeded) || p.hosts.of("http://h").used != 0 {
			t.Errorf("%v, %d slots in use", err, p.hosts.of("http://h").used)
		}
	})
}
