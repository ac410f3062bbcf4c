// Package h264 reads what a remuxer must know of AVC (ISO/IEC 14496-10): Annex B byte streams, sequence parameter sets,
// and the decoder configuration record of ISO/IEC 14496-15.
package h264

import "bytes"

// NAL unit types (ISO/IEC 14496-10 Table 7-1) that a remuxer tells apart.
const (
	NALSlice       = 1
	NALIDR         = 5
	NALSEI         = 6
	NALSPS         = 7
	NALPPS         = 8
	NALDelimiter   = 9
	NALEndSequence = 10
	NALEndStream   = 11
	NALFiller      = 12
)

var startCode = []byte{0, 0, 1}

// Next finds the first NAL unit of the Annex B byte stream b whose start code lies at or behind from: it is b[start:end],
// and next is where to look for the one after it. start is -1 when there is none. Bytes before the start code and zero
// bytes around units belong to none (ISO/IEC 14496-10 Annex B.1).
func Next(b []byte, from int) (start, end, next int) {
	i := bytes.Index(b[from:], startCode)
	if i < 0 {
		return -1, len(b), len(b)
	}
	start = from + i + len(startCode)
	end, next = len(b), len(b)
	if i := bytes.Index(b[start:], startCode); i >= 0 {
		end, next = start+i, start+i
	}
	// trailing_zero_8bits, and the first zero of a four-byte start code. No unit ends in a zero byte (§7.4.1).
	for end > start && b[end-1] == 0 {
		end--
	}
	return start, end, next
}

// Type returns nal_unit_type, 0 for an empty unit.
func Type(nal []byte) int {
	if len(nal) == 0 {
		return 0
	}
	return int(nal[0] & 0x1f)
}

// HasRecoveryPoint reports whether a SEI unit holds a recovery point message (payload type 6, Annex D.1.8): an open GOP
// may be entered at such a picture.
func HasRecoveryPoint(sei []byte) bool {
	for b := sei[min(1, len(sei)):]; len(b) >= 2 && b[0] != 0x80; {
		kind, rest, ok := seiNumber(b)
		if !ok {
			return false
		}
		size, rest, ok := seiNumber(rest)
		if !ok {
			return false
		}
		if kind == 6 {
			return true
		}
		if size > len(rest) {
			return false
		}
		b = rest[size:]
	}
	return false
}

func seiNumber(b []byte) (n int, rest []byte, ok bool) {
	for i, c := range b {
		n += int(c)
		if c != 0xff {
			return n, b[i+1:], true
		}
	}
	return 0, nil, false
}
