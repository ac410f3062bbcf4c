package fetch

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// line is a server that sends each body at a speed of its own, and refuses what is more than most at once.
type line struct {
	crowd *crowd
	size  int
	speed int // bytes per second
	most  int

	refused atomic.Int64
}

func (s *line) Do(r *http.Request) (*http.Response, error) {
	s.crowd.add(r.URL.Host, 1)
	if s.crowd.count(r.URL.Host) > s.most {
		s.crowd.add(r.URL.Host, -1)
		s.refused.Add(1)
		return answer(r, 429, ""), nil
	}
	time.Sleep(20 * time.Millisecond)
	resp := answer(r, 200, "")
	resp.ContentLength = int64(s.size)
	left := s.size
	resp.Body = struct {
		io.Reader
		io.Closer
	}{bodyFunc(func(b []byte) (int, error) {
		if left == 0 {
			return 0, io.EOF
		}
		n := min(len(b), left, 32<<10)
		left -= n
		return n, sleep(r.Context(), time.Duration(n)*time.Second/time.Duration(s.speed))
	}), closer(func() { s.crowd.add(r.URL.Host, -1) })}
	return resp, nil
}

// The pool as a whole: it uses what a host gives, and goes on where a host refuses, with few refusals.
func TestPoolFindsItsLevel(t *testing.T) {
	for name, c := range map[string]struct {
		options     Options
		most        int
		peak        int
		took        time.Duration // at most
		refusedMost int64
	}{
		"all that is asked":    {Options{}, 1000, 16, 22 * time.Second, 0},
		"eight at once":        {Options{}, 8, 16, 60 * time.Second, 20},
		"one at once":          {Options{}, 1, 16, 390 * time.Second, 60},
		"as the user has said": {Options{PerHost: 30}, 1000, 30, 12 * time.Second, 0},
		"one, said the user":   {Options{PerHost: 1}, 1000, 1, 330 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &line{crowd: newCrowd(), size: 1 << 20, speed: 1 << 20, most: c.most}
				begin := time.Now()
				err := NewPool(s, c.options).Ordered(t.Context(), work(300, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err }))
				if took := time.Since(begin); err != nil || took > c.took || s.crowd.most["h"] > c.peak || s.crowd.most["h"] < min(c.peak, c.most) || s.refused.Load() > c.refusedMost {
					t.Errorf("%v; %v, %d at once, %d refused", err, took, s.crowd.most["h"], s.refused.Load())
				}
			})
		})
	}
}

// What goes ahead waits for no slot, but for the rate that all share and for a host that asks for patience.
func TestAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ahead *Pool
		d := doer(func(r *http.Request) (*http.Response, error) { return answer(r, 200, strings.Repeat("x", 1000)), nil })
		p := NewPool(d, Options{PerHost: 1, Rate: 1000})
		ahead = p.Ahead(d)
		w := work(1, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err })
		w.Fetch = func(ctx context.Context, _ int, l *Lane) (*Body, error) {
			begin := time.Now()
			for range 10 {
				if _, err := one(t, ahead, Request{URL: "http://h/"}); err != nil {
					return nil, err
				}
			}
			if took := time.Since(begin); took < 9*time.Second {
				t.Errorf("10 kB took %v", took)
			}
			p.hosts.of("http://h").hold(time.Minute)
			begin = time.Now()
			_, err := one(t, ahead, Request{URL: "http://h/"})
			if took := time.Since(begin); took < time.Minute {
				t.Errorf("asked after %v", took)
			}
			return nil, err
		}
		if err := p.Ordered(t.Context(), w); err != nil || p.hosts.of("http://h").used != 0 {
			t.Errorf("%v, %d slots in use", err, p.hosts.of("http://h").used)
		}
	})
}
