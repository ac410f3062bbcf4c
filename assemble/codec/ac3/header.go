// Package ac3 reads the frame headers of AC-3 and Enhanced AC-3 (ETSI TS 102 366), and the boxes that describe them in MP4.
package ac3

import (
	"encoding/binary"
	"errors"
)

// ErrSync says that no frame begins here.
var ErrSync = errors.New("ac3: no AC-3 header")

// HeaderSize is what Parse needs: all fields up to the channel map lie within.
const HeaderSize = 16

const (
	blockSamples = 256
	maxBSID      = 16 // above 10 it is Enhanced AC-3 (§E.1.3.1.6)
)

// Stream types of Enhanced AC-3 (§E.1.3.1.1).
const (
	independent = 0
	dependent   = 1
	converted   = 2 // independent, made from AC-3
)

// Header is a syncframe's.
type Header struct {
	Enhanced   bool
	SampleRate int // Hz
	Channels   int
	Frame      int // whole syncframe, in bytes
	Blocks     int // of 256 samples
	Dependent  bool
	SubStream  uint8 // substreamid

	fscod, bsid, bsmod, acmod, lfe uint8
	rateCode                       uint8  // frmsizecod >> 1
	chanMap                        uint16 // of a dependent substream
}

var (
	rates    = [...]int{48000, 44100, 32000}
	bitrates = [...]int{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640} // kbit/s, Table 4.13
	channels = [...]int{2, 1, 2, 3, 3, 4, 4, 5}                                                                 // by acmod, Table 4.3
	blocks   = [...]int{1, 2, 3, 6}                                                                             // by numblkscod
)

// Parse reads the syncframe header at the start of b. It returns ErrSync when there is none, or when b is shorter than
// HeaderSize.
func Parse(b []byte) (h Header, err error) {
	if !h.parse(b) {
		return Header{}, ErrSync
	}
	return h, nil
}

// parse is Parse in place, over an empty header; after false it is undefined.
func (h *Header) parse(b []byte) bool {
	if len(b) < HeaderSize || b[0] != 0x0b || b[1] != 0x77 || b[5]>>3 > maxBSID {
		return false
	}
	h.bsid = b[5] >> 3
	r := bits{binary.BigEndian.Uint64(b) << 16, binary.BigEndian.Uint64(b[8:])}
	r.high |= r.low >> 48 // the sync word is read
	r.low <<= 16
	ok := false
	if h.Enhanced = h.bsid > 10; h.Enhanced {
		ok = h.enhanced(&r)
	} else {
		ok = h.plain(&r)
	}
	h.Channels = channels[h.acmod] + int(h.lfe)
	return ok
}

// bits holds the bits of a header that are not read yet, from the highest down: sync words may stand everywhere, so a header must
// cost little.
type bits struct{ high, low uint64 }

// u reads a number of n bits, from 1 to 63.
func (r *bits) u(n uint) uint64 {
	v := r.high >> (64 - n)
	r.high = r.high<<n | r.low>>(64-n)
	r.low <<= n
	return v
}

// plain reads syncinfo and bsi up to lfeon (§4.3, §4.4).
func (h *Header) plain(r *bits) bool {
	r.u(16) // crc1
	h.fscod = uint8(r.u(2))
	size := uint8(r.u(6))
	h.rateCode = size >> 1
	if int(h.fscod) >= len(rates) || int(h.rateCode) >= len(bitrates) {
		return false
	}
	r.u(5) // bsid
	h.bsmod, h.acmod = uint8(r.u(3)), uint8(r.u(3))
	if h.acmod&1 != 0 && h.acmod != 1 {
		r.u(2) // cmixlev
	}
	if h.acmod&4 != 0 {
		r.u(2) // surmixlev
	}
	if h.acmod == 2 {
		r.u(2) // dsurmod
	}
	h.lfe = uint8(r.u(1))
	h.Blocks = 6
	h.SampleRate = rates[h.fscod] >> (max(h.bsid, 8) - 8)
	h.Frame = plainSize(h.fscod, size)
	return true
}

// plainSize is Table 4.13, in bytes.
func plainSize(fscod, size uint8) int {
	kbit := bitrates[size>>1]
	switch fscod {
	case 0:
		return 4 * kbit
	case 1:
		return 2 * (kbit*320/147 + int(size&1))
	}
	return 6 * kbit
}

// enhanced reads bsi of Annex E up to the channel map.
func (h *Header) enhanced(r *bits) bool {
	kind := r.u(2)
	h.SubStream = uint8(r.u(3))
	h.Frame = 2 * (int(r.u(11)) + 1)
	h.fscod = uint8(r.u(2))
	code := r.u(2) // numblkscod, or fscod2
	switch {
	case h.fscod < 3:
		h.SampleRate, h.Blocks = rates[h.fscod], blocks[code]
	case code < 3:
		h.SampleRate, h.Blocks = rates[code]/2, 6
	default:
		return false
	}
	h.acmod, h.lfe = uint8(r.u(3)), uint8(r.u(1))
	r.u(5 + 5) // bsid, dialnorm
	if r.u(1) == 1 {
		r.u(8)
	}
	if h.acmod == 0 {
		r.u(5)
		if r.u(1) == 1 {
			r.u(8)
		}
	}
	if h.Dependent = kind == dependent; h.Dependent && r.u(1) == 1 {
		h.chanMap = uint16(r.u(16))
	}
	return kind <= converted && h.Frame >= HeaderSize
}

// enhancedSize is the length of the syncframe of Enhanced AC-3 at the front of b, if parse accepts it.
func enhancedSize(b []byte) (size int, ok bool) {
	if b[0] != 0x0b || b[1] != 0x77 || b[5]>>3 <= 10 || b[5]>>3 > maxBSID || b[2]>>6 > converted || b[4]>>6 == 3 && b[4]>>4&3 == 3 {
		return 0, false
	}
	size = 2 * (int(b[2]&7)<<8 + int(b[3]) + 1)
	return size, size >= HeaderSize
}
