package bmff

import (
	"bytes"
	"encoding/binary"
	"testing"

	"seine/assemble/internal/hostile"
)

// nested is a box in a box in a box, as deep as it goes.
func nested(kind string) []byte {
	b := hostile.Fill("\x00\x00\x00\x00" + kind)
	for at := 0; at+8 <= len(b); at += 8 {
		binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at))
	}
	return b
}

// crowded is one box within the other, both full of the smallest ones.
func crowded() []byte {
	w := &Writer{}
	moov := w.Begin("moov")
	trak := w.Begin("trak")
	w.Bytes(bytes.Repeat([]byte("\x00\x00\x00\x08free"), hostile.Size/16))
	w.End(trak)
	w.Bytes(bytes.Repeat([]byte("\x00\x00\x00\x08free"), hostile.Size/16))
	w.End(moov)
	return w.Buf
}

func hostileBoxes() []hostile.Input {
	return append(hostile.Common(),
		hostile.Input{Name: "nested", Data: nested("moov")},
		hostile.Input{Name: "small", Data: hostile.Fill("\x00\x00\x00\x08free")},
		hostile.Input{Name: "crowded", Data: crowded()},
		hostile.Input{Name: "64 bits", Data: hostile.Fill("\x00\x00\x00\x01free\x00\x00\x00\x00\x00\x00\x00\x10")},
	)
}

func readBoxes(b []byte) {
	_, _ = Boxes(b)
	Find(b, "moov", "trak", "mdia", "minf", "stbl", "stsd")
	Find(b, "moov", "moov", "moov", "moov", "moov")
	for rest := b; len(rest) > 0; {
		var err error
		if _, rest, err = Next(rest); err != nil {
			return
		}
	}
}

func TestHostileMemory(t *testing.T) { hostile.Memory(t, hostileBoxes(), readBoxes) }

func BenchmarkHostile(b *testing.B) { hostile.Bench(b, hostileBoxes(), readBoxes) }
