package fmp4

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"seine/assemble/bmff"
	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/media"
	clips "seine/testdata/media"
)

// box nests boxes: a payload of bytes, then children.
func box(kind string, payload []byte, children ...[]byte) []byte {
	w := &bmff.Writer{}
	at := w.Begin(kind)
	w.Bytes(payload)
	for _, c := range children {
		w.Bytes(c)
	}
	w.End(at)
	return w.Buf
}

// u32 is numbers of four bytes.
func u32(list ...uint32) []byte {
	w := &bmff.Writer{}
	for _, v := range list {
		w.U32(v)
	}
	return w.Buf
}

func entryBox(fourCC string) []byte {
	if fourCC == "mp4a" || fourCC == "enca" {
		return box(fourCC, make([]byte, 28))
	}
	b := make([]byte, 78)
	b[24], b[25], b[27] = 1, 0x40, 0xb4 // 320x180
	return box(fourCC, b)
}

// trakBox is a track with an edit list of (duration, media time) pairs.
func trakBox(id, scale uint32, handler, fourCC string, edits ...uint32) []byte {
	var edts []byte
	if len(edits) > 0 {
		list := u32(0, uint32(len(edits)/2))
		for i := 0; i < len(edits); i += 2 {
			list = append(list, u32(edits[i], edits[i+1], 0x10000)...)
		}
		edts = box("edts", nil, box("elst", list))
	}
	return box("trak", nil,
		box("tkhd", append(u32(0, 0, 0, id), make([]byte, 64)...)), edts,
		box("mdia", nil,
			box("mdhd", append(u32(0, 0, 0, scale, 0), 0x15, 0xc7, 0, 0)), // eng
			box("hdlr", append(append(u32(0, 0), handler...), make([]byte, 13)...)),
			box("minf", nil, box("stbl", nil, box("stsd", u32(0, 1), entryBox(fourCC))))))
}

func initOf(children ...[]byte) []byte {
	mvhd := box("mvhd", append(u32(0, 0, 0, 1000, 0), make([]byte, 80)...))
	return append(box("ftyp", []byte("iso5\x00\x00\x00\x00")), box("moov", nil, append([][]byte{mvhd}, children...)...)...)
}

func trex(id, duration, size, flags uint32) []byte {
	return box("mvex", nil, box("trex", u32(0, id, 1, duration, size, flags)))
}

// segmentOf makes moof and mdat of the trafs; data offsets of 1000 are made to point at mdat's content.
func segmentOf(mdat string, trafs ...[]byte) []byte {
	moof := box("moof", nil, append([][]byte{box("mfhd", u32(0, 1))}, trafs...)...)
	moof = bytes.ReplaceAll(moof, u32(1000), u32(uint32(len(moof)+8)))
	return append(moof, box("mdat", []byte(mdat))...)
}

func traf(tfhd, tfdt []byte, truns ...[]byte) []byte {
	list := [][]byte{box("tfhd", tfhd)}
	if tfdt != nil {
		list = append(list, box("tfdt", tfdt))
	}
	for _, t := range truns {
		list = append(list, box("trun", t))
	}
	return box("traf", nil, list...)
}

type got struct {
	Track    int
	DTS, PTS int64
	Duration uint32
	Key      bool
	Data     string
}

func read(t *testing.T, d *Demuxer, init, segment []byte) (list []got) {
	t.Helper()
	if err := d.Reset(init, segment); err != nil {
		t.Fatal(err)
	}
	for {
		s, err := d.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, got{s.Track, s.DTS, s.PTS, s.Duration, s.Key, string(s.Data)})
	}
}

const notSync = sampleNotSync

