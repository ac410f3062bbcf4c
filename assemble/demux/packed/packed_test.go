package packed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"testing"

	"seine/assemble/codec/aac"
	"seine/assemble/codec/ac3"
	"seine/assemble/codec/mpa"
	"seine/assemble/demux/frames"
	"seine/assemble/demux/packed/packedtest"
	"seine/assemble/media"
	clips "seine/testdata/media"
)

// stream reads an elementary stream of testdata/media/packed, and where its frames begin.
func stream(tb testing.TB, name string) *packedtest.Stream {
	tb.Helper()
	b, err := fs.ReadFile(clips.FS, "packed/"+name)
	if err != nil {
		tb.Fatal(err)
	}
	s := &packedtest.Stream{Data: b}
	for at := 0; at < len(b); {
		s.Starts = append(s.Starts, at)
		n := 0
		switch name {
		case "sound.aac":
			h, _ := aac.ParseADTS(b[at:])
			n, s.Ticks, s.Per = h.Frame, 1024*90, 48
		case "sound.mp3":
			h, _ := mpa.Parse(b[at:])
			n, s.Ticks, s.Per = h.Frame, 1152*90000, 44100
		default:
			h, _ := ac3.Parse(b[at:])
			n, s.Ticks, s.Per = h.Frame, 1536*90, 48
		}
		if n == 0 {
			tb.Fatalf("%s: no frame at byte %d", name, at)
		}
		at += n
	}
	return s
}

type sample struct {
	pts  int64
	data string
}

func drain(d *Demuxer) (list []sample, err error) {
	for {
		s, err := d.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, sample{s.PTS, string(s.Data)})
	}
}

// demux reads segments, with the state saved and restored between them.
func demux(tb testing.TB, segments ...[]byte) (list []sample, lost frames.Lost) {
	tb.Helper()
	d := &Demuxer{}
	for i, b := range segments {
		if err := d.Reset(b); err != nil {
			tb.Fatalf("segment %d: %v", i, err)
		}
		part, err := drain(d)
		if err != nil {
			tb.Fatal(err)
		}
		list = append(list, part...)
		lost.Bytes += d.Lost().Bytes
		lost.Frames += d.Lost().Frames
		state := d.AppendState(nil)
		d = &Demuxer{}
		if err := d.RestoreState(state); err != nil {
			tb.Fatal(err)
		}
		if !bytes.Equal(state, d.AppendState(nil)) {
			tb.Fatal("the state changes by being restored")
		}
	}
	d.Flush()
	rest, err := drain(d)
	if err != nil {
		tb.Fatal(err)
	}
	return append(list, rest...), lost
}

var names = []string{"sound.aac", "sound.mp3", "sound.ac3", "sound.eac3"}

// want checks each frame and its time.
func want(t *testing.T, s *packedtest.Stream, base int64, got []sample, slack int64) {
	t.Helper()
	if len(got) != len(s.Starts) {
		t.Fatalf("%d frames, want %d", len(got), len(s.Starts))
	}
	for i, g := range got {
		end := len(s.Data)
		if i+1 < len(s.Starts) {
			end = s.Starts[i+1]
		}
		if !bytes.HasSuffix(s.Data[s.Starts[i]:end], []byte(g.data)) || len(g.data) < end-s.Starts[i]-7 {
			t.Fatalf("frame %d has other bytes", i)
		}
		if d := g.pts - s.Time(base, i); d > slack || d < -slack {
			t.Fatalf("frame %d at %d, want %d", i, g.pts, s.Time(base, i))
		}
	}
}

// TestSegments cuts each stream anywhere: with a tag for each segment, with several, with one for the first, and with none.
func TestSegments(t *testing.T) {
	const base = 1<<33 - 100_000 // times wrap
	twice := func(pts int64) []byte {
		return slices.Concat(packedtest.Title(), packedtest.Tag(pts), packedtest.Title())
	}
	first := true
	once := func(pts int64) []byte {
		if first {
			first = false
			return packedtest.Tag(pts)
		}
		return nil
	}
	for _, name := range names {
		s := stream(t, name)
		for kind, c := range map[string]struct {
			tag  func(int64) []byte
			base int64
		}{"each": {packedtest.Tag, base}, "several": {twice, base}, "first": {once, base}, "none": {nil, 0}} {
			for _, size := range []int{1700, 4001, len(s.Data)} {
				t.Run(fmt.Sprint(name, " ", kind, " ", size), func(t *testing.T) {
					first = true
					got, lost := demux(t, s.Segments(size, base, c.tag)...)
					want(t, s, c.base, got, 1)
					if lost != (frames.Lost{}) {
						t.Errorf("%+v", lost)
					}
				})
			}
		}
	}
}

// TestReference: a stream without timestamps begins where the other stream does.
func TestReference(t *testing.T) {
	s := stream(t, "sound.aac")
	d := &Demuxer{}
	d.SetReference(777)
	if err := d.Reset(s.Data); err != nil {
		t.Fatal(err)
	}
	got, err := drain(d)
	if err != nil || got[0].pts != 777 {
		t.Error(got[0].pts, err)
	}
}

