package mpegts

import (
	"bytes"
	"errors"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/media"
)

// TestSameSamples feeds the same packets in other wrappings: nothing may change.
func TestSameSamples(t *testing.T) {
	b := clip(t, "film/360p/seg_001.ts")
	want, _ := demux(t, b)
	wrap := func(size, front int) (out []byte) {
		for p := range slices.Chunk(b, 188) {
			out = append(out, make([]byte, front)...)
			out = append(out, p...)
			out = append(out, make([]byte, size-188-front)...)
		}
		return out
	}
	png := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0x47, 1, 2}, 300)...)
	var padded []byte
	for p := range slices.Chunk(b, 188) {
		padded = append(padded, p...)
		padded = append(padded, 0x47, 0x1f, 0xff, 0x10)
		padded = append(padded, bytes.Repeat([]byte{0xff}, 184)...)
	}
	var twice []byte
	for i, p := range slices.Collect(slices.Chunk(b, 188)) {
		twice = append(twice, p...)
		if i%7 == 0 && p[1]&0x40 == 0 {
			twice = append(twice, p...)
		}
	}
	last := b[:len(b)-188] // PAT and PMT at the end only
	tables := slices.Concat(b[188:188*3], last)
	for name, data := range map[string][]byte{
		"192 bytes": wrap(192, 4), "204 bytes": wrap(204, 0), "PNG in front": append(png, b...), "null packets": padded,
		"packets twice": twice, "half a packet behind": append(bytes.Clone(b), b[:100]...), "tables again": append(tables, b[len(b)-188:]...),
	} {
		t.Run(name, func(t *testing.T) {
			got, _ := demux(t, data)
			if d := cmp.Diff(tracks(want), tracks(got)); d != "" {
				t.Errorf("%.600s", d)
			}
		})
	}
}