func TestSamples(t *testing.T) {
	video := trakBox(1, 12800, "vide", "avc1")
	both := initOf(video, trakBox(2, 48000, "soun", "mp4a"), trex(1, 512, 2, notSync))
	for name, c := range map[string]struct {
		init, segment []byte
		want          []got
	}{
		"all in trun": {
			initOf(video),
			segmentOf("aabbb", traf(u32(tfhdBaseIsMoof, 1), u32(0, 100),
				u32(0x01000f01, 2, 1000, 512, 2, 0, 1024, 512, 3, notSync, ^uint32(255)))),
			[]got{{0, 100, 1124, 512, true, "aa"}, {0, 612, 356, 512, false, "bbb"}},
		},
		"defaults of trex, first flags": {
			both, segmentOf("aabb", traf(u32(tfhdBaseIsMoof, 1), u32(0, 0), u32(5, 2, 1000, 0))),
			[]got{{0, 0, 0, 512, true, "aa"}, {0, 512, 512, 512, false, "bb"}},
		},
		"defaults of tfhd, tfdt of 64 bits": {
			both, segmentOf("aaab", traf(u32(tfhdBaseIsMoof|tfhdDuration|tfhdSize|tfhdFlags, 2, 1024, 3, 0), u32(1<<24, 1, 0), u32(1, 1, 1000))),
			[]got{{1, 1 << 32, 1 << 32, 1024, true, "aaa"}},
		},
		"runs one behind the other": {
			both, segmentOf("aabbcc", traf(u32(tfhdBaseIsMoof, 1), u32(0, 0), u32(1, 1, 1000), u32(0, 2))),
			[]got{{0, 0, 0, 512, false, "aa"}, {0, 512, 512, 512, false, "bb"}, {0, 1024, 1024, 512, false, "cc"}},
		},
		"second track behind the first": {
			both, segmentOf("aaxyz", traf(u32(0, 1), u32(0, 0), u32(1, 1, 1000)), traf(u32(tfhdDuration, 2, 1024), u32(0, 7), u32(0x200, 1, 3))),
			[]got{{0, 0, 0, 512, false, "aa"}, {1, 7, 7, 1024, true, "xyz"}},
		},
		"unknown track": {
			both, segmentOf("aa", traf(u32(tfhdBaseIsMoof, 9), u32(0, 0), u32(1, 1, 1000)), traf(u32(tfhdBaseIsMoof, 1), nil, u32(1, 1, 1000))),
			[]got{{0, 0, 0, 512, false, "aa"}},
		},
		"base counts from the file": {
			both, append(box("styp", nil), segmentOf("aa", traf(u32(tfhdBase, 1, 0, 50008), u32(0, 0), u32(1, 1, 1000)))...),
			[]got{{0, 0, 0, 512, false, "aa"}},
		},
		"empty samples only take time": {
			both, segmentOf("aa", traf(u32(tfhdBaseIsMoof, 1), u32(0, 0), u32(0x201, 2, 1000, 0, 2))),
			[]got{{0, 512, 512, 512, false, "aa"}},
		},
		"priming cut by an edit list": {
			initOf(trakBox(1, 48000, "soun", "mp4a", 0, 1024), trex(1, 1024, 1, 0)),
			segmentOf("ab", traf(u32(tfhdBaseIsMoof, 1), u32(0, 0), u32(1, 2, 1000))),
			[]got{{0, -1024, -1024, 1024, true, "a"}, {0, 0, 0, 1024, true, "b"}},
		},
		"delayed by an empty edit": {
			initOf(trakBox(1, 48000, "soun", "mp4a", 500, ^uint32(0), 0, 1024), trex(1, 1024, 1, 0)),
			segmentOf("a", traf(u32(tfhdBaseIsMoof, 1), u32(0, 0), u32(1, 1, 1000))),
			[]got{{0, 24000 - 1024, 24000 - 1024, 1024, true, "a"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := &Demuxer{}
			if diff := cmp.Diff(c.want, read(t, d, c.init, c.segment)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestGoesOn: without tfdt, behind the last sample; the same after a state was saved.
func TestGoesOn(t *testing.T) {
	init := initOf(trakBox(1, 1000, "vide", "hvc1"), trex(1, 40, 1, 0))
	next := segmentOf("b", traf(u32(tfhdBaseIsMoof, 1), nil, u32(1, 1, 1000)))
	d := &Demuxer{}
	read(t, d, init, segmentOf("a", traf(u32(tfhdBaseIsMoof, 1), u32(0, 80), u32(1, 1, 1000))))
	again := &Demuxer{}
	if err := again.RestoreState(d.AppendState(nil)); err != nil {
		t.Fatal(err)
	}
	want := []got{{0, 120, 120, 40, true, "b"}}
	for _, d := range []*Demuxer{d, again} {
		if diff := cmp.Diff(want, read(t, d, init, next)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]media.Track{{Kind: media.Video, Language: "eng", Timescale: 1000}}, d.Tracks()); diff != "" {
			t.Error(diff)
		}
	}
}

// TestOtherInit: tracks are matched by kind, whatever their ids.
func TestOtherInit(t *testing.T) {
	d := &Demuxer{}
	read(t, d, initOf(trakBox(1, 12800, "vide", "avc1"), trakBox(2, 48000, "soun", "mp4a"), trex(1, 1, 1, 0)), segmentOf("a", traf(u32(tfhdBaseIsMoof, 1), u32(0, 0), u32(1, 1, 1000))))
	list := read(t, d, initOf(trakBox(1, 44100, "soun", "mp4a"), trakBox(7, 90000, "vide", "avc1"), trakBox(8, 1000, "text", "wvtt"), trex(7, 1, 1, 0)),
		segmentOf("b", traf(u32(tfhdBaseIsMoof, 7), u32(0, 5), u32(1, 1, 1000))))
	if diff := cmp.Diff([]got{{0, 5, 5, 1, true, "b"}}, list); diff != "" {
		t.Error(diff)
	}
	want := []media.Track{{Kind: media.Video, Language: "eng", Timescale: 90000}, {Kind: media.Audio, Language: "eng", Timescale: 44100}}
	if diff := cmp.Diff(want, d.Tracks()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"text"}, d.Ignored()); diff != "" {
		t.Error(diff)
	}
}

func TestRefuses(t *testing.T) {
	init := initOf(trakBox(1, 1000, "vide", "avc1"), trex(1, 40, 1, 0))
	good := segmentOf("a", traf(u32(tfhdBaseIsMoof, 1), u32(0, 0), u32(1, 1, 1000)))
	for name, c := range map[string]struct {
		init, segment []byte
		want          error
	}{
		"no init":              {nil, good, ErrNoInit},
		"init without moov":    {box("ftyp", nil), good, ErrNoInit},
		"no track":             {initOf(), good, ErrDamaged},
		"timescale 0":          {initOf(trakBox(1, 0, "vide", "avc1")), good, ErrDamaged},
		"timescale too large":  {initOf(trakBox(1, 1<<31, "vide", "avc1")), good, ErrDamaged},
		"no mp4":               {init, []byte("<!DOCTYPE html>"), ErrDamaged},
		"cut":                  {init, good[:len(good)-1], ErrDamaged},
		"data before":          {init, segmentOf("a", traf(u32(tfhdBaseIsMoof, 1), u32(0, 0), u32(1, 1, ^uint32(9)))), ErrDamaged},
		"data behind":          {init, segmentOf("a", traf(u32(tfhdBaseIsMoof, 1), u32(0, 0), u32(1, 2, 1000))), ErrDamaged},
		"shared data":          {init, segmentOf("a", traf(u32(tfhdBaseIsMoof|tfhdSize, 1, 99), u32(0, 0), u32(1, 1, 0), u32(1, 1, 0))), ErrDamaged},
		"too many samples":     {init, segmentOf("a", traf(u32(tfhdBaseIsMoof|tfhdSize, 1, 0), u32(0, 0), u32(1, ^uint32(0), 1000))), ErrDamaged},
		"empty samples":        {init, segmentOf("a", traf(u32(tfhdBaseIsMoof|tfhdSize, 1, 0), u32(0, 0), u32(0, maxSamples), u32(0, 1))), ErrDamaged},
		"run cut":              {init, segmentOf("a", traf(u32(tfhdBaseIsMoof, 1), u32(0, 0), u32(0x201, 2, 1000, 1))), ErrDamaged},
		"sample entry":         {init, segmentOf("a", traf(u32(tfhdBaseIsMoof|tfhdDescription, 1, 2), u32(0, 0), u32(1, 1, 1000))), ErrDamaged},
		"a time of millennia":  {init, segmentOf("a", traf(u32(tfhdBaseIsMoof, 1), u32(1<<24, 1<<30, 0), u32(1, 1, 1000))), ErrDamaged},
		"box beyond its place": {init, append(box("moof", box("traf", nil)[:7]), box("mdat", nil)...), ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			d := &Demuxer{}
			if err := d.Reset(c.init, c.segment); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestProtected(t *testing.T) {
	widevine := box("pssh", append(u32(0), 0xed, 0xef, 0x8b, 0xa9, 0x79, 0xd6, 0x4a, 0xce, 0xa3, 0xc8, 0x27, 0xdc, 0xd5, 0x1d, 0x21, 0xed, 0, 0, 0, 0))
	for name, c := range map[string]struct {
		init []byte
		want string
	}{
		"encv and pssh": {initOf(trakBox(1, 1000, "vide", "encv"), widevine), "Widevine"},
		"enca":          {initOf(trakBox(1, 1000, "soun", "enca")), unnamed},
		"pssh alone":    {initOf(trakBox(1, 1000, "vide", "avc1"), widevine), "Widevine"},
		"no marker":     {initOf(trakBox(1, 1000, "vide", "avc1")), ""},
	} {
		err := CheckInit(c.init, false)
		var p *ProtectedError
		if errors.As(err, &p) != (c.want != "") || p != nil && p.System != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	d := &Demuxer{}
	late := append(box("moof", nil, box("mfhd", u32(0, 1)), widevine), box("mdat", nil)...)
	var rotated *ProtectedError
	if err := d.Reset(initOf(trakBox(1, 1000, "vide", "avc1")), late); !errors.As(err, &rotated) || rotated.System != "Widevine" {
		t.Errorf("pssh of a fragment: %v", err)
	}
	senc := box("traf", nil, box("tfhd", u32(tfhdBaseIsMoof, 1)), box("senc", u32(0, 0)))
	var p *ProtectedError
	if err := d.Reset(initOf(trakBox(1, 1000, "vide", "avc1")), segmentOf("a", senc)); !errors.As(err, &p) {
		t.Errorf("senc: %v", err)
	}
}

// FuzzDemux: no panic, no more bytes than the segment has, a state that can be restored.
func FuzzDemux(f *testing.F) {
	init := initOf(trakBox(1, 1000, "vide", "avc1", 0, 80), trakBox(2, 48000, "soun", "mp4a"), trex(1, 40, 1, 0))
	f.Add(init, segmentOf("abc", traf(u32(tfhdBaseIsMoof, 1), u32(0, 80), u32(0xf01, 1, 1000, 1, 1, 1, 1)), traf(u32(0, 2), nil, u32(0x200, 1, 2))))
	for _, name := range []string{"fmp4/muxed/", "fmp4/hevc/"} {
		a, err := clips.FS.Open(name + "init.mp4")
		if err != nil {
			f.Fatal(err)
		}
		head, err := io.ReadAll(a)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(head, []byte(nil))
	}
	for _, scheme := range []string{"cbcs", "cenc"} {
		f.Add(sealedInit(scheme, 0), sealedSegment(2, 32))
		f.Add(sealedInit(scheme, 8), sealedSegment(2, 33, sencOf(2, 8, 2, 16)))
	}
	f.Fuzz(func(t *testing.T, init, segment []byte) {
		d := &Demuxer{}
		if n := len(segment); n%2 == 1 { // decryption is in place
			d.Key = &sampleaes.Key{Counter: n%4 == 1}
			copy(d.Key.Key[:], segment)
			segment = bytes.Clone(segment)
		}
		total := 0
		for range 2 {
			if d.Reset(init, segment) != nil {
				return
			}
			for {
				s, err := d.Next()
				if err != nil {
					break
				}
				total += len(s.Data)
			}
			if err := d.RestoreState(d.AppendState(nil)); err != nil {
				t.Fatal(err)
			}
		}
		if total > 2*len(segment) {
			t.Fatalf("%d bytes of samples from %d", total, len(segment))
		}
	})
}

func BenchmarkDemux(b *testing.B) {
	init := initOf(trakBox(1, 12800, "vide", "avc1"), trex(1, 512, 20_000, 0))
	segment := segmentOf(string(make([]byte, 250*20_000)), traf(u32(tfhdBaseIsMoof, 1), u32(0, 0), u32(1, 250, 1000)))
	d := &Demuxer{}
	b.SetBytes(int64(len(segment)))
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Reset(init, segment); err != nil {
			b.Fatal(err)
		}
	}
}
