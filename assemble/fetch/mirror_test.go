package fetch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// site answers the nth request to it, from 1.
type site func(r *http.Request, n int) (*http.Response, error)

// town is a set of servers by name, and what they were asked.
type town struct {
	mu    sync.Mutex
	asked map[string]int
	serve map[string]site
}

func newTown() *town {
	return &town{asked: map[string]int{}, serve: map[string]site{}}
}

func (c *town) Do(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.asked[r.URL.Host]++
	n := c.asked[r.URL.Host]
	c.mu.Unlock()
	return c.serve[r.URL.Host](r, n)
}

func gives(body string) site {
	return func(r *http.Request, _ int) (*http.Response, error) { return answer(r, 200, body), nil }
}

func says(status int, header ...string) site {
	return func(r *http.Request, _ int) (*http.Response, error) { return answer(r, status, "", header...), nil }
}

// What one address cannot give, another one can; and when none can, the first that refused is named.
func TestMirrors(t *testing.T) {
	fails := func(err error) site {
		return func(*http.Request, int) (*http.Response, error) { return nil, err }
	}
	for name, c := range map[string]struct {
		a, b  site
		want  string
		asked [2]int
		took  time.Duration // at most
		says  string
	}{
		"the first":      {gives("x"), gives("x"), "x", [2]int{1, 0}, 0, ""},
		"refused":        {says(403), gives("x"), "x", [2]int{1, 1}, 0, ""},
		"reset":          {fails(io.ErrUnexpectedEOF), gives("x"), "x", [2]int{1, 1}, 0, ""},
		"asks to wait":   {says(429, "Retry-After", "60"), gives("x"), "x", [2]int{1, 1}, 0, ""},
		"no patience":    {says(503, "Retry-After", "3600"), gives("x"), "x", [2]int{1, 1}, 0, ""},
		"private":        {fails(lasting404{errors.New("private")}), gives("x"), "x", [2]int{1, 1}, 0, ""},
		"not what it is": {gives("page"), gives("x"), "x", [2]int{1, 1}, 0, ""},
		"both refuse":    {says(403), says(404), "", [2]int{1, 1}, 0, "http://a/ HTTP 403"},
		"one refuses":    {says(500), says(404), "", [2]int{4, 1}, time.Minute, "http://b/ HTTP 404"},
		"both troubled":  {says(500), says(502), "", [2]int{4, 4}, time.Minute, ""},
		"both ask to wait": {says(429, "Retry-After", "20"), func(r *http.Request, n int) (*http.Response, error) {
			if n == 1 {
				return answer(r, 429, "", "Retry-After", "10"), nil
			}
			return answer(r, 200, "x"), nil
		}, "x", [2]int{1, 2}, 10 * time.Second, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newTown()
				m.serve["a"], m.serve["b"] = c.a, c.b
				check := func(b *Body) error {
					if string(b.Data) == "page" {
						return errors.New("a page")
					}
					return nil
				}
				begin := time.Now()
				got, err := one(t, NewPool(m, Options{}), Request{URL: "http://a/", Mirrors: []string{"http://b/", "http://a/"}, Check: check})
				if got != c.want || m.asked["a"] != c.asked[0] || m.asked["b"] != c.asked[1] || time.Since(begin) > c.took {
					t.Errorf("%q, %v, asked %v, took %v", got, err, m.asked, time.Since(begin))
				}
				var fe *Error
				if (err != nil) != (c.want == "") || err != nil && (!errors.As(err, &fe) || fe.Tries != c.asked[0]+c.asked[1]) {
					t.Errorf("%v", err)
				}
				if c.says != "" && !strings.Contains(fe.URL+" "+fe.Err.Error(), c.says) {
					t.Errorf("%v, want %q", err, c.says)
				}
			})
		})
	}
}

// What is wrong with the bytes themselves is the same everywhere.
func TestMirrorsOfTheWrong(t *testing.T) {
	m := newTown()
	m.serve["a"], m.serve["b"] = gives("x"), gives("x")
	bad := lasting404{errors.New("protected")}
	_, err := one(t, NewPool(m, Options{}), Request{URL: "http://a/", Mirrors: []string{"http://b/"}, Check: func(*Body) error { return bad }})
	if !errors.Is(err, bad) || m.asked["a"]+m.asked["b"] != 1 {
		t.Errorf("%v, asked %v", err, m.asked)
	}
}

// mirrored has parts that two hosts have.
func mirrored(count int, deliver func(i int, b *Body, err error) error) Work {
	urls := func(i int) []string { return []string{fmt.Sprintf("http://a/%d", i), fmt.Sprintf("http://b/%d", i)} }
	return Work{Count: count, URLs: urls, Deliver: deliver, Fetch: func(ctx context.Context, i int, l *Lane) (*Body, error) {
		return l.Get(ctx, Request{Name: fmt.Sprint("part ", i), URL: urls(i)[0], Mirrors: urls(i)[1:]})
	}}
}

