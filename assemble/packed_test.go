package assemble

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"seine/assemble/codec/aac"
	"seine/assemble/decrypt"
	"seine/assemble/demux/packed/packedtest"
	"seine/testdata/media"
)

// serve has the origin answer with these files.
func (o *origin) serve(files map[string][]byte) {
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		b, ok := files[strings.TrimPrefix(r.URL.Path, "/")]
		if ok {
			_, _ = w.Write(b)
		}
		return ok
	}
}

// playlistOf is a playlist of segments, with lines in front of the first.
func playlistOf(segments [][]byte, seconds float64, name string, files map[string][]byte, lines string) {
	var b strings.Builder
	b.WriteString("#EXTM3U\n#EXT-X-TARGETDURATION:10\n" + lines)
	for i, s := range segments {
		path := fmt.Sprintf("%s-%d.jpg", name, i) // a name says nothing
		fmt.Fprintf(&b, "#EXTINF:%.3f,\n%s\n", seconds/float64(len(segments)), path)
		files[path] = s
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	files[name+".m3u8"] = []byte(b.String())
}

// splitSound is the sound of testdata/media/split as packed audio. Its first frame has the PTS 126000.
func splitSound(t *testing.T) *packedtest.Stream {
	t.Helper()
	b, err := fs.ReadFile(media.FS, "packed/split.aac")
	if err != nil {
		t.Fatal(err)
	}
	s := &packedtest.Stream{Data: b, Ticks: 1920, Per: 1}
	for at := 0; at < len(b); {
		h, err := aac.ParseADTS(b[at:])
		if err != nil {
			t.Fatal(err)
		}
		s.Starts = append(s.Starts, at)
		at += h.Frame
	}
	return s
}

const splitStart = 126_000

// framemd5 is ffmpeg's view of the packets or frames of a file, or of a playlist.
func framemd5(t *testing.T, source string, args ...string) []string {
	t.Helper()
	cmd := append([]string{"-v", "error", "-allowed_extensions", "ALL", "-allowed_segment_extensions", "ALL", "-extension_picky", "0", "-i", source}, args...)
	if !strings.HasSuffix(source, ".m3u8") {
		cmd = append([]string{"-v", "error", "-i", source}, args...)
	}
	var stderr bytes.Buffer
	run := exec.CommandContext(t.Context(), "ffmpeg", append(cmd, "-fps_mode", "passthrough", "-f", "framemd5", "-")...)
	run.Stderr = &stderr
	out, err := run.Output()
	if err != nil {
		t.Fatalf("ffmpeg %s: %v: %.900s", source, err, &stderr)
	}
	var list []string
	for line := range strings.Lines(string(out)) {
		if line[0] != '#' {
			f := strings.Split(strings.TrimSpace(line), ",")
			list = append(list, strings.TrimSpace(f[len(f)-1]))
		}
	}
	return list
}

// TestPackedAudio: as the only stream, clear and encrypted, the film has the very sound of the source.
func TestPackedAudio(t *testing.T) {
	s := splitSound(t)
	for name, encrypted := range map[string]bool{"clear": false, "AES-128": true} {
		t.Run(name, func(t *testing.T) {
			o, files, lines := newOrigin(t), map[string][]byte{}, ""
			segments := s.Segments(6001, splitStart, packedtest.Tag)
			if encrypted {
				lines = "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n"
				for i := range segments {
					segments[i] = sealed(segments[i], decrypt.SequenceIV(uint64(i)))
				}
			}
			playlistOf(segments, 8, "sound", files, lines)
			o.serve(files)
			job := o.job(t)
			job.URL = o.URL + "/sound.m3u8"
			v, err := Run(t.Context(), job)
			if err != nil || len(v.Warnings) != 0 || len(v.Tracks) != 1 || v.Tracks[0].Samples != len(s.Starts) || v.Tracks[0].Codec != "mp4a.40.2" {
				t.Fatalf("%+v, %v", v, err)
			}
			source := t.TempDir() + "/sound.aac"
			if err := os.WriteFile(source, s.Data, 0o600); err != nil {
				t.Fatal(err)
			}
			if g, w := framemd5(t, job.Output), framemd5(t, source); strings.Join(g, " ") != strings.Join(w, " ") {
				t.Errorf("%d frames decoded, source %d", len(g), len(w))
			}
		})
	}
}

// TestPackedRendition: beside the picture of a transport stream, packed audio shares its clock: the film is that of sound in a
// transport stream.
func TestPackedRendition(t *testing.T) {
	o := newOrigin(t)
	job := o.job(t)
	job.URL = o.URL + "/split/master.m3u8"
	want, err := Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	playlistOf(splitSound(t).Segments(9000, splitStart, packedtest.Tag), 8, "sound", files, "")
	o.playlist = nil
	files["split/master.m3u8"] = []byte(`#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="English",LANGUAGE="en",DEFAULT=YES,URI="/sound.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=110000,RESOLUTION=320x180,CODECS="avc1.4d400c,mp4a.40.2",AUDIO="sound"
video/index.m3u8
`)
	o.serve(files)
	packed := o.job(t)
	packed.URL = job.URL
	v, err := Run(t.Context(), packed)
	if err != nil || len(v.Warnings) != 0 || len(v.Tracks) != 2 || (v.Duration-want.Duration).Abs() > time.Millisecond {
		t.Fatalf("%+v, %v", v, err)
	}
	for _, args := range [][]string{{"-map", "0:v"}, {"-map", "0:a", "-c", "copy"}} {
		if g, w := framemd5(t, packed.Output, args...), framemd5(t, job.Output, args...); strings.Join(g, " ") != strings.Join(w, " ") {
			t.Errorf("%v: %d frames, want %d", args, len(g), len(w))
		}
	}
	if g, w := starts(t, packed.Output), starts(t, job.Output); g != w {
		t.Errorf("tracks begin at %s, want %s", g, w)
	}
}

func starts(t *testing.T, file string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-show_entries", "stream=start_time,duration", "-of", "csv", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// disguises are pictures that ffmpeg made.
func disguises(t *testing.T) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, kind := range []string{"png", "jpg", "gif", "bmp"} {
		path := t.TempDir() + "/image." + kind
		if b, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=32x32", "-frames:v", "1", path).CombinedOutput(); err != nil {
			t.Fatalf("ffmpeg: %v: %s", err, b)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		out[kind] = b
	}
	return out
}

// TestDisguise: behind a picture, before encryption and after it, the film is the very same.
func TestDisguise(t *testing.T) {
	for kind, picture := range disguises(t) {
		for name, wrap := range map[string]func(b []byte, iv [16]byte) []byte{
			"clear":           func(b []byte, _ [16]byte) []byte { return append(bytes.Clone(picture), b...) },
			"in front of AES": func(b []byte, iv [16]byte) []byte { return append(bytes.Clone(picture), sealed(b, iv)...) },
			"inside AES":      func(b []byte, iv [16]byte) []byte { return sealed(append(bytes.Clone(picture), b...), iv) },
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				o := newOrigin(t)
				if name != "clear" {
					o.playlist = func(s string) string {
						return strings.Replace(s, "#EXTINF", "#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXTINF", 1)
					}
				}
				o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
					var n uint64
					if _, err := fmt.Sscanf(r.URL.Path, "/"+film+"/seg_%d.ts", &n); err != nil {
						return false
					}
					b, err := fs.ReadFile(media.FS, seg(int(n)))
					if err != nil {
						return false
					}
					w.Header().Set("Content-Type", "image/"+kind)
					_, _ = w.Write(wrap(b, decrypt.SequenceIV(n)))
					return true
				}
				job := o.job(t)
				if _, err := Run(t.Context(), job); err != nil {
					t.Fatal(err)
				}
				wantGolden(t, job.Output)
			})
		}
	}
}

