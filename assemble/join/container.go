package join

import (
	"bytes"
	"errors"
	"slices"

	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/demux/fmp4"
	"seine/assemble/demux/frames"
	"seine/assemble/demux/mpegts"
	"seine/assemble/demux/packed"
	"seine/assemble/demux/webm"
	"seine/assemble/media"
)

// demuxer takes the segments of one playlist apart. All its frames that a segment cut are in its state.
type demuxer interface {
	// Reset begins a segment; init is the initialization section in force, or nil.
	Reset(init, segment []byte) error
	Next() (media.Sample, error)
	Flush()
	// Cut is for a segment of so many ticks that is missing.
	Cut(ticks int64)
	Tracks() []media.Track
	SetReference(ts int64)
	AppendState(b []byte) []byte
	RestoreState(b []byte) error
	Stats() mpegts.Stats
	leftOut() []Ignored
	// unlock gives the key of the samples to come, nil for clear ones; keyed says that others have one.
	unlock(key *sampleaes.Key, keyed bool)
	// scratch says whether a segment may be written over while its samples are read.
	scratch(yes bool)
	// Evidence is what the samples of the segment tell of its key.
	Evidence() sampleaes.Evidence
}

// Ignored is a kind of track that is not in the film.
type Ignored struct {
	What  string // the beginning of a sentence, such as "a stream of type 0x81 (AC-3)"
	Count int
}

// String returns What.
func (g Ignored) String() string { return g.What }

// container says which demuxer a stream has. It is the first byte of the stream's state.
type container byte

const (
	undecided container = iota // as a transport stream without a segment
	transport
	fragments
	packedAudio
	matroska
)

// containerOf looks at a stream's first segment.
func containerOf(segment []byte) container {
	if fmp4.Looks(segment) {
		return fragments
	}
	if webm.Looks(segment) {
		return matroska
	}
	if !mpegts.Looks(segment) && packed.Looks(segment) {
		return packedAudio
	}
	return transport
}

func (c container) demuxer(kind media.Kind) demuxer {
	switch c {
	case fragments:
		return &fragmentDemuxer{}
	case packedAudio:
		return &packedDemuxer{}
	case matroska:
		return &webmDemuxer{}
	}
	return &transportDemuxer{Demuxer: mpegts.Demuxer{Wanted: kind}}
}

// become gives the stream the demuxer of a container, unless it has it.
func (s *stream) become(c container) {
	if max(c, transport) != max(s.container, transport) {
		s.demux = c.demuxer(s.wanted)
	}
	s.container = c
}

// begin hands a segment to the demuxer that is right for the stream.
func (s *stream) begin(p Part, data []byte) error {
	if s.container == undecided {
		s.become(containerOf(data))
	}
	s.demux.unlock(p.Key, p.Keyed)
	s.demux.scratch(p.Scratch)
	return s.demux.Reset(p.Init, data)
}

// save returns the state that rollback takes.
func (s *stream) save() []byte { return s.demux.AppendState([]byte{byte(s.container)}) }

// rollback makes the demuxer what it was after the last part.
func (s *stream) rollback() error {
	if len(s.state) == 0 || container(s.state[0]) > matroska {
		return errors.New("no state of a stream")
	}
	s.become(container(s.state[0]))
	return s.demux.RestoreState(s.state[1:])
}

type transportDemuxer struct{ mpegts.Demuxer }

// Reset puts an initialization section, which holds the tables of the stream (RFC 8216 §3.2), in front of a segment that has
// none.
func (d *transportDemuxer) Reset(init, segment []byte) error {
	err := d.Demuxer.Reset(segment)
	if errors.Is(err, mpegts.ErrNoProgram) && len(init) > 0 {
		return d.Demuxer.Reset(slices.Concat(init, segment))
	}
	return err
}

// Cut has no use for a duration: a timestamp comes next.
func (d *transportDemuxer) Cut(int64) { d.Demuxer.Cut() }

func (d *transportDemuxer) unlock(k *sampleaes.Key, _ bool) { d.Key = k }

func (d *transportDemuxer) scratch(yes bool) { d.Scratch = yes }

func (d *transportDemuxer) leftOut() (list []Ignored) {
	for _, g := range d.Ignored() {
		list = append(list, Ignored{g.String(), g.Count})
	}
	return list
}

type packedDemuxer struct{ packed.Demuxer }

// Reset has no use for an initialization section.
func (d *packedDemuxer) Reset(_, segment []byte) error { return named(d.Demuxer.Reset(segment)) }

// Next names what cannot be carried over as a transport stream does.
func (d *packedDemuxer) Next() (media.Sample, error) {
	s, err := d.Demuxer.Next()
	return s, named(err)
}

func named(err error) error {
	var u *frames.UnsupportedError
	if errors.As(err, &u) {
		return &mpegts.UnsupportedError{Name: u.Name}
	}
	var f *fmp4.UnsupportedError
	if errors.As(err, &f) {
		return &mpegts.UnsupportedError{Name: f.Name}
	}
	return err
}

// Stats counts as a transport stream does.
func (d *packedDemuxer) Stats() mpegts.Stats {
	lost := d.Lost()
	return mpegts.Stats{LostBytes: lost.Bytes, DroppedFrames: lost.Frames}
}

func (d *packedDemuxer) unlock(k *sampleaes.Key, _ bool) { d.Key = k }

// scratch is of no use: the frames of a sound are small.
func (*packedDemuxer) scratch(bool) {}

func (*packedDemuxer) leftOut() []Ignored { return nil }

type fragmentDemuxer struct{ fmp4.Demuxer }

// Cut has nothing to cut: fragments are whole.
func (d *fragmentDemuxer) Cut(int64) { d.Flush() }

// SetReference has no use for a reference: timestamps of 64 bits do not wrap.
func (*fragmentDemuxer) SetReference(int64) {}

// Stats are of transport streams only.
func (*fragmentDemuxer) Stats() (none mpegts.Stats) { return none }

// Reset names what cannot be carried over as a transport stream does.
func (d *fragmentDemuxer) Reset(init, segment []byte) error {
	return named(d.Demuxer.Reset(init, segment))
}

// scratch is of no use: samples lie in their fragments anyway.
func (*fragmentDemuxer) scratch(bool) {}

func (d *fragmentDemuxer) unlock(k *sampleaes.Key, keyed bool) { d.Key, d.Keyed = k, keyed }

func (d *fragmentDemuxer) leftOut() (list []Ignored) {
	for _, coding := range d.Ignored() {
		list = append(list, Ignored{"a track of type " + string(bytes.TrimSpace([]byte(coding))), 1})
	}
	return list
}
