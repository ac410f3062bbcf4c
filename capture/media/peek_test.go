package media_test

import (
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture/media"
	clips "seine/testdata/media"
)

// made are files by ffmpeg of 2 s, 160×90 where they have a picture.
var made = []struct {
	name      string
	kind      media.Kind
	container string
	codecs    string
	told      bool // the head tells the duration
	options   string
}{
	{"faststart.mp4", media.Video, "mp4", "avc1.64000b mp4a.40.2", true, "-c:v libx264 -c:a aac -movflags +faststart"},
	{"hevc.mp4", media.Video, "mp4", "hvc1 ac-3", true, "-c:v libx265 -x265-params log-level=none -tag:v hvc1 -c:a ac3 -movflags +faststart"},
	{"late.mp4", media.Video, "mp4", "", false, "-c:v libx264 -c:a aac -b:v 6M -minrate 6M -bufsize 6M -x264-params nal-hrd=cbr"},
	{"sound.m4a", media.Audio, "mp4", "mp4a.40.2", true, "-vn -c:a aac -movflags +faststart"},
	{"sound.mp4", media.Audio, "mp4", "mp4a.40.2", true, "-vn -c:a aac -f mp4 -brand isom -movflags +faststart"},
	{"film.mov", media.Video, "mp4", "avc1.64000b mp4a.40.2", true, "-c:v libx264 -c:a aac -movflags +faststart"},
	{"film.webm", media.Video, "webm", "vp9 opus", true, "-c:v libvpx-vp9 -deadline realtime -c:a libopus"},
	{"vp8.webm", media.Video, "webm", "vp8 vorbis", true, "-c:v libvpx -c:a libvorbis -ac 2"},
	{"sound.webm", media.Audio, "webm", "opus", true, "-vn -c:a libopus"},
	{"film.mkv", media.Video, "mkv", "avc1 mp3", true, "-c:v libx264 -c:a libmp3lame"},
	{"sound.mp3", media.Audio, "mp3", "mp3", true, "-vn -c:a libmp3lame"},
	{"bare.mp3", media.Audio, "mp3", "mp3", true, "-vn -c:a libmp3lame -b:a 64k -write_xing 0 -id3v2_version 0"},
	{"sound.aac", media.Audio, "adts", "mp4a.40.2", true, "-vn -c:a aac"},
	{"sound.ogg", media.Audio, "ogg", "vorbis", false, "-vn -c:a libvorbis -ac 2"},
	{"sound.opus", media.Audio, "ogg", "opus", false, "-vn -c:a libopus"},
	{"film.ogv", media.Video, "ogg", "theora", false, "-c:v libtheora -an"},
	{"sound.flac", media.Audio, "flac", "flac", true, "-vn -c:a flac"},
	{"sound.wav", media.Audio, "wav", "pcm", true, "-vn"},
	{"film.flv", media.Video, "flv", "", true, "-c:v libx264 -c:a aac"},
	{"film.avi", media.Video, "avi", "", false, "-c:v mpeg4 -an"},
}

// TestPeek holds what is read of heads against what ffmpeg was told to make.
func TestPeek(t *testing.T) {
	dir := t.TempDir()
	for _, m := range made {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(dir, m.name)
			args := "-nostdin -hide_banner -loglevel error -y -f lavfi -i testsrc2=size=160x90:rate=25:duration=2 -f lavfi -i sine=frequency=440:duration=2 -threads 1 -pix_fmt yuv420p " + m.options
			out, err := exec.CommandContext(t.Context(), "ffmpeg", append(strings.Fields(args), file)...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			whole, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found := media.Classify(media.Input{Head: whole[:min(len(whole), 4096)], ContentType: "text/plain"})
			if found.Kind != m.kind && m.name != "sound.mp4" || found.Container != m.container { // the moov of that is longer than the head
				t.Errorf("%+v", found)
			}
			f := media.Peek(whole, int64(len(whole)))
			if got := strings.Join(f.Codecs, " "); got != m.codecs {
				t.Errorf("codecs %q, want %q", got, m.codecs)
			}
			if told := f.Duration > 0; told != m.told || told && math.Abs(f.Duration.Seconds()-2) > 0.15 {
				t.Errorf("duration %v, estimated %v", f.Duration, f.Estimated)
			}
			if m.kind == media.Video && m.codecs != "" && m.codecs != "theora" && (f.Kind != media.Video || f.Width != 160 || f.Height != 90) {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestPeekOfPieces(t *testing.T) {
	for name, want := range map[string]media.Facts{
		"fmp4/muxed/init.mp4":  {Kind: media.Video, Width: 320, Height: 180, Codecs: []string{"avc1.4d400c", "mp4a.40.2"}},
		"fmp4/opus/init.mp4":   {Kind: media.Audio, Codecs: []string{"Opus"}},
		"film/180p/seg_000.ts": {},
	} {
		b, err := fs.ReadFile(clips.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, media.Peek(b, int64(len(b)))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// boxes nests: each is in the next.
func boxes(inner []byte, kinds ...string) []byte {
	for _, k := range kinds {
		n := len(inner) + 8
		inner = append([]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n), k[0], k[1], k[2], k[3]}, inner...)
	}
	return inner
}

func TestPeekNamesDRM(t *testing.T) {
	id := "\xed\xef\x8b\xa9\x79\xd6\x4a\xce\xa3\xc8\x27\xdc\xd5\x1d\x21\xed"
	head := append(boxes([]byte("isom\x00\x00\x00\x00"), "ftyp"), boxes([]byte("\x00\x00\x00\x00"+id+"\x00\x00\x00\x00"), "pssh", "moov")...)
	if f := media.Peek(head, 0); f.DRM != "Widevine" {
		t.Errorf("%+v", f)
	}
	frma := boxes(boxes([]byte("avc1"), "frma"), "sinf")
	entry := boxes(append(make([]byte, 78), frma...), "encv")
	stsd := boxes(append(make([]byte, 8), entry...), "stsd")
	hdlr := boxes([]byte("\x00\x00\x00\x00\x00\x00\x00\x00vide"), "hdlr")
	head = append(boxes([]byte("isom\x00\x00\x00\x00"), "ftyp"), boxes(append(hdlr, stsd...), "mdia", "trak", "moov")...)
	if f := media.Peek(head, 0); f.DRM != media.CommonEncryption || len(f.Codecs) != 1 || f.Codecs[0] != "avc1" {
		t.Errorf("%+v", f)
	}
}

func FuzzPeek(f *testing.F) {
	for _, name := range []string{"fmp4/muxed/init.mp4", "clips/plain.mp4", "packed/sound.aac", "packed/sound.mp3"} {
		b, err := fs.ReadFile(clips.FS, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:min(len(b), 2000)], int64(len(b)))
	}
	for _, s := range []string{
		"fLaC\x00\x00\x00\x22", "OggS\x80theora", "RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00", "FLV\x01duration\x00@\x00\x00\x00\x00\x00\x00\x00",
		"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff\x15\x49\xa9\x66\x88\x44\x89\x84\x7f\xc0\x00\x00",
	} {
		f.Add([]byte(s), int64(1<<40))
	}
	f.Fuzz(func(t *testing.T, head []byte, size int64) {
		got := media.Peek(head, size)
		if got.Duration < 0 || got.Width < 0 || got.Height < 0 || len(got.Codecs) > 16 {
			t.Errorf("%+v", got)
		}
	})
}

func BenchmarkPeek(b *testing.B) {
	head, err := fs.ReadFile(clips.FS, "clips/plain.mp4")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(head)))
	b.ReportAllocs()
	for b.Loop() {
		media.Peek(head, int64(len(head)))
	}
}
