package join

import (
	"io"
	"slices"
	"time"

	"seine/assemble/media"
)

// Clock tells when in the film it is that the clock of a period shows something. It is what the parts so far have settled: the place of
// a period no longer changes when parts of later ones come.
type Clock struct {
	shift map[int]int64 // by period, in ticks of media.Clock
	end   int64
}

// At returns the time in the film at which a period's own clock shows d: the clock of its samples' presentation times, less what Part.Zero
// says. false: the film has nothing of the period.
func (c Clock) At(period int, d time.Duration) (time.Duration, bool) {
	shift, ok := c.shift[period]
	return d + lasting(shift), ok
}

// End is where the film ends.
func (c Clock) End() time.Duration { return lasting(c.end) }

// Clock writes out the frames that were carried over, as Finish does, and returns the clock of the film. Errors are those of the file.
func (j *Joiner) Clock() (Clock, error) {
	if j.finished {
		return Clock{}, ErrFinished
	}
	for i := range j.streams {
		if err := j.drain(i); err != nil {
			return Clock{}, err
		}
	}
	line, all := j.settled(), j.extents()
	c, begin := Clock{shift: make(map[int]int64, len(line))}, j.begin()
	for n, e := range all {
		s := slices.IndexFunc(e[:], func(k [media.Audio + 1]extent) bool {
			return slices.ContainsFunc(k[:], func(x extent) bool { return x.seen })
		})
		if s < 0 {
			continue
		}
		c.shift[n] = line[n][s] - begin
		for s := range e {
			for _, x := range e[s] {
				if x.seen {
					c.end = max(c.end, x.end+line[n][s]-begin)
				}
			}
		}
	}
	return c, nil
}

// begin is where on the timeline the film begins.
func (j *Joiner) begin() int64 {
	if !j.opt.Together {
		return 0
	}
	warn := j.warn
	defer func() { j.warn = warn }()
	opt := j.opt
	j.opt.Together = false
	tracks, _ := j.tracks()
	j.opt = opt
	return beginning(tracks)
}

// settled is the timeline without its warnings, which Finish counts.
func (j *Joiner) settled() map[int]offsets {
	warn := j.warn
	defer func() { j.warn = warn }()
	return j.timeline()
}

// Picture is a sample of the film's first picture track.
type Picture struct {
	At    time.Duration // of its presentation, in the film
	Codec media.Codec
	Size  int // bytes

	file   io.ReaderAt
	offset int64
}

// Head reads the beginning of the sample: as much of it as b holds.
func (p *Picture) Head(b []byte) ([]byte, error) {
	b = b[:min(len(b), p.Size)]
	_, err := p.file.ReadAt(b, p.offset)
	return b, err
}

// Pictures calls do with each picture of the first picture track, in the order of the file: nothing is kept of what is in them, but they
// can be read back. Clock must have been asked before. The error is that of do.
func (j *Joiner) Pictures(do func(*Picture) error) error {
	at := slices.IndexFunc(j.tables[:], func(t *table) bool { return t != nil && t.kind == media.Video && len(t.samples) > 0 })
	if at < 0 {
		return nil
	}
	t, line, begin := j.tables[at], j.settled(), j.begin()
	i, span := 0, 0
	for _, c := range t.chunks {
		offset := c.Offset
		for range c.Count {
			for span+1 < len(t.spans) && t.spans[span+1].first <= i {
				span++
			}
			e := t.samples[i]
			p := Picture{
				At:    lasting(media.Rescale(e.pts(), t.timescale, media.Clock) + line[t.spans[span].period][at/maxTracks] - begin),
				Codec: t.codecs[c.Entry], Size: int(e.size), file: j.file, offset: offset,
			}
			if err := do(&p); err != nil {
				return err
			}
			offset += int64(e.size)
			i++
		}
	}
	return nil
}

// Text is a track of subtitles for the film: samples that Finish writes behind all others.
type Text struct {
	Language, Name string
	Default        bool // shown unless a person chooses otherwise
	Codec          *media.TimedText
	// Samples begin at 0, one behind the other.
	Samples []TextSample
}

// TextSample is one of them; Duration is in milliseconds.
type TextSample struct {
	Data     []byte
	Duration uint32
}

// textScale is the timescale of subtitles: subtitle files count milliseconds.
const textScale = 1000

// textChunk is how many samples of subtitles lie side by side.
const textChunk = 4096

// TakesText reports whether the file can have subtitles inside: mp4 can, WebM cannot have these.
func (j *Joiner) TakesText() bool { return !j.opt.WebM }

// Attach has Finish put subtitles into the film, see TakesText.
func (j *Joiner) Attach(list []Text) { j.texts = list }

// Shape is the size in pixels of the film's first picture; zeros when it has none.
func (j *Joiner) Shape() (width, height int) {
	for _, t := range j.tables {
		if t != nil && t.kind == media.Video && len(t.codecs) > 0 {
			width, height, _ = media.Shape(t.codecs[0])
			return width, height
		}
	}
	return 0, 0
}
