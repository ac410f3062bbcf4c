// Package packed takes packed audio apart (RFC 8216 §3.4): segments of AAC in ADTS, MPEG audio, AC-3 or Enhanced AC-3 without a
// container, which begin with an ID3 tag that tells their time.
package packed

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/demux/frames"
	"seine/assemble/media"
	"seine/assemble/media/wire"
)

// Errors of the demuxer. A damaged stream is no error: damage is counted in Lost, and what remains is delivered.
var (
	// ErrNotPacked says that no row of frames is in the segment.
	ErrNotPacked = errors.New("not packed audio")
	// ErrState says that a saved state cannot be read.
	ErrState = errors.New("packed: damaged saved state")
)

const wrap = 1 << 33

// Demuxer reads segments in order. Its zero value is ready; it is for one goroutine.
//
// Samples stay valid until the next Reset, Flush or Cut.
type Demuxer struct {
	// Key decrypts samples under SAMPLE-AES, or is nil. Set it before each segment.
	Key *sampleaes.Key

	stream    frames.Stream
	data      []byte
	begun     bool // a segment has been read since the last discontinuity
	reference int64
	timed     bool // reference is known
	queue     []media.Sample
	head      int
	lost      frames.Lost
	err       error
}

// Tracks returns the one track, or none before the first segment.
func (d *Demuxer) Tracks() []media.Track {
	if d.stream.Coding() == 0 {
		return nil
	}
	return []media.Track{{Kind: media.Audio, Timescale: media.Clock}}
}

// Lost returns what damage cost, since the beginning or since RestoreState.
func (d *Demuxer) Lost() frames.Lost { return d.lost }

// Evidence is what the segment tells of its key.
func (d *Demuxer) Evidence() sampleaes.Evidence { return d.stream.Cipher.Evidence() }

// SetReference makes ts the running reference of the 33-bit timestamps, unless there is one. A stream without any timestamp
// begins there.
func (d *Demuxer) SetReference(ts int64) {
	if !d.timed {
		d.reference, d.timed = ts, true
	}
}

// Reset begins the next segment. A segment without a timestamp goes on where the one before ended. The error is ErrNotPacked or
// *frames.UnsupportedError.
func (d *Demuxer) Reset(segment []byte) error {
	d.queue, d.head, d.err = d.queue[:0], 0, nil
	body := len(segment)
	if c, off, ok := detect(segment, d.stream.Coding()); ok {
		d.stream.Become(c)
		body = off
	}
	if d.stream.Coding() == 0 {
		return fmt.Errorf("%w: no row of frames", ErrNotPacked)
	}
	if body == len(segment) && !d.continues(segment) {
		return fmt.Errorf("%w: no row of frames", ErrNotPacked)
	}
	d.stream.Rewind()
	d.stream.Cipher = sampleaes.New(d.Key)
	if d.Key != nil && d.Key.Counter {
		return &frames.UnsupportedError{Name: "packed audio under SAMPLE-AES-CTR"}
	}
	if d.Key != nil && d.stream.Coding() == frames.MPEG {
		return &frames.UnsupportedError{Name: "MPEG audio under SAMPLE-AES"}
	}
	d.data = segment
	return nil
}

// continues is for a segment without a row of frames, such as one of a single frame: it must begin as one.
func (d *Demuxer) continues(segment []byte) bool {
	_, rest := tags(segment)
	return len(rest) > 0 && len(rest) < minRow*frames.MaxFrame && (len(rest) < len(segment) || d.stream.Coding().Starts(rest))
}

// tags reads the ID3 tags at the front of b. The last timestamp counts.
func tags(b []byte) (last tag, rest []byte) {
	for {
		t, ok := parseTag(b)
		if !ok {
			return last, b
		}
		if t.timed {
			last = t
		}
		b = b[t.size:]
	}
}

// Next returns the next sample of the segment, io.EOF at its end, or *frames.UnsupportedError.
func (d *Demuxer) Next() (media.Sample, error) {
	if d.data != nil {
		d.read()
	}
	if d.head == len(d.queue) {
		if d.err != nil {
			return media.Sample{}, d.err
		}
		return media.Sample{}, io.EOF
	}
	d.head++
	return d.queue[d.head-1], nil
}

// read takes the whole segment: tags, and the frames up to the next tag.
func (d *Demuxer) read() {
	for rest := d.data; len(rest) > 0 && d.err == nil; {
		var t tag
		if t, rest = tags(rest); t.timed {
			d.anchor(t.pts)
		}
		if !d.begun && !d.stream.Timed() {
			d.stream.Anchor(d.reference)
		}
		d.begun = true
		n := nextTag(rest)
		d.stream.Push(rest[:n])
		d.drain(n == len(rest))
		rest = rest[n:]
	}
	d.data = nil
}

// nextTag returns where the next ID3 tag begins.
func nextTag(b []byte) int {
	for at := 0; ; at++ {
		i := bytes.Index(b[at:], []byte("ID3"))
		if i < 0 {
			return len(b)
		}
		at += i
		if _, ok := parseTag(b[at:]); ok && at > 0 {
			return at
		}
	}
}

// anchor unwraps a timestamp against the one before.
func (d *Demuxer) anchor(pts int64) {
	if d.timed {
		off := (pts - d.reference) & (wrap - 1)
		if off >= wrap/2 {
			off -= wrap
		}
		pts = d.reference + off
	}
	d.reference, d.timed = pts, true
	d.stream.Anchor(pts)
}

func (d *Demuxer) drain(final bool) {
	queue, lost, err := d.stream.Drain(d.queue, final)
	d.queue = queue
	d.lost.Bytes += lost.Bytes
	d.lost.Frames += lost.Frames
	d.err = err
}

// Flush ends the stream, as a discontinuity does: Next then returns what can still be made of the bytes carried over.
func (d *Demuxer) Flush() {
	d.end()
	d.stream.Forget()
	d.begun, d.reference, d.timed = false, 0, false
}

// Cut is for a segment of so many ticks of media.Clock that could not be had: whatever comes next is no continuation of a frame, and
// comes that much later unless it says when.
func (d *Demuxer) Cut(ticks int64) {
	d.end()
	d.lost.Bytes += int64(len(d.stream.Pending()))
	d.stream.Discard()
	d.stream.Skip(ticks)
}

func (d *Demuxer) end() {
	d.queue, d.head, d.err, d.data = d.queue[:0], 0, nil, nil
	d.stream.Rewind()
	if d.stream.Coding() != 0 {
		d.drain(true)
	}
}

// AppendState appends all that the next segment depends on.
func (d *Demuxer) AppendState(b []byte) []byte {
	b = wire.Bool(b, d.begun)
	b = wire.Bool(b, d.timed)
	b = wire.Int(b, d.reference)
	return d.stream.AppendState(b)
}

// RestoreState makes d what it was when AppendState wrote b. The error wraps ErrState; d is then empty.
func (d *Demuxer) RestoreState(b []byte) error {
	r := wire.NewReader(b)
	*d = Demuxer{queue: d.queue[:0]}
	d.begun, d.timed, d.reference = r.Bool(), r.Bool(), r.Int()
	d.stream.RestoreState(r)
	if limit := int64(media.MaxSeconds * media.Clock); d.reference > limit || d.reference < -limit {
		r.Fail()
	}
	if r.Err() != nil || r.Len() != 0 {
		*d = Demuxer{}
		return ErrState
	}
	return nil
}
