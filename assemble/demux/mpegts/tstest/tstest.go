// Package tstest makes transport streams for tests and benchmarks: any size, any cut, without files.
package tstest

import (
	"encoding/binary"
	"hash/crc32"
	"math/bits"
	"math/rand/v2"
)

// PIDs and stream types of the programs made here.
const (
	PMTPID   = 0x1000
	VideoPID = 0x100
	AudioPID = 0x101

	AVC  = 0x1b
	ADTS = 0x0f
)

// Stream is one line of a PMT.
type Stream struct {
	Type        uint8
	PID         uint16
	Descriptors []byte
}

// Muxed is picture and sound as HLS has them.
var Muxed = []Stream{{Type: AVC, PID: VideoPID}, {Type: ADTS, PID: AudioPID}}

// Writer appends packets to Buf.
type Writer struct {
	Buf []byte
	cc  [1 << 13]uint8
}

// Program writes a PAT and a PMT.
func (w *Writer) Program(streams ...Stream) {
	w.Section(0, section(0, 1, []byte{0, 1, 0xe0 | PMTPID>>8, PMTPID & 0xff}))
	body := []byte{0xe1, 0, 0xf0, 0}
	for _, s := range streams {
		body = append(body, s.Type, 0xe0|byte(s.PID>>8), byte(s.PID), 0xf0|byte(len(s.Descriptors)>>8), byte(len(s.Descriptors)))
		body = append(body, s.Descriptors...)
	}
	w.Section(PMTPID, section(2, 1, body))
}

func section(table byte, id uint16, body []byte) []byte {
	n := 5 + len(body) + 4
	s := []byte{table, 0xb0 | byte(n>>8), byte(n), byte(id >> 8), byte(id), 0xc1, 0, 0}
	s = append(s, body...)
	return binary.BigEndian.AppendUint32(s, CRC(s))
}

// CRC is that of PSI sections (ISO/IEC 13818-1 Annex A).
func CRC(b []byte) uint32 {
	m := make([]byte, len(b))
	for i, x := range b {
		m[i] = bits.Reverse8(x)
	}
	return bits.Reverse32(^crc32.ChecksumIEEE(m))
}

// Section writes a PSI section.
func (w *Writer) Section(pid uint16, s []byte) {
	s = append([]byte{0}, s...)
	for start := true; len(s) > 0; start = false {
		p := w.header(pid, start, 0x10)
		n := copy(p[4:], s)
		for i := 4 + n; i < len(p); i++ {
			p[i] = 0xff
		}
		s = s[n:]
	}
}

func (w *Writer) header(pid uint16, start bool, control byte) []byte {
	n := len(w.Buf)
	w.Buf = append(w.Buf, make([]byte, 188)...)
	p := w.Buf[n:]
	p[0], p[1], p[2], p[3] = 0x47, byte(pid>>8), byte(pid), control|w.cc[pid]
	if start {
		p[1] |= 0x40
	}
	w.cc[pid] = (w.cc[pid] + 1) & 0x0f
	return p
}

// PES is a packetised piece of an elementary stream.
type PES struct {
	PID      uint16
	ID       byte // stream_id, 0xe0 when 0
	PTS, DTS int64
	Untimed  bool
	Sized    bool // PES_packet_length is set
	Data     []byte
}

// PES writes one PES packet.
func (w *Writer) PES(p PES) {
	b := p.header()
	b = append(b, p.Data...)
	for start := true; len(b) > 0; start = false {
		room := 184
		if len(b) >= room {
			k := w.header(p.PID, start, 0x10)
			copy(k[4:], b)
			b = b[room:]
			continue
		}
		k := w.header(p.PID, start, 0x30)
		k[4] = byte(room - len(b) - 1)
		for i := 5; i < 188-len(b); i++ {
			k[i] = 0xff
		}
		if k[4] > 0 {
			k[5] = 0
		}
		copy(k[188-len(b):], b)
		b = nil
	}
}

