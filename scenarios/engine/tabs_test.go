package engine

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestTabs: as many pages are open as pay off. A page takes a second by itself; beyond so many at once all become slower.
func TestTabs(t *testing.T) {
	for pays, most := range map[int]int{1: 3, 2: 4, 5: 8, 12: 14} {
		synctest.Test(t, func(t *testing.T) {
			tabs := newTabs(0)
			var mu sync.Mutex
			open, sum, pages := 0, 0, 0
			var wg sync.WaitGroup
			for range 40 {
				wg.Go(func() {
					for range 20 {
						if err := tabs.enter(t.Context()); err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						open++
						now := open
						if pages++; pages > 300 { // it had its time to find out
							sum += now
						}
						mu.Unlock()
						took := time.Second
						if now > pays {
							took = time.Second * time.Duration(now) / time.Duration(pays)
						}
						time.Sleep(took)
						mu.Lock()
						open--
						mu.Unlock()
						tabs.leave()
					}
				})
			}
			wg.Wait()
			if mean := float64(sum) / float64(pages-300); mean < float64(pays)*0.7 || mean > float64(most) {
				t.Errorf("%d pay off, and %.1f were open", pays, mean)
			}
		})
	}
}

// TestFixedTabs: what somebody says is held, and a place that nobody takes any more is given on.
func TestFixedTabs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tabs := newTabs(1)
		if err := tabs.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := tabs.enter(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		for range 100 {
			tabs.leave()
			if err := tabs.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if tabs.highest() != 1 {
			t.Error(tabs.highest())
		}
	})
}
