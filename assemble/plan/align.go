package plan

import (
	"time"

	"seine/assemble/manifest"
)

// align returns when each stream begins in the film: 0 for the first to begin. Playlists of one film need not begin at the same
// moment. Wall-clock dates tell (RFC 8216 §6.3.3), else the counts of discontinuities, which the playlists share (§6.2.2),
// else media sequence numbers where they are seen to be shared. The samples' own clock has the last word, see package join.
func align(streams []Stream) []time.Duration {
	for _, by := range []func([]Stream) []time.Duration{byDate, byPeriod, bySequence} {
		if list := by(streams); list != nil {
			return list
		}
	}
	return make([]time.Duration, len(streams))
}

// byDate needs dates in all streams. Streams that would have no moment in common do not share a clock.
func byDate(streams []Stream) []time.Duration {
	dates := make([]time.Time, len(streams))
	var from, until time.Time // the moments that all have in common
	first := time.Time{}
	for i := range streams {
		list := streams[i].Playlist.Dates()
		if list == nil {
			return nil
		}
		dates[i] = list[0]
		end := list[0].Add(streams[i].Playlist.Duration())
		if i == 0 || dates[i].Before(first) {
			first = dates[i]
		}
		if i == 0 || dates[i].After(from) {
			from = dates[i]
		}
		if i == 0 || end.Before(until) {
			until = end
		}
	}
	if !from.Before(until) {
		return nil
	}
	offsets := make([]time.Duration, len(streams))
	for i := range dates {
		offsets[i] = dates[i].Sub(first)
	}
	return offsets
}

// byPeriod looks where a stream that begins at a later discontinuity finds it in the one that begins first.
func byPeriod(streams []Stream) []time.Duration {
	begins := func(i int) uint64 { return streams[i].Playlist.Segments[0].Period }
	first := 0
	for i := range streams {
		if begins(i) < begins(first) {
			first = i
		}
	}
	offsets := make([]time.Duration, len(streams))
	differ := false
	for i := range streams {
		if begins(i) == begins(first) {
			continue
		}
		at, ok := periodStart(streams[first].Playlist, begins(i))
		if !ok {
			return nil
		}
		offsets[i], differ = at, true
	}
	if !differ {
		return nil
	}
	return offsets
}

func periodStart(p *manifest.Playlist, period uint64) (at time.Duration, ok bool) {
	for i := range p.Segments {
		if p.Segments[i].Period >= period {
			return at, p.Segments[i].Period == period
		}
		at += p.Segments[i].Duration
	}
	return 0, false
}

// bySequence believes media sequence numbers only where the playlists begin at different ones and end at the same: players may
// not take it that they are shared (RFC 8216 §6.3.2), and most are counted for each playlist alone.
func bySequence(streams []Stream) []time.Duration {
	last := func(i int) uint64 {
		list := streams[i].Playlist.Segments
		return list[len(list)-1].Sequence
	}
	first := 0
	for i := range streams {
		if last(i) != last(0) {
			return nil
		}
		if streams[i].Playlist.Segments[0].Sequence < streams[first].Playlist.Segments[0].Sequence {
			first = i
		}
	}
	offsets := make([]time.Duration, len(streams))
	for i := range streams {
		missing := streams[i].Playlist.Segments[0].Sequence - streams[first].Playlist.Segments[0].Sequence
		for k := range min(missing, uint64(len(streams[first].Playlist.Segments))) {
			offsets[i] += streams[first].Playlist.Segments[k].Duration
		}
	}
	return offsets
}
