package replay

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestRanges(t *testing.T) {
	var r ranges
	if at, ok := r.hole(0, 10); at != 0 || !ok {
		t.Error(at, ok)
	}
	for _, add := range [][2]float64{{4, 6}, {0.5, 2}, {math.NaN(), 1}, {3, 1}, {5.9, 8}, {8.1, 9.2}} {
		r.add(add[0], add[1])
	}
	if len(r) != 2 || r[0] != [2]float64{0.5, 2} || r[1] != [2]float64{4, 9.2} {
		t.Fatal(r)
	}
	for _, c := range []struct {
		from, to, at float64
		ok           bool
	}{{0, 10, 2, true}, {0, 2.5, 2, false}, {-3, 10, -3, true}} {
		if at, ok := r.hole(c.from, c.to); at != c.at || ok != c.ok {
			t.Errorf("from %g to %g: %g %t", c.from, c.to, at, ok)
		}
	}
	if r.reach(1) != 2 || r.reach(3) != 3 || r.reach(3.9) != 9.2 {
		t.Error(r.reach(1), r.reach(3), r.reach(3.9))
	}
	r.add(2, 4)
	if at, ok := r.hole(0, 10); ok || at != 9.2 {
		t.Error(at, ok)
	}
}

// TestRangesProperties: whatever is added, in whatever order, the ranges stay in order and apart, and hold each that was added.
func TestRangesProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r ranges
		var added [][2]float64
		for range rapid.IntRange(0, 20).Draw(t, "n") {
			from := rapid.Float64Range(0, 100).Draw(t, "from")
			to := from + rapid.Float64Range(0, 10).Draw(t, "length")
			r.add(from, to)
			added = append(added, [2]float64{from, to})
		}
		for i := 1; i < len(r); i++ {
			if r[i][0] <= r[i-1][1]+touch {
				t.Fatal(r)
			}
		}
		for _, a := range added {
			if r.reach(a[0]) < a[1] {
				t.Fatal(a, r)
			}
		}
	})
}
