package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"seine/assemble/manifest"
	"seine/assemble/media"
)

// MaxTexts bounds the subtitles of one film.
const MaxTexts = 64

// Text reports whether a stream holds subtitles: it is no part of the film's tracks, and comes behind all that are.
func (s *Stream) Text() bool { return s.Gives == media.Text }

// Captions are the channels of CEA-608 that are asked for, CC1 being 1: "cc" asks for all that there are.
func (c Choice) Captions() (channels []int) {
	for asked := range strings.SplitSeq(c.Subs, ",") {
		switch n, ok := captions(asked); {
		case !ok:
		case n == 0:
			return []int{1, 2, 3, 4}
		case !slices.Contains(channels, n):
			channels = append(channels, n)
		}
	}
	slices.Sort(channels)
	return channels
}

// captions reads cc, which is 0, and cc1 … cc4.
func captions(s string) (n int, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	i := slices.Index([]string{"cc", "cc1", "cc2", "cc3", "cc4"}, s)
	return max(i, 0), i >= 0
}

// texts are the languages and names asked for, without captions.
func (c Choice) texts() (wish []string) {
	for asked := range strings.SplitSeq(c.Subs, ",") {
		if _, cc := captions(asked); !cc && strings.TrimSpace(asked) != "" && !strings.EqualFold(strings.TrimSpace(asked), "none") {
			wish = append(wish, strings.TrimSpace(asked))
		}
	}
	return wish
}

// NamesTexts reports whether subtitles are asked for that have a playlist or file of their own.
func (c Choice) NamesTexts() bool { return len(c.texts()) > 0 }

// chooseTexts picks from the variant's own group of subtitles: all that have a language or name that was asked for, those of forced
// narrative and for the hard of hearing included.
func chooseTexts(p *manifest.Presentation, v *manifest.Variant, c Choice) ([]*manifest.Rendition, error) {
	wish := c.texts()
	group := textGroup(p, v)
	var found []*manifest.Rendition
	for _, asked := range wish {
		all := strings.EqualFold(asked, "all")
		some := false
		for _, r := range group {
			if all || speaks(r, asked) {
				some = true
				if !slices.ContainsFunc(found, func(o *manifest.Rendition) bool { return o.URL.String() == r.URL.String() }) {
					found = append(found, r)
				}
			}
		}
		if some || all {
			continue
		}
		if len(group) == 0 {
			return nil, fmt.Errorf("%w: subtitles %q: the film names none%s", ErrChoice, asked, captioned(p))
		}
		return nil, fmt.Errorf("%w: subtitles %q: there is %s", ErrChoice, asked, names(group))
	}
	if len(found) > MaxTexts {
		return nil, fmt.Errorf("more than %d subtitles of one film are %w: choose some by --subs", MaxTexts, manifest.ErrUnsupported)
	}
	return found, nil
}

// captioned tells of closed captions, which somebody may have meant.
func captioned(p *manifest.Presentation) string {
	for i := range p.Renditions {
		if p.Renditions[i].Type == manifest.ClosedCaptions {
			return ", but closed captions inside its pictures: cc asks for them"
		}
	}
	return ""
}

func textGroup(p *manifest.Presentation, v *manifest.Variant) (group []*manifest.Rendition) {
	for i := range p.Renditions {
		r := &p.Renditions[i]
		if v.Subtitles != "" && r.Type == manifest.Subtitles && r.Group == v.Subtitles && r.URL != nil {
			group = append(group, r)
		}
	}
	return group
}

func textStreams(list []*manifest.Rendition) (streams []Stream) {
	for _, r := range list {
		s := Stream{URL: r.URL, Lister: r.Lister, Mirrors: r.Mirrors, Gives: media.Text, Rendition: r, Language: languageTag(r.Language), Title: title(r.Name), Default: r.Default}
		s.Label = title(r.Language)
		if len(list) > 1 {
			s.Label = label(r, list)
		}
		streams = append(streams, s)
	}
	return streams
}

