//nolint:bodyclose // the pool closes what these servers answer
package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var errDead = errors.New("connection refused")

// dies has a server answer no more from some time on: what is under way ends, in its own way.
func dies(at time.Time, q *quarry, end func(ctx context.Context) error, then func(*quarry, *http.Request) met) site {
	dead := func() bool { return !time.Now().Before(at) }
	return func(r *http.Request, _ int) (*http.Response, error) {
		if dead() {
			m := then(q, r)
			return m.resp, m.err
		}
		resp, err := q.Do(r)
		if err != nil {
			return nil, err
		}
		body := resp.Body
		resp.Body = struct {
			io.Reader
			io.Closer
		}{bodyFunc(func(p []byte) (int, error) {
			if dead() {
				return 0, end(r.Context())
			}
			return body.Read(p)
		}), body}
		return resp, nil
	}
}

// One of two servers dies while it gives parts in stripes: the other one gives these parts, and they are what they should be.
func TestSharesOfTheDead(t *testing.T) {
	breaks := func(context.Context) error { return io.ErrUnexpectedEOF }
	hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	silent := func(_ *quarry, r *http.Request) met { return met{err: hangs(r.Context())} }
	refuses := func(*quarry, *http.Request) met { return met{err: errDead} }
	for name, c := range map[string]struct {
		end  func(context.Context) error
		then func(*quarry, *http.Request) met
		etag [2]string
		size int
	}{
		"refuses":             {end: breaks, then: refuses, size: 16 * mebibyte},
		"has lost all":        {end: breaks, then: edited(404), size: 16 * mebibyte},
		"is busy":             {end: breaks, then: edited(503), size: 16 * mebibyte},
		"forbids":             {end: breaks, then: edited(403), size: 16 * mebibyte},
		"hangs":               {end: hangs, then: silent, size: 16 * mebibyte},
		"larger parts":        {end: breaks, then: refuses, size: 40 * mebibyte},
		"parts have versions": {end: breaks, then: refuses, size: 16 * mebibyte, etag: [2]string{`"a"`, `"b"`}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, living := newTown(), atomic.Int64{}
				server := func(tag string) *quarry {
					q := &quarry{size: c.size, fault: slow(50*time.Millisecond, 2_000_000, nil)}
					if tag != "" {
						q.header = http.Header{"Etag": {tag}}
					}
					return q
				}
				a, b := server(c.etag[0]), server(c.etag[1])
				m.serve["a"] = dies(time.Now().Add(1500*time.Millisecond), a, c.end, c.then)
				m.serve["b"] = func(r *http.Request, _ int) (*http.Response, error) {
					living.Add(1)
					return b.Do(r)
				}
				p := NewPool(m, Options{PerHost: 6})
				got := 0
				err := p.Ordered(t.Context(), mirrored(5, func(i int, body *Body, err error) error {
					if err == nil && !bytes.Equal(body.Data, b.content(fmt.Sprint("/", i))) {
						t.Errorf("part %d is wrong", i)
					}
					got++
					return err
				}))
				if err != nil || got != 5 || living.Load() == 0 {
					t.Errorf("%v after %d parts, asked %v", err, got, m.asked)
				}
				if shared := divides(a.asked); shared < 3 {
					t.Errorf("the dead one was asked for %d stripes: %q", shared, a.asked)
				}
				if p.bufs.used != 0 || p.hosts.of("http://a").used != 0 || p.hosts.of("http://b").used != 0 {
					t.Errorf("%d bytes, %d and %d slots in use", p.bufs.used, p.hosts.of("http://a").used, p.hosts.of("http://b").used)
				}
			})
		})
	}
}

// divides counts the requests for ranges.
func divides(asked []string) (n int) {
	for _, r := range asked {
		if r != "" {
			n++
		}
	}
	return n
}
