package join

import (
	"time"

	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// Hole is a time in a track that no sample fills, as far as one can tell: a sample that lasts far too long.
type Hole struct{ Start, Duration time.Duration }

// A shorter silence or still picture is not worth a word: streams with few pictures a second exist.
const (
	leastSilence = media.Clock / 10
	leastStill   = media.Clock
	maxHoles     = 1000
)

// holesOf finds the holes of a finished track, in movie time.
func holesOf(t *mp4.Track) (list []Hole) {
	scale, least := int64(t.Timescale), int64(leastStill)
	if t.Kind == media.Audio {
		least = leastSilence
	}
	at := t.Start - media.Rescale(t.MediaTime, scale, media.Clock)
	var ticks, before int64
	for _, s := range t.Samples {
		frame := min(before, int64(s.Duration))
		if gap := media.Rescale(int64(s.Duration)-frame, scale, media.Clock); before > 0 && gap >= least && len(list) < maxHoles {
			list = append(list, Hole{lasting(at + media.Rescale(ticks+frame, scale, media.Clock)), lasting(gap)})
		} else {
			before = int64(s.Duration)
		}
		ticks += int64(s.Duration)
	}
	return list
}
