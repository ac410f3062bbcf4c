package join

import (
	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// sound makes the final track of an audio table. Samples of known duration stay in the table's timescale. Else it is the first
// sample rate, so that a frame takes a whole number of ticks: 1024 of AAC. Timestamps only say where the frames belong: less than one frame beside,
// they are taken as they come; further on, the frame before is stretched over the hole; further back, the frame is left out,
// for its time is taken.
func (t *table) sound(stream int, line map[int]offsets, w *Warnings) mp4.Track {
	b := soundTrack{
		scale: t.timescale,
		out:   mp4.Track{Kind: t.kind, Language: t.language, Timescale: uint32(t.soundScale()), Codecs: t.codecs},
	}
	b.out.Samples = make([]mp4.Sample, 0, len(t.samples))
	i, span := 0, 0
	for _, c := range t.chunks {
		at, open := c.Offset, false
		for range c.Count {
			fresh := false
			for span+1 < len(t.spans) && t.spans[span+1].first <= i {
				span++
				fresh = true
			}
			e := t.samples[i]
			frame := b.frame(e, t.codecs[c.Entry])
			shift := media.Rescale(line[t.spans[span].period][stream], media.Clock, t.timescale)
			if b.place(e.dts+shift, frame, fresh) {
				b.take(e, uint32(frame), at, c.Entry, &open)
			} else {
				open = false
				if e.pts() >= t.floor() { // priming of a later period is not missed
					w.Overlaps++
				}
			}
			at += int64(e.size)
			i++
		}
	}
	b.finish(t.lead())
	return b.out
}

// soundScale is the timescale of the final track.
func (t *table) soundScale() int64 {
	if _, rate := media.Framing(t.codecs[0]); rate > 0 {
		return rate
	}
	return t.timescale
}

// lead is how much of the first frames is not presented, in ticks of the table.
func (t *table) lead() int64 { return max(t.samples[0].pts(), t.floor()) - t.samples[0].pts() }

// soundTrack is a track under construction.
type soundTrack struct {
	out   mp4.Track
	scale int64 // timescale of the table
	zero  int64 // movie time of the first frame, in ticks of the table
	pos   int64 // end of the last frame, in ticks of the track
}

// frame is how long a sample takes, in ticks of the track.
func (b *soundTrack) frame(e entry, c media.Codec) int64 {
	scale := int64(b.out.Timescale)
	if e.duration > 0 {
		return media.Rescale(int64(e.duration), b.scale, scale)
	}
	return frameTime(c, scale)
}

// finish settles what is presented: all behind lead ticks of the table.
func (b *soundTrack) finish(lead int64) {
	b.out.Start = media.Rescale(b.zero+lead, b.scale, media.Clock)
	b.out.MediaTime = media.Rescale(lead, b.scale, int64(b.out.Timescale))
	b.out.Length = media.Rescale(max(b.pos-b.out.MediaTime, 0), int64(b.out.Timescale), media.Clock)
}

// place moves pos to where a frame of movie time t, in ticks of the table, belongs; false when that time is taken. Where a period begins the hole
// is closed to the tick, so that nothing adds up.
func (b *soundTrack) place(t, frame int64, fresh bool) bool {
	n := len(b.out.Samples)
	if n == 0 {
		b.zero = t
		return true
	}
	d := media.Rescale(t-b.zero, b.scale, int64(b.out.Timescale)) - b.pos
	if d <= -frame {
		return false
	}
	if d >= frame || fresh && d > 0 {
		b.out.Samples[n-1].Duration = clamp(int64(b.out.Samples[n-1].Duration) + d)
		b.pos += d
	}
	return true
}

// take appends the frame that lies at offset at. A frame left out ends the chunk, for its bytes stay in the file.
func (b *soundTrack) take(e entry, frame uint32, at int64, codec uint32, open *bool) {
	if !*open {
		b.out.Chunks = append(b.out.Chunks, mp4.Chunk{Offset: at, Entry: codec})
		*open = true
	}
	b.out.Chunks[len(b.out.Chunks)-1].Count++
	b.out.Samples = append(b.out.Samples, mp4.Sample{Duration: frame, Size: e.size, Key: true})
	b.pos += int64(frame)
}
