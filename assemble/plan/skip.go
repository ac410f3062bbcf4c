package plan

import (
	"cmp"
	"slices"
	"time"
)

// Skip leaves the islands out of the plan; it does so once. Where discontinuities bound an island, its periods go from all streams.
// Where only marks within a period do, or a stream does not share the periods, those parts go that lie in it for the most part,
// and what follows begins a new period.
func (p *Plan) Skip() {
	if len(p.Islands) == 0 || p.Skipped {
		return
	}
	p.Skipped = true
	s := newSkipping(p)
	kept := make([]Part, 0, len(p.Parts))
	for i := range p.Parts {
		t := p.Parts[i]
		if p.Streams[t.Stream].Text() {
			if !leaveText(s.all, &t) {
				t.Period += s.before(&t)
				t.Start -= before(s.all, t.Start)
				kept = append(kept, t)
			}
			continue
		}
		if s.leave(&t) {
			s.cut[t.Stream] += t.Duration
			s.open[t.Stream] = true
			continue
		}
		t.Discontinuity = t.Discontinuity || s.open[t.Stream]
		s.open[t.Stream] = false
		t.Period += s.before(&t)
		t.Start -= s.cut[t.Stream]
		kept = append(kept, t)
	}
	p.Parts = kept
	p.order()
	p.place()
}

type skipping struct {
	whole  map[int]bool // periods that are islands altogether
	shared []bool       // streams that have such a period
	inner  []Island     // islands that lie within a period
	all    []Island
	cut    []time.Duration // of each stream, what has been left out so far
	open   []bool          // streams whose last part was left out
}

func newSkipping(p *Plan) *skipping {
	s := &skipping{
		whole: map[int]bool{}, shared: make([]bool, len(p.Streams)), all: p.Islands,
		cut: make([]time.Duration, len(p.Streams)), open: make([]bool, len(p.Streams)),
	}
	for i := range p.Parts {
		t := &p.Parts[i]
		if t.Stream != 0 {
			continue
		}
		if known, ok := s.whole[t.Period]; !ok || known {
			s.whole[t.Period] = islandAt(p.Islands, t) >= 0
		}
	}
	inner := map[int]bool{}
	for i := range p.Parts {
		t := &p.Parts[i]
		s.shared[t.Stream] = s.shared[t.Stream] || s.whole[t.Period]
		if n := islandAt(p.Islands, t); t.Stream == 0 && n >= 0 && !s.whole[t.Period] && !inner[n] {
			inner[n] = true
			s.inner = append(s.inner, p.Islands[n])
		}
	}
	return s
}

// leave says whether a part goes.
func (s *skipping) leave(t *Part) bool {
	if !s.shared[t.Stream] {
		return islandAt(s.all, t) >= 0
	}
	return s.whole[t.Period] || islandAt(s.inner, t) >= 0
}

// before counts the islands in front of a part that lie within a period.
func (s *skipping) before(t *Part) int { return begun(s.inner, t.Start) }

// begun counts the islands, which are in order, that have begun at a time.
func begun(list []Island, at time.Duration) int {
	n, found := slices.BinarySearchFunc(list, at, func(i Island, at time.Duration) int { return cmp.Compare(i.Start, at) })
	if found {
		n++
	}
	return n
}

// islandAt is the island in which the middle of a part lies, or -1.
func islandAt(list []Island, t *Part) int {
	middle := t.Start + t.Duration/2
	if n := begun(list, middle) - 1; n >= 0 && middle < list[n].End() {
		return n
	}
	return -1
}
