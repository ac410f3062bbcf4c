// Package nal reads what H.264 and HEVC have in common: Annex B byte streams, and the bits within their units.
package nal

// Next finds the first NAL unit of the Annex B byte stream b whose start code lies at or behind from: it is b[start:end],
// and next is where to look for the one after it. start is -1 when there is none. Bytes before the start code and zero
// bytes around units belong to none (ISO/IEC 14496-10 and 23008-2, Annex B).
func Next(b []byte, from int) (start, end, next int) {
	i := index(b[from:])
	if i < 0 {
		return -1, len(b), len(b)
	}
	start = from + i + len(startCode)
	end, next = len(b), len(b)
	if i := index(b[start:]); i >= 0 {
		end, next = start+i, start+i
	}
	// trailing_zero_8bits, and the first zero of a four-byte start code. No unit ends in a zero byte (§7.4.1).
	for end > start && b[end-1] == 0 {
		end--
	}
	return start, end, next
}
