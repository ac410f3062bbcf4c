package fetch

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"seine/assemble/manifest"
)

// A limit holds for all transfers together, however low, and is no stall.
func TestRate(t *testing.T) {
	for name, c := range map[string]struct {
		rate  int64
		size  int
		part  *manifest.ByteRange
		count int
	}{
		"fast":           {10_000_000, 1 << 20, nil, 40},
		"slow":           {10_000, 100_000, nil, 20},
		"below a stall":  {100, 2000, nil, 10},
		"one byte":       {1, 20, nil, 3},
		"skipped behind": {10_000, 100_000, &manifest.ByteRange{Offset: 90_000, Length: 10_000}, 20},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body := strings.Repeat("x", c.size)
				p := NewPool(doer(func(r *http.Request) (*http.Response, error) { return answer(r, 200, body), nil }),
					Options{Rate: c.rate, OnRetry: func(r Retry) { t.Errorf("%+v", r) }})
				begin := time.Now()
				w := work(c.count, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err })
				if c.part != nil {
					w.Fetch = ranged(c.part)
				}
				if err := p.Ordered(t.Context(), w); err != nil {
					t.Fatal(err)
				}
				want := time.Duration(float64(c.size*c.count) / float64(c.rate) * float64(time.Second))
				if took := time.Since(begin); took < want*8/10 || took > want*11/10 {
					t.Errorf("%v, want %v", took, want)
				}
			})
		})
	}
}

func ranged(part *manifest.ByteRange) func(context.Context, int, *Lane) (*Body, error) {
	return func(ctx context.Context, _ int, l *Lane) (*Body, error) {
		return l.Get(ctx, Request{URL: "http://h/", Range: part})
	}
}

// A server that stands still is noticed under a limit, too.
func TestRateAndStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, retries := 0, 0
		p := NewPool(doer(func(r *http.Request) (*http.Response, error) {
			if n++; n > 1 {
				return answer(r, 200, strings.Repeat("x", 10_000)), nil
			}
			resp := answer(r, 200, "")
			resp.ContentLength = 10_000
			given := 0
			resp.Body = bodyFunc(func(b []byte) (int, error) {
				if given += len(b); given > 5000 {
					<-r.Context().Done()
					return 0, r.Context().Err()
				}
				return len(b), nil
			})
			return resp, nil
		}), Options{Rate: 1000, OnRetry: func(Retry) { retries++ }})
		if s, err := one(t, p, Request{URL: "http://h/"}); err != nil || len(s) != 10_000 || retries != 1 {
			t.Errorf("%d bytes, %v, %d retries", len(s), err, retries)
		}
	})
}
