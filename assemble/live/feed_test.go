package live

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seine/assemble/plan"
)

func items(stream, from, n int) (list []Item) {
	for i := range n {
		list = append(list, Item{Part: plan.Part{Stream: stream, Segment: from + i, Start: time.Duration(from+i) * time.Second, Duration: time.Second}})
	}
	return list
}

// drained is what a feed hands out, in order.
func drained(t *testing.T, f *Feed, from int) (list []string) {
	for i := from; f.More(t.Context(), i); i++ {
		p := f.Item(i).Part
		list = append(list, fmt.Sprintf("%d/%d", p.Stream, p.Segment))
		f.Done(i)
	}
	return list
}

// TestFeedOrder: what is found at once goes by its time in the film; what was asked for stays where it was.
func TestFeedOrder(t *testing.T) {
	f := NewFeed(7)
	f.Add(items(0, 0, 4)...)
	if !f.More(t.Context(), 7) || !f.More(t.Context(), 8) {
		t.Fatal("there are four")
	}
	f.Add(items(1, 0, 3)...)
	f.Add(items(0, 4, 1)...)
	f.Add()
	if f.Pending(0) != 5*time.Second || f.Pending(1) != 3*time.Second || f.Len() != 8 || f.Behind(8) != 6 {
		t.Errorf("%v, %v, %d, %d", f.Pending(0), f.Pending(1), f.Len(), f.Behind(8))
	}
	f.Close()
	if d := cmp.Diff([]string{"0/0", "0/1", "1/0", "1/1", "0/2", "1/2", "0/3", "0/4"}, drained(t, f, 7)); d != "" {
		t.Error(d)
	}
	if f.Pending(0) != 0 || f.Pending(1) != 0 || f.Len() != 0 {
		t.Errorf("%v, %v, %d", f.Pending(0), f.Pending(1), f.Len())
	}
}

// TestFeedKeepsOrder: whenever whoever adds what, each stream has its own order, and nothing is lost or moved once it was asked for.
func TestFeedKeepsOrder(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		f := NewFeed(0)
		added, asked := [3]int{}, 0
		var seen []plan.Part
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			s, n := rapid.IntRange(0, 2).Draw(r, "stream"), rapid.IntRange(0, 20).Draw(r, "items")
			f.Add(items(s, added[s], n)...)
			added[s] += n
			for k := rapid.IntRange(0, 10).Draw(r, "asked"); k > 0 && asked < added[0]+added[1]+added[2]; k-- {
				f.More(t.Context(), asked)
				seen = append(seen, f.Item(asked).Part)
				asked++
			}
			if asked > 0 && rapid.Bool().Draw(r, "done") {
				f.Done(rapid.IntRange(0, asked-1).Draw(r, "until"))
			}
		}
		f.Close()
		for ; f.More(t.Context(), asked); asked++ {
			seen = append(seen, f.Item(asked).Part)
		}
		for s := range added {
			var own []int
			for _, p := range seen {
				if p.Stream == s {
					own = append(own, p.Segment)
				}
			}
			if len(own) != added[s] || !slices.IsSorted(own) {
				r.Fatalf("stream %d: %v of %d", s, own, added[s])
			}
		}
	})
}

// TestFeedDrop: what nobody asked for is not waited for; without any, what comes still counts.
func TestFeedDrop(t *testing.T) {
	for asked, want := range map[int]int{2: 2, 4: 5} {
		f := NewFeed(0)
		f.Add(items(0, 0, 4)...)
		f.More(t.Context(), asked-1)
		f.Drop()
		f.Add(items(0, 4, 1)...)
		f.Close()
		if got := len(drained(t, f, 0)); got != want || f.Pending(0) != 0 {
			t.Errorf("asked for %d: %d, %v", asked, got, f.Pending(0))
		}
	}
}
