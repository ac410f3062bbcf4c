package h265

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"testing"

	"seine/assemble/bmff"
	"seine/assemble/codec/nal"
	clips "seine/testdata/media"
)

// sets reads the parameter sets off the front of a transport stream with HEVC.
func sets(tb testing.TB, name string) (vps, sps, pps []byte) {
	tb.Helper()
	b, err := fs.ReadFile(clips.FS, name)
	if err != nil {
		tb.Fatal(err)
	}
	for start, end, next := nal.Next(b, bytes.Index(b, []byte{0, 0, 1, 0x40})); start >= 0; start, end, next = nal.Next(b, next) {
		switch unit := b[start:end]; Type(unit) {
		case NALVPS:
			vps = unit
		case NALSPS:
			sps = unit
		case NALPPS:
			return vps, sps, unit
		}
	}
	tb.Fatal("no parameter sets")
	return nil, nil, nil
}

func TestParseSPS(t *testing.T) {
	_, sps, _ := sets(t, "codecs/hevc/seg_000.ts")
	s, err := ParseSPS(sps)
	if err != nil || s.Width != 160 || s.Height != 90 || s.FrameRate.Float() != 25 || s.Chroma != 1 || s.DepthLuma != 8 || s.SubLayers != 1 {
		t.Errorf("%+v, %v", s, err)
	}
	for n := range len(sps) - 30 { // the VUI may be cut
		if _, err := ParseSPS(sps[:n]); !errors.Is(err, ErrSets) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// TestEncoders reads what x265 writes with its tools set otherwise; ffprobe names the same values.
func TestEncoders(t *testing.T) {
	for name, params := range map[string][]string{
		"cropped, 10 bits":  {"-s", "318x178", "-pix_fmt", "yuv420p10le"},
		"4:2:2":             {"-pix_fmt", "yuv422p"},
		"4:4:4":             {"-pix_fmt", "yuv444p"},
		"colour and aspect": {"-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-aspect", "2:1"},
		"scaling lists":     {"-x265-params", "scaling-list=default"},
		"deep references":   {"-x265-params", "ref=6:bframes=8:b-pyramid=1"},
		"sub-layers":        {"-x265-params", "temporal-layers=2"},
		"30000/1001":        {"-r", "30000/1001"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=0.4", "-c:v", "libx265", "-preset", "medium"}, params...)
			file := t.TempDir() + "/clip.hevc"
			if out, err := exec.CommandContext(t.Context(), "ffmpeg", append(args, file)...).CombinedOutput(); err != nil {
				t.Fatalf("ffmpeg: %v: %s", err, out)
			}
			raw, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", file, "-c", "copy", "-frames:v", "1", "-f", "hevc", "-").Output()
			if err != nil {
				t.Fatal(err)
			}
			s := first(t, raw)
			want := probe(t, file)
			if s.Width != want.Width || s.Height != want.Height || rate(s) != want.Rate || want.SAR != "" && sar(s) != want.SAR {
				t.Errorf("got %dx%d, %v, %v\nwant %+v", s.Width, s.Height, s.FrameRate, s.SAR, want)
			}
			if s.Colour.Given != (want.Space == "bt709") {
				t.Errorf("colour %+v, want %q", s.Colour, want.Space)
			}
		})
	}
}

func first(t *testing.T, b []byte) SPS {
	for start, end, next := nal.Next(b, 0); start >= 0; start, end, next = nal.Next(b, next) {
		if Type(b[start:end]) == NALSPS {
			s, err := ParseSPS(b[start:end])
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
	}
	t.Fatal("no SPS")
	return SPS{}
}

type probed struct {
	Width, Height int
	Rate          string `json:"r_frame_rate"`
	SAR           string `json:"sample_aspect_ratio"`
	Space         string `json:"color_space"`
}

func probe(t *testing.T, file string) probed {
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-of", "json", "-show_streams", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var p struct{ Streams []probed }
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	return p.Streams[0]
}

func ratio(num, den uint32) (uint32, uint32) {
	for a, b := num, den; ; a, b = b, a%b {
		if b == 0 {
			return num / a, den / a
		}
	}
}

// TestHVCC compares the record with ffmpeg's own for the same stream.
func TestHVCC(t *testing.T) {
	vps, sps, pps := sets(t, "codecs/hevc/seg_000.ts")
	c, err := Codec([][]byte{vps}, [][]byte{sps}, [][]byte{pps})
	if err != nil {
		t.Fatal(err)
	}
	if c.String() != "hvc1.1.6.L30.90" {
		t.Error(c)
	}
	got := AppendHVCC(nil, c)
	init, err := fs.ReadFile(clips.FS, "fmp4/hevc/init.mp4")
	if err != nil {
		t.Fatal(err)
	}
	stsd := bmff.Find(init, "moov", "trak", "mdia", "minf", "stbl", "stsd")
	want := bmff.Find(stsd[8+86:], "hvcC")
	// Level, sizes and parameter sets differ, for it is another film; the fixed fields do not.
	for _, i := range []int{0, 1, 2, 6, 13, 15, 16, 17, 18, 21, 23} {
		if got[i] != want[i] {
			t.Errorf("byte %d is %#x, ffmpeg writes %#x", i, got[i], want[i])
		}
	}
	if bytes.Count(got, sps) != 1 || !bytes.HasSuffix(got, pps) {
		t.Error("parameter sets are missing")
	}
}

func TestRefused(t *testing.T) {
	vps, sps, pps := sets(t, "codecs/hevc/seg_000.ts")
	for name, list := range map[string][3][][]byte{
		"no VPS":    {nil, {sps}, {pps}},
		"mixed":     {{sps}, {sps}, {pps}},
		"empty PPS": {{vps}, {sps}, {{}}},
		"many":      {{vps}, bytes.Split(bytes.Repeat([]byte("x"), 16), nil), {pps}},
	} {
		if _, err := Codec(list[0], list[1], list[2]); !errors.Is(err, ErrSets) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzSPS(f *testing.F) {
	for _, name := range []string{"codecs/hevc/seg_000.ts", "clips/hevc.ts"} {
		vps, sps, pps := sets(f, name)
		f.Add(vps)
		f.Add(sps)
		f.Add(pps)
	}
	vps, _, pps := sets(f, "clips/hevc.ts")
	f.Fuzz(func(t *testing.T, b []byte) {
		ID(b)
		s, err := ParseSPS(b)
		if err != nil {
			return
		}
		if s.Width < 1 || s.Height < 1 || s.Width > 0xffff || s.Height > 0xffff {
			t.Fatalf("%+v", s)
		}
		c, err := Codec([][]byte{vps}, [][]byte{b}, [][]byte{pps})
		if err != nil {
			t.Fatal(err)
		}
		AppendHVCC(nil, c)
		if !strings.HasPrefix(c.String(), "hvc1.") {
			t.Fatal(c)
		}
	})
}

func rate(s SPS) string {
	n, d := ratio(s.FrameRate.Num, s.FrameRate.Den)
	return fmt.Sprintf("%d/%d", n, d)
}

func sar(s SPS) string {
	if s.SAR.Den == 0 {
		return "1:1"
	}
	n, d := ratio(s.SAR.Num, s.SAR.Den)
	return fmt.Sprintf("%d:%d", n, d)
}
