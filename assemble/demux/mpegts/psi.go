package mpegts

import (
	"hash/crc32"
	"math/bits"
)

// maxSection is the longest PSI section: section_length of PAT and PMT is at most 1021 (ISO/IEC 13818-1 §2.4.4.3).
const maxSection = 3 + 1021

// section gathers a PSI section over packets.
type section struct{ buf []byte }

// feed takes a packet's payload and returns a whole section, or nil. Only the first section of a packet is read: PAT and
// PMT have one.
func (s *section) feed(payload []byte, start bool) []byte {
	if start {
		if len(payload) == 0 || int(payload[0])+1 > len(payload) {
			return nil
		}
		s.buf = append(s.buf[:0], payload[1+int(payload[0]):]...)
	} else if len(s.buf) > 0 && len(s.buf) < maxSection {
		s.buf = append(s.buf, payload...)
	}
	if len(s.buf) < 3 {
		return nil
	}
	n := 3 + (int(s.buf[1]&0x0f)<<8 | int(s.buf[2]))
	if n > maxSection || n > len(s.buf) {
		return nil
	}
	whole := s.buf[:n]
	s.buf = s.buf[:0]
	return whole
}

// body returns a long-form section's bytes between its header and its CRC, and false when the table id differs or the
// CRC is wrong.
func body(s []byte, table byte) ([]byte, bool) {
	if len(s) < 12 || s[0] != table || s[5]&1 == 0 || crcMPEG(s) != 0 {
		return nil, false
	}
	return s[8 : len(s)-4], true
}

// firstProgram returns the PID of the first program's PMT in a PAT (§2.4.4.3).
func firstProgram(pat []byte) (pid uint16, ok bool) {
	for ; len(pat) >= 4; pat = pat[4:] {
		if pat[0]|pat[1] != 0 {
			return uint16(pat[2]&0x1f)<<8 | uint16(pat[3]), true
		}
	}
	return 0, false
}

// entry is one elementary stream of a PMT.
type entry struct {
	pid        uint16
	streamType uint8
	language   string
	coding     coding
}

// entries reads a PMT (§2.4.4.8).
func entries(pmt []byte) (list []entry) {
	if len(pmt) < 4 {
		return nil
	}
	skip := 4 + (int(pmt[2]&0x0f)<<8 | int(pmt[3]))
	if skip > len(pmt) {
		return nil
	}
	for b := pmt[skip:]; len(b) >= 5; {
		n := 5 + (int(b[3]&0x0f)<<8 | int(b[4]))
		if n > len(b) {
			break
		}
		e := entry{streamType: b[0], pid: uint16(b[1]&0x1f)<<8 | uint16(b[2])}
		e.coding = codings[e.streamType]
		e.describe(b[5:n])
		list = append(list, e)
		b = b[n:]
	}
	return list
}

// describe reads the descriptors that tell language and private formats (§2.6).
func (e *entry) describe(d []byte) {
	for len(d) >= 2 && 2+int(d[1]) <= len(d) {
		v := d[2 : 2+int(d[1])]
		switch {
		case d[0] == 0x0a && len(v) >= 3: // ISO_639_language_descriptor
			e.language = language(v[:3])
		case e.streamType != typePrivate && codings[e.streamType].name != "":
		case d[0] == 0x05 && len(v) >= 4: // registration_descriptor
			e.tell(registered[string(v[:4])])
		default:
			e.tell(described[d[0]])
		}
		d = d[2+len(v):]
	}
}

// tell takes what a descriptor says of an untold stream. Sound and picture stand over what goes with them.
func (e *entry) tell(c coding) {
	if c.name != "" && e.coding.kind == 0 {
		e.coding = c
	}
}

func language(b []byte) string {
	for _, c := range b {
		if c|0x20 < 'a' || c|0x20 > 'z' {
			return ""
		}
	}
	return string([]byte{b[0] | 0x20, b[1] | 0x20, b[2] | 0x20})
}

// crcMPEG is the CRC of §2.4.4.1 and Annex A, which runs from the high bit; crc32 has the mirrored one only.
var crcTable = func() (t [256]uint32) {
	mirrored := crc32.MakeTable(crc32.IEEE)
	for i := range t {
		t[i] = bits.Reverse32(mirrored[bits.Reverse8(uint8(i))])
	}
	return t
}()

// crcMPEG is 0 over a section with its right CRC.
func crcMPEG(b []byte) uint32 {
	c := uint32(0xffffffff)
	for _, x := range b {
		c = c<<8 ^ crcTable[byte(c>>24)^x]
	}
	return c
}
