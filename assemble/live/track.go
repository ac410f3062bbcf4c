// Package live follows playlists that grow: which segments are new, which were lost, when to look again. It fetches nothing.
package live

import (
	"cmp"
	"math"
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
	shift   uint64             // of the list's periods, see period; it may wrap
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

// Begin says which segment of a list is the first to be taken, and which epoch it is of.
func (t *Track) Begin(list *manifest.Playlist, index, epoch int) {
	t.begun, t.epoch = true, epoch
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
	case known: // and no other list has come in its place
		t.oddness = 0
		return nil
	case strange:
		if t.oddness++; t.oddness < 2 { // an answer from elsewhere, perhaps
			return nil
		}
		t.anew(list)
	case goesOn:
		t.align(list)
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
	p.Period += t.shift
	t.next = s.Sequence + 1
	t.end = endOf(s)
	if len(t.known) >= maxKnown {
		t.known = append(t.known[:0], t.known[maxKnown/2:]...)
	}
	t.known = append(t.known, p.Segment)
	return p
}

// align has the periods of a list follow those of the segments that are known: an origin that counts its discontinuities wrong, or does not
// count those that have left the list (RFC 8216 §6.2.2 asks for EXT-X-DISCONTINUITY-SEQUENCE), begins anew in each of its states.
func (t *Track) align(list *manifest.Playlist) {
	if len(t.known) == 0 {
		return
	}
	first, last := &list.Segments[0], &t.known[len(t.known)-1]
	for i := range list.Segments {
		if k, ok := t.find(list.Segments[i].Sequence); ok {
			t.shift = t.known[k].Period - list.Segments[i].Period
			return
		}
	}
	if int64(first.Period+t.shift-last.Period) < 0 {
		t.shift = last.Period - first.Period
	}
}

// find is the place of a number among the known segments.
func (t *Track) find(number uint64) (int, bool) {
	return slices.BinarySearchFunc(t.known, number, func(k manifest.Segment, n uint64) int { return cmp.Compare(k.Sequence, n) })
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
	old               // it has nothing new
	known             // nor is it of another list
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
	switch {
	case last >= t.next:
		return goesOn
	case same:
		return known
	}
	return old
}

// overlap looks at the segments of a list that have the number of a known one: whether one is that one, or one is certainly not.
func (t *Track) overlap(list *manifest.Playlist) (same, foreign bool) {
	segments := list.Segments
	c := comparison{named: len(segments) > 1 && name(&segments[0]) != name(&segments[1])}
	if last := segments[len(segments)-1].Sequence; last < t.next {
		c.back, c.far = last+1 < t.next, t.next-last > 1+uint64(len(segments))/2
	}
	for i := range segments {
		if k, ok := t.find(segments[i].Sequence); ok {
			yes, no := c.alike(&t.known[k], &segments[i])
			same, foreign = same || yes, foreign || no
		}
	}
	return same, foreign
}

// comparison of segments that have the same number.
type comparison struct {
	named bool // the names of segments differ
	back  bool // the list ends in front of what was taken
	far   bool // by more than half of what it has
}

// alike reports whether two segments are surely the same one, or surely not. Neither is sure where a server has its tokens in the path. A clock that
// was put right moves all dates, and not the numbers; an encoder that was started again has dates that are later by more than a segment, and numbers
// that went back.
func (c comparison) alike(a, b *manifest.Segment) (yes, no bool) {
	if a.URL != "" && ((a.Range == nil) != (b.Range == nil) || a.Range != nil && *a.Range != *b.Range) {
		return false, true
	}
	if c.far && a.URL != "" && name(a) != name(b) && path.Dir(pathOf(a.URL)) == path.Dir(pathOf(b.URL)) {
		return false, true
	}
	named := a.URL != "" && (c.named || a.Range != nil) && name(a) == name(b)
	if a.ProgramDateTime.IsZero() || b.ProgramDateTime.IsZero() {
		return named, false
	}
	off := a.ProgramDateTime.Sub(b.ProgramDateTime).Abs()
	if off < time.Second || named && off < a.Duration {
		return true, false
	}
	return false, !named || c.back
}

// name is the last part of a segment's path.
func name(s *manifest.Segment) string { return path.Base(pathOf(s.URL)) }

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.Path
}

// jumps reports whether more segments are missing than time has gone by for.
func (t *Track) jumps(list *manifest.Playlist, now time.Time) bool {
	gone := min(max(now.Sub(t.read), 0), maxAway) // a clock may have been put back
	return times(list.Segments[0].Sequence-t.next, t.usual(list)) > 2*gone+2*t.length+time.Minute
}

// maxAway bounds the time between two recordings of a channel that its numbers are compared with.
const maxAway = 10 * 365 * 24 * time.Hour

// times is n·d, or as long as a Duration can be.
func times(n uint64, d time.Duration) time.Duration {
	if d > 0 && n > uint64(math.MaxInt64/d) {
		return math.MaxInt64
	}
	return time.Duration(n) * d
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
	p.Sequence, p.Period = t.next, first.Period+t.shift
	if k := len(t.known); k > 0 {
		p.Period = min(p.Period, t.known[k-1].Period)
	}
	p.Duration = min(times(n, t.usual(list)), 24*time.Hour)
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
	t.known, t.shift = t.known[:0], 0
	list.Segments[0].Discontinuity = true
}
