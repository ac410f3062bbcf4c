package ebml

import (
	"bytes"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"seine/assemble/internal/hostile"
)

// TestRoundTrip: what is written is read again.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SampledFrom([]uint32{Header, Segment, Cluster, SimpleBlock, TrackEntry, CueTime, DefaultDuration}).Draw(t, "id")
		data := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "data")
		n := rapid.Uint64().Draw(t, "n")
		f := rapid.Float64().Draw(t, "f")
		pad := rapid.Int64Range(2, 400).Draw(t, "void")
		b := AppendVoid(AppendFloat(AppendUint(AppendBytes(nil, id, data), CueTime, n), Duration, f), pad)
		e, rest, err := Next(b)
		if err != nil || e.ID != id || !bytes.Equal(e.Data, data) || e.Size != int64(len(data)) {
			t.Fatal(e, err)
		}
		e, rest, err = Next(rest)
		if err != nil || e.Uint() != n {
			t.Fatal(e, err)
		}
		e, rest, err = Next(rest)
		if err != nil || e.Float() != f && !math.IsNaN(f) {
			t.Fatal(e, err)
		}
		if len(rest) != int(pad) {
			t.Fatalf("a void of %d bytes, want %d", len(rest), pad)
		}
		if e, rest, err = Next(rest); err != nil || e.ID != void || len(rest) != 0 {
			t.Fatal(e, err, rest)
		}
	})
}

// TestSizes: lengths in as few bytes as they take, and in as many as are wanted (RFC 8794 §4).
func TestSizes(t *testing.T) {
	for size, n := range map[int64]int{0: 1, 126: 1, 127: 2, 16382: 2, 16383: 3, 1<<49 - 2: 7, 1<<49 - 1: 8} {
		b := AppendSize(nil, size)
		if got, m, err := Size(b); err != nil || got != size || m != n || len(b) != n {
			t.Errorf("%d: %d in %d bytes of %d, %v", size, got, m, len(b), err)
		}
	}
	for n := 1; n <= 8; n++ {
		if got, m, err := Size(AppendSizeIn(nil, Unknown, n)); err != nil || got != Unknown || m != n {
			t.Errorf("unknown in %d bytes: %d, %d, %v", n, got, m, err)
		}
	}
}

func TestNextRefuses(t *testing.T) {
	for name, b := range map[string][]byte{"empty": {}, "zero": {0, 0x80}, "a long name": {0x08, 1, 2, 3, 4, 0x80}, "a name cut": {0x1A, 0x45}, "no length": {0xEC}, "length cut": {0xEC, 0x40}, "length of nine bytes": {0xEC, 0}} {
		if _, _, err := Next(b); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if e, rest, err := Next([]byte{0xEC, 0x85, 1, 2}); err != nil || !e.Cut || len(e.Data) != 2 || rest != nil {
		t.Error(e, rest, err)
	}
}

func walk(b []byte) { _ = Each(b, func(e Element) error { walkMost(e.Data, 40); return nil }) }

func walkMost(b []byte, depth int) {
	if depth > 0 {
		_ = Each(b, func(e Element) error { walkMost(e.Data, depth-1); return nil })
	}
}

func FuzzEach(f *testing.F) {
	f.Add(AppendBytes(nil, Cluster, AppendUint(nil, Timestamp, 7)))
	f.Fuzz(func(_ *testing.T, b []byte) { walk(b) })
}

func TestHostileMemory(t *testing.T) { hostile.Memory(t, hostile.Common(), walk) }
