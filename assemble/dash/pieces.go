package dash

import (
	"fmt"
	"math/bits"
	"time"
)

// piece is one segment on the media timeline, in ticks.
type piece struct {
	time, duration uint64
	number         uint64
	// doubtful: it may not exist, for it would be much shorter than the others, and durations are rounded.
	doubtful bool
}

// scale is the ticks of a second, and the place on the media timeline at which the period begins.
type scale struct{ ticks, offset uint64 }

func (b *segmentBase) scale() (scale, error) {
	s := scale{ticks: 1}
	if b.Timescale != nil {
		s.ticks = *b.Timescale
	}
	if b.Offset != nil {
		s.offset = *b.Offset
	}
	if s.ticks == 0 || s.ticks > 1<<32 {
		return s, fmt.Errorf("%w: timescale=%d", ErrMalformed, s.ticks)
	}
	_, err := s.duration(s.offset)
	return s, err
}

// maxTime bounds places on a media timeline, which may count from 1970: that many seconds.
const maxTime = 1 << 33

// duration turns ticks into a time.
func (s scale) duration(ticks uint64) (time.Duration, error) {
	if ticks/s.ticks > maxTime {
		return 0, fmt.Errorf("%w: a time of %d at %d ticks a second", ErrMalformed, ticks, s.ticks)
	}
	hi, lo := bits.Mul64(ticks%s.ticks, uint64(time.Second))
	rest, _ := bits.Div64(hi, lo, s.ticks)
	return time.Duration(ticks/s.ticks)*time.Second + time.Duration(rest), nil
}

// count turns a time into ticks.
func (s scale) count(d time.Duration) uint64 {
	hi, lo := bits.Mul64(uint64(d%time.Second), s.ticks)
	rest, _ := bits.Div64(hi, lo, uint64(time.Second))
	return uint64(d/time.Second)*s.ticks + rest
}

// pieces lays out the segments of a period of some length, at most so many; -1 for as many as there are.
func (m *multiple) pieces(s scale, length time.Duration, most int) ([]piece, error) {
	number := uint64(1)
	if m.StartNumber != nil {
		number = *m.StartNumber
	}
	limit := MaxSegments
	if most >= 0 {
		limit = min(limit, most)
	}
	if m.EndNumber != nil {
		if *m.EndNumber < number {
			return nil, fmt.Errorf("%w: endNumber=%d is before startNumber=%d", ErrMalformed, *m.EndNumber, number)
		}
		limit = int(min(uint64(limit), *m.EndNumber-number+1))
	}
	bounded := most >= 0 || m.EndNumber != nil
	switch {
	case m.Timeline != nil:
		return m.Timeline.pieces(s, length, number, limit, bounded)
	case m.Duration != nil:
		return even(s, *m.Duration, length, number, limit, bounded)
	case most == 1: // one segment lasts as long as the period
		return []piece{{time: s.offset, duration: s.count(max(length, 0)), number: number}}, nil
	}
	return nil, fmt.Errorf("%w: neither a duration nor a SegmentTimeline says how long segments are", ErrMalformed)
}

// shortest is the part of a segment, one in so many, that a last one must have to be sure that it exists.
const shortest = 4

// even lays out segments of the same duration (§5.3.9.5.3): the last one may be shorter.
func even(s scale, duration uint64, length time.Duration, number uint64, limit int, bounded bool) (list []piece, err error) {
	if duration == 0 {
		return nil, fmt.Errorf("%w: segments of no duration", ErrMalformed)
	}
	if length < 0 && !bounded {
		return nil, fmt.Errorf("%w: nothing says how long the last period is", ErrMalformed)
	}
	n, last := uint64(limit), duration
	if length >= 0 && !bounded { // what is listed is there, whatever the period says
		all := s.count(length)
		full, rest := all/duration, all%duration
		if rest*1000 < s.ticks { // below a millisecond there is nothing
			rest = 0
		}
		if rest > 0 {
			full++
		}
		if full > uint64(limit) {
			return nil, fmt.Errorf("%w: %d segments of %d ticks, the limit is %d", ErrTooLarge, full, duration, MaxSegments)
		}
		if rest > 0 {
			last = rest
		}
		n = full
	}
	list = make([]piece, n)
	for i := range list {
		list[i] = piece{time: s.offset + uint64(i)*duration, duration: duration, number: number + uint64(i)}
	}
	if n > 1 && last < duration {
		list[n-1].duration, list[n-1].doubtful = last, last < duration/shortest
	}
	return list, nil
}

// pieces lays out what a timeline says (§5.3.9.6).
func (t *timeline) pieces(s scale, length time.Duration, number uint64, limit int, bounded bool) (list []piece, err error) {
	end := uint64(0) // of the period, on the media timeline; 0 if unknown
	if length >= 0 {
		end = s.offset + s.count(length)
	}
	at := uint64(0)
	for i := range t.S {
		r := &t.S[i]
		if r.Time != nil {
			at = *r.Time
		}
		if r.Number != nil {
			number = *r.Number
		}
		again, err := t.repeats(i, at, end)
		if err != nil {
			return nil, err
		}
		for range again {
			if len(list) >= limit {
				if bounded {
					return s.within(list, end), nil
				}
				return nil, fmt.Errorf("%w: more than %d segments", ErrTooLarge, MaxSegments)
			}
			if _, err := s.duration(at + r.Duration); err != nil || at+r.Duration < at {
				return nil, fmt.Errorf("%w: a segment at %d of %d ticks", ErrMalformed, at, r.Duration)
			}
			list = append(list, piece{time: at, duration: r.Duration, number: number})
			at += r.Duration
			number++
		}
	}
	return s.within(list, end), nil
}

// repeats is how many segments the run i has, of which the first begins at a tick.
func (t *timeline) repeats(i int, at, end uint64) (n uint64, err error) {
	r := &t.S[i]
	switch {
	case r.Duration == 0:
		return 0, fmt.Errorf("%w: a segment of no duration in a SegmentTimeline", ErrMalformed)
	case r.Parts > 1:
		return 0, fmt.Errorf("segment sequences (S@k) are %w", errUnsupported)
	case r.Repeat >= 0:
		return min(uint64(r.Repeat), MaxSegments) + 1, nil
	}
	if i+1 < len(t.S) && t.S[i+1].Time != nil { // until the next run begins
		end = *t.S[i+1].Time
	}
	if end <= at {
		return 0, fmt.Errorf("%w: a run of segments that repeats until nobody says when", ErrMalformed)
	}
	return min((end-at+r.Duration-1)/r.Duration, MaxSegments+1), nil
}

// within leaves out what lies before the period or behind it.
func (s scale) within(list []piece, end uint64) []piece {
	kept := list[:0]
	for _, p := range list {
		if p.time+p.duration > s.offset && (end == 0 || p.time+s.ticks/1000 < end) {
			kept = append(kept, p)
		}
	}
	return kept
}
