//nolint:bodyclose // the pool closes what these servers answer
package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// slow answers after latency, and gives so many bytes a second on each connection.
func slow(latency time.Duration, speed int, what func(q *quarry, r *http.Request, n int) met) func(*quarry, *http.Request, int) met {
	return func(q *quarry, r *http.Request, n int) met {
		if err := sleep(r.Context(), latency); err != nil {
			return met{err: err}
		}
		var m met
		if what != nil {
			m = what(q, r, n)
		}
		if m.err != nil {
			return m
		}
		if m.resp == nil {
			m.resp = q.serve(r)
		}
		body := m.resp.Body
		m.resp.Body = struct {
			io.Reader
			io.Closer
		}{bodyFunc(func(p []byte) (int, error) {
			n, err := body.Read(p[:min(len(p), 32<<10)])
			if e := sleep(r.Context(), time.Second*time.Duration(n)/time.Duration(speed)); e != nil {
				return 0, e
			}
			return n, err
		}), body}
		return m
	}
}

// Slots that would have nothing to do help with the parts under way, in the beginning, when nobody knows how large parts are, and in the
// end: all of the line is used.
func TestShares(t *testing.T) {
	const latency, speed, most = 50 * time.Millisecond, 2_000_000, 8
	for name, c := range map[string]struct {
		size, parts int
		over        float64 // the time that it takes, as part of what the line allows
	}{
		"large parts":     {16 * mebibyte, 9, 1.1},
		"two large parts": {16 * mebibyte, 2, 1.2},
		"one large part":  {24 * mebibyte, 1, 1.3},
		"small parts":     {mebibyte, 50, 1.3}, // the latency of each is not the line's
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := &quarry{size: c.size, fault: slow(latency, speed, nil)}
				p := NewPool(q, Options{PerHost: most})
				began := time.Now()
				err := p.Ordered(t.Context(), work(c.parts, func(int) string { return "h" }, func(i int, b *Body, err error) error {
					if err == nil && !bytes.Equal(b.Data, q.content(fmt.Sprint("/", i))) {
						t.Errorf("part %d is wrong", i)
					}
					return err
				}))
				line := time.Second * time.Duration(c.size*c.parts) / (speed * most)
				if took := time.Since(began); err != nil || float64(took) > c.over*float64(line) {
					t.Errorf("%v, %v of at least %v, %d requests", err, took, line, len(q.asked))
				}
				if p.bufs.used != 0 || p.hosts.of("http://h").used != 0 {
					t.Errorf("%d bytes and %d slots in use", p.bufs.used, p.hosts.of("http://h").used)
				}
			})
		})
	}
}

// Whatever a share meets, and whatever befalls the transfer that gave it, the body is what it should be.
func TestSharesFail(t *testing.T) {
	every := func(n int, what func(q *quarry, r *http.Request) met) func(*quarry, *http.Request, int) met {
		return func(q *quarry, r *http.Request, i int) met {
			if i%n == 0 {
				return what(q, r)
			}
			return met{}
		}
	}
	for name, c := range map[string]struct {
		fault  func(*quarry, *http.Request, int) met
		after  int64
		header http.Header
		err    error
	}{
		"one breaks":            {fault: strikes(broken), after: mebibyte},
		"one breaks at once":    {fault: strikes(broken)},
		"the first one breaks":  {fault: opens(broken), after: 3 * mebibyte},
		"the giver breaks":      {fault: opens(broken), after: 9 * mebibyte, header: http.Header{"Etag": {`"v1"`}}},
		"each third breaks":     {fault: every(3, broken), after: 200 << 10},
		"each third is refused": {fault: every(3, edited(503))},
		"no ranges after all":   {fault: strikes(whole)},
		"another version":       {header: http.Header{"Etag": {`"v1"`}}, fault: strikes(edited(206, "ETag", `"v2"`))},
		"another length":        {fault: strikes(edited(206, "Content-Range", "bytes 4-5/6"))},
		"refused for good": {err: &StatusError{Code: 404}, fault: func(q *quarry, r *http.Request, n int) met {
			if first(r) {
				return met{}
			}
			return edited(404)(q, r)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const size = 16 * mebibyte
				q := &quarry{size: size, header: c.header, after: c.after}
				q.fault = slow(50*time.Millisecond, 2_000_000, c.fault)
				p := NewPool(q, Options{PerHost: 8})
				err := p.Ordered(t.Context(), work(3, func(int) string { return "h" }, func(i int, b *Body, err error) error {
					if err == nil && !bytes.Equal(b.Data, q.content(fmt.Sprint("/", i))) {
						t.Errorf("part %d is wrong", i)
					}
					return err
				}))
				shared := strings.Contains(strings.Join(q.asked, " "), "bytes=")
				if !errors.Is(err, c.err) && !sameStatus(err, c.err) || !shared {
					t.Errorf("%v, %q", err, q.asked)
				}
				if p.bufs.used != 0 || p.hosts.of("http://h").used != 0 {
					t.Errorf("%d bytes and %d slots in use", p.bufs.used, p.hosts.of("http://h").used)
				}
			})
		})
	}
}

// A host that is fast, or promises no ranges, is asked for each part once.
func TestNoShares(t *testing.T) {
	for name, fault := range map[string]func(*quarry, *http.Request, int) met{
		"fast": slow(time.Millisecond, 100_000_000, nil),
		"no ranges": slow(time.Millisecond, 2_000_000, func(q *quarry, r *http.Request, _ int) met {
			m := whole(q, r)
			m.resp.Header.Del("Accept-Ranges")
			return m
		}),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := &quarry{size: 6 * mebibyte, fault: fault}
				p := NewPool(q, Options{PerHost: 8})
				err := p.Ordered(t.Context(), work(3, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err }))
				if err != nil || len(q.asked) != 3 {
					t.Errorf("%v, %q", err, q.asked)
				}
			})
		})
	}
}

// A film that is given up while its parts are shared leaves nothing behind.
func TestSharesStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &quarry{size: 30 * mebibyte, fault: slow(50*time.Millisecond, 100_000, nil)}
		p := NewPool(q, Options{})
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := p.Ordered(ctx, work(3, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err }))
		if !errors.Is(err, context.DeadlineExceeded) || p.hosts.of("http://h").used != 0 || len(q.asked) < 6 {
			t.Errorf("%v, %d slots in use, %q", err, p.hosts.of("http://h").used, q.asked)
		}
	})
}
