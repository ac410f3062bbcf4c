package sampleaes

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

// TestCounter: a short sample in pieces decrypts as the library's own stream does it, also where the counter wraps.
func TestCounter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := New(&Key{Key: [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "key"))})
		iv := [16]byte(bytes.Repeat([]byte{0xff}, 16))
		copy(iv[:], rapid.SliceOfN(rapid.Byte(), 0, 16).Draw(t, "iv"))
		clear := rapid.SliceOfN(rapid.Byte(), 0, longCounter-1).Draw(t, "clear")
		cut := rapid.IntRange(0, len(clear)).Draw(t, "cut")
		want, got := bytes.Clone(clear), bytes.Clone(clear)
		c.Counter(iv, longCounter).XORKeyStream(want, want)
		short := c.Counter(iv, len(got))
		short.XORKeyStream(got[:cut], got[:cut])
		short.XORKeyStream(got[cut:], got[cut:])
		if !bytes.Equal(got, want) {
			t.Fatalf("%x, want %x", got, want)
		}
	})
}