// TestConcatenated has tags in the middle of a segment.
func TestConcatenated(t *testing.T) {
	s := stream(t, "sound.ac3")
	got, lost := demux(t, bytes.Join(s.Segments(3000, 90_000, packedtest.Tag), nil))
	want(t, s, 90_000, got, 1)
	if lost != (frames.Lost{}) {
		t.Errorf("%+v", lost)
	}
}

// TestDamage: what is lost is counted, and the rest is delivered.
func TestDamage(t *testing.T) {
	for _, name := range names {
		s := stream(t, name)
		at := s.Starts[len(s.Starts)/2]
		junk := slices.Concat(packedtest.Tag(0), s.Data[:at], bytes.Repeat([]byte("rubbish!"), 50), s.Data[at:])
		got, lost := demux(t, junk)
		if n := len(s.Starts) - len(got); n < 0 || n > 2 || lost.Bytes < 400 {
			t.Errorf("%s: rubbish cost %d frames, %+v", name, n, lost)
		}
		got, lost = demux(t, slices.Concat(packedtest.Tag(0), s.Data[:at+20], s.Data[at+30:]))
		if n := len(s.Starts) - len(got); n < 1 || n > 3 || lost.Bytes == 0 {
			t.Errorf("%s: ten bytes cost %d frames, %+v", name, n, lost)
		}
	}
}

func TestLooks(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 1<<20)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	aacFrames := stream(t, "sound.aac").Data
	for name, c := range map[string]struct {
		data []byte
		want bool
	}{
		"nothing": {nil, false}, "noise": {noise, false}, "tag alone": {packedtest.Tag(1), false}, "text": {[]byte("ID3 tags are\n"), false},
		"tag before noise": {append(packedtest.Title(), noise...), false}, "ADTS": {aacFrames, true},
		"behind a rest": {aacFrames[100:], true}, "far behind": {append(noise[:maxLead:maxLead], aacFrames...), false},
		"one frame behind a tag": {append(packedtest.Tag(1), aacFrames[:stream(t, "sound.aac").Starts[1]]...), true},
	} {
		if got := Looks(c.data); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for _, name := range names {
		if !Looks(stream(t, name).Data) {
			t.Errorf("%s is not seen", name)
		}
	}
	if err := new(Demuxer).Reset(noise); !errors.Is(err, ErrNotPacked) {
		t.Error(err)
	}
}

func TestTracks(t *testing.T) {
	d := &Demuxer{}
	if d.Tracks() != nil {
		t.Error("a track before there is one")
	}
	if err := d.Reset(stream(t, "sound.mp3").Data); err != nil {
		t.Fatal(err)
	}
	if l := d.Tracks(); len(l) != 1 || l[0].Kind != media.Audio || l[0].Timescale != media.Clock {
		t.Error(l)
	}
}

// FuzzDemux: no panic, samples not larger than their source, a state that can be restored.
func FuzzDemux(f *testing.F) {
	for _, name := range names {
		s := stream(f, name)
		f.Add(append(packedtest.Tag(1<<33-1), s.Data[:s.Starts[6]+40]...))
	}
	f.Add(slices.Concat(packedtest.Title(), packedtest.Tag(5)))
	f.Fuzz(func(t *testing.T, b []byte) {
		Looks(b)
		d := &Demuxer{}
		total := 0
		for range 2 {
			if d.Reset(b) != nil {
				return
			}
			list, _ := drain(d)
			for _, s := range list {
				total += len(s.data)
			}
			if err := d.RestoreState(d.AppendState(nil)); err != nil {
				t.Fatal(err)
			}
		}
		d.Flush()
		_, _ = drain(d)
		if total > 2*len(b) {
			t.Fatalf("%d bytes of samples from %d", total, len(b))
		}
	})
}

func FuzzTag(f *testing.F) {
	f.Add(packedtest.Tag(1<<33 - 1))
	f.Add(packedtest.Title())
	f.Add([]byte("ID3\x03\x00\x40\x00\x00\x00\x10\x00\x00\x00\x06"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if g, ok := parseTag(b); ok && (g.size > len(b) || g.size < id3Header || g.pts < 0 || g.pts >= wrap) {
			t.Fatalf("%+v of %d bytes", g, len(b))
		}
	})
}

func FuzzState(f *testing.F) {
	s := stream(f, "sound.aac")
	d := &Demuxer{}
	if err := d.Reset(s.Data[:3000]); err != nil {
		f.Fatal(err)
	}
	_, _ = drain(d)
	f.Add(d.AppendState(nil))
	f.Fuzz(func(t *testing.T, b []byte) {
		d := &Demuxer{}
		if d.RestoreState(b) != nil {
			return
		}
		if d.Reset(s.Data[3000:6000]) == nil {
			_, _ = drain(d)
		}
		d.Flush()
		_, _ = drain(d)
	})
}
