package fetch

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

// TestUnstatedLengths: parts that do not say how long they are count with what they have taken in the end, so that the window is not full of estimates:
// while one of them is not to be had, all others come.
func TestUnstatedLengths(t *testing.T) {
	const parts = 60
	var mu sync.Mutex
	came := map[string]bool{}
	all := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/10" {
			select { // until all others have come
			case <-all:
			case <-r.Context().Done():
			}
		}
		for range 4 {
			_, _ = w.Write(make([]byte, 4096)) // in chunks
		}
		mu.Lock()
		defer mu.Unlock()
		if came[r.URL.Path] = true; len(came) == parts-1 && !came["/10"] {
			close(all)
		}
	}))
	defer srv.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	p := NewPool(http.DefaultClient, Options{})
	err := p.Ordered(ctx, Work{
		Count: parts,
		URLs:  func(i int) []string { return []string{fmt.Sprint(srv.URL, "/", i)} },
		Fetch: func(ctx context.Context, i int, l *Lane) (*Body, error) {
			return l.Get(ctx, Request{Kind: Segment, URL: fmt.Sprint(srv.URL, "/", i)})
		},
		Deliver: func(_ int, b *Body, err error) error { return err },
	})
	if err != nil {
		t.Errorf("%d parts came: %v", len(came), err)
	}
}
