package fmp4

import (
	"math"

	"seine/assemble/bmff"
	"seine/assemble/media"
)

// maxEdits bounds an edit list; for fragments more than an empty edit and one with media makes no sense.
const maxEdits = 1000

// edits reads the edit list (§8.6.6): empty edits delay the track, and the first one with media says which composition time
// is presented first. What comes before it, such as the priming of a sound codec, is for the decoder alone. movie is the
// timescale of the edits' durations.
func (t *trak) edits(data []byte, movie uint32) error {
	if data == nil {
		return nil
	}
	version, _, rest, err := bmff.FullBox(data)
	if err != nil {
		return damaged("an edit list without version")
	}
	f := bmff.NewFields(rest)
	delay := int64(0)
	for n := min(f.U32(), maxEdits); n > 0; n-- {
		length := f.Word(version)
		at := int64(int32(f.U32()))
		if version == 1 {
			at = at<<32 | int64(f.U32())
		}
		f.U32() // media_rate
		if f.Err() != nil || length > math.MaxInt64 {
			return damaged("the edit list is too short")
		}
		if at >= 0 {
			t.shift, t.Edited = delay-at, true
			return t.bounded(at)
		}
		if movie != 0 {
			delay += media.Rescale(min(int64(length), media.MaxSeconds*int64(movie)), int64(movie), int64(t.Timescale))
		}
		if err := t.bounded(delay); err != nil {
			return err
		}
	}
	return nil
}

// bounded refuses times beyond a century.
func (t *trak) bounded(ticks int64) error {
	if ticks < 0 || ticks > media.MaxSeconds*int64(t.Timescale) {
		return damaged("a time of %d at %d ticks a second", ticks, t.Timescale)
	}
	return nil
}
