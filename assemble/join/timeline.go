package join

import (
	"maps"
	"math"
	"slices"

	"seine/assemble/media"
)

// extent is the presentation time that one kind of track of one stream covers in one period, on the stream's own clock.
type extent struct {
	first, end int64
	seen       bool
}

func (e *extent) cover(first, end int64) {
	if !e.seen {
		*e = extent{first, end, true}
		return
	}
	e.first, e.end = min(e.first, first), max(e.end, end)
}

// extents are those of all streams, by kind.
type extents [maxStreams][media.Audio + 1]extent

// offsets is what each stream's timestamps of one period need to become movie time.
type offsets [maxStreams]int64

// timeline lays the periods one behind the other. Sound and picture of a period move together, to the first place where
// neither overlaps what its kind had before: sound that runs ahead of the picture at one cut lags behind it by as much at
// the cut before, so nothing is lost where a stream was merely divided.
func (j *Joiner) timeline() map[int]offsets {
	all := j.extents()
	out := make(map[int]offsets, len(j.periods))
	var ends [media.Audio + 1]int64
	started := false
	for _, n := range slices.Sorted(maps.Keys(j.periods)) {
		p, e := j.periods[n], all[n]
		p.widen(&e)
		if !e.any() {
			p.pass(&ends)
			continue
		}
		base := j.align(&e, !started)
		at := e.after(&ends, started)
		out[n] = shift(base, at)
		ends = e.ends(at)
		started = true
	}
	return out
}

// widen adds the missing segments at the edges to what the stream covers.
func (p *period) widen(e *extents) {
	for s := range e {
		for k := range e[s] {
			e[s][k].first -= p.streams[s].before
			e[s][k].end += p.streams[s].after
		}
	}
}

// pass lets the time of a period go by of which every segment is missing.
func (p *period) pass(ends *[media.Audio + 1]int64) {
	var hole int64
	for _, h := range p.streams {
		hole = max(hole, h.before)
	}
	for k := range ends {
		ends[k] += hole
	}
}

func (e *extents) any() bool {
	for s := range e {
		if slices.ContainsFunc(e[s][:], func(x extent) bool { return x.seen }) {
			return true
		}
	}
	return false
}

// align returns each stream's base and brings e onto it: all the same, the lowest presentation time, unless the streams'
// clocks have nothing to do with one another; then all that can be done is to begin as the playlists say, in the first period, or
// together.
func (j *Joiner) align(e *extents, begin bool) (base offsets) {
	low := int64(math.MaxInt64)
	for s := range e {
		low = min(low, e.first(s))
	}
	for s := range e {
		var late int64 // of the stream in the period, as the playlists say
		if begin && s < len(j.opt.Offsets) {
			late = ticks(j.opt.Offsets[s])
		}
		base[s] = low
		if own := e.first(s); own != math.MaxInt64 && (own-low > max(late, 0)+maxJump) {
			j.warn.Unaligned++
			base[s] = own - late
		}
		for k := range e[s] {
			e[s][k].first -= base[s]
			e[s][k].end -= base[s]
		}
	}
	return base
}

// first is the lowest time of a stream, MaxInt64 when it has none.
func (e *extents) first(s int) int64 {
	low := int64(math.MaxInt64)
	for _, x := range e[s] {
		if x.seen {
			low = min(low, x.first)
		}
	}
	return low
}

// after returns the movie time of the period's base. A kind that the period before did not have begins behind all of it.
func (e *extents) after(ends *[media.Audio + 1]int64, started bool) int64 {
	at := int64(math.MinInt64)
	for s := range e {
		for k, x := range e[s] {
			if x.seen {
				at = max(at, ends[k]-x.first)
			}
		}
	}
	if !started { // the movie begins with the hole in front of it, if there is one
		return slices.Max(ends[:])
	}
	return at
}

// ends returns where each kind ends in the movie; for a kind that the period has not, where the period ends.
func (e *extents) ends(at int64) (out [media.Audio + 1]int64) {
	last, has := int64(math.MinInt64), [media.Audio + 1]bool{}
	for s := range e {
		for k, x := range e[s] {
			if x.seen {
				if end := x.end + at; !has[k] || end > out[k] {
					out[k] = end
				}
				has[k] = true
				last = max(last, x.end+at)
			}
		}
	}
	for k := range out {
		if !has[k] {
			out[k] = last
		}
	}
	return out
}

func shift(base offsets, at int64) offsets {
	for s := range base {
		base[s] = at - base[s]
	}
	return base
}

func (j *Joiner) extents() map[int]extents {
	out := map[int]extents{}
	for i, t := range j.tables {
		if t == nil {
			continue
		}
		for k, s := range t.spans {
			e := out[s.period]
			first, end := t.extent(k)
			e[i/maxTracks][t.kind].cover(media.Rescale(first, t.timescale, media.Clock), media.Rescale(end, t.timescale, media.Clock))
			out[s.period] = e
		}
	}
	return out
}

// extent returns the presentation time that span k of the track covers, in its ticks.
func (t *table) extent(k int) (first, end int64) {
	run := t.span(k)
	first, end = math.MaxInt64, math.MinInt64
	frame, last := t.usual(), int64(math.MinInt64)
	for i, e := range run {
		if i > 0 && e.dts > run[i-1].dts {
			frame = e.dts - run[i-1].dts
		}
		first, last = min(first, max(e.pts(), t.floor())), max(last, e.pts())
		if e.duration > 0 {
			end = max(end, e.pts()+min(int64(e.duration), jumpSeconds*t.timescale))
		}
	}
	if end == math.MinInt64 {
		end = last + min(frame, jumpSeconds*t.timescale)
	}
	return first, max(end, first)
}

// span returns the samples of span k.
func (t *table) span(k int) []entry {
	if k+1 < len(t.spans) {
		return t.samples[t.spans[k].first:t.spans[k+1].first]
	}
	return t.samples[t.spans[k].first:]
}
