// Package hostile measures, in tests and benchmarks, what parsers spend on the worst that a server can send.
package hostile

import (
	"bytes"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
)

const (
	// Size is that of the inputs, in bytes.
	Size = 1 << 20
	// MaxBytes is what a parser may allocate for one of them, garbage included.
	MaxBytes = 64 << 20
)

// Input is one case.
type Input struct {
	Name string
	Data []byte
}

// Fill repeats pattern up to Size.
func Fill(pattern string) []byte {
	return bytes.Repeat([]byte(pattern), Size/len(pattern)+1)[:Size]
}

// Common are inputs that suit any parser: rows of one byte, start codes and noise.
func Common() []Input {
	noise := make([]byte, Size)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	return []Input{
		{"zeros", Fill("\x00")},
		{"ones", Fill("\xff")},
		{"sync bytes", Fill("G")},
		{"start codes", Fill("\x00\x00\x01")},
		{"noise", noise},
	}
}

// Bench runs parse over each input.
func Bench(b *testing.B, inputs []Input, parse func([]byte)) {
	for _, in := range inputs {
		b.Run(in.Name, func(b *testing.B) {
			b.SetBytes(int64(len(in.Data)))
			b.ReportAllocs()
			for b.Loop() {
				parse(in.Data)
			}
		})
	}
}

// Memory fails for each input on which parse allocates more than MaxBytes. No other test may run at the same time.
func Memory(t *testing.T, inputs []Input, parse func([]byte)) {
	t.Helper()
	MemoryWithin(t, MaxBytes, inputs, parse)
}

// MemoryWithin is Memory for a parser of somebody else's, which may take so many bytes.
func MemoryWithin(t *testing.T, most uint64, inputs []Input, parse func([]byte)) {
	t.Helper()
	if RaceEnabled() {
		t.Skip("SKIPPED, NOT PROVED: the race detector takes memory of its own")
	}
	for _, in := range inputs {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		parse(in.Data)
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > most {
			t.Errorf("%s: %d MiB for %d bytes, at most %d MiB are allowed", in.Name, n>>20, len(in.Data), most>>20)
		}
	}
}

// RaceEnabled is true in a program that was built with the race detector.
func RaceEnabled() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}
