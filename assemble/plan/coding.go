package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"seine/assemble/media"
)

// Codings tells how the media of the first stream's periods is coded, as far as anybody has looked.
type Codings map[int][]media.Codec

// maxClip bounds a clip that is taken for foreign by its coding alone: an encoder may be replaced in mid-film for longer.
const maxClip = 2 * time.Minute

// coding is how one run, or most of a film, is coded.
type coding []media.Codec

// of is the first track of a kind, or nil.
func (c coding) of(k media.Kind) media.Codec {
	if i := slices.IndexFunc(c, func(m media.Codec) bool { return m.Kind() == k }); i >= 0 {
		return c[i]
	}
	return nil
}

// format is what a change of needs other equipment than the same encoder set up alike: family, size, sample rate.
func format(c media.Codec) string {
	family, _, _ := strings.Cut(c.String(), ".")
	switch family {
	case "avc3":
		family = "avc1"
	case "hev1":
		family = "hvc1"
	}
	width, height, rate := media.Shape(c)
	return fmt.Sprint(family, width, height, rate)
}

// differs says how two codings are unlike: in what they are, or in parameter sets alone. A kind that either has not says nothing.
func (c coding) differs(o coding) (format, sets string) {
	for _, k := range []media.Kind{media.Video, media.Audio} {
		a, b := c.of(k), o.of(k)
		if a == nil || b == nil || a.Equal(b) {
			continue
		}
		if what := unlike(a, b); what != "" {
			return what, ""
		}
		sets = "other parameter sets"
	}
	return "", sets
}

// unlike names the first thing in which two codings are not the same format.
func unlike(a, b media.Codec) string {
	if format(a) == format(b) {
		return ""
	}
	w, h, rate := media.Shape(a)
	ww, hh, other := media.Shape(b)
	switch {
	case w != ww || h != hh:
		return fmt.Sprintf("a picture of %d×%d", w, h)
	case rate != other:
		return fmt.Sprintf("sound of %d Hz", rate)
	}
	return "another codec"
}

// maxTried bounds the work: what most of a film has turns up soon.
const maxTried = 16

// usualCoding is the one that most of the runs, as far as their coding is known, agree on: on the format, and, if sets is true, on
// all of it. nil when they do not.
func usualCoding(runs []run) (usual coding, sets bool) {
	var known time.Duration
	for i := range runs {
		if len(runs[i].coding) > 0 {
			known += runs[i].duration
		}
	}
	var tried []coding
	for i := range runs {
		c := runs[i].coding
		if len(c) == 0 || len(tried) == maxTried || slices.ContainsFunc(tried, func(t coding) bool { return slices.Equal(t, c) }) {
			continue
		}
		tried = append(tried, c)
		alike, same := agreement(runs, c)
		switch {
		case same*100 >= known*mainShare:
			return c, true
		case usual == nil && alike*100 >= known*mainShare:
			usual = c
		}
	}
	return usual, false
}

// agreement is how long the runs are that have the format of a coding, and those of them that have the very same.
func agreement(runs []run, c coding) (alike, same time.Duration) {
	for i := range runs {
		if len(runs[i].coding) == 0 {
			continue
		}
		format, sets := runs[i].coding.differs(c)
		if format == "" {
			alike += runs[i].duration
		}
		if format == "" && sets == "" {
			same += runs[i].duration
		}
	}
	return alike, same
}

// maxSamples bounds the periods that somebody should look into.
const maxSamples = 32

// Samples are the parts that tell how the periods of the first stream are coded: the first one of each that the origin has. Of too many
// periods they are the longest, which are the film, and the shortest.
func (p *Plan) Samples() (parts []int) {
	lengths, first := map[int]time.Duration{}, map[int]int{}
	var periods []int
	for i := range p.Parts {
		t := &p.Parts[i]
		if t.Stream != 0 {
			continue
		}
		if _, ok := first[t.Period]; !ok && !t.Gap {
			first[t.Period] = i
			periods = append(periods, t.Period)
		}
		lengths[t.Period] += t.Duration
	}
	if len(periods) < 2 {
		return nil
	}
	if len(periods) > maxSamples {
		slices.SortStableFunc(periods, func(a, b int) int { return int(lengths[b] - lengths[a]) })
		periods = slices.Concat(periods[:maxSamples/2], periods[len(periods)-maxSamples/2:])
	}
	for _, n := range periods {
		parts = append(parts, first[n])
	}
	return parts
}

// Learn takes note of how periods are coded, and looks for islands again. It does nothing once they are left out.
func (p *Plan) Learn(c Codings) {
	if p.Skipped {
		return
	}
	p.Codings = c
	if len(c) > 0 {
		p.Islands = Islands(p)
	}
}
