package join

import (
	"math"
	"slices"

	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// Room in front of a file that grows in fragments, at least: for the sample entries of all its tracks.
const roomHead = 64 << 10

// leadTicks is how long before the first samples a film of several streams begins while it grows: another stream's may be earlier.
const leadTicks = 2 * media.Clock

// line is where the fragments of a film that grows lie in time. It need not be what Finish makes of them: that knows all.
type line struct {
	bases map[int]int64 // what a period's timestamps are moved by, in ticks of media.Clock
	end   int64         // of what is there
	count uint32        // fragments
}

// advance takes a delta in. Restore comes to the same with the same records.
func (l *line) advance(d *delta, o *Options) {
	if l.bases == nil {
		l.bases = map[int]int64{}
	}
	for _, c := range d.changes {
		if len(c.samples) == 0 {
			continue
		}
		if _, ok := l.bases[c.period]; !ok {
			low := int64(math.MaxInt64)
			for _, s := range c.samples {
				low = min(low, media.Rescale(min(s.dts, s.pts()), c.timescale, media.Clock))
			}
			l.bases[c.period] = l.base(low, o)
		}
		last := c.samples[len(c.samples)-1]
		l.end = max(l.end, l.bases[c.period]+media.Rescale(last.dts+int64(last.duration), c.timescale, media.Clock))
	}
	if len(d.changes) > 0 {
		l.count++
	}
}

// base is what a period's timestamps are moved by whose first one known is low.
func (l *line) base(low int64, o *Options) int64 {
	switch {
	case l.count > 0:
		return l.end - low
	case o.WebM && low > -media.Clock && low < media.Clock: // it counts from 0, as another stream does that may be earlier
		return 0
	case !o.WebM && o.Streams > 1:
		return leadTicks - low
	}
	return -low
}

// ahead is the line with a delta, of which it has the periods alone.
func (l *line) ahead(d *delta, o *Options) line {
	next := *l
	next.bases = map[int]int64{}
	for _, c := range d.changes {
		if base, ok := l.bases[c.period]; ok {
			next.bases[c.period] = base
		}
	}
	next.advance(d, o)
	return next
}

// fragment returns what stands in front of a delta's media.
func (j *Joiner) fragment(d *delta) ([]byte, error) {
	ahead := j.line.ahead(d, &j.opt)
	var size int64
	offsets := map[[2]int]int64{} // of chunks, by change
	for i := range d.writes {
		w := &d.writes[i]
		offsets[[2]int{w.change, w.chunk}] = size
		size += w.bytes
	}
	var runs []mp4.Run
	for i, c := range d.changes {
		times := c.times()
		base := media.Rescale(ahead.bases[c.period], media.Clock, c.timescale)
		n := 0
		for k, chunk := range c.chunks {
			r := mp4.Run{
				Track: uint32(c.table + 1), Entry: chunk.Entry, Offset: offsets[[2]int{i, k}],
				Start: uint64(max(c.samples[n].dts+base, 0)), Samples: times[n : n+int(chunk.Count)],
			}
			runs = append(runs, r)
			n += int(chunk.Count)
		}
	}
	return mp4.Fragment(ahead.count, runs, size)
}

// times are the samples of a change, as long as it is alone.
func (c *change) times() []mp4.Sample {
	list := make([]mp4.Sample, len(c.samples))
	for i, e := range c.samples {
		length := int64(e.duration)
		if i+1 < len(c.samples) {
			length = c.samples[i+1].dts - e.dts
		} else if length == 0 && len(c.known) > 0 {
			length = frameTime(c.known[len(c.known)-1], c.timescale)
		}
		list[i] = mp4.Sample{Duration: clamp(length), Composition: e.cts, Size: e.size, Key: e.key}
	}
	return list
}

// Head returns what belongs at the beginning of a file that grows in fragments, nil as long as there is none: with it, the file can be played
// as it is. It changes when a track or a coding comes.
func (j *Joiner) Head() ([]byte, error) {
	if !j.opt.Fragments || j.mux.Size() == 0 {
		return nil, nil
	}
	var tracks []mp4.Track
	for i, t := range j.tables {
		if t == nil || len(t.codecs) == 0 {
			continue
		}
		tracks = append(tracks, mp4.Track{
			ID: uint32(i + 1), Kind: t.kind, Language: t.language, Timescale: uint32(t.timescale), Codecs: t.codecs,
			Secondary: i != j.first(t.kind),
		})
	}
	if len(tracks) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(tracks, func(a, b mp4.Track) int { return int(a.Kind) - int(b.Kind) })
	return j.mux.Head(tracks)
}

// maxApart is how far apart tracks may begin that are made to begin together.
const maxApart = 60 * media.Clock

// beginning is when all tracks have begun.
func beginning(tracks []mp4.Track) (at int64) {
	for i := range tracks {
		if tracks[i].Start < maxApart {
			at = max(at, tracks[i].Start)
		}
	}
	return at
}

// together cuts what the tracks have before all of them have begun.
func together(tracks []mp4.Track) {
	begin := beginning(tracks)
	for i := range tracks {
		t := &tracks[i]
		cut := begin - t.Start
		if cut < 0 || cut >= t.Length {
			t.Start = max(t.Start-begin, 0)
			continue
		}
		t.MediaTime += media.Rescale(cut, media.Clock, int64(t.Timescale))
		t.Length -= cut
		t.Start = 0
	}
}
