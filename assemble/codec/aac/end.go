package aac

import (
	"bytes"
	"math/bits"
)

// Ends reports whether b ends as a raw_data_block does (ISO/IEC 14496-3 §4.4.2.1): with ID_END, which is three one-bits, and zero bits
// up to the byte boundary. Some encoders fill up with zero bytes; those count, too. Of random bytes every fourth end is such.
func Ends(b []byte) bool {
	b = bytes.TrimRight(b, "\x00")
	if len(b) == 0 {
		return false
	}
	last := uint(b[len(b)-1])
	if len(b) > 1 {
		last |= uint(b[len(b)-2]) << 8
	}
	return last>>bits.TrailingZeros(last)&7 == 7
}
