// Package live follows playlists that grow: which segments are new, which were lost, when to look again. It fetches nothing.
package live

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"time"

	"seine/assemble/manifest"
)

// Piece is the next of a stream that is recorded.
type Piece struct {
	manifest.Segment
	// Lost counts segments, from Sequence on, that had left the list before it could be read; Duration is what they lasted, as far as that
	// can be told. 0 for a segment.
	Lost uint64
	// Epoch counts how often the list began anew: an encoder that is started again counts from elsewhere.
	Epoch int
}

// maxKnown bounds the segments that a Track remembers, to tell an old state of a list from a list that began anew.
const maxKnown = 2000

// Track tells what is new in the states of one list, which come in no reliable order: servers behind one name need not have the same. Segments are
// known by media sequence number, path and range, never by the whole address, which holds tokens. It is for one goroutine.
type Track struct {
	epoch   int
	begun   bool
	next    uint64 // sequence number that comes next
	end     time.Time
	known   []manifest.Segment // the latest that were taken
	oddness int                // states in a row that fit nothing
	read    time.Time          // when a state last fit
	length  time.Duration      // of that state
}

// Resume has the track go on behind a segment that an earlier recording has taken last, at some time.
func (t *Track) Resume(last *manifest.Segment, epoch int, at time.Time) {
	t.begun, t.epoch, t.next, t.read = true, epoch, last.Sequence+1, at
	t.end = endOf(last)
	t.known = []manifest.Segment{*last}
}

// Begun reports whether anything was taken.
func (t *Track) Begun() bool { return t.begun }

// Odd reports whether the latest state did not fit what came before, so that another is wanted soon.
func (t *Track) Odd() bool { return t.oddness > 0 }

// Epoch is that of what was taken last.
func (t *Track) Epoch() int { return t.epoch }

// Begin says which segment of a list is the first to be taken.
func (t *Track) Begin(list *manifest.Playlist, index int) {
	t.begun = true
	t.next = list.Sequence
	if index < len(list.Segments) {
		t.next = list.Segments[index].Sequence
	} else if n := len(list.Segments); n > 0 {
		t.next = list.Segments[n-1].Sequence + 1
	}
}

// Take returns what a state of the list, read at now, has that is new.
func (t *Track) Take(list *manifest.Playlist, now time.Time) []Piece {
	segments := list.Segments
	if len(segments) == 0 || !t.begun {
		return nil
	}
	var lost *Piece
	switch t.judge(list, now) {
	case old:
		return nil
	case strange:
		if t.oddness++; t.oddness < 2 { // an answer from elsewhere, perhaps
			return nil
		}
		t.anew(list)
	case goesOn:
		lost = t.lost(list)
	}
	t.oddness, t.read, t.length = 0, now, list.Duration()
	var out []Piece
	if lost != nil {
		out = append(out, *lost)
	}
	for i := range segments {
		if s := &segments[i]; s.Sequence >= t.next {
			out = append(out, t.take(s))
		}
	}
	return out
}

func (t *Track) take(s *manifest.Segment) Piece {
	p := Piece{Segment: *s, Epoch: t.epoch}
	t.next = s.Sequence + 1
	t.end = endOf(s)
	if len(t.known) >= maxKnown {
		t.known = append(t.known[:0], t.known[maxKnown/2:]...)
	}
	t.known = append(t.known, *s)
	return p
}

// endOf is the wall clock of a segment's end, zero when it has none.
func endOf(s *manifest.Segment) time.Time {
	if s.ProgramDateTime.IsZero() {
		return time.Time{}
	}
	return s.ProgramDateTime.Add(s.Duration)
}

type judgement int

const (
	goesOn  judgement = iota
	old               // a state that was taken already
	strange           // it has nothing to do with what came before
)

// judge compares a state with what is known. Where the numbers overlap, dates and paths tell; where they do not, how far they jump.
func (t *Track) judge(list *manifest.Playlist, now time.Time) judgement {
	first, last := list.Segments[0].Sequence, list.Segments[len(list.Segments)-1].Sequence
	same, foreign := t.overlap(list)
	switch {
	case same:
	case foreign, len(t.known) > 0 && last < t.known[0].Sequence: // those in between were lost
		return strange
	case first > t.next && !t.read.IsZero() && t.jumps(list, now):
		return strange
	}
	if last < t.next {
		return old
	}
	return goesOn
}

// overlap looks at the segments of a list that have the number of a known one: whether one is that one, or one is certainly not.
func (t *Track) overlap(list *manifest.Playlist) (same, foreign bool) {
	for i := range list.Segments {
		s := &list.Segments[i]
		k, ok := slices.BinarySearchFunc(t.known, s.Sequence, func(k manifest.Segment, n uint64) int { return cmp.Compare(k.Sequence, n) })
		if !ok {
			continue
		}
		yes, no := alike(&t.known[k], s)
		same, foreign = same || yes, foreign || no
	}
	return same, foreign
}

// alike reports whether two segments of one number are surely the same one, or surely not. Neither is sure where a server has its tokens in the path.
func alike(a, b *manifest.Segment) (yes, no bool) {
	if (a.Range == nil) != (b.Range == nil) || a.Range != nil && *a.Range != *b.Range {
		return false, true
	}
	if !a.ProgramDateTime.IsZero() && !b.ProgramDateTime.IsZero() {
		near := a.ProgramDateTime.Sub(b.ProgramDateTime).Abs() < time.Second
		return near, !near
	}
	return path.Base(pathOf(a.URL)) == path.Base(pathOf(b.URL)), false
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Path
}

// jumps reports whether more segments are missing than time has gone by for.
func (t *Track) jumps(list *manifest.Playlist, now time.Time) bool {
	lost := time.Duration(min(list.Segments[0].Sequence-t.next, 1<<30)) * t.usual(list)
	return lost > 2*now.Sub(t.read)+2*t.length+time.Minute
}

// usual is how long a segment of the list lasts.
func (t *Track) usual(list *manifest.Playlist) time.Duration {
	return list.Duration() / time.Duration(max(len(list.Segments), 1))
}

// lost is what was between the last segment that was taken and the first of the list, nil for nothing.
func (t *Track) lost(list *manifest.Playlist) *Piece {
	first := &list.Segments[0]
	if first.Sequence <= t.next {
		return nil
	}
	n := first.Sequence - t.next
	p := &Piece{Lost: n, Epoch: t.epoch}
	p.Sequence, p.Period = t.next, first.Period
	if k := len(t.known); k > 0 {
		p.Period = min(first.Period, t.known[k-1].Period)
	}
	p.Duration = min(time.Duration(min(n, 1<<20))*t.usual(list), 24*time.Hour)
	if dates := list.Dates(); dates != nil && !t.end.IsZero() {
		if d := dates[0].Sub(t.end); d > 0 && d < 24*time.Hour {
			p.Duration = d
		}
		p.ProgramDateTime = t.end
	}
	return p
}

// anew begins another epoch with all that the list has.
func (t *Track) anew(list *manifest.Playlist) {
	t.epoch++
	t.next = list.Segments[0].Sequence
	t.known = t.known[:0]
	list.Segments[0].Discontinuity = true
}
