package ac3

// crcPolynomial is x^16 + x^15 + x^2 + 1 (ETSI TS 102 366 §6.1.7).
const crcPolynomial = 0x8005

var crcTable = func() (t [256]uint16) {
	for i := range t {
		c := uint16(i) << 8
		for range 8 {
			if c&0x8000 != 0 {
				c = c<<1 ^ crcPolynomial
			} else {
				c <<= 1
			}
		}
		t[i] = c
	}
	return t
}()

// Whole reports whether the checksum of a syncframe is right: all of it behind the sync word leaves no remainder (§4.4.5.1, §E.1.2.6).
// Of AC-3 that holds for both of its checksums together.
func Whole(frame []byte) bool {
	var c uint16
	for _, b := range frame[min(2, len(frame)):] {
		c = c<<8 ^ crcTable[byte(c>>8)^b]
	}
	return c == 0 && len(frame) > 2
}
