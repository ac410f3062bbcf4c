package packed

import "seine/assemble/demux/frames"

const (
	// minRow is how many frames in a row, all of one configuration, prove a stream.
	minRow = 4
	// maxLead bounds what may stand before the first frame: the rest of one cut by the segment before, or rubbish.
	maxLead = 64 << 10
)

// Looks reports whether b is packed audio: a row of frames, behind ID3 tags or not. With a timestamp in front, one frame is enough.
func Looks(b []byte) bool {
	_, _, ok := detect(b, 0)
	return ok
}

// detect finds the first row of frames, preferring those of the coding at hand. off is where it begins.
func detect(b []byte, have frames.Coding) (c frames.Coding, off int, ok bool) {
	t, rest := tags(b)
	codings := [...]frames.Coding{have, frames.ADTS, frames.Dolby, frames.MPEG}
	for _, c := range codings {
		if c == 0 {
			continue
		}
		if at := c.Row(rest, min(len(rest), maxLead), minRow); at >= 0 {
			return c, len(b) - len(rest) + at, true
		}
	}
	for _, c := range codings {
		if c != 0 && t.timed && c.Single(rest) {
			return c, len(b) - len(rest), true
		}
	}
	return 0, 0, false
}
