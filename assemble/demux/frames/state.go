package frames

import (
	"seine/assemble/codec/aac"
	"seine/assemble/codec/ac3"
	"seine/assemble/codec/mpa"
	"seine/assemble/media"
	"seine/assemble/media/wire"
)

// AppendState appends all that the next segment depends on.
func (s *Stream) AppendState(b []byte) []byte {
	b = wire.Int(b, int64(s.coding))
	b = wire.Bytes(b, s.buf)
	b = wire.Bool(b, s.timed)
	b = wire.Bool(b, s.pending)
	for _, v := range [...]int64{s.pts, s.count, s.next, int64(s.nextFrom), int64(s.id), s.rate} {
		b = wire.Int(b, v)
	}
	b = wire.Bool(b, s.codec != nil)
	if s.codec == nil {
		return b
	}
	return AppendCodec(b, s.codec)
}

// RestoreState makes s what it was when AppendState wrote what r reads next; the error is r's.
func (s *Stream) RestoreState(r *wire.Reader) {
	*s = Stream{arena: s.arena[:0]}
	s.coding = Coding(r.Int())
	s.buf = r.Bytes()
	s.timed, s.pending = r.Bool(), r.Bool()
	s.pts, s.count, s.next = r.Int(), r.Int(), r.Int()
	from, id := r.Int(), r.Int()
	s.nextFrom, s.id, s.rate = int(from), uint64(id), r.Int()
	if r.Bool() {
		s.codec = RestoreCodec(r)
	}
	if s.coding > Dolby || from < 0 || s.count < 0 || s.rate < 0 || (s.codec == nil) != (s.rate == 0) {
		r.Fail()
	}
	if limit := int64(media.MaxSeconds * media.Clock); s.count > limit || s.pts > limit || s.pts < -limit || s.next > limit || s.next < -limit {
		r.Fail()
	}
}

// What a codec is rebuilt from.
const (
	codecAAC = iota + 1
	codecMPEG
	codecAC3
	codecEAC3
)

// AppendCodec appends the configuration of a stream of frames.
func AppendCodec(b []byte, c media.Codec) []byte {
	switch c := c.(type) {
	case *media.AAC:
		b = wire.Bytes(wire.Int(b, codecAAC), c.AudioSpecificConfig)
	case *media.MPEGAudio:
		b = wire.Int(wire.Int(b, codecMPEG), int64(c.Layer))
		b = wire.Int(wire.Int(b, int64(c.SampleRate)), int64(c.Channels))
	case *media.AC3:
		b = wire.Bytes(wire.Int(b, codecAC3), c.Specific)
		b = wire.Int(b, int64(c.SampleRate))
	case *media.EAC3:
		b = wire.Bytes(wire.Int(b, codecEAC3), c.Specific)
		b = wire.Int(wire.Int(b, int64(c.SampleRate)), int64(c.FrameSamples))
	}
	return b
}

// RestoreCodec reads what AppendCodec wrote. It returns nil, and makes r fail, when that is damaged.
func RestoreCodec(r *wire.Reader) media.Codec {
	switch r.Int() {
	case codecAAC:
		if c, err := aac.Codec(r.Bytes()); err == nil {
			return c
		}
	case codecMPEG:
		if c, err := mpa.Codec(r.Int(), r.Int(), r.Int()); err == nil {
			return c
		}
	case codecAC3:
		if c, err := ac3.Plain(r.Bytes(), r.Int()); err == nil {
			return c
		}
	case codecEAC3:
		if c, err := ac3.Enhanced(r.Bytes(), r.Int(), r.Int()); err == nil {
			return c
		}
	}
	r.Fail()
	return nil
}
