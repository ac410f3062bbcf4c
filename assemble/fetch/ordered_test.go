package fetch

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// crowd counts requests under way at each host.
type crowd struct {
	mu        sync.Mutex
	now, most map[string]int
}

func newCrowd() *crowd { return &crowd{now: map[string]int{}, most: map[string]int{}} }

func (c *crowd) add(host string, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now[host] += n
	c.most[host] = max(c.most[host], c.now[host])
}

func (c *crowd) count(host string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now[host]
}

// Whatever sizes, failures and hosts: each part comes once, in order, within the limits of host and memory; and nothing
// waits for ever, which the bubble would notice.
func TestOrdered(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		count := rapid.IntRange(0, 60).Draw(rt, "count")
		sizes := rapid.SliceOfN(rapid.IntRange(1, 900_000), count, count).Draw(rt, "sizes")
		known := rapid.SliceOfN(rapid.Bool(), count, count).Draw(rt, "length stated")
		broken := rapid.SliceOfN(rapid.IntRange(0, 12), count, count).Draw(rt, "broken")
		hosts := rapid.IntRange(1, 3).Draw(rt, "hosts")
		window := int64(rapid.IntRange(100_000, 3_000_000).Draw(rt, "window"))
		perHost := rapid.IntRange(1, 7).Draw(rt, "per host")
		synctest.Test(t, func(t *testing.T) {
			c := newCrowd()
			var mu sync.Mutex
			failed := map[string]int{}
			p := NewPool(doer(func(r *http.Request) (*http.Response, error) {
				i, err := strconv.Atoi(r.URL.Path[1:])
				if err != nil {
					return nil, err
				}
				mu.Lock()
				failed[r.URL.Path]++
				again := failed[r.URL.Path] < broken[i]-7
				mu.Unlock()
				c.add(r.URL.Host, 1)
				time.Sleep(rand.N(time.Second))
				if again {
					c.add(r.URL.Host, -1)
					return answer(r, []int{500, 503, 404}[i%3], ""), nil
				}
				resp := answer(r, 200, strings.Repeat(string(rune('a'+i%26)), sizes[i]))
				if !known[i] {
					resp.ContentLength = -1
				}
				body := resp.Body
				resp.Body = struct {
					io.Reader
					io.Closer
				}{body, closer(func() { c.add(r.URL.Host, -1) })}
				return resp, nil
			}), Options{PerHost: perHost, Window: window})
			next, refused := 0, 0
			err := p.Ordered(t.Context(), work(count, func(i int) string { return fmt.Sprint("h", i%hosts) }, func(i int, b *Body, err error) error {
				if i != next {
					t.Fatalf("part %d in place of %d", i, next)
				}
				next++
				if err != nil {
					refused++
					return nil
				}
				if want := strings.Repeat(string(rune('a'+i%26)), sizes[i]); string(b.Data) != want {
					t.Fatalf("part %d has %d wrong bytes, want %d", i, len(b.Data), len(want))
				}
				return nil
			}))
			if err != nil || next != count {
				t.Fatalf("%d parts of %d, %v", next, count, err)
			}
			for h, n := range c.most {
				if n > perHost {
					t.Fatalf("%d requests at once to %s, the limit is %d", n, h, perHost)
				}
			}
			if p.bufs.used != 0 || len(p.bufs.free) > 1 && p.bufs.held > window {
				t.Fatalf("%d bytes in use, %d kept for reuse", p.bufs.used, p.bufs.held)
			}
		})
	})
}

type closer func()

func (c closer) Close() error { c(); return nil }

// The window holds while the head is late: what has come and waits stays within it, and a head larger than all of it
// comes nevertheless.
func TestWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const size, window = 300_000, 2_000_000
		var mu sync.Mutex
		begun := 0
		p := NewPool(doer(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == "/0" {
				time.Sleep(10 * time.Second)
				return answer(r, 200, strings.Repeat("x", 3*window)), nil
			}
			mu.Lock()
			begun++
			mu.Unlock()
			return answer(r, 200, strings.Repeat("x", size)), nil
		}), Options{PerHost: 50, Window: window})
		time.AfterFunc(9*time.Second, func() {
			mu.Lock()
			defer mu.Unlock()
			// The window cannot know sizes before the headers, so a few more may have begun; they wait for room.
			if begun > window/minBuffer {
				t.Errorf("%d parts of %d bytes had begun", begun, size)
			}
		})
		got := 0
		err := p.Ordered(t.Context(), work(100, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { got++; return err }))
		if err != nil || got != 100 {
			t.Errorf("%d parts, %v", got, err)
		}
	})
}

func TestOrderedStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPool(doer(func(r *http.Request) (*http.Response, error) {
			if err := sleep(r.Context(), time.Second); err != nil {
				return nil, err
			}
			return answer(r, 200, "x"), nil
		}), Options{})
		enough := errors.New("enough")
		got := 0
		err := p.Ordered(t.Context(), work(1000, func(int) string { return "h" }, func(int, *Body, error) error {
			if got++; got == 3 {
				return enough
			}
			return nil
		}))
		if !errors.Is(err, enough) || got != 3 {
			t.Errorf("%d parts, %v", got, err)
		}
	})
}

// Memory comes back: a long film allocates no more than its window.
func BenchmarkOrdered(b *testing.B) {
	body := strings.Repeat("x", 1<<20)
	p := NewPool(doer(func(r *http.Request) (*http.Response, error) { return answer(r, 200, body), nil }), Options{})
	b.SetBytes(1 << 20)
	b.ReportAllocs()
	b.ResetTimer()
	err := p.Ordered(b.Context(), work(b.N, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err }))
	if err != nil {
		b.Fatal(err)
	}
}
