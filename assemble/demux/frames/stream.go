package frames

import (
	"bytes"
	"errors"

	"seine/assemble/codec/ac3"
	"seine/assemble/codec/mpa"
	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/media"
)

// Stream counts frames from the last timestamp: a PTS belongs to the first frame that begins behind it (ISO/IEC 13818-1
// §2.4.3.7), so the rest of a frame begun before keeps the older count.
//
// It is for one goroutine. Its zero value has no coding: see Become.
type Stream struct {
	// Cipher decrypts the frames, or is nil for clear ones.
	Cipher *sampleaes.Cipher

	coding   Coding
	buf      []byte // not yet turned into samples
	arena    []byte // samples since Rewind, one behind the other
	pts      int64  // of the anchor
	count    int64  // samples of each channel since the anchor
	timed    bool
	next     int64 // PTS for frames from offset nextFrom of buf on
	nextFrom int
	pending  bool
	id       uint64 // of what makes up the codec
	codec    media.Codec
	rate     int64       // Hz
	before   media.Codec // that a stream may come back to, or nil
	beforeID uint64
}

// Lost is what damage cost.
type Lost struct {
	Bytes  int64 // that belong to no frame
	Frames int64 // without a timestamp
}

// Become sets the coding. Another one than before drops what was known.
func (s *Stream) Become(c Coding) {
	if s.coding != c {
		*s = Stream{Cipher: s.Cipher, coding: c, buf: s.buf[:0], arena: s.arena}
	}
}

// Coding returns what Become was given, 0 at first.
func (s *Stream) Coding() Coding { return s.coding }

// Anchor books the timestamp of the first frame that begins in what is pushed from now on. Where Drain left a frame that may go on, the
// timestamp before is its.
func (s *Stream) Anchor(pts int64) {
	if s.pending && s.nextFrom == 0 && len(s.buf) > 0 {
		s.pts, s.count, s.timed = s.next, 0, true
	}
	s.next, s.nextFrom, s.pending = pts, len(s.buf), true
}

// Timed reports whether a frame could be given a time.
func (s *Stream) Timed() bool { return s.timed || s.pending }

// Push appends bytes of the elementary stream.
func (s *Stream) Push(b []byte) { s.buf = append(s.buf, b...) }

// Pending returns the bytes that no sample has been made of yet.
func (s *Stream) Pending() []byte { return s.buf }

// Discard drops the pending bytes.
func (s *Stream) Discard() { s.buf = s.buf[:0] }

// Rewind makes room for a new segment: samples given out until now are no longer valid.
func (s *Stream) Rewind() { s.arena = s.arena[:0] }

// Skip lets time go by for frames that are not there, in ticks of media.Clock. A timestamp that comes next takes no notice of it.
func (s *Stream) Skip(ticks int64) {
	if s.pending {
		s.next += ticks
	} else if s.timed {
		s.pts += ticks
	}
}

// Forget drops all but the coding and the buffers, as a discontinuity does.
func (s *Stream) Forget() {
	*s = Stream{Cipher: s.Cipher, coding: s.coding, buf: s.buf[:0], arena: s.arena}
}

// Drain takes the whole frames out of what was pushed and leaves the one that is cut. final says that a frame that could go on
// behind what is there does not. Samples are appended to out; they have neither track nor duration; times are in ticks of media.Clock. The error is an
// *UnsupportedError.
func (s *Stream) Drain(out []media.Sample, final bool) (_ []media.Sample, lost Lost, err error) {
	b, off := s.buf, 0
	for len(b)-off >= s.coding.headerSize() && err == nil {
		u, e := s.begin(b[off:], final)
		if errors.Is(e, errShort) && s.plausible(b[off:], u) {
			break
		}
		if e != nil || !s.followed(b[off:], u.size) {
			n := 1 + s.coding.search(b[off+1:])
			lost.Bytes += int64(n)
			off += n
			continue
		}
		out, err = s.take(out, u, off, &lost)
		off += u.size
	}
	s.nextFrom = max(s.nextFrom-off, 0)
	if off > 0 {
		s.buf = s.buf[:copy(s.buf, b[off:])]
	}
	return out, lost, err
}

