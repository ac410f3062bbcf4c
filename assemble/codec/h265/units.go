// Package h265 reads what a remuxer must know of HEVC (ISO/IEC 23008-2): kinds of NAL units, parameter sets, and the decoder
// configuration record of ISO/IEC 14496-15.
package h265

// NAL unit types (ISO/IEC 23008-2 Table 7-1) that a remuxer tells apart. Those below 32 are slices.
const (
	NALFirstIRAP   = 16
	NALLastIRAP    = 23
	NALVPS         = 32
	NALSPS         = 33
	NALPPS         = 34
	NALDelimiter   = 35
	NALEndSequence = 36
	NALEndStream   = 37
	NALFiller      = 38
)

// headerSize is the length of a NAL unit header (§7.3.1.2).
const headerSize = 2

// Type returns nal_unit_type, NALFiller for a unit without its header.
func Type(unit []byte) int {
	if len(unit) < headerSize {
		return NALFiller
	}
	return int(unit[0] >> 1 & 0x3f)
}

// IsSlice reports whether a unit of this type carries a piece of a picture.
func IsSlice(kind int) bool { return kind < NALVPS }

// IsIRAP reports whether a slice of this type belongs to a picture at which decoding may begin (§3.68).
func IsIRAP(kind int) bool { return kind >= NALFirstIRAP && kind <= NALLastIRAP }
