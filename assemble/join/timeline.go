package join

import (
	"maps"
	"math"
	"slices"
)

// extent is the presentation time that one stream covers in one period, on the stream's own clock.
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

// offsets is what each stream's timestamps of one period need to become movie time.
type offsets [maxStreams]int64

// timeline lays the periods one behind the other: each begins where the longest track of the one before ends, on a base
// that its streams share, the lowest presentation time of them all. So a discontinuity moves sound and picture together.
func (j *Joiner) timeline() map[int]offsets {
	extents := j.extents()
	out := make(map[int]offsets, len(j.periods))
	var at int64
	for _, n := range slices.Sorted(maps.Keys(j.periods)) {
		at, out[n] = j.settle(j.periods[n], extents[n], at)
	}
	return out
}

// settle returns the offsets of a period that begins at at, and its end.
func (j *Joiner) settle(p *period, e [maxStreams]extent, at int64) (end int64, o offsets) {
	base := int64(math.MaxInt64)
	for s := range e {
		if e[s].seen {
			base = min(base, e[s].first-p.streams[s].before)
		}
	}
	end = at
	for s := range e {
		if !e[s].seen {
			end = max(end, at+p.streams[s].before)
			continue
		}
		own := e[s].first - p.streams[s].before
		if own-base > maxJump { // the streams do not share a clock: all that can be done is to begin together
			j.warn.Unaligned++
			o[s] = at - own
		} else {
			o[s] = at - base
		}
		end = max(end, e[s].end+o[s]+p.streams[s].after)
	}
	return end, o
}

func (j *Joiner) extents() map[int][maxStreams]extent {
	out := map[int][maxStreams]extent{}
	for i, t := range j.tables {
		if t == nil {
			continue
		}
		for k, s := range t.spans {
			e := out[s.period]
			e[i/maxTracks].cover(t.extent(k))
			out[s.period] = e
		}
	}
	return out
}

// extent returns the presentation time that span k of the track covers.
func (t *table) extent(k int) (first, end int64) {
	run := t.span(k)
	first, end = math.MaxInt64, math.MinInt64
	frame := t.usual()
	for i, e := range run {
		if i > 0 && e.dts > run[i-1].dts {
			frame = e.dts - run[i-1].dts
		}
		first, end = min(first, e.pts()), max(end, e.pts())
	}
	return first, end + min(frame, maxJump)
}

// span returns the samples of span k.
func (t *table) span(k int) []entry {
	if k+1 < len(t.spans) {
		return t.samples[t.spans[k].first:t.spans[k+1].first]
	}
	return t.samples[t.spans[k].first:]
}
