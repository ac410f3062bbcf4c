package mpegts

import "errors"

var (
	errPES       = errors.New("damaged PES header")
	errScrambled = &UnsupportedError{Name: "a scrambled stream"}
)

// pesHeader is what the demuxer reads of a PES packet header (ISO/IEC 13818-1 §2.4.3.6).
type pesHeader struct {
	size     int // bytes up to the payload
	payload  int // bytes of payload, -1 when PES_packet_length is 0: up to the next packet
	pts, dts int64
	timed    bool
}

// pesNeed returns the bytes of b that a header takes, as far as can be told: it grows until the header is whole.
func pesNeed(b []byte) int {
	if len(b) < 9 {
		return 9
	}
	return 9 + int(b[8])
}

// parsePES reads a whole header.
func parsePES(b []byte) (h pesHeader, err error) {
	if len(b) < 9 || len(b) < pesNeed(b) || b[0] != 0 || b[1] != 0 || b[2] != 1 || b[6]&0xc0 != 0x80 {
		return h, errPES
	}
	if b[6]&0x30 != 0 {
		return h, errScrambled
	}
	h.size, h.payload = pesNeed(b), -1
	if n := int(b[4])<<8 | int(b[5]); n > 0 {
		h.payload = max(6+n-h.size, 0)
	}
	flags, rest := b[7]>>6, b[9:h.size]
	if flags&2 == 0 || len(rest) < 5 {
		return h, nil
	}
	h.timed = true
	h.pts = timestamp(rest)
	h.dts = h.pts
	if flags == 3 && len(rest) >= 10 {
		h.dts = timestamp(rest[5:])
	}
	return h, nil
}

func timestamp(b []byte) int64 {
	return int64(b[0]&0x0e)<<29 | int64(b[1])<<22 | int64(b[2]&0xfe)<<14 | int64(b[3])<<7 | int64(b[4])>>1
}

// clock unwraps the 33-bit timestamps against a running reference.
type clock struct {
	ref int64
	set bool
}

const wrap = 1 << 33

// unwrap returns the value nearest to the reference that is congruent to ts, and makes it the reference.
func (c *clock) unwrap(ts int64) int64 {
	if !c.set {
		c.ref, c.set = ts, true
		return ts
	}
	c.ref = c.near(ts)
	return c.ref
}

func (c *clock) near(ts int64) int64 {
	d := (ts - c.ref) & (wrap - 1)
	if d >= wrap/2 {
		d -= wrap
	}
	return c.ref + d
}
