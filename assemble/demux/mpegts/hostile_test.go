package mpegts

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"seine/assemble/codec/h264"
	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/internal/hostile"
)

// carried is a program of one stream, full of PES packets of what fill repeats.
func carried(kind uint8, size int, fill string) []byte {
	w := &tstest.Writer{}
	w.Program(tstest.Stream{Type: kind, PID: tstest.VideoPID})
	body := bytes.Repeat([]byte(fill), size/len(fill)+1)
	for pts := int64(0); len(w.Buf) < hostile.Size; pts += 3600 {
		w.PES(tstest.PES{PID: tstest.VideoPID, PTS: pts, DTS: pts, Data: body})
	}
	return w.Buf
}

// packets are as many as fit, of one PID behind a program, each with the same content.
func packets(header, fill string) []byte {
	w := &tstest.Writer{}
	w.Program(tstest.Muxed...)
	for n := 0; len(w.Buf) < hostile.Size; n++ {
		p := append([]byte(header), bytes.Repeat([]byte(fill), packetSize)...)[:packetSize]
		p[3] |= byte(n & 0x0f)
		w.Buf = append(w.Buf, p...)
	}
	return w.Buf
}

// otherSets is a picture after picture, all with other parameter sets.
func otherSets(size int) []byte {
	w := &tstest.Writer{}
	w.Program(tstest.Stream{Type: tstest.AVC, PID: tstest.VideoPID})
	n := uint32(0)
	for pts := int64(0); len(w.Buf) < hostile.Size; pts += 3600 {
		b := append([]byte{0, 0, 1}, tstest.SPS...)
		for len(b) < size {
			n++
			b = append(b, 0, 0, 1, h264.NALPPS|0x60)
			b = append(b, identifier(n%256)...)
			b = binary.BigEndian.AppendUint32(b, n|0x80808080)
		}
		b = append(b, 0, 0, 1, h264.NALIDR|0x60, 0x88, 0x80)
		w.PES(tstest.PES{PID: tstest.VideoPID, PTS: pts, DTS: pts, Data: b})
	}
	return w.Buf
}

// identifier is n in Exp-Golomb code, with ones behind it.
func identifier(n uint32) []byte {
	bits, v := 0, n+1
	for v>>bits > 1 {
		bits++
	}
	return binary.BigEndian.AppendUint32(nil, v<<(31-2*bits)|(1<<(31-2*bits)-1))
}

// programs name other streams each time.
func programs() []byte {
	w := &tstest.Writer{}
	for n := uint16(0); len(w.Buf) < hostile.Size; n++ {
		var list []tstest.Stream
		for i := range uint16(30) {
			list = append(list, tstest.Stream{Type: []uint8{tstest.AVC, tstest.ADTS, 6}[i%3], PID: 32 + (n*31+i)%4000})
		}
		w.Program(list...)
	}
	return w.Buf
}

func hostileStreams() []hostile.Input {
	const timed = "\x00\x00\x01\xe0\x00\x00\x84\x80\x05\x21\x00\x01\x00\x01"
	list := append(hostile.Common(),
		hostile.Input{Name: "packets with adaptation fields", Data: hostile.Fill("G\x00\x00\x30\xb7")},
		hostile.Input{Name: "adaptation fields alone", Data: packets("G\x01\x00\x20\xb7\x00", "\xff")},
		hostile.Input{Name: "long adaptation fields", Data: packets("G\x01\x00\x30\xff\x00", "\xff")},
		hostile.Input{Name: "PES headers", Data: packets("G\x41\x00\x10"+timed, "\x00\x00\x01\x09")},
		hostile.Input{Name: "PES headers of sound", Data: packets("G\x41\x01\x10"+timed, "\x00\x00\x01\x09")},
		hostile.Input{Name: "endless PES headers", Data: packets("G\x41\x00\x10\x00\x00\x01\xe0\x00\x00\x84\x80\xff", "\xff")},
		hostile.Input{Name: "sections", Data: packets("G\x40\x00\x10\x00\x00\xb0\x0d", "\xff")},
		hostile.Input{Name: "rows that break", Data: hostile.Fill("G" + string(make([]byte, 187)) + "G" + string(make([]byte, 186)))},
		hostile.Input{Name: "programs", Data: programs()},
		hostile.Input{Name: "other sets", Data: otherSets(10_000)},
		hostile.Input{Name: "other sets in each packet", Data: otherSets(60)},
	)
	for _, kind := range []uint8{tstest.AVC, 0x24, tstest.ADTS, 0x03, 0x81, 0x87} {
		for _, fill := range []string{
			"\x00\x00\x01", "\x00\x00\x01\x65", "\x00\x00\x01\x68\xff", "\x00\x00\x01\x26\x01", "\x00", "\xff",
			"\xff\xf1\x4c\x80\x01\x1f\xfc", "\xff\xf1\x4c\x80\x01\x1f\xfc\x00", "\xff\xfb\x10\x00",
			"\x0b\x77\x00\x07\x3f\x80", "\x0b\x77\x40\x07\x3f\x80", "\x0b\x77",
			"\x00\x00\x01" + string(tstest.SPS) + "\x00\x00\x01" + string(tstest.PPS) + "\x00\x00\x01\x65" + string(bytes.Repeat([]byte{9}, 50)),
		} {
			for _, size := range []int{100, 60_000} {
				name := fmt.Sprintf("type %#x, %d bytes of %.12x", kind, size, fill)
				list = append(list, hostile.Input{Name: name, Data: carried(kind, size, fill)})
			}
		}
	}
	return list
}

// read takes a segment apart.
func read(key *sampleaes.Key) func([]byte) {
	return func(b []byte) {
		d := &Demuxer{Key: key}
		for err := d.Reset(b); err == nil; {
			_, err = d.Next()
		}
		d.Flush()
		for _, err := d.Next(); err == nil; {
			_, err = d.Next()
		}
	}
}

func TestHostileMemory(t *testing.T) {
	hostile.Memory(t, hostileStreams(), read(nil))
	hostile.Memory(t, hostileStreams(), read(&sampleaes.Key{}))
}

func BenchmarkHostile(b *testing.B) {
	b.Run("clear", func(b *testing.B) { hostile.Bench(b, hostileStreams(), read(nil)) })
	b.Run("key", func(b *testing.B) { hostile.Bench(b, hostileStreams(), read(&sampleaes.Key{})) })
}
