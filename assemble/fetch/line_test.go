//nolint:bodyclose // the pool closes what these servers answer
package fetch

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// far is a server at the end of a long line: an answer takes its time, and each connection has a speed of its own.
type far struct {
	sizes   map[string]int // by path
	latency time.Duration
	speed   func() float64 // bytes a second
	bytes   []byte         // of all files, from their beginning

	mu    sync.Mutex
	asked int
	held  int64 // bytes that were read and not delivered
	most  int64
}

func (f *far) hold(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held += int64(n)
	f.most = max(f.most, f.held)
}

func (f *far) Do(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	f.asked++
	speed := f.speed()
	f.mu.Unlock()
	if err := sleep(r.Context(), f.latency); err != nil {
		return nil, err
	}
	size := f.sizes[r.URL.Path]
	resp := answer(r, http.StatusOK, "", "Accept-Ranges", "bytes")
	from, to := 0, size-1
	if n, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to); n == 2 && err == nil {
		to = min(to, size-1)
		resp.StatusCode = http.StatusPartialContent
		resp.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, size))
	}
	resp.ContentLength = int64(to - from + 1)
	resp.Body = f.body(r, f.bytes[from:to+1], speed)
	return resp, nil
}

// body comes at a speed whether it is read or not, up to half a second ahead of its reader: so much waits in the system.
func (f *far) body(r *http.Request, rest []byte, speed float64) bodyFunc {
	due := time.Now()
	return func(p []byte) (int, error) {
		if len(rest) == 0 {
			return 0, io.EOF
		}
		n := copy(p[:min(len(p), 32<<10)], rest)
		rest = rest[n:]
		due = due.Add(time.Duration(float64(n) / speed * float64(time.Second)))
		if err := sleep(r.Context(), time.Until(due)); err != nil {
			return 0, err
		}
		if late := time.Since(due) - 500*time.Millisecond; late > 0 {
			due = due.Add(late)
		}
		f.hold(n)
		return n, nil
	}
}

// A film of a gigabyte uses all of a line on which each request costs a while, within its memory: no connection is idle for longer than an
// answer takes, however large its segments are, whatever is known of them, and whatever each connection gives.
func TestLine(t *testing.T) {
	const latency, speed, film = 50 * time.Millisecond, 2e6, 1e9
	for name, c := range map[string]struct {
		size    int
		typical int64
		vary    float64 // sizes, and half as much speeds, up and down
		level   int
		over    float64 // the time that it takes, as part of what the line allows
	}{
		"large segments":                {16_500_000, 0, 0, 16, 1.04},
		"their length is known, nearly": {16_500_000, 17_000_000, 0, 16, 1.045},
		"of different length":           {16_500_000, 0, 0.2, 16, 1.055},
		"2160p":                         {23_000_000, 0, 0, 16, 1.055},
		"usual segments":                {6_200_000, 0, 0, 16, 1.035},
		"usual, of different length":    {6_200_000, 0, 0.2, 16, 1.045},
		"the level is found":            {16_500_000, 0, 0, 0, 1.075},
		"more connections":              {16_500_000, 0, 0, 32, 1.07},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(1, 2))
				vary := func(by float64) float64 { return 1 + by*(2*r.Float64()-1) }
				f := &far{
					latency: latency, sizes: map[string]int{}, bytes: make([]byte, 32*mebibyte),
					speed: func() float64 { return speed * vary(c.vary/2) },
				}
				for i := 0; i < len(f.bytes); i += 1 << 10 {
					copy(f.bytes[i:], fmt.Sprint(i))
				}
				count, sum := film/c.size, 0
				for i := range count {
					n := int(float64(c.size) * vary(c.vary))
					f.sizes[fmt.Sprint("/", i)] = n
					sum += n
				}
				p := NewPool(f, Options{PerHost: c.level, OnRetry: func(r Retry) { t.Errorf("%+v", r) }})
				w := work(count, func(int) string { return "h" }, func(i int, b *Body, err error) error {
					if err == nil && !bytes.Equal(b.Data, f.bytes[:f.sizes[fmt.Sprint("/", i)]]) {
						t.Errorf("part %d is wrong", i)
					}
					f.hold(-len(b.Data))
					return err
				})
				w.Typical = c.typical
				began := time.Now()
				err := p.Ordered(t.Context(), w)
				if c.level == 0 {
					c.level = topLevel
				}
				over := time.Since(began).Seconds() / (float64(sum) / speed / float64(c.level))
				t.Logf("%.4f of the line, %d requests, %d MB at most", over, f.asked, f.most/1e6)
				if err != nil || over > c.over || f.most > p.opts.Window*5/4 || p.bufs.used != 0 {
					t.Errorf("%v, %.4f of the line, %d bytes at most and %d in the end", err, over, f.most, p.bufs.used)
				}
			})
		})
	}
}
