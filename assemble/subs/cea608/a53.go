package cea608

import (
	"encoding/binary"
	"slices"

	"seine/assemble/codec/nal"
)

// Bytes are one cc_data triple of CEA-608: its field, and the pair.
type Bytes struct {
	Field int // 1 or 2
	A, B  byte
}

// Supplemental enhancement information that holds captions (ISO/IEC 14496-10 §D.1.6, ATSC A/53 Part 4 §6.2.3).
const (
	userDataRegistered = 4
	countryUSA         = 0xb5
	providerATSC       = 0x0031
	captionData        = 3 // user_data_type_code cc_data
)

// Syntax says how NAL units begin, and how they are told apart in a sample.
type Syntax struct {
	HEVC   bool
	Length int // bytes of the length in front of each unit: 1, 2 or 4
}

// maxUnits bounds the units of a picture that are looked at.
const maxUnits = 256

// OfPicture appends the pairs that the supplemental information of a picture holds, which stands in front of its first slice. The
// sample may be cut: what is behind that is not seen, and cut is true when that was not the picture itself.
func OfPicture(list []Bytes, sample []byte, s Syntax) (out []Bytes, cut bool) {
	for range maxUnits {
		if len(sample) < s.Length {
			return list, len(sample) > 0
		}
		n := uint64(0)
		for _, c := range sample[:s.Length] {
			n = n<<8 | uint64(c)
		}
		sample = sample[s.Length:]
		if len(sample) < 2 {
			return list, true
		}
		information, slice := s.kind(sample)
		if slice {
			return list, false
		}
		if n > uint64(len(sample)) {
			return list, true
		}
		if information && n > uint64(s.header()) {
			list = ofMessages(list, nal.Unescape(sample[s.header():n:n]))
		}
		sample = sample[n:]
		if len(sample) == 0 {
			return list, false
		}
	}
	return list, false
}

// header is the length of a unit's header.
func (s Syntax) header() int {
	if s.HEVC {
		return 2
	}
	return 1
}

// kind tells whether a unit is supplemental information in front of a picture, or a slice of it.
func (s Syntax) kind(unit []byte) (information, slice bool) {
	if s.HEVC {
		t := unit[0] >> 1 & 0x3f
		return t == 39, t < 32
	}
	t := unit[0] & 0x1f
	return t == 6, t >= 1 && t <= 5
}

// ofMessages reads sei_message after sei_message (ISO/IEC 14496-10 §7.3.2.3.1).
func ofMessages(list []Bytes, b []byte) []Bytes {
	for len(b) > 2 {
		kind, rest, ok := extended(b)
		if !ok {
			return list
		}
		size, rest, ok := extended(rest)
		if !ok || size > len(rest) {
			return list
		}
		if kind == userDataRegistered {
			list = ofUserData(list, rest[:size])
		}
		b = rest[size:]
	}
	return list
}

// extended is a number in bytes of 255 and a last one.
func extended(b []byte) (n int, rest []byte, ok bool) {
	for i, c := range b {
		n += int(c)
		if c != 0xff {
			return n, b[i+1:], true
		}
	}
	return 0, nil, false
}

func ofUserData(list []Bytes, b []byte) []Bytes {
	if len(b) < 10 || b[0] != countryUSA || binary.BigEndian.Uint16(b[1:]) != providerATSC || string(b[3:7]) != "GA94" || b[7] != captionData {
		return list
	}
	const process = 0x40
	if b[8]&process == 0 {
		return list
	}
	triples := b[10:]
	triples = triples[:min(len(triples)/3, int(b[8]&0x1f))*3]
	for t := range slices.Chunk(triples, 3) {
		if valid, kind := t[0]&4 != 0, t[0]&3; valid && kind < 2 {
			list = append(list, Bytes{Field: int(kind) + 1, A: t[1], B: t[2]})
		}
	}
	return list
}
