package assemble

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/plan"
)

var golden = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "seine-golden-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	t := &goldenTB{}
	o := newOrigin(t)
	defer o.Close()
	job := o.job(t)
	job.Output = filepath.Join(dir, "film.mp4")
	if _, err := Run(context.Background(), job); err != nil {
		return nil, err
	}
	return os.ReadFile(job.Output)
})

// goldenTB lets the origin be made outside of any one test; only Cleanup and TempDir are called.
type goldenTB struct{ testing.TB }

func (*goldenTB) Cleanup(func())  {}
func (*goldenTB) TempDir() string { return "" }

// wantGolden compares with the film that a well-behaved origin gives.
func wantGolden(t *testing.T, path string) {
	t.Helper()
	want, err := golden()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the film differs: %d bytes, want %d", len(got), len(want))
	}
}

// wantFilm compares what a player gets with the film that a well-behaved origin gives: segments that came late lie elsewhere in the
// file.
func wantFilm(t *testing.T, path string) {
	t.Helper()
	want, err := golden()
	if err != nil {
		t.Fatal(err)
	}
	whole := filepath.Join(t.TempDir(), "golden.mp4")
	if err := os.WriteFile(whole, want, 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(packets(t, whole), packets(t, path)); diff != "" {
		t.Errorf("the film differs: %.2000s", diff)
	}
}

// packets lists each packet's track, times, size and hash as ffmpeg reads them.
func packets(t *testing.T, path string) []string {
	t.Helper()
	b, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-map", "0", "-c", "copy", "-f", "framemd5", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(b), "\n")
}

// wantOnly checks that the folder holds just these names.
func wantOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("files: %v, want %v", got, names)
	}
}

func TestRun(t *testing.T) {
	o := newOrigin(t)
	job := o.job(t)
	job.URL = o.URL + "/film/master.m3u8"
	var last Progress
	job.Progress = func(p Progress) { last = p }
	v, err := Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	wantGolden(t, job.Output)
	wantOnly(t, filepath.Dir(job.Output), "film.mp4")
	if !v.Finished || v.Path != job.Output || v.Segments != segments || v.Retries != 0 || len(v.Missing) != 0 || len(v.Warnings) != 0 {
		t.Errorf("%+v", v)
	}
	if len(v.Tracks) != 2 || v.Tracks[0].Width != 640 || v.Tracks[1].SampleRate != 44100 || v.Planned != 24*time.Second {
		t.Errorf("%+v", v)
	}
	if last.Done != segments || last.Parts != segments || last.Duration != 24*time.Second || last.Bytes == 0 {
		t.Errorf("%+v", last)
	}
	if info, err := os.Stat(job.Output); err != nil || info.Mode().Perm() != 0o644&^umask(t) {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	for i := range segments {
		if n := o.count(seg(i)); n != 1 {
			t.Errorf("segment %d was asked for %d times", i, n)
		}
	}
}

// umask is what the kernel takes from the mode of a new file.
func umask(t *testing.T) os.FileMode {
	f, err := os.OpenFile(filepath.Join(t.TempDir(), "probe"), os.O_CREATE, 0o666)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return 0o666 &^ info.Mode().Perm()
}

func TestRunQuality(t *testing.T) {
	o := newOrigin(t)
	job := o.job(t)
	job.URL = o.URL + "/film/master.m3u8"
	job.Choice = plan.Choice{Quality: "worst"}
	v, err := Run(t.Context(), job)
	if err != nil || v.Tracks[0].Width != 320 {
		t.Fatalf("%+v, %v", v, err)
	}
}

// Sound in a playlist of its own, with segments of unlike length.
func TestRunSplit(t *testing.T) {
	o := newOrigin(t)
	job := o.job(t)
	job.URL = o.URL + "/split/master.m3u8"
	v, err := Run(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if len(v.Tracks) != 2 || v.Segments != 7 || (v.Duration-8*time.Second).Abs() > 100*time.Millisecond {
		t.Errorf("%+v", v)
	}
	if p := probe(t, job.Output); len(p.Streams) != 2 {
		t.Errorf("%+v", p)
	}
}

type probed struct {
	Streams []struct {
		CodecName string `json:"codec_name"`
		Frames    string `json:"nb_read_frames"`
	} `json:"streams"`
	Format struct {
		Duration float64 `json:"duration,string"`
	} `json:"format"`
}

func tool(t *testing.T, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%s is not installed; `make test` installs it", name)
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return out
}

func probe(t *testing.T, path string) (p probed) {
	t.Helper()
	out := tool(t, "ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", path)
	if err := json.Unmarshal(out, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// frames returns the hashes of the decoded pictures.
func frames(t *testing.T, path string) []string {
	t.Helper()
	out := tool(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-")
	var list []string
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") {
			list = append(list, strings.TrimSpace(line[strings.LastIndexByte(line, ',')+1:]))
		}
	}
	return list
}

// What comes out of an encrypted film shows the pictures of the source.
func TestRunPictures(t *testing.T) {
	o := newOrigin(t)
	o.crypt = func(uint64) (string, *[16]byte) { return "key", nil }
	job := o.job(t)
	if _, err := Run(t.Context(), job); err != nil {
		t.Fatal(err)
	}
	got, want := frames(t, job.Output), frames(t, filepath.Join("..", "testdata", "media", film, "index.m3u8"))
	if strings.Join(got, "\n") != strings.Join(want, "\n") || len(got) != 600 {
		t.Errorf("%d pictures, the source has %d, and they differ", len(got), len(want))
	}
	p := probe(t, job.Output)
	if d := p.Format.Duration - 24; d > 0.05 || d < -0.05 {
		t.Errorf("duration %v", p.Format.Duration)
	}
}

func TestInspect(t *testing.T) {
	o := newOrigin(t)
	job := o.job(t)
	job.URL = o.URL + "/split/master.m3u8"
	job.Output = ""
	in, err := Inspect(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	if in.Presentation == nil || len(in.Plan.Streams) != 2 || len(in.Plan.Parts) != 7 || o.count("split/video/seg_000.ts") != 0 {
		t.Errorf("%+v", in)
	}
	text, err := o.body(film + "/index.m3u8")
	if err != nil {
		t.Fatal(err)
	}
	o.reset()
	job.URL, job.Manifest = o.URL+"/"+film+"/index.m3u8?token=x", text
	if in, err = Inspect(t.Context(), job); err != nil || len(in.Plan.Parts) != segments || len(o.order) != 0 {
		t.Errorf("%+v, %v, requests %v", in, err, o.order)
	}
}