// TestDamage counts what is lost and wants nearly all of the rest.
func TestDamage(t *testing.T) {
	b := tstest.Segment(7, 0, 4, 3000)
	want, _ := demux(t, b)
	cut := func(at, n int) []byte { return slices.Concat(b[:at], b[at+n:]) }
	mid := len(b)/188/2*188 + 188*40
	for b[mid+1] != 1 || b[mid+2] != 0 { // the middle of a picture
		mid += 188
	}
	zeroed := bytes.Clone(b)
	clear(zeroed[mid : mid+188*3])
	sound := mid
	for b[sound+1] != 1 || b[sound+2] != 1 { // the middle of a PES packet of sound
		sound += 188
	}
	frames := map[string]bool{}
	for _, s := range tracks(want)[1] {
		frames[s.Data] = true
	}
	for name, c := range map[string]struct {
		data             []byte
		continuity, sync bool
		most             int // samples that may be lost
	}{
		"three bytes lost":    {cut(mid+50, 3), false, true, 2},
		"a packet lost":       {cut(mid, 188), true, false, 2},
		"a packet of sound":   {cut(sound, 188), true, false, 2},
		"20 packets lost":     {cut(mid, 188*20), true, false, 20},
		"a packet and a half": {cut(mid, 188+94), true, true, 4},
		"three zeroed":        {zeroed, true, true, 4},
		"strange bytes":       {slices.Concat(b[:mid], bytes.Repeat([]byte("G"), 77), b[mid:]), false, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, d := demux(t, c.data)
			s := d.Stats()
			if c.continuity != (s.ContinuityErrors > 0) || c.sync != (s.Resyncs > 0) {
				t.Errorf("counted: %+v", s)
			}
			for _, x := range tracks(got)[1] {
				if !frames[x.Data] {
					t.Errorf("a frame that never was, %d bytes", len(x.Data))
				}
			}
			if n := len(want) - len(got); n < 0 || n > c.most {
				t.Errorf("%d of %d samples lost", n, len(want))
			}
			if d := cmp.Diff(tracks(want)[0][len(tracks(want)[0])-1], tracks(got)[0][len(tracks(got)[0])-1]); d != "" {
				t.Errorf("the last picture: %.300s", d)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	sample := func(streamType uint8, descriptors ...byte) []byte {
		w := &tstest.Writer{}
		w.Program(tstest.Stream{Type: streamType, PID: 0x100, Descriptors: descriptors}, tstest.Muxed[1])
		w.PES(tstest.PES{PID: 0x100, Data: make([]byte, 2000)})
		return w.Buf
	}
	noPMT := &tstest.Writer{}
	for range 10 {
		noPMT.PES(tstest.PES{PID: 0x100, Data: make([]byte, 500)})
	}
	scrambled := tstest.Segment(1, 0, 1, 1000)
	for i := 0; i < len(scrambled); i += 188 {
		if scrambled[i+1]&0x1f == 1 {
			scrambled[i+3] |= 0x80
		}
	}
	for name, c := range map[string]struct {
		data []byte
		want string
		is   error
	}{
		"HTML":        {[]byte("\r\n<!DOCTYPE HTML><title>403</title>"), "not an MPEG-2 transport stream: it looks like an HTML page", ErrNotTS},
		"JSON":        {[]byte(`{"error":"expired"}`), "not an MPEG-2 transport stream: it looks like JSON", ErrNotTS},
		"fMP4":        {clip(t, "clips/fragment.mp4"), "not an MPEG-2 transport stream: it looks like MP4 (box ftyp)", ErrNotTS},
		"PNG":         {[]byte("\x89PNG\r\n\x1a\n123456"), "not an MPEG-2 transport stream: it looks like a PNG image", ErrNotTS},
		"playlist":    {[]byte("#EXTM3U\n"), "not an MPEG-2 transport stream: it looks like an HLS playlist", ErrNotTS},
		"text":        {[]byte("Too many requests, go away"), "not an MPEG-2 transport stream: it looks like text", ErrNotTS},
		"nothing":     {nil, "not an MPEG-2 transport stream: it is empty", ErrNotTS},
		"cipher text": {tstest.Noise(newRand(), 5000), "not an MPEG-2 transport stream: no row of sync bytes; it may still be encrypted", ErrNotTS},
		"no PMT":      {noPMT.Buf, "transport stream without PAT and PMT", ErrNoProgram},
		"LATM":        {clip(t, "clips/latm.ts"), "AAC in LATM (stream type 0x11) is not supported yet", nil},
		"AV1":         {sample(0x06, 5, 4, 'A', 'V', '0', '1'), "AV1 (stream type 0x06) is not supported yet", nil},
		"SAMPLE-AES":  {sample(0xdb), "H.264 under SAMPLE-AES (stream type 0xdb) is not supported yet", nil},
		"scrambled":   {scrambled, "a scrambled stream (stream type 0x00) is not supported yet", nil},
	} {
		t.Run(name, func(t *testing.T) {
			d := &Demuxer{}
			err := d.Reset(c.data)
			if err == nil {
				_, err = drainAll(d)
			}
			if err == nil || err.Error() != c.want {
				t.Fatalf("got  %v\nwant %v", err, c.want)
			}
			var u *UnsupportedError
			if c.is != nil && !errors.Is(err, c.is) || c.is == nil && !errors.As(err, &u) {
				t.Errorf("type %T", err)
			}
		})
	}
}

// TestAnyCut cuts the packets of a film anywhere, and its sound within frames: the samples stay the same.
func TestAnyCut(t *testing.T) {
	b := tstest.Segment(3, 1<<33-90000, 3, 2500)
	want, _ := demux(t, b)
	rapid.Check(t, func(r *rapid.T) {
		var parts [][]byte
		rest := b
		for len(rest) > 188*60 {
			n := rapid.IntRange(3, 60).Draw(r, "packets") * 188
			parts, rest = append(parts, rest[:n]), rest[n:]
		}
		d := &Demuxer{}
		var got []shape
		for _, p := range append(parts, rest) {
			if err := d.Reset(p); err != nil {
				r.Fatal(err)
			}
			list, err := drainAll(d)
			if err != nil {
				r.Fatal(err)
			}
			got = append(got, list...)
			state := d.AppendState(nil)
			d = &Demuxer{}
			if err := d.RestoreState(state); err != nil {
				r.Fatal(err)
			}
			if again := d.AppendState(nil); !bytes.Equal(state, again) {
				r.Fatal("the state changes by being restored")
			}
		}
		d.Flush()
		list, _ := drainAll(d)
		got = append(got, list...)
		if diff := cmp.Diff(tracks(want), tracks(got)); diff != "" {
			r.Fatalf("%.600s", diff)
		}
	})
}

// TestFramesSpanPackets spreads AAC frames over PES packets of a length that has nothing to do with them, with and without
// CRC: no frame is lost, and each has the time of its place.
func TestFramesSpanPackets(t *testing.T) {
	for _, crc := range []bool{false, true} {
		r := newRand()
		var es []byte
		var starts []int
		var frames []string
		for range 100 {
			f := tstest.Frame(r, 200+r.IntN(300), crc)
			starts = append(starts, len(es))
			head := 7
			if crc {
				head = 9
			}
			frames = append(frames, string(f[head:]))
			es = append(es, f...)
		}
		w := &tstest.Writer{}
		w.Program(tstest.Muxed[1])
		for at := 0; at < len(es); at += 1001 {
			first := slices.IndexFunc(starts, func(s int) bool { return s >= at })
			p := tstest.PES{PID: tstest.AudioPID, ID: 0xc0, Sized: true, Data: es[at:min(at+1001, len(es))], Untimed: first < 0}
			p.PTS = int64(first) * 1920
			p.DTS = p.PTS
			w.PES(p)
		}
		for cut := 3 * 188; cut < len(w.Buf); cut += 188 {
			list, d := demux(t, w.Buf[:cut], w.Buf[cut:])
			if len(list) != len(frames) || d.Stats() != (Stats{}) {
				t.Fatalf("crc %v: %d frames of %d, %+v", crc, len(list), len(frames), d.Stats())
			}
			for i, s := range list {
				if s.Data != frames[i] || s.PTS != int64(i)*1920 {
					t.Fatalf("crc %v, cut at %d: frame %d at %d", crc, cut, i, s.PTS)
				}
			}
		}
	}
}

// TestInPlace: ordinary pictures are assembled where they stay, one behind the other.
func TestInPlace(t *testing.T) {
	list, d := demux(t, tstest.Segment(5, 0, 3, 3000))
	if len(list) == 0 || len(d.spare) != 0 {
		t.Errorf("%d samples; the second buffer was used for %d bytes", len(list), len(d.spare))
	}
}

// TestMemory: rubbish that looks like packets takes no more than a bounded multiple of its size.
func TestMemory(t *testing.T) {
	r := newRand()
	b := make([]byte, 1<<20/188*188)
	head := &tstest.Writer{}
	head.Program(tstest.Muxed...)
	for i := range b {
		b[i] = byte(r.IntN(4)) & byte(r.Uint32())
	}
	for i := 0; i < len(b); i += 188 {
		copy(b[i:], []byte{0x47, 0x41, byte(r.IntN(2)), 0x10 | byte(i/188&15), 0, 0, 1, 0xe0, 0, 0, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1})
	}
	copy(b, head.Buf)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	demux(t, b)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 64<<20 {
		t.Errorf("%d MiB allocated for 1 MiB", n>>20)
	}
}

// TestTooLarge: a picture that does not end is given up at maxCarry, and the one behind it is there.
func TestTooLarge(t *testing.T) {
	r, w := newRand(), &tstest.Writer{}
	w.Program(tstest.Muxed...)
	endless := append(tstest.Picture(r, true, 1<<10), bytes.Repeat([]byte{0xaa}, maxCarry+1<<20)...)
	w.PES(tstest.PES{PID: tstest.VideoPID, DTS: 0, PTS: 0, Data: endless})
	w.PES(tstest.PES{PID: tstest.VideoPID, DTS: 3600, PTS: 3600, Data: tstest.Picture(r, true, 1<<10)})
	for _, scratch := range []bool{false, true} {
		d := &Demuxer{Scratch: scratch}
		err := d.Reset(bytes.Clone(w.Buf))
		var times []int64
		for err == nil {
			var s media.Sample
			if s, err = d.Next(); err == nil {
				times = append(times, s.DTS)
			}
		}
		d.Flush()
		for s, err := d.Next(); err == nil; s, err = d.Next() {
			times = append(times, s.DTS)
		}
		if lost := d.Stats().LostBytes; !slices.Equal(times, []int64{3600}) || lost < maxCarry {
			t.Errorf("scratch %v: samples at %v, %d bytes lost", scratch, times, lost)
		}
	}
}

// TestRoom: the samples of a large segment go to memory that is taken once.
func TestRoom(t *testing.T) {
	b := tstest.Segment(1, 0, 4, 80<<10)
	d := &Demuxer{}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := d.Reset(b); err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := d.Next(); err != nil {
			break
		}
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > uint64(len(b))*3/2 {
		t.Errorf("%d KiB allocated for a segment of %d", n>>10, len(b)>>10)
	}
}

// TestSlices: pictures of several slices, behind start codes of three and four bytes.
func TestSlices(t *testing.T) {
	r := newRand()
	w := &tstest.Writer{}
	w.Program(tstest.Muxed[0])
	var want []string
	for i := range int64(20) {
		b := []byte{0, 0, 0, 1, 9, 0xf0}
		if i == 0 {
			b = append(append(b, 0, 0, 1), tstest.SPS...)
			b = append(append(b, 0, 0, 0, 1), tstest.PPS...)
		}
		data := ""
		for n := range 5 {
			u := append([]byte{0x65}, tstest.Noise(r, 50+r.IntN(700))...)
			if n%2 == 0 {
				b = append(b, 0)
			}
			b = append(append(b, 0, 0, 1), u...)
			data += string([]byte{0, 0, byte(len(u) >> 8), byte(len(u))}) + string(u)
		}
		want = append(want, data)
		w.PES(tstest.PES{PID: tstest.VideoPID, PTS: i * 3600, DTS: i * 3600, Data: b})
	}
	list, _ := demux(t, w.Buf)
	var got []string
	for _, s := range list {
		got = append(got, s.Data)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%.800s", d)
	}
}

// TestPESWithoutTime goes on with the picture before it.
func TestPESWithoutTime(t *testing.T) {
	r := newRand()
	w := &tstest.Writer{}
	w.Program(tstest.Muxed[0])
	for i := range int64(4) {
		p := tstest.Picture(r, i == 0, 3000)
		w.PES(tstest.PES{PID: tstest.VideoPID, PTS: i * 3600, DTS: i * 3600, Data: p[:1500]})
		w.PES(tstest.PES{PID: tstest.VideoPID, Untimed: true, Data: p[1500:]})
	}
	list, d := demux(t, w.Buf)
	if len(list) != 4 || len(list[3].Data) < 3000 || d.Stats() != (Stats{}) {
		t.Errorf("%d pictures, %+v", len(list), d.Stats())
	}
}

// TestProgramChange: new PIDs by a new PMT, in the middle of a segment; tracks stay what they were.
func TestProgramChange(t *testing.T) {
	r := newRand()
	w := &tstest.Writer{}
	pid := func(base uint16, n int64) uint16 { return base + uint16(n)*16 }
	for n := range int64(3) {
		w.Program(tstest.Stream{Type: tstest.AVC, PID: pid(0x100, n)}, tstest.Stream{Type: tstest.ADTS, PID: pid(0x101, n), Descriptors: []byte{0x0a, 4, 'd', 'e', 'u', 0}})
		for i := range int64(5) {
			at := (n*5 + i) * 3600
			w.PES(tstest.PES{PID: pid(0x100, n), PTS: at, DTS: at, Data: tstest.Picture(r, i == 0, 900)})
			w.PES(tstest.PES{PID: pid(0x101, n), ID: 0xc0, PTS: at, DTS: at, Data: tstest.Frame(r, 100, false)})
		}
	}
	list, d := demux(t, w.Buf)
	if m := tracks(list); len(m) != 2 || len(m[0]) != 15 || len(m[1]) != 15 {
		t.Errorf("%d tracks, %d and %d samples", len(m), len(m[0]), len(m[1]))
	}
	if diff := cmp.Diff([]media.Track{{Kind: media.Video, Timescale: media.Clock}, {Kind: media.Audio, Language: "deu", Timescale: media.Clock}}, d.Tracks()); diff != "" {
		t.Error(diff)
	}
}

// TestWrap: times go on over 2^33.
func TestWrap(t *testing.T) {
	start := int64(1<<33 - 45000)
	list, _ := demux(t, tstest.Segment(1, start, 2, 500))
	for i, s := range tracks(list)[0] {
		if s.DTS != start+int64(i)*3600 || s.PTS != s.DTS+7200 {
			t.Fatalf("picture %d at %d", i, s.DTS-start)
		}
	}
}
