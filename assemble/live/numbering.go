package live

import (
	"time"

	"seine/assemble/manifest"
)

// Numbering gives the segments of a list numbers that last, by the wall clock, where its document has none: one that counts anew in each period, or
// names only the latest ones (ISO/IEC 23009-1 §5.3.9.6). What is between two segments counts as lost, as many as fit. It is for one goroutine at a time; its
// zero value works.
type Numbering struct{ known []numbered } // of the latest list

type numbered struct {
	start, end time.Time
	number     uint64
}

// firstNumber leaves room for what turns out to be older.
const firstNumber = 1 << 32

// Resume has it go on behind a segment of an earlier recording.
func (n *Numbering) Resume(last *manifest.Segment) {
	if !last.ProgramDateTime.IsZero() {
		n.known = []numbered{{last.ProgramDateTime, last.ProgramDateTime.Add(last.Duration), last.Sequence}}
	}
}

// Number sets the numbers of a list, in which each segment has its date.
func (n *Numbering) Number(list *manifest.Playlist) {
	next := make([]numbered, 0, len(list.Segments))
	for i := range list.Segments {
		s := &list.Segments[i]
		at := s.ProgramDateTime
		switch {
		case i > 0:
			s.Sequence = behind(next[i-1], at, s.Duration)
		default:
			s.Sequence = n.first(at, s.Duration)
		}
		next = append(next, numbered{at, at.Add(s.Duration), s.Sequence})
	}
	if len(next) > 0 {
		n.known = next
		list.Sequence = next[0].number
	}
}

// first is the number of a list's first segment.
func (n *Numbering) first(at time.Time, length time.Duration) uint64 {
	if len(n.known) == 0 {
		return firstNumber
	}
	for _, k := range n.known {
		if at.Sub(k.start).Abs() < max(length/2, time.Millisecond) {
			return k.number
		}
	}
	if before := n.known[0]; at.Before(before.start) {
		return before.number - uint64(max((before.start.Sub(at)+length/2)/max(length, time.Millisecond), 1))
	}
	return behind(n.known[len(n.known)-1], at, length)
}

// behind is the number of a segment that comes some time behind another.
func behind(before numbered, at time.Time, length time.Duration) uint64 {
	gap := at.Sub(before.end)
	return before.number + 1 + uint64(max((gap+length/2)/max(length, time.Millisecond), 0))
}
