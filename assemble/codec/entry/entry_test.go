package entry

import (
	"bytes"
	"encoding/binary"
	"errors"
	"testing"

	"seine/assemble/bmff"
	"seine/assemble/media"
)

func box(kind string, parts ...[]byte) []byte {
	w := &bmff.Writer{}
	at := w.Begin(kind)
	for _, p := range parts {
		w.Bytes(p)
	}
	w.End(at)
	return w.Buf
}

// visualBox is 320x180, with a data reference that no other file has.
func visualBox(kind string, inner ...[]byte) []byte {
	b := make([]byte, 78)
	b[7], b[24], b[25], b[27] = 9, 1, 0x40, 0xb4
	return box(kind, append([][]byte{b}, inner...)...)
}

func audioBox(kind string, inner ...[]byte) []byte {
	b := make([]byte, 28)
	b[7], b[17] = 1, 2
	binary.BigEndian.PutUint32(b[24:], 48000<<16)
	return box(kind, append([][]byte{b}, inner...)...)
}

// esds of an object type and a decoder specific info, lengths in one byte, with a URL of two letters in between.
func esds(object byte, specific ...byte) []byte {
	config := append([]byte{object, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, byte(len(specific))}, specific...)
	es := append([]byte{0, 1, 0x40, 2, 'h', 'i', 4, byte(len(config))}, config...)
	return box("esds", []byte{0, 0, 0, 0, 3, byte(len(es))}, es)
}

func TestParse(t *testing.T) {
	hvcC := []byte{1, 0x22, 0x20, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 153}
	for name, c := range map[string]struct {
		box            []byte
		kind           media.Kind
		want           string
		rate, channels int
	}{
		"AVC":        {visualBox("avc1", box("avcC", []byte{1, 0x64, 0, 0x1f})), media.Video, "avc1.64001f", 0, 0},
		"AVC cut":    {visualBox("avc3", box("avcC", []byte{1})), media.Video, "avc3", 0, 0},
		"HEVC":       {visualBox("hvc1", box("hvcC", hvcC)), media.Video, "hvc1.2.4.H153.B0", 0, 0},
		"AV1":        {visualBox("av01", box("av1C", []byte{0x81, 0x08, 0x4c, 0})), media.Video, "av01.0.08M.10", 0, 0},
		"VP9":        {visualBox("vp09", box("vpcC", []byte{1, 0, 0, 0, 2, 31, 0xa2, 2})), media.Video, "vp09.02.31.10", 0, 0},
		"unknown":    {visualBox("zz\x00z"), media.Video, "zz?z", 0, 0},
		"AAC":        {audioBox("mp4a", esds(0x40, 0x12, 0x10)), media.Audio, "mp4a.40.2", 44100, 2},
		"xHE-AAC":    {audioBox("mp4a", esds(0x40, 0xf9, 0x40)), media.Audio, "mp4a.40.42", 48000, 2},
		"MP3":        {audioBox("mp4a", esds(0x6b)), media.Audio, "mp4a.6b", 48000, 2},
		"no esds":    {audioBox("mp4a"), media.Audio, "mp4a", 48000, 2},
		"Opus":       {audioBox("Opus", box("dOps", make([]byte, 11))), media.Audio, "Opus", 48000, 2},
		"AC-3":       {audioBox("ac-3"), media.Audio, "ac-3", 48000, 2},
		"odd config": {audioBox("mp4a", box("esds", []byte{0, 0, 0, 0, 3, 0xff, 0xff, 0xff, 0xff})), media.Audio, "mp4a", 48000, 2},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := Parse(c.box, c.kind)
			if err != nil {
				t.Fatal(err)
			}
			if e.Name != c.want || e.SampleRate != c.rate || e.Channels != c.channels {
				t.Errorf("%s, %d Hz, %d channels; want %s, %d, %d", e.Name, e.SampleRate, e.Channels, c.want, c.rate, c.channels)
			}
			if c.kind == media.Video && (e.Width != 320 || e.Height != 180) {
				t.Errorf("%dx%d", e.Width, e.Height)
			}
			if e.Box[15] != 1 || !bytes.Equal(e.Box[16:], c.box[16:]) {
				t.Error("the box was not copied as it is, with data reference 1")
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		box  []byte
		want error
	}{
		"empty":     {nil, ErrEntry},
		"short":     {box("avc1", make([]byte, 20)), ErrEntry},
		"size":      {visualBox("avc1")[:86:86][:85], ErrEntry},
		"encv":      {visualBox("encv"), ErrProtected},
		"with sinf": {visualBox("avc1", box("sinf", []byte{0})), ErrProtected},
	} {
		if _, err := Parse(c.box, media.Video); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzParse: no panic, and what was read is read again.
func FuzzParse(f *testing.F) {
	f.Add(visualBox("hvc1", box("hvcC", make([]byte, 13))), true)
	f.Add(audioBox("mp4a", esds(0x40, 0x12, 0x10)), false)
	f.Fuzz(func(t *testing.T, b []byte, picture bool) {
		kind := media.Audio
		if picture {
			kind = media.Video
		}
		e, err := Parse(b, kind)
		if err != nil {
			return
		}
		if again, err := Parse(e.Box, kind); err != nil || !again.Equal(e) {
			t.Fatal(again, err)
		}
	})
}
