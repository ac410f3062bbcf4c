package mp4

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"seine/assemble/bmff"
	"seine/assemble/codec/aac"
	"seine/assemble/codec/h264"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/media"
)

// sink remembers small writes and the length: films of many GiB fit.
type sink struct {
	head []byte
	size int64
}

func (s *sink) WriteAt(p []byte, off int64) (int, error) {
	if off == 0 {
		s.head = bytes.Clone(p)
	}
	s.size = max(s.size, off+int64(len(p)))
	return len(p), nil
}

func picture(tb testing.TB) Track {
	c, err := h264.Codec([][]byte{tstest.SPS}, [][]byte{tstest.PPS})
	if err != nil {
		tb.Fatal(err)
	}
	c.SAR = media.Ratio{Num: 4, Den: 3}
	c.Colour = media.Colour{Given: true, Primaries: 1, Transfer: 1, Matrix: 1}
	t := Track{Kind: media.Video, Language: "de-CH", Timescale: 90000, Codecs: []media.Codec{c, c}, Start: 1800, MediaTime: 7200, Length: 4 * 3600}
	for i, offset := range []int32{7200, 14400, -3600, 3600} {
		t.Samples = append(t.Samples, Sample{Duration: 3600, Composition: offset, Size: 100, Key: i == 0})
	}
	t.Chunks = []Chunk{{Offset: 1000, Count: 2}, {Offset: 2000, Count: 1}, {Offset: 3000, Count: 1, Entry: 1}}
	return t
}

func sound(tb testing.TB) Track {
	c, err := aac.Codec([]byte{0x11, 0x90})
	if err != nil {
		tb.Fatal(err)
	}
	t := Track{Kind: media.Audio, Timescale: 48000, Codecs: []media.Codec{c}, Length: 1920}
	t.Samples = []Sample{{Duration: 1024, Size: 10, Key: true}}
	t.Chunks = []Chunk{{Offset: 1200, Count: 1}}
	return t
}

// box finds a table of the nth track, and reads it as 32-bit numbers.
func box(tb testing.TB, moov []byte, n int, path ...string) (list []uint32) {
	tb.Helper()
	traks, err := bmff.Boxes(bmff.Find(moov, "moov"))
	if err != nil {
		tb.Fatal(err)
	}
	for _, b := range traks {
		if b.Type != "trak" {
			continue
		}
		if n > 0 {
			n--
			continue
		}
		for d := bmff.Find(b.Data, path...); len(d) >= 4; d = d[4:] {
			list = append(list, binary.BigEndian.Uint32(d))
		}
		return list
	}
	return nil
}

func TestTables(t *testing.T) {
	moov := Moov([]Track{picture(t), sound(t)})
	for _, c := range []struct {
		track int
		path  []string
		want  []uint32
	}{
		{0, []string{"mdia", "minf", "stbl", "stts"}, []uint32{0, 1, 4, 3600}},
		{0, []string{"mdia", "minf", "stbl", "ctts"}, []uint32{1 << 24, 4, 1, 7200, 1, 14400, 1, math.MaxUint32 - 3599, 1, 3600}},
		{0, []string{"mdia", "minf", "stbl", "stss"}, []uint32{0, 1, 1}},
		{0, []string{"mdia", "minf", "stbl", "stsc"}, []uint32{0, 3, 1, 2, 1, 2, 1, 1, 3, 1, 2}},
		{0, []string{"mdia", "minf", "stbl", "stsz"}, []uint32{0, 0, 4, 100, 100, 100, 100}},
		{0, []string{"mdia", "minf", "stbl", "stco"}, []uint32{0, 3, 1000, 2000, 3000}},
		{0, []string{"edts", "elst"}, []uint32{0, 2, 1800, math.MaxUint32, 0x10000, 14400, 7200, 0x10000}},
		{0, []string{"mdia", "mdhd"}, []uint32{0, 0, 0, 90000, 14400, uint32(packed("deu")) << 16}},
		{1, []string{"mdia", "minf", "stbl", "ctts"}, nil},
		{1, []string{"mdia", "minf", "stbl", "stss"}, nil},
		{1, []string{"edts"}, nil},
		{1, []string{"mdia", "mdhd"}, []uint32{0, 0, 0, 48000, 1024, uint32(packed("und")) << 16}},
	} {
		if d := cmp.Diff(c.want, box(t, moov, c.track, c.path...)); d != "" {
			t.Errorf("%d %v: %s", c.track, c.path, d)
		}
	}
	tkhd := box(t, moov, 0, "tkhd")
	if n := len(tkhd); tkhd[n-2] != 2560<<16 || tkhd[n-1] != 1080<<16 {
		t.Errorf("shown as %x × %x, want 2560 × 1080", tkhd[n-2], tkhd[n-1])
	}
	for _, s := range []string{"pasp\x00\x00\x00\x04\x00\x00\x00\x03", "colrnclx", "elng\x00\x00\x00\x00de-CH\x00"} {
		if !bytes.Contains(moov, []byte(s)) {
			t.Errorf("%q is missing", s)
		}
	}
}

