package join

import (
	"seine/assemble/codec/aac"
	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// sound makes the final track of an audio table. Its timescale is the first sample rate, so a frame takes exactly 1024
// ticks, and timestamps only say where the frames belong: less than one frame beside, they are taken as they come; further
// on, the frame before is stretched over the hole; further back, the frame is left out, for its time is taken.
func (t *table) sound(stream int, line map[int]offsets, w *Warnings) mp4.Track {
	b := soundTrack{out: mp4.Track{Kind: t.kind, Language: t.language, Timescale: uint32(rate(t.codecs[0])), Codecs: t.codecs}}
	b.out.Samples = make([]mp4.Sample, 0, len(t.samples))
	i, span := 0, 0
	for _, c := range t.chunks {
		frame := int64(aac.FrameSamples) * int64(b.out.Timescale) / int64(rate(t.codecs[c.Entry]))
		at, open := c.Offset, false
		for range c.Count {
			fresh := false
			for span+1 < len(t.spans) && t.spans[span+1].first <= i {
				span++
				fresh = true
			}
			e := t.samples[i]
			if b.place(e.dts+line[t.spans[span].period][stream], frame, fresh) {
				b.take(e, uint32(frame), at, c.Entry, &open)
			} else {
				open = false
				w.Overlaps++
			}
			at += int64(e.size)
			i++
		}
	}
	b.out.Start = b.zero
	b.out.Length = rescale(b.pos, int64(b.out.Timescale), media.Clock)
	return b.out
}

func rate(c media.Codec) int {
	if a, ok := c.(*media.AAC); ok {
		return a.SampleRate
	}
	return media.Clock
}

// soundTrack is a track under construction.
type soundTrack struct {
	out  mp4.Track
	zero int64 // movie time of the first frame, in ticks of media.Clock
	pos  int64 // end of the last frame, in ticks of the timescale
}

// place moves pos to where a frame of movie time t belongs; false when that time is taken. Where a period begins the hole
// is closed to the tick, so that nothing adds up.
func (b *soundTrack) place(t, frame int64, fresh bool) bool {
	n := len(b.out.Samples)
	if n == 0 {
		b.zero = t
		return true
	}
	d := rescale(t-b.zero, media.Clock, int64(b.out.Timescale)) - b.pos
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

// rescale converts ticks, rounding to the nearest; whole seconds first, so that nothing overflows.
func rescale(v, from, to int64) int64 {
	whole, rest := v/from, v%from
	half := from / 2
	if rest < 0 {
		half = -half
	}
	return whole*to + (rest*to+half)/from
}
