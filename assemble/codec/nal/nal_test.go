package nal

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
	"seine/assemble/demux/mpegts/tstest"
)

// TestNext splits streams that were put together from known units.
func TestNext(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		unit := rapid.Custom(func(r *rapid.T) []byte {
			u := rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(r, "unit")
			for i := range u { // as emulation prevention does
				if i >= 2 && u[i] <= 2 && u[i-1]|u[i-2] == 0 {
					u[i] = 3
				}
			}
			return append(u, 0x80)
		})
		want := rapid.SliceOf(unit).Draw(r, "units")
		b := make([]byte, rapid.IntRange(0, 5).Draw(r, "zeros in front"))
		for _, u := range want {
			b = append(b, make([]byte, rapid.IntRange(0, 3).Draw(r, "zeros"))...)
			b = append(append(b, 0, 0, 1), u...)
		}
		var got [][]byte
		for start, end, next := Next(b, 0); start >= 0; start, end, next = Next(b, next) {
			got = append(got, b[start:end])
		}
		if !slices.EqualFunc(want, got, bytes.Equal) {
			r.Fatalf("want %x\ngot  %x", want, got)
		}
	})
}

// TestIndex puts start codes, and what is nearly one, at every place of blocks of every length.
func TestIndex(t *testing.T) {
	mem := make([]byte, 400)
	for _, fill := range []byte{0, 1, 3, 0xff} {
		for n := range 200 {
			for at := range n {
				b := mem[7:][:n:n]
				for i := range mem {
					mem[i] = 1 // behind b as well: a start code that b cuts is none
				}
				for i := range b {
					b[i] = fill
				}
				for _, code := range [][]byte{{0, 0, 1}, {0, 0, 2}, {0, 0, 3, 0, 0, 1}, {0, 1, 0, 0, 0, 1}} {
					copy(b[at:], code)
					if got, want := index(b), bytes.Index(b, startCode); got != want {
						t.Fatalf("%x at %d of %d bytes %#x: %d, want %d", code, at, n, fill, got, want)
					}
				}
			}
		}
	}
}

func BenchmarkNext(b *testing.B) {
	data := tstest.Noise(newRand(), 100<<10)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		Next(data, 0)
	}
}

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }
