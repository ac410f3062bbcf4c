package assemble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// webmSources are DASH presentations in WebM, made once by ffmpeg: name to folder.
var webmSources = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "seine-webm")
	if err != nil {
		return "", err
	}
	madeOnce = append(madeOnce, dir)
	const picture, sound = "testsrc2=size=160x90:rate=25:duration=6", "sine=frequency=440:sample_rate=48000:duration=6"
	for name, codecs := range map[string][]string{
		"vp9opus":   {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "60k", "-c:a", "libopus", "-b:a", "32k"},
		"vp8vorbis": {"-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "60k", "-c:a", "libvorbis", "-b:a", "48k"},
	} {
		sub := filepath.Join(dir, name)
		if err := os.Mkdir(sub, 0o700); err != nil {
			return "", err
		}
		args := append([]string{"-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound}, codecs...)
		if err := ffmpeg(append(args, "-g", "25", "-keyint_min", "25", filepath.Join(sub, "source.webm"))...); err != nil {
			return "", err
		}
		err := ffmpeg("-i", filepath.Join(sub, "source.webm"), "-c", "copy", "-f", "dash", "-dash_segment_type", "webm", "-seg_duration", "2", "-use_timeline", "0",
			"-media_seg_name", "chunk-$RepresentationID$-$Number$.webm", "-init_seg_name", "init-$RepresentationID$.webm", filepath.Join(sub, "segments.mpd"))
		if err != nil {
			return "", err
		}
		for i, kind := range []string{"v", "a"} { // files of their own, with an index in front
			err := ffmpeg("-i", filepath.Join(sub, "source.webm"), "-map", "0:"+kind, "-c", "copy", "-f", "webm", "-dash", "1", "-dash_track_number", fmt.Sprint(i+1),
				"-cluster_time_limit", "2000", filepath.Join(sub, kind+".webm"))
			if err != nil {
				return "", err
			}
		}
		err = ffmpeg("-f", "webm_dash_manifest", "-i", filepath.Join(sub, "v.webm"), "-f", "webm_dash_manifest", "-i", filepath.Join(sub, "a.webm"), "-c", "copy",
			"-map", "0", "-map", "1", "-f", "webm_dash_manifest", "-adaptation_sets", "id=0,streams=0 id=1,streams=1", filepath.Join(sub, "files.mpd"))
		if err != nil {
			return "", err
		}
	}
	return dir, nil
})

// framesOf are the hashes of a file's decoded frames of one kind.
func framesOf(t *testing.T, path, kind string) (list []string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-i", path, "-map", "0:"+kind, "-fps_mode", "passthrough", "-f", "framemd5", "-").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if f := strings.Split(strings.TrimSpace(line), ","); line[0] != '#' {
			list = append(list, strings.TrimSpace(f[len(f)-1]))
		}
	}
	return list
}

