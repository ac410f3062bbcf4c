package mpegts

import "bytes"

const (
	packetSize = 188
	syncByte   = 0x47
	syncRow    = 5 // sync bytes in a row that prove a transport stream
)

// strides are the distances of sync bytes: plain, with the four-byte time of BDAV before each packet, and with the
// Reed-Solomon bytes of DVB behind it.
var strides = [...]int{188, 192, 204}

// maxLead is how much of a foreign file, such as a picture, may stand before a transport stream.
const maxLead = 64 << 10

// Looks reports whether b holds a transport stream (ISO/IEC 13818-1 §2.4.3), in packets of 188 bytes, or of 192 and 204 with extra
// bytes, perhaps behind a foreign prefix of at most 64 KiB.
func Looks(b []byte) bool {
	lead := b[:min(len(b), maxLead)]
	for at := 0; at < len(lead); at++ {
		i := bytes.IndexByte(lead[at:], syncByte)
		if i < 0 {
			return false
		}
		at += i
		for _, s := range strides {
			if whole(b[at:], s, min(syncRow, len(b)/s)) {
				return true
			}
		}
	}
	return false
}

// whole wants so many packets in a row, at least one. The last may lack its extra bytes.
func whole(b []byte, stride, packets int) bool {
	if packets < 1 || len(b) < (packets-1)*stride+packetSize {
		return false
	}
	for i := range packets {
		if b[i*stride] != syncByte {
			return false
		}
	}
	return true
}

// locate finds the first packet at or after from that begins a row of sync bytes. It returns off < 0 when there is none.
func locate(b []byte, from int) (off, stride int) {
	for off = from; ; off++ {
		i := bytes.IndexByte(b[min(off, len(b)):], syncByte)
		if i < 0 {
			return -1, 0
		}
		off += i
		for _, s := range strides {
			if inSync(b, off, s) {
				return off, s
			}
		}
	}
}

// inSync reports a row of sync bytes from off to the end of b or to syncRow, whichever comes first. One packet alone
// counts only when b ends with it.
func inSync(b []byte, off, stride int) bool {
	if off+packetSize > len(b) {
		return false
	}
	for i := range syncRow {
		at := off + i*stride
		if at+packetSize > len(b) {
			return i > 1 || at >= len(b)
		}
		if b[at] != syncByte {
			return false
		}
	}
	return true
}

// packet is the part of a transport packet header (ISO/IEC 13818-1 §2.4.3.2) that the demuxer uses.
type packet struct {
	payload       []byte
	start         bool // payload_unit_start_indicator
	scrambled     bool
	discontinuity bool // discontinuity_indicator of the adaptation field
	random        bool // random_access_indicator
	stuffed       bool // the payload is shorter than the packet allows for reasons other than a clock reference
	cc            int8
}

// parse reads p, a packet of 188 bytes. It reports false when the adaptation field is longer than the packet.
func (k *packet) parse(p []byte) bool {
	_ = p[packetSize-1]
	k.start = p[1]&0x40 != 0
	k.scrambled = p[3]&0xc0 != 0
	k.cc = int8(p[3] & 0x0f)
	k.discontinuity, k.random, k.stuffed = false, false, false
	off := 4
	if p[3]&0x20 != 0 {
		n := int(p[4])
		off = 5 + n
		if off > packetSize {
			return false
		}
		if n > 0 {
			k.discontinuity, k.random = p[5]&0x80 != 0, p[5]&0x40 != 0
			k.stuffed = n > adaptationUse(p[5])
		} else {
			k.stuffed = true
		}
	}
	k.payload = nil
	if p[3]&0x10 != 0 {
		k.payload = p[off:packetSize]
	}
	return true
}

// adaptationUse returns the bytes of an adaptation field that its flags account for, as far as their size is fixed.
func adaptationUse(flags byte) int {
	n := 1
	if flags&0x10 != 0 {
		n += 6 // program_clock_reference
	}
	if flags&0x08 != 0 {
		n += 6 // original_program_clock_reference
	}
	if flags&0x04 != 0 {
		n++ // splice_countdown
	}
	if flags&0x03 != 0 {
		return packetSize // private data and extensions: cannot tell
	}
	return n
}
