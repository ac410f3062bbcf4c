package join

import "seine/assemble/demux/mpegts"

// Warnings counts what was wrong with the parts and what was done about it.
type Warnings struct {
	Stream       mpegts.Stats // of all streams together
	MissingParts int64        // parts with Missing set
	TimeJumps    int64        // clocks set anew without a discontinuity tag, taken as going on
	LeftOut      int64        // samples of tracks that another stream takes the place of
	ForcedDTS    int64        // pictures whose decoding time did not rise
	Overlaps     int64        // AAC frames left out because their time was taken
	Unaligned    int64        // periods in which the streams did not share a clock
}

// counters are those that a part adds to.
func (w *Warnings) counters() []*int64 {
	return append(w.Stream.Counters(), &w.MissingParts, &w.TimeJumps, &w.LeftOut)
}

func (w *Warnings) add(o Warnings) {
	from := o.counters()
	for i, n := range w.counters() {
		*n += *from[i]
	}
}
