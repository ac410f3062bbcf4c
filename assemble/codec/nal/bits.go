package nal

// Bits reads an RBSP bit by bit. Reading past the end makes Short true and returns zeros, so a parser checks once.
type Bits struct {
	b     []byte
	pos   int // in bits
	short bool
}

// NewBits reads b, in which emulation prevention is undone already.
func NewBits(b []byte) *Bits { return &Bits{b: b} }

// Short reports whether more was read than there is.
func (r *Bits) Short() bool { return r.short }

// U reads an unsigned number of n bits, at most 32.
func (r *Bits) U(n int) (v uint32) {
	for ; n > 0; n-- {
		if r.pos>>3 >= len(r.b) {
			r.short = true
			return 0
		}
		v = v<<1 | uint32(r.b[r.pos>>3]>>(7-r.pos&7))&1
		r.pos++
	}
	return v
}

// Skip passes over n bits.
func (r *Bits) Skip(n int) {
	r.pos += n
	if r.pos > 8*len(r.b) {
		r.pos, r.short = 8*len(r.b), true
	}
}

// Flag reads one bit.
func (r *Bits) Flag() bool { return r.U(1) == 1 }

// UE reads an unsigned Exp-Golomb code (ISO/IEC 14496-10 §9.1).
func (r *Bits) UE() uint32 {
	zeros := 0
	for !r.Flag() {
		zeros++
		if r.short || zeros > 31 {
			r.short = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.U(zeros)
}

// SE reads a signed Exp-Golomb code (§9.1.1).
func (r *Bits) SE() int32 {
	k := r.UE()
	if k&1 == 1 {
		return int32(k/2 + 1)
	}
	return -int32(k / 2)
}

// Unescape returns a copy without emulation_prevention_three_byte (ISO/IEC 14496-10 §7.4.1.1, ISO/IEC 23008-2 §7.4.2).
func Unescape(unit []byte) []byte {
	out := make([]byte, 0, len(unit))
	zeros := 0
	for _, c := range unit {
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		if c == 0 {
			zeros++
		} else {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}

// Escape returns a copy with emulation_prevention_three_byte put in.
func Escape(unit []byte) []byte {
	out := make([]byte, 0, len(unit)+len(unit)/64+4)
	zeros := 0
	for _, c := range unit {
		if zeros >= 2 && c <= 3 {
			out, zeros = append(out, 3), 0
		}
		if c == 0 {
			zeros++
		} else {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}