func TestBeyond4GiB(t *testing.T) {
	s := &sink{}
	m := New(s)
	m.Reserve(4096)
	m.Advance(5 << 30)
	v := picture(t)
	v.Chunks[2].Offset = 5<<30 - 100
	v.Start, v.Length = 1<<33, 1<<34
	size, err := m.Finish([]Track{v})
	if err != nil || size != 5<<30 {
		t.Fatal(size, err)
	}
	moov := s.head[len(ftyp()):]
	moov = moov[:binary.BigEndian.Uint32(moov)]
	if d := cmp.Diff([]uint32{0, 3, 0, 1000, 0, 2000, 1, 1<<30 - 100}, box(t, moov, 0, "mdia", "minf", "stbl", "co64")); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]uint32{1 << 24, 2, 2, 0, math.MaxUint32, math.MaxUint32, 0x10000, 4, 0, 0, 7200, 0x10000}, box(t, moov, 0, "edts", "elst")); d != "" {
		t.Error(d)
	}
	if got := binary.BigEndian.Uint64(s.head[len(s.head)-8:]); got != 5<<30-uint64(first(m.Reserved()))+16 {
		t.Errorf("mdat of %d bytes", got)
	}
}

// TestRoom lets moov just fit, leave too little for a free box, and not fit.
func TestRoom(t *testing.T) {
	n := int64(len(Moov([]Track{sound(t)})))
	for room, want := range map[int64][]string{
		n: {"ftyp", "moov", "mdat"}, n + 8: {"ftyp", "moov", "free", "mdat"}, n + 4: {"ftyp", "free", "mdat", "moov"},
		n - 1: {"ftyp", "free", "mdat", "moov"}, 0: {"ftyp", "mdat", "moov"}, 3: {"ftyp", "mdat", "moov"},
	} {
		f := &buffer{}
		m := New(f)
		m.Reserve(room)
		if err := m.WriteAt(make([]byte, 10), m.Size()); err != nil {
			t.Fatal(err)
		}
		m.Advance(m.Size() + 10)
		size, err := m.Finish([]Track{sound(t)})
		if err != nil || size != int64(len(f.b)) {
			t.Fatal(size, err)
		}
		boxes, err := bmff.Boxes(f.b)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, b := range boxes {
			got = append(got, b.Type)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("room %d of %d: %s", room, n, d)
		}
	}
}

type buffer struct{ b []byte }

func (f *buffer) WriteAt(p []byte, off int64) (int, error) {
	if n := int(off) + len(p); n > len(f.b) {
		f.b = append(f.b, make([]byte, n-len(f.b))...)
	}
	return copy(f.b[off:], p), nil
}

func TestResume(t *testing.T) {
	m := New(&buffer{})
	m.Reserve(100)
	for _, c := range []struct {
		reserve, size int64
		ok            bool
	}{{0, 0, true}, {100, m.Size(), true}, {100, m.Size() - 1, false}, {-1, 1000, false}, {1 << 40, 1 << 41, false}, {10, 0, false}} {
		if _, err := Resume(&buffer{}, c.reserve, c.size); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestEmpty(t *testing.T) {
	if _, err := New(&buffer{}).Finish(nil); !errors.Is(err, ErrEmpty) {
		t.Error(err)
	}
}

func TestPacked(t *testing.T) {
	for in, want := range map[string]string{"en": "eng", "eng": "eng", "de-AT": "deu", "ZH-Hant": "zho", "": "und", "x-klingon": "und", "日本語": "und", "gsw": "gsw"} {
		p := packed(in)
		if got := string([]byte{byte(p>>10) + 0x60, byte(p>>5&31) + 0x60, byte(p&31) + 0x60}); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// BenchmarkMux writes a file of 64 chunks of half a megabyte over and over, and the tables of three hours.
func BenchmarkMux(b *testing.B) {
	b.Run("chunks", func(b *testing.B) {
		chunk := make([]byte, 512<<10)
		b.SetBytes(int64(len(chunk)))
		b.ReportAllocs()
		f, err := os.CreateTemp(b.TempDir(), "")
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		var m *Muxer
		for i := 0; b.Loop(); i++ {
			if i%64 == 0 {
				m = New(f)
				m.Reserve(1 << 20)
			}
			if err := m.WriteAt(chunk, m.Size()); err != nil {
				b.Fatal(err)
			}
			m.Advance(m.Size() + int64(len(chunk)))
		}
	})
	b.Run("moov of 3 h", func(b *testing.B) {
		t := picture(b)
		for i := range 3 * 3600 * 25 {
			t.Samples = append(t.Samples, Sample{Duration: 3600, Composition: int32(i % 3 * 3600), Size: uint32(i), Key: i%50 == 0})
			if i%25 == 0 {
				t.Chunks = append(t.Chunks, Chunk{Offset: int64(i) << 14, Count: 25})
			}
		}
		n := len(Moov([]Track{t}))
		b.SetBytes(int64(n))
		b.ReportAllocs()
		for b.Loop() {
			Moov([]Track{t})
		}
	})
}

// A track that is not the default one of its kind is in the movie and not enabled; its name is where players look.
func TestAlternatives(t *testing.T) {
	c := &media.AAC{SampleRate: 48000, Channels: 2, AudioSpecificConfig: []byte{0x11, 0x90}}
	one := Track{Kind: media.Audio, Name: "Deutsch", Language: "de", Timescale: 48000, Codecs: []media.Codec{c}, Samples: []Sample{{Duration: 1024, Size: 1}}, Chunks: []Chunk{{Count: 1}}}
	two := one
	two.Name, two.Secondary = "", true
	moov := Moov([]Track{one, two})
	for _, want := range []string{"tkhd\x00\x00\x00\x03", "tkhd\x00\x00\x00\x02", "nameDeutsch", "Deutsch\x00", "SoundHandler\x00"} {
		if !bytes.Contains(moov, []byte(want)) {
			t.Errorf("%q is missing", want)
		}
	}
}
