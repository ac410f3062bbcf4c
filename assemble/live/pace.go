package live

import (
	"time"

	"seine/assemble/manifest"
)

const (
	// leastPause is between two looks at a list, whatever it says.
	leastPause = 500 * time.Millisecond
	// mostPause bounds it where a list says nothing sensible.
	mostPause = 30 * time.Second
	// blockedPause is behind an answer that the server has held back until there was something new.
	blockedPause = 50 * time.Millisecond
)

// Pace says when to look at a list again (RFC 8216 §6.3.4): a target duration after the look that brought something new, half of it when nothing did.
// Times count from when the look began, so that slow answers do not add up.
type Pace struct{ failures int }

// Failed is the pause behind a look that failed at now and began at began.
func (p *Pace) Failed(target time.Duration) time.Duration {
	p.failures++
	return clampPause(min(leastPause<<min(p.failures-1, 6), max(target, 2*time.Second)))
}

// Failures counts the looks that failed since one did not.
func (p *Pace) Failures() int { return p.failures }

// Soon is the time of the next look when the one that began at began gave something odd.
func (p *Pace) Soon(began time.Time) time.Time { return began.Add(leastPause) }

// Read is the time of the next look, behind one that began at began and brought list.
func (p *Pace) Read(list *manifest.Playlist, news bool, began time.Time) time.Time {
	p.failures = 0
	if list.Live.Blocks && news {
		return began.Add(blockedPause)
	}
	pause := list.TargetDuration
	if u := list.Live.Update; u > 0 {
		pause = u
	} else if !news {
		pause /= 2
	}
	return began.Add(clampPause(pause))
}

func clampPause(d time.Duration) time.Duration { return min(max(d, leastPause), mostPause) }

// Edge is the index of the segment of a list that a recording begins with which joins at the edge: where the list wishes it (EXT-X-START), or as far
// from its end as players stay (RFC 8216 §6.3.3: three target durations).
func Edge(list *manifest.Playlist) int {
	back := list.Live.HoldBack
	if back == 0 {
		back = 3 * list.TargetDuration
	}
	if s := list.Live.Start; s != nil {
		if *s >= 0 {
			return at(list, *s)
		}
		back = max(-*s, 0)
	}
	return at(list, list.Duration()-back)
}

// at is the index of the segment that is played at a time of the list.
func at(list *manifest.Playlist, t time.Duration) int {
	for i := range list.Segments {
		if t -= list.Segments[i].Duration; t < 0 {
			return i
		}
	}
	return max(len(list.Segments)-1, 0)
}

// With is the index of the segment of a list with which a stream begins together with another that begins with first: by the wall clock, else by
// number, else as far from the end.
func With(list *manifest.Playlist, other *manifest.Playlist, index int) int {
	if index >= len(other.Segments) || len(list.Segments) == 0 {
		return 0
	}
	first := &other.Segments[index]
	if mine, its := list.Dates(), other.Dates(); mine != nil && its != nil {
		for i := range mine {
			if mine[i].Add(list.Segments[i].Duration).After(its[index].Add(time.Millisecond)) {
				return i
			}
		}
		return len(mine) - 1
	}
	if n := first.Sequence - list.Sequence; first.Sequence >= list.Sequence && n < uint64(len(list.Segments)) && list.Segments[n].Duration/2 < 2*first.Duration {
		return int(n)
	}
	var left time.Duration
	for i := index; i < len(other.Segments); i++ {
		left += other.Segments[i].Duration
	}
	return at(list, list.Duration()-left)
}
