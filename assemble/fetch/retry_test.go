package fetch

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"seine/assemble/manifest"
)

type lasting404 struct{ error }

func (lasting404) Permanent() bool { return true }
func (e lasting404) Unwrap() error { return e.error }

func TestTries(t *testing.T) {
	status := func(code int) doer {
		return func(r *http.Request) (*http.Response, error) { return answer(r, code, ""), nil }
	}
	fails := func(err error) doer { return func(*http.Request) (*http.Response, error) { return nil, err } }
	for name, c := range map[string]struct {
		doer doer
		kind Kind
		want int
	}{
		"401":         {status(401), Segment, 2},
		"403":         {status(403), Key, 2},
		"404":         {status(404), Playlist, 2},
		"410":         {status(410), Segment, 2},
		"418":         {status(418), Segment, 2},
		"408":         {status(408), Segment, 8},
		"500":         {status(500), Segment, 8},
		"502":         {status(502), Playlist, 6},
		"429":         {status(429), Segment, 16},
		"503":         {status(503), Key, 12},
		"reset":       {fails(io.ErrUnexpectedEOF), Segment, 8},
		"no such DNS": {fails(&net.DNSError{IsNotFound: true}), Segment, 2},
		"permanent":   {fails(lasting404{errors.New("refused")}), Segment, 1},
		"204":         {status(204), Segment, 2},
		"304":         {status(304), Segment, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				p := NewPool(doer(func(r *http.Request) (*http.Response, error) { n++; return c.doer(r) }), Options{})
				_, err := one(t, p, Request{Kind: c.kind, URL: "http://h/path?token=SECRET"})
				var fe *Error
				if !errors.As(err, &fe) || n != c.want || fe.Tries != n {
					t.Errorf("%d tries, want %d: %v", n, c.want, err)
				}
				if strings.Contains(err.Error(), "SECRET") {
					t.Errorf("the error holds the token: %v", err)
				}
			})
		})
	}
}

func TestBackoff(t *testing.T) {
	p := RetryPolicy{}.withDefaults()
	for n, limit := range map[int]time.Duration{
		1: 100 * time.Millisecond, 2: 300 * time.Millisecond, 5: 8100 * time.Millisecond, 6: 24300 * time.Millisecond, 7: 30 * time.Second, 1000: 30 * time.Second,
	} {
		low, high := time.Hour, time.Duration(0)
		for range 2000 {
			d := p.backoff(n)
			low, high = min(low, d), max(high, d)
		}
		if high > limit || high < limit*9/10 || low < limit/2 || low > limit*6/10 {
			t.Errorf("try %d waits from %v to %v, want half of %v to all", n, low, high, limit)
		}
	}
}

// All requests of the pool obey what one answer asks for, in either form, and other hosts do not wait.
func TestRetryAfter(t *testing.T) {
	for name, form := range map[string]func() string{
		"seconds": func() string { return "20" },
		"date":    func() string { return time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var until time.Time
				asked, early := 0, 0
				p := NewPool(doer(func(r *http.Request) (*http.Response, error) {
					mu.Lock()
					defer mu.Unlock()
					if r.URL.Host == "other" {
						return answer(r, 200, "x"), nil
					}
					asked++
					if asked == 3 {
						until = time.Now().Add(20 * time.Second)
						return answer(r, 429, "", "Retry-After", form()), nil
					}
					// One that was under way already is none.
					if now := time.Now(); now.Before(until) && now.After(until.Add(-20*time.Second)) {
						early++
					}
					return answer(r, 200, "x"), nil
				}), Options{PerHost: 2})
				begin := time.Now()
				err := p.Ordered(t.Context(), work(30, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err }))
				if err != nil || early != 0 || time.Since(begin) < 20*time.Second || asked != 31 {
					t.Errorf("%v, %d early requests, %v, %d requests", err, early, time.Since(begin), asked)
				}
				p.hosts.of("http://h").hold(time.Minute)
				begin = time.Now()
				if _, err := one(t, p, Request{URL: "http://other/"}); err != nil || time.Since(begin) != 0 {
					t.Errorf("another host waited %v: %v", time.Since(begin), err)
				}
			})
		})
	}
}

func TestRetryAfterHeader(t *testing.T) {
	now := time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		after, date string
		want        time.Duration
		ok          bool
	}{
		{"", "", 0, false},
		{"7", "", 7 * time.Second, true},
		{" 0 ", "", 0, true},
		{"-1", "", 0, false},
		{"soon", "", 0, false},
		{"99999999999999999999", "", 0, false},
		{"Wed, 01 May 2024 12:00:30 GMT", "", 30 * time.Second, true},
		{"Wed, 01 May 2024 12:00:30 GMT", "Wed, 01 May 2024 12:00:20 GMT", 10 * time.Second, true},
		{"Wed, 01 May 2024 11:00:00 GMT", "", 0, true},
	} {
		h := http.Header{"Retry-After": {c.after}, "Date": {c.date}}
		if d, ok := retryAfter(h, now); d != c.want || ok != c.ok {
			t.Errorf("%+v: %v %v", c, d, ok)
		}
	}
}

