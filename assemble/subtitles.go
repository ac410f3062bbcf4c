package assemble

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"seine/assemble/filename"
	"seine/assemble/join"
	"seine/assemble/media"
	"seine/assemble/mux/mp4"
	"seine/assemble/plan"
	"seine/assemble/subs"
	"seine/assemble/subs/cea608"
)

// Formats of Job.SubsFormat.
const (
	SRT = "srt"
	VTT = "vtt"
)

// Subtitles are those of one language, or of one channel of closed captions.
type Subtitles struct {
	// Path of the file beside the film; empty for those inside of it.
	Path string
	// Format is srt or vtt, tx3g inside the film.
	Format         string
	Language, Name string
	// Forced: for those who want no subtitles; HardOfHearing: they tell what is heard, too.
	Forced, HardOfHearing bool
	// Channel is CC1 … CC4 of closed captions, or empty.
	Channel string
	Cues    int
	// Segments that were read, of SegmentsPlanned; both are 0 for closed captions.
	Segments, SegmentsPlanned int
	// Dropped counts cues that could not be understood.
	Dropped int
}

// titles is one set of subtitles with its cues, on the clock of the film.
type titles struct {
	Subtitles
	cues    []subs.Cue
	shown   bool // by default
	unknown int  // cues of periods that the film has nothing of
}

// subtitles makes what was asked for of the cues that are there, and has it written.
func (r *run) subtitles() error {
	channels := r.job.Choice.Captions()
	if r.plan.Films() == len(r.plan.Streams) && len(channels) == 0 {
		return nil
	}
	if r.live != nil {
		r.plan.Place()
	}
	clock, err := r.joiner.Clock()
	if err != nil {
		return r.unwritten(err)
	}
	var list []titles
	for i := r.plan.Films(); i < len(r.plan.Streams); i++ {
		list = append(list, r.titlesOf(i, clock))
	}
	captions, err := r.captions(channels, clock)
	if err != nil {
		return r.unwritten(err)
	}
	list = append(list, captions...)
	r.remarkSubtitles(list)
	switch {
	case r.job.EmbedSubs && r.joiner.TakesText():
		r.embed(list, clock)
		return nil
	case r.job.EmbedSubs && len(list) > 0:
		r.verdict.Warnings = append(r.verdict.Warnings, "a .webm holds no subtitles of this kind: they are beside it")
	}
	return r.writeSidecars(list)
}

// noSubtitles says so of a film in one file.
func (r *run) noSubtitles() {
	if r.job.Choice.NamesTexts() || len(r.job.Choice.Captions()) > 0 {
		r.verdict.Warnings = append(r.verdict.Warnings, "the film is one file, taken as it is: it has the subtitles that are inside, and no others are known")
	}
}

// unwritten tells an error of the part file from others.
func (r *run) unwritten(err error) error {
	if e := r.data.Err(); e != nil {
		return fmt.Errorf("%w: %w", ErrOutput, e)
	}
	return err
}

// titlesOf are the cues of a stream.
func (r *run) titlesOf(stream int, clock join.Clock) titles {
	t := r.titled(stream)
	for i := range r.plan.Parts {
		if r.plan.Parts[i].Stream != stream {
			continue
		}
		t.SegmentsPlanned++
		p, ok := r.texts[i]
		if !ok {
			continue
		}
		t.Segments++
		t.Dropped += p.dropped
		cues, known := onFilm(r.plan, i, &p, clock)
		if !known {
			t.unknown += len(p.cues)
		}
		t.cues = append(t.cues, cues...)
	}
	t.cues = subs.Merge(t.cues)
	t.Cues = len(t.cues)
	return t
}

// titled is what is stated of a stream.
func (r *run) titled(stream int) titles {
	s := &r.plan.Streams[stream]
	t := titles{shown: s.Default, Subtitles: Subtitles{Language: s.Language, Name: s.Title}}
	if s.Rendition != nil {
		t.Forced, t.HardOfHearing = s.Rendition.Forced, hardOfHearing(s.Rendition.Characteristics)
	}
	return t
}

// hardOfHearing reads the characteristics of a rendition (RFC 8216 §4.3.4.1).
func hardOfHearing(characteristics string) bool {
	return strings.Contains(characteristics, "public.accessibility.transcribes-spoken-dialog") ||
		strings.Contains(characteristics, "public.accessibility.describes-music-and-sound")
}

// onFilm puts the cues of a part on the clock of the film: false when the film has nothing of their period.
func onFilm(p *plan.Plan, i int, t *textPart, clock join.Clock) (list []subs.Cue, ok bool) {
	part := &p.Parts[i]
	zero, ok := clock.At(part.Period, 0)
	if p.Aside(i) {
		zero, ok = 0, true
	}
	if !ok {
		return nil, len(t.cues) == 0
	}
	for _, c := range t.cues {
		length := c.End - c.Start
		c.Start += zero
		if t.wraps {
			c.Start = near(c.Start, part.Start)
		}
		if c.End = clock.End(); length < clock.End() {
			c.End = c.Start + length
		}
		c.Start, c.End = p.Trim(i, c.Start, c.End)
		if c.Start = max(c.Start, 0); c.End > c.Start {
			list = append(list, c)
		}
	}
	return list, true
}

