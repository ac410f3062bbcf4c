// Package join turns clear HLS segments into one MP4 file as they come: demux, timeline, mux. Each byte is written once, in
// order; what must outlive the process is in the record of each part; the same parts give the same file.
//
// The sample tables keep the stream's own timestamps, in its own ticks. How the periods between discontinuities follow one another is
// settled in Finish, when all is known, so nothing waits for the other stream (see timeline).
package join

import (
	"errors"
	"fmt"
	"io"
	"time"

	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/media"
)

// Errors for decisions.
var (
	// ErrRecord says that a record is damaged, or belongs to another job or version.
	ErrRecord = errors.New("join: damaged record")
	// ErrShort says that the part file ends before what its records say was written.
	ErrShort = errors.New("join: the part file is shorter than its records say")
	// ErrFinished says that a part came after Finish.
	ErrFinished = errors.New("join: already finished")
	// ErrPart says that a Part makes no sense: a stream that is not there, a period that goes back.
	ErrPart = errors.New("join: impossible part")
)

// PartError is why Add refused a part.
type PartError struct {
	Stream   int
	Sequence uint64
	Err      error
}

func (e *PartError) Error() string {
	return fmt.Sprintf("segment %d of stream %d: %v", e.Sequence, e.Stream, e.Err)
}

func (e *PartError) Unwrap() error { return e.Err }

// File is the part file. *os.File satisfies it.
type File interface {
	io.WriterAt
	io.ReaderAt
	Truncate(size int64) error
}

// Options says what is known of the film beforehand.
type Options struct {
	Duration  time.Duration   // of the whole film as the playlist says: sizes the room for moov; 0 puts moov at the end
	Streams   int             // 1: picture and sound muxed, or one of them; 2: picture, and sound in a rendition of its own; 0 is 1
	Languages []string        // for each stream, BCP 47; may be empty
	Names     []string        // for each stream, what its sound is called; may be empty
	Kinds     []media.Kind    // for each stream, the only kind that it gives to the film, 0 for all it has; nil: as wanted says
	Offsets   []time.Duration // for each stream, when it begins in the film as the playlists say
	Texts     int             // tracks of subtitles that Attach will bring: room for them is kept
	Fragments bool            // the file can be played while it grows, see Head; Finish leaves the fragments inside of its mdat
	WebM      bool            // the file is WebM, not mp4
	Together  bool            // what comes before all tracks have begun is not presented
	Default   int             // the stream whose sound plays unless a person chooses another
}

// Part says what one segment is.
type Part struct {
	Stream        int            // 0 … Streams-1
	Sequence      uint64         // for error texts
	Duration      time.Duration  // EXTINF
	Discontinuity bool           // a discontinuity stands before this segment (RFC 8216 §4.3.2.3)
	Period        int            // counts discontinuities from 0; the streams agree on it
	Missing       bool           // the segment could not be had: data is nil, the timeline leaves a hole of Duration
	Init          []byte         // the initialization section in force (RFC 8216 §4.3.2.5), nil for none; nobody may change it
	Key           *sampleaes.Key // of samples under SAMPLE-AES, nil for clear ones
	Keyed         bool           // other segments with this Init have a Key
	Zero          time.Duration  // what the samples' own clock shows when the period begins
	Scratch       bool           // data is worth nothing afterwards: it may be written over, which spares memory of its size
}

const (
	maxStreams = 8
	// maxTracks bounds the tracks of one stream.
	maxTracks = 16
	// maxPeriod bounds the number of discontinuities.
	maxPeriod = 1 << 20
	// maxDuration bounds one segment: a day.
	maxDuration = 24 * time.Hour
)

// Joiner is for one goroutine.
type Joiner struct {
	file     File
	opt      Options
	mux      muxer
	streams  []stream
	tables   [maxStreams * maxTracks]*table
	periods  map[int]*period
	warn     Warnings
	line     line  // of fragments
	heritage int64 // room for moov that the record of a renewed part hands on
	finished bool
	samples  []media.Sample // of the part at hand
	texts    []Text
}

// stream is one playlist.
type stream struct {
	container container
	demux     demuxer
	wanted    media.Kind
	state     []byte // container and the demuxer's state after the last part, to go back to
	begun     bool
	period    int
	zero      time.Duration // see Part; of the samples that come
	trust     trust
}

// New returns a Joiner on an empty file.
func New(f File, o Options) *Joiner {
	o.Streams = min(max(o.Streams, 1), maxStreams)
	j := &Joiner{file: f, opt: o, mux: o.muxer(f), streams: make([]stream, o.Streams), periods: map[int]*period{}}
	for i := range j.streams {
		s := &j.streams[i]
		s.wanted = o.wanted(i)
		s.demux = undecided.demuxer(s.wanted)
		s.state = s.save()
	}
	return j
}