// One byte in ten seconds, or no headers at all: after thirty seconds another try begins.
func TestStall(t *testing.T) {
	for name, slow := range map[string]doer{
		"trickle": func(r *http.Request) (*http.Response, error) {
			resp := answer(r, 200, "")
			resp.ContentLength = 1000
			resp.Body = bodyFunc(func(p []byte) (int, error) {
				if err := sleep(r.Context(), 10*time.Second); err != nil {
					return 0, err
				}
				return copy(p, "x"), nil
			})
			return resp, nil
		},
		"the chunked body ends well when it is left": func(r *http.Request) (*http.Response, error) {
			resp := answer(r, 200, "")
			resp.ContentLength = -1
			resp.Body = bodyFunc(func(p []byte) (int, error) {
				<-r.Context().Done()
				return copy(p, "half"), io.EOF
			})
			return resp, nil
		},
		"no headers": func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				var why error
				p := NewPool(doer(func(r *http.Request) (*http.Response, error) {
					if n++; n == 1 {
						return slow(r)
					}
					return answer(r, 200, "done"), nil
				}), Options{OnRetry: func(r Retry) { why = r.Err }})
				begin := time.Now()
				s, err := one(t, p, Request{URL: "http://h/"})
				if s != "done" || err != nil || !errors.Is(why, ErrStall) || time.Since(begin) < 30*time.Second || time.Since(begin) > 32*time.Second {
					t.Errorf("%q %v, because of %v, after %v", s, err, why, time.Since(begin))
				}
			})
		})
	}
}

// A slow transfer that lives is left alone.
func TestSlowIsNoStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		left := 200
		p := NewPool(doer(func(r *http.Request) (*http.Response, error) {
			resp := answer(r, 200, "")
			resp.ContentLength = int64(left) * 1100
			resp.Body = bodyFunc(func(p []byte) (int, error) {
				if left--; left < 0 {
					return 0, io.EOF
				}
				return min(len(p), 1100), sleep(r.Context(), time.Second)
			})
			return resp, nil
		}), Options{})
		if s, err := one(t, p, Request{URL: "http://h/"}); err != nil || len(s) != 220000 {
			t.Errorf("%d bytes, %v", len(s), err)
		}
	})
}

// reply is an answer to be made; length, if not 0, is what it claims. A negative one stands for a body without end.
type reply struct {
	status int
	body   string
	header []string
	length int64
}

func (c reply) to(r *http.Request) *http.Response {
	resp := answer(r, c.status, c.body, c.header...)
	if c.length != 0 {
		resp.ContentLength = c.length
	}
	if c.length < 0 {
		resp.Body = bodyFunc(func(p []byte) (int, error) { return len(p), nil })
	}
	return resp
}

func TestBodies(t *testing.T) {
	ten := &manifest.ByteRange{Offset: 2, Length: 4}
	for name, c := range map[string]struct {
		req    Request
		answer reply
		want   string
		err    error
		tries  int
	}{
		"whole":             {Request{}, reply{status: 200, body: "abc"}, "abc", nil, 1},
		"range":             {Request{Range: ten}, reply{status: 206, body: "cdef", header: []string{"Content-Range", "bytes 2-5/10"}}, "cdef", nil, 1},
		"range ignored":     {Request{Range: ten}, reply{status: 200, body: "abcdefghij"}, "cdef", nil, 1},
		"ignored and short": {Request{Range: ten}, reply{status: 200, body: "abcd"}, "", ErrTruncated, 8},
		"other range":       {Request{Range: ten}, reply{status: 206, body: "abcd", header: []string{"Content-Range", "bytes 0-3/10"}}, "", ErrRange, 1},
		"less":              {Request{Range: ten}, reply{status: 206, body: "cd", header: []string{"Content-Range", "bytes 2-3/4"}}, "", ErrTruncated, 8},
		"more than said":    {Request{Range: ten}, reply{status: 206, body: "cdefgh", header: []string{"Content-Range", "bytes 2-5/10"}}, "", ErrRange, 1},
		"no Content-Range":  {Request{Range: ten}, reply{status: 206, body: "cdef"}, "", ErrRange, 1},
		"far range ignored": {Request{Range: &manifest.ByteRange{Offset: 1 << 30, Length: 1}}, reply{status: 200, body: "x"}, "", ErrRange, 1},
		"part unasked":      {Request{}, reply{status: 206, body: "cdef", header: []string{"Content-Range", "bytes 2-5/10"}}, "", ErrRange, 1},
		"compressed":        {Request{}, reply{status: 200, body: "x", header: []string{"Content-Encoding", "gzip"}}, "", ErrEncoding, 1},
		"giant":             {Request{}, reply{status: 200, length: 1 << 40}, "", ErrTooLarge, 1},
		"endless key":       {Request{Kind: Key}, reply{status: 200, length: -1}, "", ErrTooLarge, 1},
		"short":             {Request{}, reply{status: 200, body: "abc", length: 10}, "", ErrTruncated, 8},
		"patience":          {Request{}, reply{status: 503, body: "", header: []string{"Retry-After", "3600"}}, "", ErrPatience, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				p := NewPool(doer(func(r *http.Request) (*http.Response, error) { n++; return c.answer.to(r), nil }), Options{})
				c.req.URL = "http://h/"
				s, err := one(t, p, c.req)
				if s != c.want || !errors.Is(err, c.err) || n != c.tries {
					t.Errorf("%q, %v, %d tries; want %q, %v, %d", s, err, n, c.want, c.err, c.tries)
				}
			})
		})
	}
}

func TestCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		p := NewPool(doer(func(r *http.Request) (*http.Response, error) { n++; return answer(r, 200, "xabc"), nil }), Options{})
		bad := errors.New("no media")
		check := func(b *Body) error {
			if n < 3 {
				return bad
			}
			b.Data = b.Data[1:]
			return nil
		}
		if s, err := one(t, p, Request{URL: "http://h/", Check: check}); s != "abc" || err != nil || n != 3 {
			t.Errorf("%q %v after %d", s, err, n)
		}
		n = 0
		if _, err := one(t, p, Request{URL: "http://h/", Check: func(*Body) error { return bad }}); !errors.Is(err, bad) || n != contentTries {
			t.Errorf("%v after %d", err, n)
		}
		n = 0
		if _, err := one(t, p, Request{URL: "http://h/", Check: func(*Body) error { return lasting404{bad} }}); !errors.Is(err, bad) || n != 1 {
			t.Errorf("%v after %d", err, n)
		}
	})
}

func TestCancelWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(doer(func(r *http.Request) (*http.Response, error) { return answer(r, 503, "", "Retry-After", "60"), nil }), Options{})
		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(5*time.Second, func() { cancel(cause) })
		begin := time.Now()
		_, err := p.Get(ctx, Request{URL: "http://h/"})
		if !errors.Is(err, context.Canceled) && !errors.Is(err, cause) || time.Since(begin) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

// Whoever answers again after half a minute has lost nothing.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		p := NewPool(doer(func(r *http.Request) (*http.Response, error) {
			if time.Since(begin) < 30*time.Second {
				return nil, io.ErrUnexpectedEOF
			}
			return answer(r, 200, "x"), nil
		}), Options{})
		if _, err := one(t, p, Request{URL: "http://h/"}); err != nil {
			t.Error(err)
		}
	})
}

// Trouble now and then costs a request each, and holds nobody up.
func TestFaultsNowAndThen(t *testing.T) {
	const count, every = 200, 50
	for name, fault := range map[string]doer{
		"503":   func(r *http.Request) (*http.Response, error) { return answer(r, 503, ""), nil },
		"500":   func(r *http.Request) (*http.Response, error) { return answer(r, 500, ""), nil },
		"reset": func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
		"breaks": func(r *http.Request) (*http.Response, error) {
			return reply{status: 200, body: "x", length: 9}.to(r), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				requests, met := 0, map[string]bool{}
				p := NewPool(doer(func(r *http.Request) (*http.Response, error) {
					mu.Lock()
					requests++
					bad := requests%every == 0 && !met[r.URL.Path]
					met[r.URL.Path] = true
					mu.Unlock()
					if bad {
						return fault(r)
					}
					return answer(r, 200, "x"), sleep(r.Context(), 10*time.Millisecond)
				}), Options{})
				h := p.hosts.of("http://h")
				err := p.Ordered(t.Context(), work(count, func(int) string { return "h" }, func(_ int, _ *Body, err error) error {
					if at, limit := stateOf(h); !at.IsZero() || limit < firstLevel {
						t.Errorf("held until %v, level %d", at, limit)
					}
					return err
				}))
				if faults := requests / every; err != nil || requests-count > faults {
					t.Errorf("%v, %d requests for %d parts and %d faults", err, requests, count, faults)
				}
			})
		})
	}
}

// Several refusals are no chance: all wait.
func TestManyRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		n := 0
		p := NewPool(doer(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			if n++; n <= strained {
				return answer(r, 503, ""), nil
			}
			return answer(r, 200, "x"), nil
		}), Options{})
		h := p.hosts.of("http://h")
		err := p.Ordered(t.Context(), work(20, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err }))
		if at, _ := stateOf(h); err != nil || at.IsZero() || h.level.backed.IsZero() {
			t.Errorf("%v; held until %v, lowered %v", err, at, h.level.backed)
		}
	})
}

func stateOf(h *host) (notBefore time.Time, limit int) {
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	return h.notBefore, h.level.limit
}
