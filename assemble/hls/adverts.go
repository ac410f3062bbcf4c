package hls

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"seine/assemble/manifest"
)

// cue follows the tags that packagers make of SCTE-35 splice commands. They are not in the RFC, and each vendor writes them in a
// way of its own; EXT-OATCLS-SCTE35 only carries the command that EXT-X-CUE-OUT says again.
type cue struct {
	out  bool
	from int           // the first segment of the break
	left time.Duration // of the break, 0: until the tag that ends it
}

func (c *cue) tag(name, value string, segment int) {
	switch name {
	case "#EXT-X-CUE-OUT":
		c.begin(segment, cueDuration(value))
	case "#EXT-X-CUE-OUT-CONT":
		if !c.out && segment == 0 { // the list begins within a break
			c.begin(segment, 0)
		}
	case "#EXT-X-CUE-IN":
		c.out = false
	case "#EXT-X-SCTE35":
		for k, v := range attributes(value) {
			switch {
			case k == "CUE-OUT" && v == "YES":
				c.begin(segment, cueDuration(value))
			case k == "CUE-IN" && v == "YES":
				c.out = false
			}
		}
	}
}

func (c *cue) begin(segment int, length time.Duration) {
	*c = cue{out: true, from: segment, left: length}
}

// cueDuration reads "30", "DURATION=30" and the like; 0 when there is none.
func cueDuration(value string) time.Duration {
	if d, err := parseDuration(strings.TrimSpace(value)); err == nil {
		return d
	}
	for k, v := range attributes(value) {
		if strings.EqualFold(k, "DURATION") {
			d, _ := parseDuration(v)
			return d
		}
	}
	return 0
}

// take tells whether a segment lies within the break. A break of stated length ends with the segment that comes nearest to it.
func (c *cue) take(length time.Duration) bool {
	if !c.out {
		return false
	}
	if c.left > 0 {
		c.left -= length
		c.out = c.left > length/2
	}
	return true
}

// adClass are the classes of date ranges that stand for what is spliced in. Apple's own com.apple.hls.interstitial is none: it
// schedules other playlists, which are played in between, and the segments here are the film.
var adClass = regexp.MustCompile(`(?i)(^|[^a-z])(ads?|adverts?|advertisements?|commercials?|(pre|mid|post)-?roll)($|[^a-z])`)

// adverts marks the segments that tags or date ranges call spliced in. A break that nothing ends is none.
func (r *mediaReader) adverts() {
	segments := r.list.Segments
	if r.cue.out && r.cue.left == 0 {
		for i := r.cue.from; i < len(segments); i++ {
			segments[i].Advert = false
		}
	}
	r.endRanges()
	var breaks []manifest.DateRange
	for _, d := range r.list.DateRanges {
		if (d.Out || adClass.MatchString(d.Class)) && d.Duration > 0 && !d.Start.IsZero() {
			breaks = append(breaks, d)
		}
	}
	if len(breaks) == 0 {
		return
	}
	breaks = merge(breaks)
	for i, at := range r.list.Dates() {
		middle := at.Add(segments[i].Duration / 2)
		k, _ := slices.BinarySearchFunc(breaks, middle, func(d manifest.DateRange, t time.Time) int { return d.Start.Compare(t) })
		if k > 0 && middle.Before(breaks[k-1].Start.Add(breaks[k-1].Duration)) {
			segments[i].Advert = true
		}
	}
}

// merge makes of ranges that overlap one.
func merge(list []manifest.DateRange) []manifest.DateRange {
	slices.SortFunc(list, func(a, b manifest.DateRange) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Duration, b.Duration))
	})
	out := list[:1]
	for _, d := range list[1:] {
		last := &out[len(out)-1]
		if gap := d.Start.Sub(last.Start); gap <= last.Duration {
			last.Duration = max(last.Duration, gap+d.Duration)
			continue
		}
		out = append(out, d)
	}
	return out
}
