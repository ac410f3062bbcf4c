package replay

import (
	"cmp"
	"math"
	"slices"
)

// ranges are times in seconds, apart from each other and in order.
type ranges [][2]float64

// touch is how far apart two may be that are one: a player has less patience with itself.
const touch = 0.2

func (r *ranges) add(from, to float64) {
	if !(from <= to) { // NaN too
		return
	}
	list := append(slices.Clone(*r), [2]float64{from, to})
	slices.SortFunc(list, func(a, b [2]float64) int { return cmp.Compare(a[0], b[0]) })
	joined := list[:1]
	for _, n := range list[1:] {
		if last := &joined[len(joined)-1]; n[0] <= last[1]+touch {
			last[1] = math.Max(last[1], n[1])
		} else {
			joined = append(joined, n)
		}
	}
	*r = joined
}

func (r ranges) length() (all float64) {
	for _, one := range r {
		all += one[1] - one[0]
	}
	return all
}

// reach is how far the range goes that at lies in; at itself without one.
func (r ranges) reach(at float64) float64 {
	for _, one := range r {
		if one[0] <= at+touch && at <= one[1]+touch {
			return math.Max(at, one[1])
		}
	}
	return at
}

// hole is where the first time begins that is missing between from and to; what is missing at the ends may be closeTo.
func (r ranges) hole(from, to float64) (at float64, ok bool) {
	at = from
	for i, one := range r {
		if one[0] > at+closeTo || i > 0 && one[0] > at+touch {
			return at, at < to-closeTo
		}
		at = math.Max(at, one[1])
	}
	return at, at < to-closeTo
}
