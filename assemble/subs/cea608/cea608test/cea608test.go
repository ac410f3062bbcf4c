// Package cea608test writes closed captions for tests: pairs of bytes, and the supplemental information that carries them.
package cea608test

import (
	"math/bits"

	"seine/assemble/codec/nal"
)

// Script is the pairs of field 1, one for each picture in the order in which they are shown; zeros for none.
type Script [][2]byte

// At puts pairs at a picture and those behind it.
func (s *Script) At(picture int, pairs ...[2]byte) {
	for len(*s) < picture+len(pairs) {
		*s = append(*s, [2]byte{})
	}
	copy((*s)[picture:], pairs)
}

// Code is a control code, sent twice, on channel 1.
func Code(a, b byte) [][2]byte { return [][2]byte{{a, b}, {a, b}} }

// The codes of CC1 that tests need (47 CFR §15.119).
var (
	Resume, Erase, EraseBack, End = Code(0x14, 0x20), Code(0x14, 0x2c), Code(0x14, 0x2e), Code(0x14, 0x2f)
	RollUp2, Return, Paint        = Code(0x14, 0x25), Code(0x14, 0x2d), Code(0x14, 0x29)
	Row14, Row15, Row1, Italics   = Code(0x14, 0x50), Code(0x14, 0x70), Code(0x11, 0x50), Code(0x11, 0x2e)
)

// Text is characters, two in each pair.
func Text(s string) (list [][2]byte) {
	for i := 0; i < len(s); i += 2 {
		p := [2]byte{s[i], 0}
		if i+1 < len(s) {
			p[1] = s[i+1]
		}
		list = append(list, p)
	}
	return list
}

// Parity sets the highest bit so that the number of ones is odd.
func Parity(b byte) byte {
	if bits.OnesCount8(b)%2 == 0 {
		b |= 0x80
	}
	return b
}

// SEI is a unit of supplemental information with a pair of field 1 (ATSC A/53 Part 4 §6.2.3), with the header of its codec in front.
func SEI(header []byte, pair [2]byte) []byte {
	valid := byte(0xfc)
	if pair == [2]byte{} {
		valid = 0xf8
	}
	payload := []byte{0xb5, 0, 0x31, 'G', 'A', '9', '4', 3, 0x40 | 2, 0xff, valid, Parity(pair[0]), Parity(pair[1]), 0xfd, 0x80, 0x80, 0xff}
	message := append([]byte{4, byte(len(payload))}, payload...)
	return append(append([]byte{}, header...), nal.Escape(append(message, 0x80))...)
}
