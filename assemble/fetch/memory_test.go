package fetch

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"testing"
)

// Bodies larger than half of the window, as 2160p has, are read into the same few buffers again and again, whether or not
// their length is told.
func TestLargeBodies(t *testing.T) {
	const size, count = 23 << 20, 20
	body := make([]byte, size)
	// Without a length the first ones grow; taken anew, each would take twice its size.
	for length, limit := range map[int64]uint64{size: 8, -1: 16} {
		t.Run(fmt.Sprintf("Content-Length %d", length), func(t *testing.T) {
			p := NewPool(doer(func(r *http.Request) (*http.Response, error) {
				resp := answer(r, http.StatusOK, "")
				resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), length
				return resp, nil
			}), Options{})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := p.Ordered(t.Context(), work(count, func(int) string { return "h" }, func(_ int, _ *Body, err error) error { return err }))
			runtime.ReadMemStats(&after)
			if err != nil {
				t.Fatal(err)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > limit*size {
				t.Errorf("%d MiB allocated for %d bodies of %d MiB", n>>20, count, size>>20)
			} else {
				t.Logf("%d MiB allocated", n>>20)
			}
		})
	}
}
