package disguise

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	clips "seine/testdata/media"
)

func file(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := fs.ReadFile(clips.FS, name)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// images are pictures that ffmpeg made.
func images(tb testing.TB) map[string][]byte {
	tb.Helper()
	out := map[string][]byte{}
	for name, c := range map[string][2]string{
		"a PNG image": {"png", "64x64"}, "a JPEG image": {"jpg", "64x64"}, "a GIF image": {"gif", "64x64"}, "a BMP image": {"bmp", "20x20"},
	} {
		path := filepath.Join(tb.TempDir(), "image."+c[0])
		args := []string{"-v", "error", "-f", "lavfi", "-i", "testsrc2=size=" + c[1], "-frames:v", "1", path}
		if b, err := exec.CommandContext(tb.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
			tb.Fatalf("ffmpeg: %v: %s", err, b)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		out[name] = b
	}
	return out
}

func segments(tb testing.TB) map[string][]byte {
	return map[string][]byte{
		"TS": file(tb, "film/180p/seg_000.ts"), "M2TS": file(tb, "clips/both.m2ts"), "fMP4": file(tb, "fmp4/muxed/seg_000.m4s"),
		"ADTS": file(tb, "packed/sound.aac"), "MP3": file(tb, "packed/sound.mp3"), "204 bytes": wide(file(tb, "film/180p/seg_000.ts")),
	}
}

// wide makes packets of 204 bytes.
func wide(b []byte) (out []byte) {
	for p := range slices.Chunk(b, 188) {
		out = append(append(out, p...), make([]byte, 16)...)
	}
	return out
}

// TestImages finds every kind of segment behind every kind of picture, and nothing in a picture alone or in a piece of one.
func TestImages(t *testing.T) {
	for name, picture := range images(t) {
		if got, end := Image(picture); got != name || end != len(picture) {
			t.Errorf("%s of %d bytes: %q, %d", name, len(picture), got, end)
		}
		for kind, segment := range segments(t) {
			both := slices.Concat(picture, segment)
			if got, end := Image(both); got != name || end != len(picture) {
				t.Errorf("%s before %s: %q, %d", name, kind, got, end)
			}
			if got, ok := Media(both); !ok || !bytes.Equal(got, segment) {
				t.Errorf("%s behind %s: %v, %d bytes of %d", kind, name, ok, len(got), len(segment))
			}
		}
		for n := range picture {
			if _, ok := Media(picture[:n]); ok {
				t.Fatalf("%d bytes of %s are media", n, name)
			}
		}
		if _, ok := Media(picture); ok {
			t.Errorf("%s is media", name)
		}
	}
}

// TestRubbish: whatever stands in front, a signature of a picture too.
func TestRubbish(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 60<<10)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	for kind, segment := range segments(t) {
		for name, front := range map[string][]byte{"noise": noise, "a PNG's signature": []byte("\x89PNG\r\n\x1a\n"), "zeros": make([]byte, 100), "BM": []byte("BM")} {
			got, ok := Media(slices.Concat(front, segment))
			if kind == "ADTS" || kind == "MP3" {
				if name == "a PNG's signature" {
					continue // a row of frames in a picture is too weak a proof
				}
			}
			if !ok || !bytes.HasSuffix(got, segment) {
				t.Errorf("%s behind %s: %v", kind, name, ok)
			}
		}
	}
	if _, ok := Media(noise); ok {
		t.Error("noise is media")
	}
	if got, ok := Media(segments(t)["TS"]); !ok || !bytes.Equal(got, segments(t)["TS"]) {
		t.Error("a plain segment is changed")
	}
}

func FuzzMedia(f *testing.F) {
	for _, b := range segments(f) {
		f.Add(b[:min(len(b), 1500)])
	}
	for _, b := range images(f) {
		f.Add(b[:min(len(b), 3000)])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		name, end := Image(b)
		if end < 0 || end > len(b) || end > 0 && name == "" {
			t.Fatal(name, end)
		}
		if got, ok := Media(b); ok && (len(got) == 0 || !bytes.HasSuffix(b, got)) {
			t.Fatalf("%d bytes of %d", len(got), len(b))
		}
	})
}