// TestWebM joins picture and sound of WebM segments and files: the same pictures and sounds as in the source, at the same times.
func TestWebM(t *testing.T) {
	dir, err := webmSources()
	if err != nil {
		t.Fatalf("%v; `make test` installs it", err)
	}
	srv := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer srv.Close()
	for _, c := range []struct{ source, list, output, codecs string }{
		{"vp9opus", "segments.mpd", "film.mp4", "vp09.00.10.08 Opus"},
		{"vp9opus", "segments.mpd", "film.webm", "vp09.00.10.08 Opus"},
		{"vp9opus", "files.mpd", "film.mp4", "vp09.00.10.08 Opus"},
		{"vp9opus", "files.mpd", "film.webm", "vp09.00.10.08 Opus"},
		{"vp8vorbis", "segments.mpd", "film.webm", "vp08.00.10.08 vorbis"},
		{"vp8vorbis", "files.mpd", "film.webm", "vp08.00.10.08 vorbis"},
	} {
		t.Run(c.source+" "+c.list+" "+c.output, func(t *testing.T) {
			v, err := Run(t.Context(), Job{URL: srv.URL + "/" + c.source + "/" + c.list, Client: http.DefaultClient, Output: filepath.Join(t.TempDir(), c.output)})
			if err != nil || !v.Finished || len(v.Missing) > 0 || len(v.Tracks) != 2 {
				t.Fatalf("%v, %+v", err, v)
			}
			if got := v.Tracks[0].Codec + " " + v.Tracks[1].Codec; got != c.codecs {
				t.Errorf("codecs %s, want %s", got, c.codecs)
			}
			if len(v.Warnings) > 0 {
				t.Errorf("warnings %q", v.Warnings)
			}
			source := filepath.Join(dir, c.source, "source.webm")
			if d := cmp.Diff(framesOf(t, source, "v"), framesOf(t, v.Path, "v")); d != "" {
				t.Errorf("pictures (-source +film):\n%s", d)
			}
			if got, want := len(framesOf(t, v.Path, "a")), len(framesOf(t, source, "a")); got < want-2 || got > want+1 { // ffmpeg announces no segment for the last frames
				t.Errorf("%d frames of sound, the source has %d", got, want)
			}
			for _, kind := range []string{"v", "a"} {
				got, _ := timesOf(t, v.Path, kind)
				want, _ := timesOf(t, source, kind)
				for i := range min(len(got), len(want)) {
					if d := got[i] - want[i]; d > 0.0125 || d < -0.0125 {
						t.Errorf("%s %d at %.4f, in the source at %.4f", kind, i, got[i], want[i])
						break
					}
				}
				if !slices.IsSorted(got) {
					t.Error("times fall")
				}
			}
			decodes(t, v.Path)
		})
	}
}

// TestWebMGoesOn: a run that ends in the middle is followed by one that makes the same bytes.
func TestWebMGoesOn(t *testing.T) {
	dir, err := webmSources()
	if err != nil {
		t.Fatalf("%v; `make test` installs it", err)
	}
	srv := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer srv.Close()
	for _, name := range []string{"film.webm", "film.mp4"} {
		job := Job{URL: srv.URL + "/vp9opus/files.mpd", Client: http.DefaultClient, Output: filepath.Join(t.TempDir(), name), Workers: 1}
		whole, err := Run(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(whole.Path)
		if err != nil {
			t.Fatal(err)
		}
		job.Output = filepath.Join(t.TempDir(), name)
		ctx, cancel := context.WithCancel(t.Context())
		job.Progress = func(p Progress) {
			if p.Done >= 3 {
				cancel()
			}
		}
		if _, err := Run(ctx, job); err == nil {
			t.Log("it was done before it could be ended")
		}
		cancel()
		job.Progress = nil
		v, err := Run(t.Context(), job)
		if err != nil && !errors.Is(err, ErrExists) {
			t.Fatalf("%v, %+v", err, v)
		}
		got, err := os.ReadFile(job.Output)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, in one go %d: %v", name, len(got), len(want), err)
		}
	}
}

// TestWebMNames: a film whose codecs only WebM has a place for gets its extension, unless somebody has chosen another: then it is refused by name.
func TestWebMNames(t *testing.T) {
	dir, err := webmSources()
	if err != nil {
		t.Fatalf("%v; `make test` installs it", err)
	}
	srv := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer srv.Close()
	job := Job{URL: srv.URL + "/vp8vorbis/files.mpd", Client: http.DefaultClient, Output: filepath.Join(t.TempDir(), "film.mp4")}
	if _, err := Run(t.Context(), job); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "film.webm") {
		t.Errorf("%v", err)
	}
	job.Output, job.GuessedExtension = filepath.Join(t.TempDir(), "film.mp4"), true
	v, err := Run(t.Context(), job)
	if err != nil || filepath.Base(v.Path) != "film.webm" {
		t.Errorf("%v, %s", err, v.Path)
	}
	wantOnly(t, filepath.Dir(v.Path), "film.webm")
}
