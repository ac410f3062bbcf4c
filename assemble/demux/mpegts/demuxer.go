// Package mpegts takes MPEG-2 transport streams (ISO/IEC 13818-1) apart: HLS segments with H.264 or HEVC and
// with AAC in ADTS, MPEG audio, AC-3 or E-AC-3, one after the other, with frames cut by a packet or by a segment carried over.
//
// The demuxer gives no sample twice and loses none in silence: what damage cost is counted in Stats.
package mpegts

import (
	"io"

	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/media"
)

const (
	pidPAT    = 0
	pidCount  = 1 << 13
	maxTracks = 16

	bdavPrefix = 4 // arrival time before each packet of 192 bytes

	// values of Demuxer.pids beside track index + 1
	routePAT = 0xfe
	routePMT = 0xff
)

// Stats counts what was wrong with the stream.
type Stats struct {
	ContinuityErrors int64 // counter jumps without discontinuity_indicator
	Duplicates       int64 // packets sent twice, dropped as §2.4.3.3 asks
	Resyncs          int64 // times the row of sync bytes broke
	LostBytes        int64 // bytes that belong to no sample because of damage
	DroppedFrames    int64 // whole frames without the parameter sets or the timestamp they need
	BadSections      int64 // PAT or PMT with a wrong CRC
}

// Demuxer reads segments in order. Its zero value is ready; it is for one goroutine.
//
// Samples stay valid until the next Reset, Flush or Cut. Data of samples of one track lie one behind the other in memory, as
// a rule, and keep their capacity, so that a writer may join them: nobody may append to one.
type Demuxer struct {
	// Wanted is the only kind of track that matters, or 0: a stream of another kind may be missing or of any coding. Set it
	// before the first segment.
	Wanted media.Kind
	// Key decrypts samples under SAMPLE-AES, or is nil. Set it before each segment.
	Key *sampleaes.Key
	// Scratch says that a segment is the demuxer's to write in, from Reset until Next returns an error, or else until the next Reset, Flush or
	// Cut: samples then lie in the segment. It spares memory of the segment's size. Set it before each segment.
	Scratch bool

	data     []byte
	off      int
	stride   int
	tracks   []track
	pids     [pidCount]uint8
	pmtPID   uint16
	program  bool // a PMT has been read
	pat, pmt section
	last     []byte // the PMT in force
	clock    clock
	queue    []media.Sample
	head     int
	spare    []byte // see unit
	err      error
	stats    Stats
	ignored  []Ignored
	cipher   *sampleaes.Cipher
}

// Tracks lists what was found so far; Sample.Track indexes it. A PMT that comes later may add to it.
func (d *Demuxer) Tracks() []media.Track {
	list := make([]media.Track, len(d.tracks))
	for i := range d.tracks {
		list[i] = d.tracks[i].Track
		list[i].Timescale = media.Clock
	}
	return list
}

// Stats returns the counts since the beginning, or since RestoreState.
func (d *Demuxer) Stats() Stats { return d.stats }

// SetReference makes ts the running reference of the 33-bit timestamps, unless there is one.
func (d *Demuxer) SetReference(ts int64) {
	if !d.clock.set {
		d.clock = clock{ref: ts, set: true}
	}
}

// Reset begins the next segment. segment is read until Next returns an error. It returns ErrNotTS, ErrNoProgram or
// *UnsupportedError.
func (d *Demuxer) Reset(segment []byte) error {
	off, stride := locate(segment, 0)
	if off < 0 {
		return notTS(segment)
	}
	d.queue, d.head = d.queue[:0], 0
	for i := range d.tracks {
		d.tracks[i].rewind()
		d.tracks[i].seen, d.tracks[i].entered = false, false
	}
	d.data, d.off, d.stride, d.err = segment, off, stride, nil
	if off > bdavPrefix {
		d.stats.LostBytes += int64(off)
	}
	d.pids[pidPAT] = routePAT
	d.cipher = sampleaes.New(d.Key)
	if !d.program {
		d.findProgram()
	}
	if d.err == nil && !d.program {
		d.err = ErrNoProgram
	}
	if d.err == nil {
		d.err = d.unlock()
	}
	if d.err == nil && !d.Scratch {
		d.reserve(len(segment))
	}
	return d.err
}

// reserve makes room for the pictures of a segment at once: by and by, a large one would leave several times its size to the
// garbage collector. A little more is taken, for segments differ.
func (d *Demuxer) reserve(size int) {
	for i := range d.tracks {
		if t := &d.tracks[i]; t.Kind == media.Video {
			if n := len(t.arena) + size; n > cap(t.arena) {
				t.arena = append(make([]byte, 0, n+n/8), t.arena...)
			}
			return
		}
	}
}

// Next returns the next sample of the segment, io.EOF at its end, or *UnsupportedError.
func (d *Demuxer) Next() (media.Sample, error) {
	if d.head == len(d.queue) {
		d.queue, d.head = d.queue[:0], 0
		d.run()
		if len(d.queue) == 0 {
			return media.Sample{}, d.end()
		}
	}
	d.head++
	return d.queue[d.head-1], nil
}

func (d *Demuxer) end() error {
	if d.err != nil {
		return d.err
	}
	return io.EOF
}

func (d *Demuxer) fail(err error) {
	if d.err == nil {
		d.err = err
	}
	d.outside()
}

// outside has no track need the segment any longer.
func (d *Demuxer) outside() {
	for i := range d.tracks {
		d.tracks[i].leave(0)
	}
}

// Flush ends the stream: Next then returns the frames that were carried over, whole or not, up to io.EOF. After them the
// demuxer knows nothing of the stream any more, as after a discontinuity (RFC 8216 §4.3.2.3).
func (d *Demuxer) Flush() {
	d.data, d.off, d.err = nil, 0, nil
	d.queue, d.head = d.queue[:0], 0
	for i := range d.tracks {
		d.tracks[i].rewind()
		d.drain(i, true)
		d.tracks[i].forget()
	}
	d.pids = [pidCount]uint8{}
	d.program, d.pmtPID, d.last, d.clock = false, 0, nil, clock{}
	d.pat, d.pmt = section{}, section{}
}

// Cut is for a segment that could not be had: what was carried over goes out as it is, and whatever comes next is no
// continuation. Next then returns those frames up to io.EOF.
func (d *Demuxer) Cut() {
	d.data, d.off, d.err = nil, 0, nil
	d.queue, d.head = d.queue[:0], 0
	for i := range d.tracks {
		t := &d.tracks[i]
		t.rewind()
		d.drain(i, true)
		d.stats.LostBytes += int64(len(t.pending()))
		t.discard()
		t.cc = -1
	}
}

// forget drops all but what a later stream may use again: the track's place, its coding and its buffers.
func (t *track) forget() {
	t.audio.Forget()
	*t = track{
		Track: t.Track, cc: -1, arena: t.arena, from: len(t.arena), audio: t.audio,
		video: videoState{coding: t.video.coding}, streamType: t.streamType,
	}
}
