package join

import (
	"slices"
	"time"

	"seine/assemble/media"
	"seine/assemble/mux/mp4"
	"seine/assemble/mux/webm"
)

// Summary is what became of the parts.
type Summary struct {
	Tracks   []TrackSummary
	Size     int64         // of the finished file, in bytes
	Duration time.Duration // of the longest track, its start included
	Warnings Warnings
	Ignored  []Ignored // what all streams together leave out
}

// TrackSummary describes one track of the file.
type TrackSummary struct {
	Stream        int // whose it is
	Kind          media.Kind
	Name          string // for people; may be empty
	Default       bool   // of its kind, the one that plays unless a person chooses another
	Codec         string // RFC 6381, of the first sample entry
	Entries       int    // sample entries: more than 1 when the coding changed
	Width, Height int    // pixels, of the first sample entry
	SampleRate    int    // Hz
	Channels      int
	Language      string
	Samples       int
	Start         time.Duration // of the presentation, in the movie
	Duration      time.Duration // of the presentation
	FrameRate     float64       // pictures a second over the whole track
	Holes         []Hole
}

// Finish writes out the frames that were carried over, and then the headers. After an error it may be called again.
// It returns mp4.ErrEmpty when no sample came.
func (j *Joiner) Finish() (Summary, error) {
	if j.finished {
		return Summary{}, ErrFinished
	}
	for i := range j.streams {
		if err := j.drain(i); err != nil {
			return Summary{}, err
		}
	}
	warn := j.warn
	tracks, list := j.tracks()
	var size int64
	var err error
	var texts []mp4.Track
	if len(tracks) > 0 && j.TakesText() {
		texts, err = j.subtitles()
	}
	if m, ok := j.mux.(*webm.Muxer); ok {
		m.Cues = j.cues()
	}
	if err == nil {
		size, err = j.mux.Finish(append(tracks, texts...))
	}
	if err != nil {
		j.warn = warn
		return Summary{}, err
	}
	j.finished = true
	s := Summary{Tracks: list, Size: size, Warnings: j.warn}
	for i := range j.streams {
		s.Ignored = append(s.Ignored, j.streams[i].demux.leftOut()...)
	}
	for _, t := range tracks {
		s.Duration = max(s.Duration, lasting(t.Start+t.Length))
	}
	return s, nil
}

// drain writes what a stream's demuxer still holds.
func (j *Joiner) drain(stream int) error {
	s := &j.streams[stream]
	d := j.newDelta(Part{Stream: stream, Period: s.period})
	j.samples = j.samples[:0]
	before := s.demux.Stats()
	s.demux.Flush()
	err := j.leftover(d, s.period)
	d.warn.Stream = s.demux.Stats().Since(before)
	if err == nil {
		err = j.write(d)
	}
	if err != nil {
		_ = s.rollback() // of a state that AppendState wrote
		return err
	}
	d.state = s.save()
	if len(d.writes) > 0 {
		j.apply(d)
	} else {
		j.warn.add(d.warn)
	}
	s.state = d.state
	return nil
}

// tracks settles the timeline; pictures come first.
func (j *Joiner) tracks() (tracks []mp4.Track, list []TrackSummary) {
	line := j.timeline()
	order := make([]int, 0, len(j.tables))
	for i, t := range j.tables {
		if t != nil && len(t.samples) > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(j.tables[a].kind) - int(j.tables[b].kind) })
	for _, i := range order {
		t := j.tables[i]
		build := t.picture
		if t.kind == media.Audio {
			build = t.sound
		}
		out := build(i/maxTracks, line, &j.warn)
		if t.kind == media.Audio && i/maxTracks < len(j.opt.Names) {
			out.Name = j.opt.Names[i/maxTracks]
		}
		out.Secondary = i != j.first(t.kind)
		if j.opt.WebM {
			out.ID = uint32(i + 1) // as its blocks say
		}
		tracks = append(tracks, out)
	}
	if j.opt.Together {
		together(tracks)
	}
	for n, i := range order {
		list = append(list, summary(i/maxTracks, &tracks[n]))
	}
	return tracks, list
}

// first is the table of the kind's track that plays unless another is chosen: the default stream's, or else the first of all.
func (j *Joiner) first(k media.Kind) int {
	first := -1
	for i, t := range j.tables {
		switch {
		case t == nil || t.kind != k || len(t.samples) == 0:
		case i/maxTracks == j.opt.Default:
			return i
		case first < 0:
			first = i
		}
	}
	return first
}

func summary(stream int, t *mp4.Track) TrackSummary {
	s := TrackSummary{
		Stream: stream, Holes: holesOf(t), Kind: t.Kind, Name: t.Name, Default: !t.Secondary, Codec: t.Codecs[0].String(), Entries: len(t.Codecs), Language: t.Language,
		Samples: len(t.Samples), Start: lasting(t.Start), Duration: lasting(t.Length),
	}
	switch c := t.Codecs[0].(type) {
	case *media.H264:
		s.Width, s.Height = c.Width, c.Height
	case *media.H265:
		s.Width, s.Height = c.Width, c.Height
	case *media.AAC:
		s.SampleRate, s.Channels = c.SampleRate, c.Channels
	case *media.MPEGAudio:
		s.SampleRate, s.Channels = c.SampleRate, c.Channels
	case *media.AC3:
		s.SampleRate, s.Channels = c.SampleRate, c.Channels
	case *media.EAC3:
		s.SampleRate, s.Channels = c.SampleRate, c.Channels
	case *media.Entry:
		s.Width, s.Height, s.SampleRate, s.Channels = c.Width, c.Height, c.SampleRate, c.Channels
	}
	if t.Kind == media.Video && t.Length > 0 {
		s.FrameRate = float64(len(t.Samples)) * media.Clock / float64(t.Length)
	}
	return s
}