// wanted is what a stream gives to the film, unless Kinds says it: of several streams the first gives the picture, the others the
// sound in place of the variant's own (RFC 8216 §4.3.4.2.1). 0 is everything.
func (o *Options) wanted(stream int) media.Kind {
	switch {
	case stream < len(o.Kinds):
		return o.Kinds[stream]
	case o.Streams == 1:
		return 0
	case stream == 0:
		return media.Video
	}
	return media.Audio
}

// Size returns the length of the file now: the end of what was written.
func (j *Joiner) Size() int64 { return j.mux.Size() }

// Add demuxes one clear segment, sets its samples on the timeline and writes them at the end of the file. data is not kept; it is
// changed where Part.Scratch or Part.Key is set. The record holds all that Restore needs to go on behind this part.
//
// After an error nothing has changed: the same part may come again, with better bytes, or as Missing. Errors are ErrPart,
// ErrFinished, and *PartError with those of the demuxers' Reset, of the file, and decrypt.ErrWrongKey.
func (j *Joiner) Add(p Part, data []byte) (record []byte, err error) {
	if err := j.check(p); err != nil {
		return nil, err
	}
	s := &j.streams[p.Stream]
	before := s.demux.Stats()
	d, err := j.demux(p, data)
	if err == nil {
		err = d.fits(j.opt.WebM)
	}
	if err == nil {
		d.warn.Stream = s.demux.Stats().Since(before)
		err = j.write(d)
	}
	if err != nil {
		return nil, &PartError{Stream: p.Stream, Sequence: p.Sequence, Err: errors.Join(err, s.rollback())}
	}
	d.state, d.reserve = s.save(), max(d.reserve, j.heritage)
	j.apply(d)
	return d.encode(), nil
}

func (j *Joiner) check(p Part) error {
	switch {
	case j.finished:
		return ErrFinished
	case p.Stream < 0 || p.Stream >= len(j.streams):
		return fmt.Errorf("%w: stream %d of %d", ErrPart, p.Stream, len(j.streams))
	case p.Period < 0 || p.Period > maxPeriod || p.Period < j.streams[p.Stream].period:
		return fmt.Errorf("%w: period %d after %d", ErrPart, p.Period, j.streams[p.Stream].period)
	case p.Duration < 0 || p.Duration > maxDuration:
		return fmt.Errorf("%w: it lasts %v", ErrPart, p.Duration)
	}
	return nil
}

// demux reads the samples of a part into j.samples and plans their places. Frames that an earlier segment cut come first:
// a discontinuity or a missing segment ends them.
func (j *Joiner) demux(p Part, data []byte) (*delta, error) {
	s := &j.streams[p.Stream]
	d := j.newDelta(p)
	j.samples = j.samples[:0]
	if s.begun && (p.Discontinuity || p.Period != s.period) {
		s.demux.Flush()
		if err := j.leftover(d, s.period); err != nil {
			return nil, err
		}
	}
	if p.Missing {
		d.warn.MissingParts++
		s.demux.Cut(ticks(p.Duration))
		return d, j.leftover(d, s.period)
	}
	if q := j.periods[p.Period]; q != nil && q.timed {
		s.demux.SetReference(q.reference + ticks(p.Zero))
	}
	s.zero = p.Zero
	if err := s.begin(p, data); err != nil {
		return nil, err
	}
	from := len(j.samples)
	if err := j.collect(s); err != nil {
		return nil, err
	}
	if err := s.trust.judge(p.Key, s.demux.Evidence()); err != nil {
		return nil, err
	}
	d.plan(j, j.samples[from:], p.Period)
	return d, nil
}

func (j *Joiner) collect(s *stream) error {
	for {
		m, err := s.demux.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		zero := media.Rescale(int64(s.zero), int64(time.Second), int64(s.demux.Tracks()[m.Track].Timescale))
		m.DTS, m.PTS = m.DTS-zero, m.PTS-zero
		j.samples = append(j.samples, m)
	}
}

// leftover collects what the demuxer had carried over. Its bytes are copied: the segment that follows takes their place.
func (j *Joiner) leftover(d *delta, period int) error {
	from := len(j.samples)
	if err := j.collect(&j.streams[d.part.Stream]); err != nil {
		return err
	}
	for i := range j.samples[from:] {
		j.samples[from+i].Data = append([]byte(nil), j.samples[from+i].Data...)
	}
	d.plan(j, j.samples[from:], period)
	return nil
}
