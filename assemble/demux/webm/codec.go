package webm

import (
	"encoding/binary"

	"seine/assemble/bmff"
	"seine/assemble/codec/entry"
)

// codings are those of WebM, by CodecID (the Matroska codec mappings), and how each becomes a sample entry.
var codings = map[string]func(*trackEntry) error{
	"V_VP8":    func(t *trackEntry) error { return t.picture("vp08", vpcC(0, 10, 8, 1)) },
	"V_VP9":    vp9,
	"V_AV1":    av1,
	"A_OPUS":   opus,
	"A_VORBIS": vorbis,
}

// picture makes the sample entry of a picture track.
func (t *trackEntry) picture(kind string, box []byte) error {
	w := &bmff.Writer{}
	m := entry.BeginVisual(w, kind, t.width, t.height)
	w.Bytes(box)
	w.End(m)
	return t.entry(w.Buf)
}

func (t *trackEntry) entry(box []byte) error {
	e, err := entry.Parse(box, t.track.Kind)
	if err != nil {
		return damaged("%v", err)
	}
	t.codec = e
	return nil
}

// vpcC is VPCodecConfigurationBox (VP Codec ISO Media File Format Binding §3), with unspecified colours.
func vpcC(profile, level, depth, chroma uint8) []byte {
	const unspecified = 2
	w := &bmff.Writer{}
	b := w.Full("vpcC", 1, 0)
	w.U8(profile)
	w.U8(level)
	w.U8(depth<<4 | chroma<<1)
	w.U8(unspecified)
	w.U8(unspecified)
	w.U8(unspecified)
	w.U16(0)
	w.End(b)
	return w.Buf
}

// The features of VP9 in CodecPrivate (WebM container guidelines, "VP9 Codec Feature Metadata").
const (
	vp9Profile = 1
	vp9Level   = 2
	vp9Depth   = 3
	vp9Chroma  = 4
)

// vp9 takes CodecPrivate where there is one; else the first key picture tells.
func vp9(t *trackEntry) error {
	if len(t.private) == 0 {
		return nil
	}
	profile, level, depth, chroma := uint8(0), level(t.width, t.height), uint8(8), uint8(1)
	for b := t.private; len(b) >= 3; b = b[3:] {
		switch v := b[2]; b[0] {
		case vp9Profile:
			profile = v & 3
		case vp9Level:
			level = v
		case vp9Depth:
			depth = v & 15
		case vp9Chroma:
			chroma = v & 7
		}
	}
	return t.picture("vp09", vpcC(profile, level, depth, chroma))
}

// level is the lowest of VP9's that has room for pictures of a size (VP9 levels, luma picture size).
func level(width, height int) uint8 {
	for _, l := range []struct {
		area  int
		level uint8
	}{{36864, 10}, {73728, 11}, {122880, 20}, {245760, 21}, {552960, 30}, {983040, 31}, {2228224, 40}, {8912896, 50}} {
		if width*height <= l.area {
			return l.level
		}
	}
	return 60
}

// fromPicture reads the uncompressed header of a VP9 key picture (VP9 bitstream §6.2, §7.2).
func (t *trackEntry) fromPicture(b []byte) error {
	r := bitReader{b: b}
	if r.read(2) != 2 {
		return damaged("a picture is no VP9")
	}
	low := r.read(1)
	profile := uint8(r.read(1)<<1 | low)
	if profile == 3 {
		r.read(1)
	}
	r.read(1 + 1 + 1 + 1 + 24) // show_existing, frame_type, show, resilient, sync code
	depth, chroma := uint8(8), uint8(1)
	if profile >= 2 {
		depth = 10 + 2*uint8(r.read(1))
	}
	if space := r.read(3); space != 7 {
		r.read(1)
		if profile&1 == 1 {
			chroma = [...]uint8{3, 2, 3, 1}[r.read(1)<<1|r.read(1)] // 4:4:4, 4:2:2, -, 4:2:0
		}
	} else {
		chroma = 3
	}
	return t.picture("vp09", vpcC(profile, level(t.width, t.height), depth, chroma))
}

// bitReader reads bits, zeros behind the end.
type bitReader struct {
	b  []byte
	at int
}

func (r *bitReader) read(n int) (v uint32) {
	for range n {
		v <<= 1
		if i := r.at / 8; i < len(r.b) {
			v |= uint32(r.b[i]>>(7-r.at%8)) & 1
		}
		r.at++
	}
	return v
}

// av1 has AV1CodecConfigurationRecord for CodecPrivate.
func av1(t *trackEntry) error {
	if len(t.private) < 4 {
		return damaged("AV1 without its configuration")
	}
	w := &bmff.Writer{}
	b := w.Begin("av1C")
	w.Bytes(t.private)
	w.End(b)
	return t.picture("av01", w.Buf)
}

const opusRate = 48000

// opus makes OpusSpecificBox (Encapsulation of Opus in ISO BMFF §4.3.2) of the identification header (RFC 7845 §5.1), whose numbers have the lower
// byte first.
func opus(t *trackEntry) error {
	p := t.private
	if len(p) < 19 || string(p[:8]) != "OpusHead" {
		return damaged("Opus without its head")
	}
	w := &bmff.Writer{}
	t.track.Timescale = opusRate
	t.track.Edited = t.delay > 0
	m := entry.BeginAudio(w, "Opus", opusRate, int(p[9]))
	b := w.Begin("dOps")
	w.U8(0)
	w.U8(p[9])
	w.U16(binary.LittleEndian.Uint16(p[10:]))
	w.U32(binary.LittleEndian.Uint32(p[12:]))
	w.U16(binary.LittleEndian.Uint16(p[16:]))
	w.U8(p[18])
	if p[18] != 0 {
		w.Bytes(p[19:])
	}
	w.End(b)
	w.End(m)
	return t.entry(w.Buf)
}

// vorbis keeps its three headers as they are, in the place of a decoder's configuration.
func vorbis(t *trackEntry) error {
	if len(t.private) < 3 || t.private[0] != 2 || len(t.private) > 16_000 {
		return damaged("Vorbis without its headers")
	}
	rate := int(t.rate)
	if rate <= 0 || rate > 384_000 {
		return damaged("Vorbis of %.0f Hz", t.rate)
	}
	t.track.Timescale = uint32(rate)
	w := &bmff.Writer{}
	m := entry.BeginAudio(w, "mp4a", rate, t.sounds)
	entry.Descriptors(w, entry.ObjectVorbis, t.private)
	w.End(m)
	return t.entry(w.Buf)
}
