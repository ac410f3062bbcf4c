package replay_test

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"testing"

	"seine/assemble"
)

// TestWebMPlays: what is joined of WebM plays in the browser, and can be sought in, as mp4 and as WebM.
func TestWebMPlays(t *testing.T) {
	dir := t.TempDir()
	ffmpeg := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "ffmpeg", append([]string{"-v", "error"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s; `make test` installs it", err, out)
		}
	}
	ffmpeg("-f", "lavfi", "-i", "color=c=teal:size=640x360:rate=10:duration=24", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=24",
		"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "50k", "-g", "20", "-keyint_min", "20", "-c:a", "libopus", "-b:a", "32k",
		"-f", "dash", "-dash_segment_type", "webm", "-seg_duration", "4", "-use_timeline", "1", "film.mpd")
	srv := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer srv.Close()
	for _, name := range []string{"film.mp4", "film.webm"} {
		v, err := assemble.Run(t.Context(), assemble.Job{URL: srv.URL + "/film.mpd", Client: http.DefaultClient, Output: filepath.Join(t.TempDir(), name)})
		if err != nil {
			t.Fatal(err)
		}
		checkPlays(t, v.Path)
	}
}
