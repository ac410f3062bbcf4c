package join

import "seine/assemble/media"

// maxJump is how far a timestamp may be from the one before until the clock is taken to have been set anew: 10 s, as in
// players. Smaller steps are holes and overlaps, and stay what they are.
const maxJump = 10 * media.Clock

// place returns the decoding time of s on its period's clock. When the clock was set anew without a discontinuity tag, the
// samples go on behind the last one; a shift that another track has taken already comes first, so that they stay together.
func (c *change) place(j *Joiner, d *delta, s *media.Sample) int64 {
	var hole int64
	if p := j.periods[c.period]; p != nil {
		hole = p.streams[d.part.Stream].after
	}
	near := func(dts int64) bool { return dts > c.last-maxJump && dts < c.last+hole+maxJump }
	if c.begun && !near(s.DTS+c.shift) {
		c.shift = j.newShift(c, d, s, hole, near)
		d.warn.TimeJumps++
	}
	c.last, c.begun = s.DTS+c.shift, true
	return c.last
}

func (j *Joiner) newShift(c *change, d *delta, s *media.Sample, hole int64, near func(int64) bool) int64 {
	for _, o := range d.changes {
		if o.period == c.period && near(s.DTS+o.shift) {
			return o.shift
		}
	}
	for _, t := range j.tables {
		if t != nil && len(t.spans) > 0 && t.spans[len(t.spans)-1].period == c.period && near(s.DTS+t.shift) {
			return t.shift
		}
	}
	return c.last + frameTime(s.Codec) + hole - s.DTS
}
