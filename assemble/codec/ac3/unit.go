package ac3

import (
	"errors"

	"seine/assemble/media"
)

// ErrShort says that an access unit may go on behind what is at hand.
var ErrShort = errors.New("ac3: more bytes are needed")

// maxFrames bounds the syncframes of an access unit: eight programs with a dependent substream each.
const maxFrames = 16

// Unit is an access unit: one AC-3 syncframe, or the first independent substream of Enhanced AC-3 with all others of the same
// time (ETSI TS 102 366 §E.1.2.2).
type Unit struct {
	frames [maxFrames]Header
	count  int
	Size   int // bytes of all frames
}

// Frames returns the sizes of the syncframes.
func (u *Unit) Frames() (sizes []int) {
	for i := range u.frames[:u.count] {
		sizes = append(sizes, u.frames[i].Frame)
	}
	return sizes
}

// Samples returns the length, for each channel, and the rate in Hz.
func (u *Unit) Samples() (n, rate int) {
	return u.frames[0].Blocks * blockSamples, u.frames[0].SampleRate
}

// Starts reports, at little cost, whether an access unit may begin at b: there is a sync word, of AC-3 or of the first independent
// substream.
func Starts(b []byte) bool {
	if len(b) < HeaderSize || b[0] != 0x0b || b[1] != 0x77 || b[5]>>3 > maxBSID {
		return false
	}
	return b[5]>>3 <= 10 || b[2]>>6 != dependent && b[2]>>3&7 == 0
}

// Extent is the Size that ParseUnit finds, without what else the headers tell. b must begin as Starts wants it; the errors are the same.
func Extent(b []byte, final bool) (size int, err error) {
	for n := 0; n < maxFrames; n++ {
		rest := b[min(size, len(b)):]
		if len(rest) < HeaderSize {
			if n > 0 && size <= len(b) && final && !begins(rest) {
				return size, nil
			}
			return 0, ErrShort
		}
		frame, ok := enhancedSize(rest)
		switch {
		case n == 0 && !ok:
			var h Header
			if !h.parse(rest) {
				return 0, ErrSync
			}
			return h.Frame, nil // AC-3
		case n > 0 && (!ok || Starts(rest)):
			return size, nil
		}
		size += frame
	}
	return size, nil
}

// ParseUnit reads the headers of the access unit at the start of b. final says that nothing comes behind b. The errors are
// ErrSync, and ErrShort when b ends too early to tell.
func ParseUnit(b []byte, final bool) (u Unit, err error) {
	for u.count < maxFrames {
		rest := b[min(u.Size, len(b)):]
		if len(rest) < HeaderSize {
			if u.count > 0 && u.Size <= len(b) && final && !begins(rest) {
				return u, nil
			}
			return u, ErrShort
		}
		h := &u.frames[u.count]
		ok := h.parse(rest)
		if u.count == 0 {
			if !ok || h.Dependent || h.SubStream != 0 {
				return u, ErrSync
			}
		} else if !ok || !h.Enhanced || !h.Dependent && h.SubStream == 0 {
			return u, nil
		}
		u.count++
		u.Size += h.Frame
		if !h.Enhanced {
			break
		}
	}
	return u, nil
}

// begins reports whether b may be the front of another syncframe.
func begins(b []byte) bool { return len(b) > 0 && b[0] == 0x0b && (len(b) < 2 || b[1] == 0x77) }

// ID is the same for units with the same configuration.
func (u *Unit) ID() (id uint64) {
	const prime = 1099511628211 // FNV-1a
	id = 14695981039346656037
	for i := range u.frames[:u.count] {
		h := &u.frames[i]
		v := uint64(h.SampleRate)<<1 | b2(h.Dependent)
		v = v<<16 | uint64(h.chanMap)
		v = v<<5 | uint64(h.rateCode)
		v = v<<5 | uint64(h.bsid)
		v = v<<3 | uint64(h.bsmod)
		v = v<<3 | uint64(h.Blocks)
		v = v<<3 | uint64(h.acmod)
		v = v<<2 | uint64(h.fscod)
		id = (id ^ (v<<1 | uint64(h.lfe))) * prime
	}
	return id
}

func b2(v bool) uint64 {
	if v {
		return 1
	}
	return 0
}

// Codec returns the configuration that the unit stands for.
func (u *Unit) Codec() media.Codec {
	h := &u.frames[0]
	if h.Enhanced {
		return u.enhanced()
	}
	v := uint32(h.fscod)<<22 | uint32(h.bsid)<<17 | uint32(h.bsmod)<<14 | uint32(h.acmod)<<11 | uint32(h.lfe)<<10 | uint32(h.rateCode)<<5
	return &media.AC3{Specific: []byte{byte(v >> 16), byte(v >> 8), byte(v)}, SampleRate: h.SampleRate, Channels: h.Channels}
}