// remarkSubtitles says what a person should know.
func (r *run) remarkSubtitles(list []titles) {
	for i := range list {
		t := &list[i]
		warn := func(format string, args ...any) {
			r.verdict.Warnings = append(r.verdict.Warnings, t.what()+" "+fmt.Sprintf(format, args...))
		}
		if t.Dropped > 0 {
			warn("have %s that cannot be understood: left out", cuesOf(t.Dropped))
		}
		if t.unknown > 0 {
			warn("have %s of parts that the film lacks: left out", cuesOf(t.unknown))
		}
		if t.Cues == 0 && t.Channel == "" {
			warn("hold no text")
		}
	}
}

func (t *titles) what() string {
	if t.Channel != "" {
		return "the closed captions " + t.Channel
	}
	if name := t.tag(); name != "" {
		return "the subtitles " + name
	}
	return "the subtitles"
}

// tag is what stands in a file's name: en, en.forced, en.sdh, en.cc.
func (t *titles) tag() string {
	var parts []string
	switch {
	case t.Language != "":
		parts = append(parts, t.Language)
	case t.Name != "" && t.Channel == "":
		parts = append(parts, filename.Cut(filename.Clean(t.Name, "subtitles"), maxTag))
	}
	switch {
	case t.Channel != "":
		parts = append(parts, strings.ToLower(t.Channel))
	case t.Forced:
		parts = append(parts, "forced")
	case t.HardOfHearing:
		parts = append(parts, "sdh")
	}
	return strings.Join(parts, ".")
}

// maxTag bounds a name that stands in a file's name, in bytes.
const maxTag = 60

// tags are those of all, told apart by numbers where need be.
func tags(list []titles) []string {
	out := make([]string, len(list))
	for i := range list {
		tag := list[i].tag()
		out[i] = tag
		for n := 2; slices.ContainsFunc(out[:i], func(o string) bool { return strings.EqualFold(o, out[i]) }); n++ {
			out[i] = strings.TrimPrefix(tag+"."+strconv.Itoa(n), ".")
		}
	}
	return out
}

// embed hands the subtitles to the joiner.
func (r *run) embed(list []titles, clock join.Clock) {
	width, height := r.joiner.Shape()
	var texts []join.Text
	for i := range list {
		t := &list[i]
		if t.Cues == 0 {
			continue
		}
		codec := &media.TimedText{Width: width, Height: height, Forced: t.Forced}
		text := join.Text{Language: t.Language, Name: t.Name, Default: t.shown, Codec: codec, Samples: samples(t.cues, codec, clock.End())}
		if text.Name == "" {
			text.Name = t.Channel
		}
		t.Format = codec.String()
		texts = append(texts, text)
		r.verdict.Subtitles = append(r.verdict.Subtitles, t.Subtitles)
	}
	r.joiner.Attach(texts)
}

// samples lays cues out one behind the other: where they overlap, a sample holds all that are shown. Nothing is behind the film's end, up to
// which a pause lasts: players take the last sample for one without end.
func samples(cues []subs.Cue, codec *media.TimedText, end time.Duration) (list []join.TextSample) {
	var moments []int64
	last := subs.Milliseconds(end)
	for i := range cues {
		moments = append(moments, min(subs.Milliseconds(cues[i].Start), last), min(subs.Milliseconds(cues[i].End), last))
	}
	slices.Sort(moments)
	moments = slices.Compact(slices.Concat([]int64{0}, moments, []int64{last}))
	from := 0 // cues before this one are over
	for i := 0; i+1 < len(moments); i++ {
		at := moments[i]
		var runs []subs.Run
		for from < len(cues) && subs.Milliseconds(cues[from].End) <= at {
			from++
		}
		for k := from; k < len(cues) && subs.Milliseconds(cues[k].Start) <= at; k++ {
			if subs.Milliseconds(cues[k].End) > at {
				runs = stacked(runs, cues[k].Runs)
			}
		}
		list = append(list, join.TextSample{Data: mp4.TextSample(runs, codec), Duration: uint32(moments[i+1] - at)})
	}
	return list
}

// stacked puts one text below another.
func stacked(above, below []subs.Run) []subs.Run {
	if len(above) == 0 {
		return below
	}
	return slices.Concat(above, subs.Plain("\n"), below)
}

// captions reads the closed captions of the pictures that are in the file.
func (r *run) captions(channels []int, clock join.Clock) ([]titles, error) {
	if len(channels) == 0 {
		return nil, nil
	}
	decoder, err := readCaptions(r.joiner)
	if err != nil {
		return nil, err
	}
	var list []titles
	for _, n := range channels {
		channel := cea608.Channel(n)
		t := titles{Subtitles: Subtitles{Channel: channel.String(), HardOfHearing: true}, cues: subs.Merge(decoder.Cues(channel, clock.End()))}
		if t.Cues = len(t.cues); t.Cues == 0 {
			continue
		}
		t.Language, t.Name = r.service(channel.String())
		list = append(list, t)
	}
	if len(list) == 0 {
		r.verdict.Warnings = append(r.verdict.Warnings, "the pictures hold no closed captions of the channels asked for (CEA-608)")
	}
	return list, nil
}

func cuesOf(n int) string {
	if n == 1 {
		return "1 cue"
	}
	return fmt.Sprintf("%d cues", n)
}
