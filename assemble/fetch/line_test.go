//nolint:bodyclose // the pool closes what these servers answer
package fetch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// far is a server behind a line: each answer begins after latency, and each connection has a speed of its own.
type far struct {
	size    func(path string) int
	latency time.Duration
	speed   func() float64 // bytes per second of a connection
	header  http.Header

	mu        sync.Mutex
	asked     int
	got       int64 // bytes that were read and not yet delivered
	most      int64
	now, peak int
}

func (f *far) count(n int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got += n
	f.most = max(f.most, f.got)
}

func (f *far) Do(r *http.Request) (*http.Response, error) {
	f.mu.Lock()
	f.asked++
	f.now++
	f.peak = max(f.peak, f.now)
	f.mu.Unlock()
	if rqlog {
		fmt.Println(time.Now().Format("05.000"), f.now, r.URL.Path, r.Header.Get("Range"))
	}
	if err := sleep(r.Context(), f.latency); err != nil {
		return nil, err
	}
	size := f.size(r.URL.Path)
	from, to := 0, size-1
	resp := answer(r, http.StatusOK, "", "Accept-Ranges", "bytes")
	if n, _ := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to); n == 2 {
		to = min(to, size-1)
		resp.StatusCode = http.StatusPartialContent
		resp.Header.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, size))
	}
	resp.ContentLength = int64(to - from + 1)
	began, sent, speed := time.Now(), 0, f.speed()
	resp.Body = struct {
		io.Reader
		io.Closer
	}{bodyFunc(func(p []byte) (int, error) {
		if sent > to-from {
			return 0, io.EOF
		}
		// What has come waits in the kernel, so a reader that is late loses nothing.
		n := min(len(p), 32<<10, to-from+1-sent)
		due := began.Add(time.Duration(float64(sent+n) / speed * float64(time.Second)))
		if err := sleep(r.Context(), time.Until(due)); err != nil {
			return 0, err
		}
		if late := time.Since(due) - 500*time.Millisecond; late > 0 {
			began = began.Add(late) // its memory is full
		}
		for i := range n {
			p[i] = byte(from + sent + i)
		}
		sent += n
		f.count(int64(n))
		return n, nil
	}), closer(func() { f.mu.Lock(); f.now--; f.mu.Unlock() })}
	return resp, nil
}

var rqlog = os.Getenv("RQ") != ""

func TestLine(t *testing.T) {
	const latency, speed = 50 * time.Millisecond, 2e6
	for name, c := range map[string]struct {
		size, parts, workers int
		typical              int64
		vary, jitter         float64 // of sizes and of speeds
		over                 float64 // the time that it takes, as part of what the line allows
	}{
		"1 GB":            {16_500_000, 60, 16, 0, 0, 0, 1.03},
		"1 GB t":          {16_500_000, 60, 16, 17_000_000, 0, 0, 1.03},
		"250 MB":          {16_500_000, 15, 16, 0, 0, 0, 1.03},
		"250 MB t":        {16_500_000, 15, 16, 17_000_000, 0, 0, 1.03},
		"1 GB 32":         {16_500_000, 60, 32, 0, 0, 0, 1.03},
		"250 MB 32":       {16_500_000, 15, 32, 0, 0, 0, 1.03},
		"1 GB small":      {6_200_000, 160, 16, 0, 0, 0, 1.03},
		"250 MB small":    {6_200_000, 40, 16, 0, 0, 0, 1.03},
		"1 GB vary":       {16_500_000, 60, 16, 0, 0.2, 0.1, 1.03},
		"1 GB small vary": {6_200_000, 160, 16, 0, 0.2, 0.1, 1.03},
		"1 GB own":        {16_500_000, 60, 0, 0, 0, 0, 1.03},
		"250 MB own":      {16_500_000, 15, 0, 0, 0, 0, 1.03},
		"1 GB 2160":       {23_000_000, 43, 16, 0, 0, 0, 1.03},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rnd := rand.New(rand.NewPCG(1, 2))
				sizes, sum := map[string]int{}, 0
				for i := range c.parts {
					n := int(float64(c.size) * (1 + c.vary*(2*rnd.Float64()-1)))
					sizes[fmt.Sprint("/", i)] = n
					sum += n
				}
				f := &far{size: func(p string) int { return sizes[p] }, latency: latency}
				f.speed = func() float64 { f.mu.Lock(); defer f.mu.Unlock(); return speed * (1 + c.jitter*(2*rnd.Float64()-1)) }
				p := NewPool(f, Options{PerHost: c.workers, OnRetry: func(r Retry) { t.Errorf("%+v", r) }})
				want := make([]byte, 1<<25)
				for i := range want {
					want[i] = byte(i)
				}
				w := work(c.parts, func(int) string { return "h" }, func(i int, b *Body, err error) error {
					if err == nil && !bytes.Equal(b.Data, want[:sizes[fmt.Sprint("/", i)]]) {
						t.Errorf("part %d is wrong", i)
					}
					f.count(-int64(len(b.Data)))
					return err
				})
				w.Typical = c.typical
				began := time.Now()
				err := p.Ordered(t.Context(), w)
				n := c.workers
				if n == 0 {
					n = topLevel
				}
				line := time.Second * time.Duration(sum) / time.Duration(speed*n)
				over := time.Since(began).Seconds() / line.Seconds()
				t.Logf("%-20s %.4f of the line, %d requests, %.1f MB at most, %d conns", name, over, f.asked, float64(f.most)/1e6, f.peak)
				if err != nil || over > c.over {
					t.Errorf("%v, %.4f of the line", err, over)
				}
			})
		})
	}
	_ = context.Background
}
