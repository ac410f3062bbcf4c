// Package h264 reads what a remuxer must know of AVC (ISO/IEC 14496-10): kinds of NAL units, sequence parameter sets,
// and the decoder configuration record of ISO/IEC 14496-15.
package h264

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