// Films is how many streams are of the film itself: they come first, subtitles behind them.
func (p *Plan) Films() int { return films(p.Streams) }

// films is how many streams are of the film itself.
func films(streams []Stream) int {
	n := slices.IndexFunc(streams, func(s Stream) bool { return s.Text() })
	if n < 0 {
		return len(streams)
	}
	return n
}

// alignTexts is align for subtitles: each by itself, so that one that tells nothing does not spoil the film's own.
func alignTexts(streams []Stream, offsets []time.Duration) []time.Duration {
	for i := len(offsets); i < len(streams); i++ {
		at := time.Duration(0)
		if len(streams[i].Playlist.Segments) > 0 && len(streams[0].Playlist.Segments) > 0 {
			pair := align([]Stream{streams[0], streams[i]})
			at = max(offsets[0]+pair[1]-pair[0], 0)
		}
		offsets = append(offsets, at)
	}
	return offsets
}

// late is how far behind the beginning of subtitles their period is looked for: durations are rounded.
const late = time.Second

// Place settles the periods of the subtitles of a plan whose parts came one by one.
func (p *Plan) Place() { p.place() }

// place gives subtitles that do not count the discontinuities of the film the period that they begin in.
func (p *Plan) place() {
	if films(p.Streams) == len(p.Streams) {
		return
	}
	known := map[int]bool{}
	var main []*Part
	for i := range p.Parts {
		if t := &p.Parts[i]; t.Stream == 0 {
			known[t.Period] = true
			main = append(main, t)
		}
	}
	for i := range p.Parts {
		t := &p.Parts[i]
		if !p.Streams[t.Stream].Text() || len(main) == 0 || p.counts(t.Stream) && known[t.Period] && len(known) > 1 {
			continue
		}
		at := t.Start + min(late, t.Duration/2)
		n, _ := slices.BinarySearchFunc(main, at, func(m *Part, at time.Duration) int {
			if m.Start <= at {
				return -1
			}
			return 1
		})
		t.Period = main[max(n-1, 0)].Period
	}
}

// counts reports whether a stream of subtitles counts discontinuities.
func (p *Plan) counts(stream int) bool {
	list := p.Streams[stream].Playlist
	n := len(list.Segments)
	return list.DiscontinuitySequence > 0 || n > 0 && list.Segments[0].Period != list.Segments[n-1].Period
}

// rounding is how far beyond an island subtitles may be that belong to it.
const rounding = time.Second / 2

// leaveText says whether subtitles lie in an island altogether.
func leaveText(list []Island, t *Part) bool {
	for i := range list {
		if t.Start > list[i].Start-rounding && t.Start+t.Duration < list[i].End()+rounding {
			return true
		}
	}
	return false
}

// before is how long the film is shorter, by islands, up to a time.
func before(list []Island, at time.Duration) (cut time.Duration) {
	for i := range list {
		if list[i].Start < at {
			cut += min(list[i].Duration, at-list[i].Start)
		}
	}
	return cut
}

// Trim takes what was left out of the film from a cue of a part, whose times are those of the film up to the next cut. The times returned are
// those that remain; a cue of which nothing does has none, and ends where it begins.
func (p *Plan) Trim(part int, start, end time.Duration) (time.Duration, time.Duration) {
	t := &p.Parts[part]
	if !p.Skipped || !p.Streams[t.Stream].Text() {
		return start, end
	}
	away := t.Begins - t.Start
	for i := range p.Islands {
		n := &p.Islands[i]
		if n.Start >= t.Begins {
			break
		}
		from := n.End() - away
		if t.Begins < n.End() { // it begins in the middle of what was left out
			from = t.Start
		}
		start, end = max(start, from), max(end, from)
	}
	keep := func(at time.Duration) time.Duration {
		whole, cut := at+away, time.Duration(0)
		for i := range p.Islands {
			if n := &p.Islands[i]; n.Start >= t.Begins && n.Start < whole {
				cut += min(n.Duration, whole-n.Start)
			}
		}
		return at - cut
	}
	return keep(start), keep(end)
}
