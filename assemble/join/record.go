package join

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"time"

	"seine/assemble/codec/aac"
	sampleentry "seine/assemble/codec/entry"
	"seine/assemble/codec/h264"
	"seine/assemble/codec/h265"
	"seine/assemble/demux/frames"
	"seine/assemble/media"
	"seine/assemble/media/wire"
	"seine/assemble/mux/mp4"
)

// recordVersion is the first byte of a record. Records of another version are refused.
const recordVersion = 6

// encode writes the record: version, fields, CRC-32 (ISO/IEC 3309).
func (d *delta) encode() []byte {
	b := append(make([]byte, 0, 512), recordVersion)
	b = wire.Int(b, int64(d.part.Stream))
	b = binary.AppendUvarint(b, d.part.Sequence)
	b = wire.Int(b, int64(d.part.Duration))
	b = wire.Bool(b, d.part.Discontinuity)
	b = wire.Int(b, int64(d.part.Period))
	b = wire.Bool(b, d.part.Missing)
	b = wire.Int(b, d.reserve)
	b = wire.Int(b, d.size)
	b = wire.Bool(b, d.timed)
	b = wire.Int(b, d.reference)
	for _, n := range d.warn.counters() {
		b = wire.Int(b, *n)
	}
	b = binary.AppendUvarint(b, uint64(len(d.changes)))
	for _, c := range d.changes {
		b = c.encode(b)
	}
	b = wire.Bytes(b, d.state)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

func (c *change) encode(b []byte) []byte {
	b = wire.Int(b, int64(c.table))
	b = wire.Int(b, int64(c.kind))
	b = wire.Bytes(b, []byte(c.language))
	b = wire.Int(b, int64(c.period))
	b = wire.Int(b, c.timescale)
	b = wire.Bool(b, c.edited)
	b = wire.Int(b, c.shift)
	b = binary.AppendUvarint(b, uint64(len(c.codecs)))
	for _, k := range c.codecs {
		b = encodeCodec(b, k)
	}
	b = binary.AppendUvarint(b, uint64(len(c.chunks)))
	for _, k := range c.chunks {
		b = wire.Int(b, k.Offset)
		b = wire.Int(b, int64(k.Count))
		b = wire.Int(b, int64(k.Entry))
	}
	b = binary.AppendUvarint(b, uint64(len(c.samples)))
	var last int64
	for _, s := range c.samples {
		b = wire.Int(b, s.dts-last)
		b = wire.Int(b, int64(s.cts))
		b = wire.Int(b, int64(s.size))
		b = wire.Int(b, int64(s.duration))
		b = wire.Bool(b, s.key)
		last = s.dts
	}
	return b
}

// What a codec is rebuilt from.
const (
	codecH264 = iota + 1
	codecAAC
	codecEntry
	codecH265
	codecFrames // sound, as package frames writes it
)

func encodeCodec(b []byte, k media.Codec) []byte {
	switch k := k.(type) {
	case *media.H264:
		b = wire.Strings(wire.Int(b, codecH264), k.SPS)
		b = wire.Strings(b, k.PPS)
	case *media.AAC:
		b = wire.Bytes(wire.Int(b, codecAAC), k.AudioSpecificConfig)
	case *media.Entry:
		b = wire.Bytes(wire.Int(b, codecEntry), k.Box)
	case *media.H265:
		b = wire.Strings(wire.Int(b, codecH265), k.VPS)
		b = wire.Strings(b, k.SPS)
		b = wire.Strings(b, k.PPS)
	default:
		b = frames.AppendCodec(wire.Int(b, codecFrames), k)
	}
	return b
}

// decode reads a record. The error wraps ErrRecord.
func decode(b []byte) (*delta, error) {
	if len(b) < 5 || crc32.ChecksumIEEE(b[:len(b)-4]) != binary.BigEndian.Uint32(b[len(b)-4:]) {
		return nil, fmt.Errorf("%w: checksum of %d bytes", ErrRecord, len(b))
	}
	if b[0] != recordVersion {
		return nil, fmt.Errorf("%w: version %d, this program reads %d", ErrRecord, b[0], recordVersion)
	}
	return decodeFields(b[1 : len(b)-4])
}

// decodeFields reads what lies between version and checksum.
func decodeFields(b []byte) (*delta, error) {
	r := wire.NewReader(b)
	d := &delta{}
	d.part.Stream = int(r.Int())
	d.part.Sequence = r.Uint()
	d.part.Duration = time.Duration(r.Int())
	d.part.Discontinuity = r.Bool()
	d.part.Period = int(r.Int())
	d.part.Missing = r.Bool()
	d.reserve, d.size = r.Int(), r.Int()
	d.timed, d.reference = r.Bool(), r.Int()
	for _, n := range d.warn.counters() {
		*n = r.Int()
	}
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		d.changes = append(d.changes, decodeChange(r))
	}
	d.state = r.Bytes()
	if r.Err() != nil || r.Len() != 0 {
		return nil, fmt.Errorf("%w: fields of segment %d", ErrRecord, d.part.Sequence)
	}
	return d, nil
}

func decodeChange(r *wire.Reader) *change {
	c := &change{table: int(r.Int()), kind: media.Kind(r.Int()), language: string(r.Bytes()), period: int(r.Int())}
	c.timescale, c.edited, c.shift = r.Int(), r.Bool(), r.Int()
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		if k := decodeCodec(r, c.kind); k != nil && k.Kind() == c.kind {
			c.codecs = append(c.codecs, k)
			continue
		}
		r.Fail()
	}
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		c.chunks = append(c.chunks, mp4.Chunk{Offset: r.Int(), Count: u32(r), Entry: u32(r)})
	}
	var last int64
	c.samples = make([]entry, 0, r.Count())
	for n := cap(c.samples); n > 0 && r.Err() == nil; n-- {
		last += r.Int()
		e := entry{dts: last}
		cts := r.Int()
		if cts != int64(int32(cts)) {
			r.Fail()
		}
		e.cts, e.size, e.duration, e.key = int32(cts), u32(r), u32(r), r.Bool()
		c.samples = append(c.samples, e)
	}
	return c
}

func u32(r *wire.Reader) uint32 {
	v := r.Int()
	if v < 0 || v > math.MaxUint32 {
		r.Fail()
		return 0
	}
	return uint32(v)
}

func decodeCodec(r *wire.Reader, kind media.Kind) media.Codec {
	switch r.Int() {
	case codecH264:
		if c, err := h264.Codec(r.Strings(), r.Strings()); err == nil {
			return c
		}
	case codecAAC:
		if c, err := aac.Codec(r.Bytes()); err == nil {
			return c
		}
	case codecEntry:
		if c, err := sampleentry.Parse(r.Bytes(), kind); err == nil {
			return c
		}
	case codecH265:
		if c, err := h265.Codec(r.Strings(), r.Strings(), r.Strings()); err == nil {
			return c
		}
	case codecFrames:
		return frames.RestoreCodec(r)
	}
	return nil
}
