package h264

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
	"seine/assemble/codec/nal"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/media"
	clips "seine/testdata/media"
)

func unhex(tb testing.TB, s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// Made by x264; ffprobe names the same values.
var spsCases = []struct {
	name, hex string
	want      SPS
}{
	{"320x180 main 25 fps", "674d400cecc0a0cfcf80880000030008000003019078a14cd0", SPS{
		Profile: 77, Constraints: 0x40, Level: 12, Chroma: 1, DepthLuma: 8, DepthChroma: 8, Width: 320, Height: 180,
		SAR: media.Ratio{Num: 1, Den: 1}, FrameRate: media.Ratio{Num: 50, Den: 2},
	}},
	{"1920x1080 high, cropped", hex.EncodeToString(tstest.SPS), SPS{
		Profile: 100, Level: 40, Chroma: 1, DepthLuma: 8, DepthChroma: 8, Width: 1920, Height: 1080, SAR: media.Ratio{Num: 1, Den: 1},
		FrameRate: media.Ratio{Num: 50, Den: 2},
	}},
}

func TestParseSPS(t *testing.T) {
	for _, c := range spsCases {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseSPS(unhex(t, c.hex))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestClipSPS reads the SPS of the clips out of their segments.
func TestClipSPS(t *testing.T) {
	for name, want := range map[string][2]int{"film/360p/seg_000.ts": {640, 360}, "film/180p/seg_005.ts": {320, 180}, "clips/video.ts": {160, 90}} {
		b, err := fs.ReadFile(clips.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		start, end, _ := nal.Next(b, bytes.Index(b, []byte{0, 0, 1, 0x67}))
		s, err := ParseSPS(b[start:end])
		if err != nil || [2]int{s.Width, s.Height} != want || s.FrameRate.Float() != 25 {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

func TestSPSRefused(t *testing.T) {
	good := tstest.SPS
	for name, b := range map[string][]byte{
		"empty": nil, "one byte": {0x67}, "other type": tstest.PPS, "cut": good[:7], "zeros": append([]byte{0x67}, make([]byte, 40)...),
		"huge": append(bytes.Clone(good), make([]byte, 1<<16)...),
	} {
		if s, err := ParseSPS(b); !errors.Is(err, ErrSPS) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

func TestAVCC(t *testing.T) {
	c, err := Codec([][]byte{tstest.SPS}, [][]byte{tstest.PPS})
	if err != nil {
		t.Fatal(err)
	}
	want := "01640028ffe1001b" + hex.EncodeToString(tstest.SPS) + "010006" + hex.EncodeToString(tstest.PPS) + "fdf8f800"
	if got := hex.EncodeToString(AppendAVCC(nil, c)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if c.String() != "avc1.640028" || c.Width != 1920 || c.Height != 1080 {
		t.Errorf("%v %dx%d", c, c.Width, c.Height)
	}
	if _, err := Codec(nil, nil); !errors.Is(err, ErrSPS) {
		t.Error(err)
	}
}

func TestRecoveryPoint(t *testing.T) {
	for s, want := range map[string]bool{"0606018480": true, "060502aabb0601c480": true, "060502aabb80": false, "06": false, "06ffff": false, "0605ff01": false, "": false} {
		if got := HasRecoveryPoint(unhex(t, s)); got != want {
			t.Errorf("%s: %v", s, got)
		}
	}
}

func FuzzSPS(f *testing.F) {
	for _, c := range spsCases {
		f.Add(unhex(f, c.hex))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		HasRecoveryPoint(b)
		PPSID(b)
		s, err := ParseSPS(b)
		if err != nil {
			return
		}
		if s.Width < 1 || s.Height < 1 || s.Width > 0xffff || s.Height > 0xffff {
			t.Fatalf("%+v", s)
		}
		c, err := Codec([][]byte{b}, [][]byte{tstest.PPS})
		if err != nil {
			t.Fatal(err)
		}
		AppendAVCC(nil, c)
	})
}