// Two mirrors are used side by side, each within its limit, and the faster one more.
func TestMirrorsSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, c := newTown(), newCrowd()
		slow := func(d time.Duration) site {
			return func(r *http.Request, _ int) (*http.Response, error) {
				c.add(r.URL.Host, 1)
				time.Sleep(d)
				c.add(r.URL.Host, -1)
				return answer(r, 200, r.URL.Path), nil
			}
		}
		m.serve["a"], m.serve["b"] = slow(time.Second), slow(3*time.Second)
		begin := time.Now()
		err := NewPool(m, Options{PerHost: 3}).Ordered(t.Context(), mirrored(120, func(i int, b *Body, err error) error {
			if err == nil && string(b.Data) != fmt.Sprint("/", i) {
				t.Errorf("%q for part %d", b.Data, i)
			}
			return err
		}))
		// Three a second from the one, one a second from the other.
		if took := time.Since(begin); err != nil || took > 33*time.Second || m.asked["a"] < 2*m.asked["b"] || c.most["a"] > 3 || c.most["b"] > 3 {
			t.Errorf("%v, %v, asked %v, at once %v", err, took, m.asked, c.most)
		}
	})
}

// A mirror that fails is left aside after some parts, and asked again later.
func TestMirrorAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newTown()
		m.serve["a"] = says(404)
		m.serve["b"] = func(r *http.Request, _ int) (*http.Response, error) {
			time.Sleep(time.Second)
			return answer(r, 200, "x"), nil
		}
		p := NewPool(m, Options{PerHost: 2})
		work := mirrored(40, func(_ int, _ *Body, err error) error { return err })
		if err := p.Ordered(t.Context(), work); err != nil || m.asked["a"] > 6 || m.asked["b"] != 40 {
			t.Errorf("%v, asked %v", err, m.asked)
		}
		time.Sleep(asideTime)
		m.serve["a"] = gives("x")
		m.asked["a"] = 0
		if err := p.Ordered(t.Context(), work); err != nil || m.asked["a"] < 10 {
			t.Errorf("%v, asked %v", err, m.asked)
		}
	})
}

// The part that all wait for is let in at the other host, though that one's slots are taken by parts that wait for room
// in memory, which only the first part can give.
func TestMirrorNeverLocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newTown()
		m.serve["a"] = func(r *http.Request, _ int) (*http.Response, error) {
			time.Sleep(5 * time.Second)
			return answer(r, 404, ""), nil
		}
		m.serve["b"] = gives(strings.Repeat("x", 500_000))
		got := 0
		p := NewPool(m, Options{PerHost: 1, Window: 1_000_000})
		if err := p.Ordered(t.Context(), mirrored(50, func(_ int, _ *Body, err error) error { got++; return err })); err != nil || got != 50 {
			t.Errorf("%v after %d parts", err, got)
		}
	})
}

// The bytes of two mirrors are put together only under the same strong entity tag.
func TestMirrorsAreNotMixed(t *testing.T) {
	content := make([]byte, 4*mebibyte)
	_, _ = rand.NewChaCha8([32]byte{}).Read(content)
	other := bytes.Repeat([]byte("other"), len(content)/5+1)[:len(content)]
	serve := func(tag string, body []byte, ignore bool) site {
		return func(r *http.Request, _ int) (*http.Response, error) {
			var from, to int
			if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to); err != nil || !ignore && r.Header.Get("If-Range") != tag {
				return answer(r, 200, string(body), "ETag", tag, "Accept-Ranges", "bytes"), nil
			}
			return answer(r, 206, string(body[from:to+1]), "ETag", tag, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, len(body))), nil
		}
	}
	broken := func(tag string) site {
		return func(r *http.Request, _ int) (*http.Response, error) {
			resp := answer(r, 200, string(content[:2*mebibyte]), "ETag", tag, "Accept-Ranges", "bytes")
			resp.ContentLength = int64(len(content))
			return resp, nil
		}
	}
	for name, c := range map[string]struct {
		a, b site
		want []byte
		got  int64 // bytes received
	}{
		"same tag":         {broken(`"1"`), serve(`"1"`, content, false), content, 4 * mebibyte},
		"other tag":        {broken(`"1"`), serve(`"2"`, other, false), other, 6 * mebibyte},
		"If-Range ignored": {broken(`"1"`), serve(`"2"`, other, true), other, 6 * mebibyte},
		"no tag with it":   {broken(`"1"`), serve("", other, true), other, 6 * mebibyte},
		"weak tags":        {broken(`W/"1"`), serve(`W/"1"`, other, true), other, 6 * mebibyte},
		"no tags":          {broken(""), serve("", other, true), other, 6 * mebibyte},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newTown()
				m.serve["a"] = func(r *http.Request, n int) (*http.Response, error) {
					if n > 1 {
						return answer(r, 404, ""), nil
					}
					return c.a(r, n)
				}
				m.serve["b"] = c.b
				var n int64
				p := NewPool(m, Options{OnBytes: func(k int) { n += int64(k) }})
				got, err := one(t, p, Request{URL: "http://a/", Mirrors: []string{"http://b/"}})
				if err != nil || got != string(c.want) || n != c.got {
					t.Errorf("%v; %d bytes, as wanted: %v; %d received, want %d", err, len(got), got == string(c.want), n, c.got)
				}
			})
		})
	}
}
