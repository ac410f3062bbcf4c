package join

import "seine/assemble/media"

// maxJump is how far a timestamp may be from the one before until the clock is taken to have been set anew: 10 s, as in
// players, in ticks of media.Clock. Smaller steps are holes and overlaps, and stay what they are.
const maxJump = jumpSeconds * media.Clock

const jumpSeconds = 10

// place returns where the decoding time of s, which is dts in the table's ticks, lies on its period's clock. When the clock was set anew without a discontinuity tag, the
// samples go on behind the last one; a shift that another track has taken already comes first, so that they stay together.
func (c *change) place(j *Joiner, d *delta, s *media.Sample, dts int64) int64 {
	var hole int64
	if p := j.periods[c.period]; p != nil {
		hole = media.Rescale(p.streams[d.part.Stream].after, media.Clock, c.timescale)
	}
	jump := jumpSeconds * c.timescale
	near := func(dts int64) bool { return dts > c.last-jump && dts < c.last+hole+jump }
	if c.begun && !near(dts+c.shift) {
		c.shift = j.newShift(c, d, func(shift int64) bool { return near(dts + shift) }, c.last+frameTime(s.Codec, c.timescale)+hole-dts)
		d.warn.TimeJumps++
	}
	c.last, c.begun = dts+c.shift, true
	return c.last
}

// newShift returns a shift that another track has and that fits, else its own.
func (j *Joiner) newShift(c *change, d *delta, fits func(shift int64) bool, own int64) int64 {
	for _, o := range d.changes {
		if shift := media.Rescale(o.shift, o.timescale, c.timescale); o.period == c.period && fits(shift) {
			return shift
		}
	}
	for _, t := range j.tables {
		if t == nil || len(t.spans) == 0 || t.spans[len(t.spans)-1].period != c.period {
			continue
		}
		if shift := media.Rescale(t.shift, t.timescale, c.timescale); fits(shift) {
			return shift
		}
	}
	return own
}
