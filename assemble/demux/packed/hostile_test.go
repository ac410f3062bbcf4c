package packed

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/demux/packed/packedtest"
	"seine/assemble/internal/hostile"
)

// repeat puts pattern behind front, up to the size of hostile inputs.
func repeat(front []byte, pattern string) []byte {
	return append(front[:len(front):len(front)], hostile.Fill(pattern)...)
}

// chains are syncframes of Dolby, many of which lead into the same row of dependent ones, which breaks.
func chains() []byte {
	const first, row = 600, 15
	var b []byte
	for i := range first {
		n := (first*6-i*6)/2 - 1
		b = append(b, 0x0b, 0x77, byte(n>>8), byte(n), 0x3f, 0x80)
	}
	for range row {
		b = append(b, "\x0b\x77\x40\x07\x34\x80\x10\x20\x00\x00\x00\x00\x00\x00\x00\x00"...)
	}
	return append(b, make([]byte, 16)...)
}

// hostileSegments begin as sound does, and go on as it should not.
func hostileSegments(tb testing.TB) []hostile.Input {
	list := hostile.Common()
	tag := string(packedtest.Tag(1))
	for _, name := range names {
		s := stream(tb, name)
		front := slices.Concat([]byte(tag), s.Data[:s.Starts[6]])
		for _, in := range hostile.Common() {
			list = append(list, hostile.Input{Name: name + " and " + in.Name, Data: append(bytes.Clone(front), in.Data...)})
		}
		for what, pattern := range map[string]string{
			"tags": tag, "empty tags": "ID3\x04\x00\x00\x00\x00\x00\x00", "tags and bytes": "ID3\x04\x00\x00\x00\x00\x00\x00\x0b",
			"long tags": "ID3\x04\x00\x00\x7f\x7f\x7f\x7f", "tags of 64 KiB": "ID3\x04\x00\x00\x00\x04\x00\x00" + strings.Repeat("PRIV\x00\x00\x00\x0a\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 3277),
			"ADTS": "\xff\xf1\x4c\x80\x01\x1f\xfc\x00", "two kinds of ADTS": "\xff\xf1\x4c\x80\x01\x1f\xfc\x00\xff\xf1\x50\x80\x01\x1f\xfc\x00",
			"long ADTS": "\xff\xf1\x4c\x83\xff\xff\xfc", "MPEG audio": "\xff\xf3\x14\xc0", "Dolby": "\x0b\x77\x00\x07\x3f\x80",
			"whole Dolby":        "\x0b\x77\x00\x07\x3f\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
			"two kinds of Dolby": "\x0b\x77\x00\x07\x3f\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x0b\x77\x00\x07\x3d\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
			"dependent Dolby":    "\x0b\x77\x40\x07\x34\x80", "Dolby sync words": "\x0b\x77", "chains": string(chains()),
			"a unit that goes on": string(chains()[600*6:]) + strings.Repeat("ID3\x04\x00\x00\x00\x00\x00\x00\x00", 4000),
		} {
			list = append(list, hostile.Input{Name: name + " and " + what, Data: repeat(front, pattern)})
		}
	}
	return list
}

func read(key *sampleaes.Key) func([]byte) {
	return func(b []byte) {
		Looks(b)
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
	hostile.Memory(t, hostileSegments(t), read(nil))
	hostile.Memory(t, hostileSegments(t), read(&sampleaes.Key{}))
}

func BenchmarkHostile(b *testing.B) {
	b.Run("clear", func(b *testing.B) { hostile.Bench(b, hostileSegments(b), read(nil)) })
	b.Run("key", func(b *testing.B) { hostile.Bench(b, hostileSegments(b), read(&sampleaes.Key{})) })
}
