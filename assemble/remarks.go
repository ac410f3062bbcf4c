package assemble

import (
	"fmt"
	"time"

	"seine/assemble/join"
)

// remarks tells what was odd about the media, and whether each track lasts as long as the playlist promised.
func remarks(s join.Summary, planned time.Duration) []string {
	var list []string
	for _, t := range s.Tracks {
		if off := (t.Start + t.Duration - planned).Abs(); off > tolerance(planned) {
			list = append(list, fmt.Sprintf("the %s track ends at %v, the playlist promises %v",
				t.Kind, (t.Start+t.Duration).Round(time.Millisecond), planned.Round(time.Millisecond)))
		}
	}
	w := &s.Warnings
	for _, c := range []struct {
		n    int64
		what string
	}{
		{w.Stream.LostBytes, "bytes were damaged and left out"},
		{w.Stream.DroppedFrames, "frames could not be used"},
		{w.Stream.ContinuityErrors, "packets are missing from the stream"},
		{w.Stream.IgnoredStreams, "streams of a kind that is not supported yet are left out"},
		{w.TimeJumps, "jumps of the clock were closed"},
		{w.ForcedDTS, "pictures had no rising decoding time"},
		{w.Overlaps, "overlapping sound frames were left out"},
		{w.Unaligned, "stretches had no common clock of picture and sound"},
	} {
		if c.n > 0 {
			list = append(list, fmt.Sprintf("%d %s", c.n, c.what))
		}
	}
	return list
}

// tolerance is how far a film may be from its playlist without a remark: the playlist's durations may be whole seconds.
func tolerance(planned time.Duration) time.Duration { return max(2*time.Second, planned/50) }