// TestPictureAlone: a picture in place of a segment is no media, encrypted or not.
func TestPictureAlone(t *testing.T) {
	for kind, picture := range disguises(t) {
		for _, crypt := range []func(uint64) (string, *[16]byte){nil, func(uint64) (string, *[16]byte) { return "key", nil }} {
			o := newOrigin(t)
			o.crypt = crypt
			o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if !strings.HasSuffix(r.URL.Path, ".ts") {
					return false
				}
				_, _ = w.Write(picture)
				return true
			}
			_, err := Run(t.Context(), o.job(t))
			names := map[string]string{"png": "a PNG image", "jpg": "a JPEG image", "gif": "a GIF image", "bmp": "a BMP image"}
			if !errors.Is(err, ErrContent) || !strings.Contains(err.Error(), "the server answered with "+names[kind]) {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
}

// TestDisguisedFragments: fragmented mp4 behind a picture, its initialization section too.
func TestDisguisedFragments(t *testing.T) {
	o := newOrigin(t)
	want := filmOf(t, o.fragmented(t, "muxed/index.m3u8"))
	picture := disguises(t)["png"]
	o.hook = func(w http.ResponseWriter, r *http.Request, _ int) bool {
		b, err := fs.ReadFile(media.FS, strings.TrimPrefix(r.URL.Path, "/"))
		if err != nil || strings.HasSuffix(r.URL.Path, ".m3u8") {
			return false
		}
		_, _ = w.Write(append(bytes.Clone(picture), b...))
		return true
	}
	if !bytes.Equal(filmOf(t, o.fragmented(t, "muxed/index.m3u8")), want) {
		t.Error("the film differs")
	}
}