// begin parses the access unit at the front of b. Of Dolby, one that nothing follows is refused before its headers are read: many may lead
// into the same row of dependent frames.
func (s *Stream) begin(b []byte, final bool) (unit, error) {
	if s.coding == Dolby && ac3.Starts(b) {
		if size, err := ac3.Extent(b, final); err == nil && !s.followed(b, size) {
			return unit{}, errSync
		}
	}
	return s.coding.parse(b, final)
}

// plausible is for a frame that is cut: what there is of it may be waited for.
func (s *Stream) plausible(b []byte, u unit) bool { return u.size == 0 || s.followed(b, u.size) }

// search returns how far away the next sync word is, or what may be the first byte of one.
func (c Coding) search(b []byte) int {
	lead := c.lead()
	for at := 0; ; at++ {
		i := bytes.IndexByte(b[at:], lead)
		if i < 0 {
			return len(b)
		}
		if at += i; at+1 == len(b) || c.synced(b[at:]) && (c != MPEG || mpa.Starts(b[at:])) {
			return at
		}
	}
}

// followed reports whether another header stands behind the frame, as far as b goes: a frame with bytes lost in it, and
// a sync word met by chance, have none.
func (s *Stream) followed(b []byte, size int) bool {
	return len(b) < size+2 || s.coding.synced(b[size:])
}

// take makes the frame at offset off a sample.
func (s *Stream) take(out []media.Sample, u unit, off int, lost *Lost) ([]media.Sample, error) {
	if s.codec == nil || s.id != u.id {
		c, err := s.configuration(s.buf[off:off+u.size], u.id)
		if err != nil {
			return out, err
		}
		// Frames before the change count in another rate.
		if s.codec != nil && !s.pending {
			if pts, ok := s.at(off); ok {
				s.pts, s.count = pts, 0
			}
		}
		s.before, s.beforeID = s.codec, s.id
		s.codec, s.id, s.rate = c, u.id, int64(u.rate)
	}
	pts, ok := s.at(off)
	if !ok {
		lost.Frames++
		return out, nil
	}
	s.count += int64(u.samples)
	start := len(s.arena)
	frame := s.buf[off : off+u.size]
	if s.Cipher != nil {
		s.open(frame, u.header)
	}
	s.arena = append(s.arena, frame[u.header:]...)
	return append(out, media.Sample{DTS: pts, PTS: pts, Key: true, Codec: s.codec, Data: s.arena[start:]}), nil
}

// configuration is that of the access unit b.
func (s *Stream) configuration(b []byte, id uint64) (media.Codec, error) {
	if s.before != nil && s.beforeID == id {
		return s.before, nil
	}
	return s.coding.codec(b)
}

// open decrypts an access unit in place, and takes note of what that tells of the key: Dolby encrypts each of its frames. Nobody encrypts MPEG audio.
func (s *Stream) open(b []byte, header int) {
	switch s.coding {
	case ADTS:
		clear := s.Cipher.Frame(b, header)
		s.Cipher.SawAAC(b[header:], clear)
	case Dolby:
		u, err := ac3.ParseUnit(b, true)
		if err != nil {
			return
		}
		for _, n := range u.Frames() {
			if s.Cipher.Frame(b[:n], 0) < n {
				s.Cipher.SawDolby(b[:n])
			}
			b = b[n:]
		}
	}
}

// at returns the presentation time of the frame that begins at off.
func (s *Stream) at(off int) (int64, bool) {
	if s.pending && off >= s.nextFrom {
		s.pts, s.count, s.timed, s.pending = s.next, 0, true, false
	}
	if !s.timed {
		return 0, false
	}
	return s.pts + s.count*media.Clock/s.rate, true
}
