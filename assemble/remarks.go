package assemble

import (
	"fmt"
	"slices"
	"time"

	"seine/assemble/join"
	"seine/assemble/plan"
)

// remarks tells what was odd about the media, and whether each track lasts as long as the playlist promised.
func remarks(v *Verdict, s *join.Summary) []string {
	var list []string
	for i := range v.Tracks {
		t := &v.Tracks[i]
		if v.Live {
			break // its playlist promised nothing
		}
		if off := (t.Start + t.Duration - t.Planned).Abs(); off > tolerance(t.Planned) {
			list = append(list, fmt.Sprintf("the %s track ends at %s, the playlist promises %s", t.Kind, clock(t.Start+t.Duration), clock(t.Planned)))
		}
	}
	for _, g := range s.Ignored {
		was := "was"
		if g.Count > 1 {
			was = "were"
		}
		list = append(list, fmt.Sprintf("%s %s left out", g, was))
	}
	return append(list, counted(&s.Warnings)...)
}

// lost names the streams that gave nothing to the film: a sound that was asked for must not be missed in silence.
func lost(streams []plan.Stream, sum *join.Summary) (list []string) {
	for i := range streams {
		gave := slices.ContainsFunc(sum.Tracks, func(t join.TrackSummary) bool { return t.Stream == i })
		if !gave {
			list = append(list, fmt.Sprintf("the %s stream gave nothing that can be used: it is not in the film", streams[i].Name()))
		}
	}
	return list
}

// counted puts the counters that are not zero into words.
func counted(w *join.Warnings) (list []string) {
	for _, c := range []struct {
		n         int64
		one, many string
	}{
		{w.Stream.LostBytes, "byte was damaged and left out", "bytes were damaged and left out"},
		{w.Stream.DroppedFrames, "frame could not be used", "frames could not be used"},
		{w.Stream.ContinuityErrors, "place in the stream lacks packets", "places in the stream lack packets"},
		{w.Stream.BadSections, "table of the stream was damaged and left out", "tables of the stream were damaged and left out"},
		{w.TimeJumps, "jump of the clock was closed", "jumps of the clock were closed"},
		{w.ForcedDTS, "picture had no rising decoding time", "pictures had no rising decoding time"},
		{w.Overlaps, "overlapping sound frame was left out", "overlapping sound frames were left out"},
		{w.Unaligned, "stretch had no common clock of picture and sound", "stretches had no common clock of picture and sound"},
	} {
		switch {
		case c.n == 1:
			list = append(list, "1 "+c.one)
		case c.n > 1:
			list = append(list, fmt.Sprintf("%d %s", c.n, c.many))
		}
	}
	return list
}

// tolerance is how far a film may be from its playlist without a remark: the playlist's durations may be whole seconds.
func tolerance(planned time.Duration) time.Duration { return max(2*time.Second, planned/50) }

// clock is a place in the film as players show it: m:ss or h:mm:ss, whole seconds that have begun.
func clock(d time.Duration) string {
	s := int64(d / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
