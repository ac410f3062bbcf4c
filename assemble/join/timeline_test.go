package join

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"seine/assemble/demux/mpegts/tstest"
)

// made is a segment of two seconds whose clock begins at start.
func made(start int64, seed uint64) segment {
	return segment{Part{Duration: 2 * time.Second}, tstest.Segment(seed, start, 2, 400)}
}

// joinedUp runs list into memory.
func joinedUp(tb testing.TB, list []segment) (Summary, *Joiner) {
	tb.Helper()
	j := New(&memory{}, options(list))
	for _, s := range list {
		if _, err := j.Add(s.Part, s.data); err != nil {
			tb.Fatal(err)
		}
	}
	sum, err := j.Finish()
	if err != nil {
		tb.Fatal(err)
	}
	return sum, j
}

func within(tb testing.TB, what string, got, want, limit time.Duration) {
	tb.Helper()
	if (got - want).Abs() > limit {
		tb.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestClockSetAnew: a jump without a tag is no hole; a jump of less than ten seconds is one.
func TestClockSetAnew(t *testing.T) {
	const frame = 40 * time.Millisecond
	for name, c := range map[string]struct {
		starts []int64
		want   time.Duration
		jumps  int64 // two for each time: sound and picture
	}{
		"goes on":          {[]int64{0, 180_000, 360_000}, 6 * time.Second, 0},
		"back to zero":     {[]int64{1 << 31, 1<<31 + 180_000, 0, 180_000}, 8 * time.Second, 2},
		"an hour ahead":    {[]int64{0, 180_000, 324_000_000}, 6 * time.Second, 2},
		"there and back":   {[]int64{0, 1 << 30, 360_000}, 6 * time.Second, 4},
		"three seconds on": {[]int64{0, 180_000, 360_000 + 270_000}, 9 * time.Second, 0},
		"over the wrap":    {[]int64{1<<33 - 90_000, 90_000, 270_000}, 6 * time.Second, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var list []segment
			for i, s := range c.starts {
				list = append(list, made(s, uint64(i)))
			}
			sum, _ := joinedUp(t, list)
			for _, k := range sum.Tracks {
				within(t, k.Kind.String(), k.Start+k.Duration, c.want, frame+170*time.Millisecond) // the generator sends sound in PES of eight frames
			}
			if sum.Warnings.TimeJumps != c.jumps {
				t.Errorf("%+v", sum.Warnings)
			}
		})
	}
}

// TestSoundOverlap: a segment whose sound begins before the one before it has ended.
func TestSoundOverlap(t *testing.T) {
	sum, j := joinedUp(t, []segment{made(0, 1), made(180_000-9_000, 2)})
	if sum.Warnings.Overlaps < 3 || sum.Warnings.ForcedDTS == 0 {
		t.Errorf("%+v", sum.Warnings)
	}
	tracks, _ := j.tracks()
	for _, k := range tracks {
		for i, s := range k.Samples {
			if s.Duration == 0 || s.Duration > 90_000 {
				t.Fatalf("%v sample %d lasts %d", k.Kind, i, s.Duration)
			}
		}
	}
}

// TestUnaligned: two playlists that do not share a clock begin together.
func TestUnaligned(t *testing.T) {
	a, b := made(0, 1), made(1<<30, 2)
	b.Stream = 1
	sum, _ := joinedUp(t, []segment{a, b})
	if sum.Warnings.Unaligned != 1 || sum.Warnings.LeftOut == 0 {
		t.Errorf("%+v", sum.Warnings)
	}
	if len(sum.Tracks) != 2 {
		t.Fatal(sum.Tracks)
	}
	within(t, "sound starts", sum.Tracks[1].Start, sum.Tracks[0].Start, time.Millisecond)
}

// TestOffsets: a playlist that begins later by its own word is later in the film, whether the clocks have to do with one another or not.
func TestOffsets(t *testing.T) {
	for name, c := range map[string]struct {
		first     int64
		unaligned int64
	}{"one clock": {30 * 90_000, 0}, "two clocks": {1 << 30, 1}} {
		a, b := made(0, 1), made(c.first, 2)
		b.Stream = 1
		j := New(&memory{}, Options{Streams: 2, Offsets: []time.Duration{0, 30 * time.Second}})
		for _, s := range []segment{a, b} {
			if _, err := j.Add(s.Part, s.data); err != nil {
				t.Fatal(err)
			}
		}
		sum, err := j.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if sum.Warnings.Unaligned != c.unaligned || len(sum.Tracks) != 2 {
			t.Fatalf("%s: %+v", name, sum)
		}
		within(t, name, sum.Tracks[1].Start-sum.Tracks[0].Start, 30*time.Second, time.Second)
	}
}

// TestWrapBetweenStreams: the first times of two playlists lie on both sides of 2^33.
func TestWrapBetweenStreams(t *testing.T) {
	for _, first := range []int{0, 1} {
		a, b := made(1<<33-45_000, 1), made(45_000, 2)
		a.Stream, b.Stream = first, 1-first
		sum, _ := joinedUp(t, []segment{a, b})
		if sum.Warnings.Unaligned != 0 || len(sum.Tracks) != 2 {
			t.Fatalf("%+v", sum)
		}
		within(t, "they begin apart", (sum.Tracks[0].Start - sum.Tracks[1].Start).Abs(), time.Second, time.Millisecond)
	}
}

// TestLostPacketsKeepSync: sound that lost frames in the middle is as far on at the end as before.
func TestLostPacketsKeepSync(t *testing.T) {
	s := made(0, 1)
	whole, _ := joinedUp(t, []segment{s})
	var b []byte
	n := 0
	for i := 0; i < len(s.data); i += 188 {
		p := s.data[i : i+188]
		if p[1]&0x1f == 1 && p[2] == 1 { // sound
			if n++; n > 100 && n < 160 {
				continue
			}
		}
		b = append(b, p...)
	}
	s.data = b
	sum, _ := joinedUp(t, []segment{s})
	if sum.Tracks[1].Samples >= whole.Tracks[1].Samples-10 || sum.Warnings.Stream.ContinuityErrors == 0 {
		t.Fatalf("%d of %d frames, %+v", sum.Tracks[1].Samples, whole.Tracks[1].Samples, sum.Warnings)
	}
	within(t, "sound", sum.Tracks[1].Duration, whole.Tracks[1].Duration, time.Millisecond)
}

func TestImpossibleParts(t *testing.T) {
	j := New(&memory{}, Options{Streams: 1})
	ok := made(0, 1)
	ok.Period = 3
	if _, err := j.Add(ok.Part, ok.data); err != nil {
		t.Fatal(err)
	}
	for _, p := range []Part{{Stream: 1}, {Stream: -1}, {Period: 2}, {Period: -1}, {Period: 1 << 30}, {Period: 3, Duration: -1}, {Period: 3, Duration: 1 << 62}} {
		if _, err := j.Add(p, ok.data); !errors.Is(err, ErrPart) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if _, err := j.Finish(); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Add(ok.Part, ok.data); !errors.Is(err, ErrFinished) {
		t.Error(err)
	}
	if _, err := j.Finish(); !errors.Is(err, ErrFinished) {
		t.Error(err)
	}
}

// FuzzJoin joins damaged segments in any order of parts: no panic, and what comes out can be restored.
func FuzzJoin(f *testing.F) {
	b := tstest.Segment(1, 0, 1, 200)[:188*40]
	f.Add(b, b, uint8(0))
	f.Add(b, []byte("rubbish"), uint8(7))
	f.Fuzz(func(t *testing.T, a, b []byte, how uint8) {
		file := &memory{}
		o := Options{Duration: time.Minute, Streams: 1 + int(how&1)}
		j := New(file, o)
		var records [][]byte
		for i, data := range [][]byte{a, b, a} {
			p := Part{Stream: i % o.Streams, Duration: time.Second, Missing: how>>i&2 != 0, Period: i * int(how>>5&1)}
			p.Discontinuity = p.Period > 0
			if r, err := j.Add(p, data); err == nil {
				records = append(records, r)
			}
		}
		k := New(&memory{b: append([]byte(nil), file.b...)}, o)
		if err := k.Restore(records); err != nil {
			t.Fatal(err)
		}
		_, err1 := j.Finish()
		_, err2 := k.Finish()
		if (err1 == nil) != (err2 == nil) || j.Size() != k.Size() {
			t.Fatalf("%v, %v, %d, %d", err1, err2, j.Size(), k.Size())
		}
	})
}

// FuzzRecord reads the fields of records, past the checksum.
func FuzzRecord(f *testing.F) {
	j := New(&memory{}, Options{Duration: time.Minute, Streams: 1})
	s := segment{Part{Duration: time.Second}, tstest.Segment(1, 0, 1, 200)}
	r, err := j.Add(s.Part, s.data)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(r[1 : len(r)-4])
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := decodeFields(b)
		if err != nil {
			return
		}
		file := &memory{b: make([]byte, min(max(d.size, 0), 1<<20))}
		j := New(file, Options{Duration: time.Minute, Streams: 1})
		if j.Restore([][]byte{d.encode()}) != nil {
			return
		}
		_, _ = j.Add(s.Part, s.data)
		_, _ = j.Finish()
	})
}

// BenchmarkJoin joins a film of segments of six seconds, 1080p at 5 Mbit/s, into nowhere.
func BenchmarkJoin(b *testing.B) {
	var list []segment
	w := &tstest.Writer{}
	for i := range 20 {
		w.Buf = nil
		w.Append(rand.Uint64(), int64(i)*6*90000, 6, 25<<10)
		list = append(list, segment{Part{Duration: 6 * time.Second, Sequence: uint64(i)}, w.Buf})
	}
	var size int64
	for _, s := range list {
		size += int64(len(s.data))
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		j := New(nowhere{}, options(list))
		for _, s := range list {
			if _, err := j.Add(s.Part, s.data); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := j.Finish(); err != nil {
			b.Fatal(err)
		}
	}
}

type nowhere struct{}

func (nowhere) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }
func (nowhere) ReadAt(p []byte, _ int64) (int, error)  { return len(p), nil }
func (nowhere) Truncate(int64) error                   { return nil }
