package join

import (
	"math"

	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// picture makes the final track of a video table, in the table's timescale. Decoding times that do not rise are moved
// one tick behind their forerunner; presentation times stay.
func (t *table) picture(stream int, line map[int]offsets, w *Warnings) mp4.Track {
	out := mp4.Track{Kind: t.kind, Language: t.language, Timescale: uint32(t.timescale), Codecs: t.codecs, Chunks: t.chunks}
	out.Samples = make([]mp4.Sample, 0, len(t.samples))
	var zero, last int64
	first, end := int64(math.MaxInt64), int64(math.MinInt64)
	for k := range t.spans {
		shift := media.Rescale(line[t.spans[k].period][stream], media.Clock, t.timescale)
		floor := int64(math.MinInt64)
		if t.edited {
			floor = shift
		}
		for _, e := range t.span(k) {
			dts, pts := e.dts+shift, e.pts()+shift
			if n := len(out.Samples); n == 0 {
				zero = dts
			} else {
				if dts <= last {
					dts = last + 1
					w.ForcedDTS++
				}
				out.Samples[n-1].Duration = clamp(dts - last)
			}
			last, first, end = dts, min(first, max(pts, floor)), max(end, pts)
			out.Samples = append(out.Samples, mp4.Sample{Composition: offset(pts - dts), Size: e.size, Key: e.key})
		}
	}
	frame := t.frame()
	out.Samples[len(out.Samples)-1].Duration = clamp(frame)
	out.Start, out.MediaTime = media.Rescale(first, t.timescale, media.Clock), max(first-zero, 0)
	out.Length = media.Rescale(max(end+frame-first, 0), t.timescale, media.Clock)
	return out
}

func clamp(d int64) uint32 { return uint32(min(max(d, 0), math.MaxUint32)) }

func offset(d int64) int32 { return int32(min(max(d, math.MinInt32), math.MaxInt32)) }
