package media

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// Elements of Matroska (RFC 9559 §5.1) that are looked at.
const (
	idSegment    = 0x18538067
	idInfo       = 0x1549A966
	idScale      = 0x2AD7B1
	idDuration   = 0x4489
	idTracks     = 0x1654AE6B
	idEntry      = 0xAE
	idCodec      = 0x86
	idVideo      = 0xE0
	idAudio      = 0xE1
	idWidth      = 0xB0
	idHeight     = 0xBA
	idEncodings  = 0x6D80
	idEncoding   = 0x6240
	idEncryption = 0x5035
	idCluster    = 0x1F43B675
)

type matroska struct {
	Facts
	elements int
	scale    uint64 // nanoseconds a tick
	length   float64
	sound    bool
}

func peekMatroska(head []byte) Facts {
	m := &matroska{scale: 1_000_000}
	m.walk(head, 0)
	m.Duration = inSeconds(m.length * float64(m.scale) / 1e9)
	if m.sound && m.Width == 0 {
		m.Kind = Audio
	} else if m.Width > 0 {
		m.Kind = Video
	}
	return m.Facts
}

// walk visits the elements of b until the first Cluster; it is false when that has come.
func (m *matroska) walk(b []byte, depth int) bool {
	for len(b) > 2 && m.elements < maxBoxes {
		m.elements++
		id, n := vint(b, true)
		if n == 0 {
			return false
		}
		size, k := vint(b[n:], false)
		if k == 0 || id == idCluster {
			return false
		}
		b = b[n+k:]
		end := int(min(size, uint64(len(b))))
		if !m.element(id, b[:end], depth) {
			return false
		}
		b = b[end:]
	}
	return true
}

func (m *matroska) element(id uint64, b []byte, depth int) bool {
	switch id {
	case idSegment, idInfo, idTracks, idEntry, idVideo, idAudio, idEncodings, idEncoding:
		m.sound = m.sound || id == idAudio
		return depth >= 6 || m.walk(b, depth+1)
	case idScale:
		m.scale = unsigned(b)
	case idDuration:
		m.length = floating(b)
	case idCodec:
		m.codec(matroskaCodec(string(b[:min(len(b), 32)])))
	case idWidth:
		m.Width = int(min(unsigned(b), math.MaxUint16))
	case idHeight:
		m.Height = int(min(unsigned(b), math.MaxUint16))
	case idEncryption:
		m.DRM = CommonEncryption // WebM encryption
	}
	return true
}

// vint reads a variable-size integer (RFC 8794 §4), with its marker as IDs are written, or without; n is 0 if there is none. A size that is
// not known is as large as can be.
func vint(b []byte, marker bool) (v uint64, n int) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0
	}
	n = bits.LeadingZeros8(b[0]) + 1
	if len(b) < n {
		return 0, 0
	}
	v = uint64(b[0])
	if !marker {
		v &= 1<<(8-n) - 1
	}
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c)
	}
	if !marker && v == 1<<(7*n)-1 {
		v = math.MaxUint64
	}
	return v, n
}

func unsigned(b []byte) (v uint64) {
	if len(b) > 8 {
		return 0
	}
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

func floating(b []byte) float64 {
	switch len(b) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	return 0
}

var matroskaCodecs = map[string]string{
	"V_VP8": "vp8", "V_VP9": "vp9", "V_AV1": "av01", "V_MPEG4/ISO/AVC": "avc1", "V_MPEGH/ISO/HEVC": "hvc1", "V_THEORA": "theora",
	"A_OPUS": "opus", "A_VORBIS": "vorbis", "A_AAC": "mp4a.40.2", "A_AC3": "ac-3", "A_EAC3": "ec-3", "A_FLAC": "flac", "A_MPEG/L3": "mp3",
	"S_TEXT/UTF8": "srt", "S_TEXT/WEBVTT": "wvtt", "S_TEXT/ASS": "ass",
}

func matroskaCodec(id string) string { return matroskaCodecs[id] }