func (p PES) header() []byte {
	if p.ID == 0 {
		p.ID = 0xe0
	}
	b := []byte{0, 0, 1, p.ID, 0, 0, 0x84, 0, 0}
	switch {
	case p.Untimed:
	case p.PTS == p.DTS:
		b[7], b[8] = 0x80, 5
		b = appendTime(b, 2, p.PTS)
	default:
		b[7], b[8] = 0xc0, 10
		b = appendTime(appendTime(b, 3, p.PTS), 1, p.DTS)
	}
	if n := len(b) - 6 + len(p.Data); p.Sized && n <= 0xffff {
		binary.BigEndian.PutUint16(b[4:], uint16(n))
	}
	return b
}

func appendTime(b []byte, mark byte, t int64) []byte {
	t &= 1<<33 - 1
	return append(b, mark<<4|byte(t>>29)&0x0e|1, byte(t>>22), byte(t>>14)|1, byte(t>>7), byte(t<<1)|1)
}

// Parameter sets of a 1920x1080 stream (High, level 4.0, 25 pictures a second).
var (
	SPS = []byte{
		0x67, 0x64, 0x00, 0x28, 0xac, 0xd9, 0x40, 0x78, 0x02, 0x27, 0xe5, 0xc0, 0x44, 0x00, 0x00, 0x03,
		0x00, 0x04, 0x00, 0x00, 0x03, 0x00, 0xca, 0x3c, 0x60, 0xc6, 0x58,
	}
	PPS = []byte{0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0}
)

// Noise returns n bytes that look like entropy-coded data: random, without three bytes that could be a start code.
func Noise(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
		if i >= 2 && b[i] <= 3 && b[i-1]|b[i-2] == 0 {
			b[i] = 0x80
		}
	}
	if n > 0 {
		b[n-1] = 0x80
	}
	return b
}

// Picture returns an access unit in Annex B: delimiter, parameter sets before a key picture, one slice of size bytes.
func Picture(r *rand.Rand, key bool, size int) []byte {
	b := []byte{0, 0, 0, 1, 9, 0xf0}
	slice := byte(0x41)
	if key {
		slice = 0x65
		b = append(append(b, 0, 0, 0, 1), SPS...)
		b = append(append(b, 0, 0, 0, 1), PPS...)
	}
	b = append(b, 0, 0, 0, 1, slice)
	return append(b, Noise(r, size)...)
}

// Frame returns an AAC LC frame of size bytes in ADTS: 48 kHz, stereo; with CRC its header has nine bytes.
func Frame(r *rand.Rand, size int, crc bool) []byte {
	h := []byte{0xff, 0xf1, 0x4c, 0x80, 0, 0x1f, 0xfc}
	if crc {
		h[1] = 0xf0
		h = append(h, 0, 0)
	}
	n := size + len(h)
	h[3] |= byte(n >> 11)
	h[4] = byte(n >> 3)
	h[5] |= byte(n<<5) & 0xe0
	b := Noise(r, size)
	for i := range b {
		if b[i] == 0xff { // no sync word inside
			b[i] = 0xfe
		}
	}
	return append(h, b...)
}

// Segment returns seconds of film at 25 pictures a second of size bytes each, a key picture every two seconds, and AAC in
// between. start is the first decoding time in ticks.
func Segment(seed uint64, start int64, seconds, size int) []byte {
	w := &Writer{}
	w.Append(seed, start, seconds, size)
	return w.Buf
}

// Append is Segment on a writer, so that counters go on.
func (w *Writer) Append(seed uint64, start int64, seconds, size int) {
	r := rand.New(rand.NewPCG(seed, 1))
	w.Program(Muxed...)
	var sound int64
	for i := range int64(seconds * 25) {
		if i%50 == 0 && i > 0 {
			w.Program(Muxed...)
		}
		dts := start + i*3600
		w.PES(PES{PID: VideoPID, DTS: dts, PTS: dts + 7200, Data: Picture(r, i%50 == 0, size)})
		for ; sound*1920 < (i+1)*3600; sound += 8 {
			var b []byte
			for range 8 {
				b = append(b, Frame(r, 340, false)...)
			}
			pts := start + 7200 + sound*1920
			w.PES(PES{PID: AudioPID, ID: 0xc0, PTS: pts, DTS: pts, Sized: true, Data: b})
		}
	}
}
