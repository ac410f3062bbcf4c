package assemble

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestLiveFFmpeg records what ffmpeg's muxers write as time goes by, from the first moment to the end.
func TestLiveFFmpeg(t *testing.T) {
	t.Parallel()
	const seconds = 9
	source := []string{
		"-v", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=24", "-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000", "-t", "9",
		"-c:v", "libx264", "-preset", "ultrafast", "-g", "24", "-keyint_min", "24", "-sc_threshold", "0", "-b:v", "100k", "-c:a", "aac", "-b:a", "64k",
	}
	for name, c := range map[string]struct {
		file string
		args []string
	}{
		"HLS":            {"live.m3u8", []string{"-f", "hls", "-hls_time", "1", "-hls_list_size", "6", "-hls_flags", "delete_segments+program_date_time", "-hls_delete_threshold", "6"}},
		"fMP4":           {"live.m3u8", []string{"-f", "hls", "-hls_time", "1", "-hls_list_size", "6", "-hls_segment_type", "fmp4"}},
		"DASH by number": {"live.mpd", []string{"-f", "dash", "-seg_duration", "1", "-window_size", "6", "-extra_window_size", "6", "-use_timeline", "0", "-use_template", "1"}},
		"DASH by time":   {"live.mpd", []string{"-f", "dash", "-seg_duration", "1", "-window_size", "6", "-extra_window_size", "6", "-use_timeline", "1", "-use_template", "1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			cmd := exec.CommandContext(t.Context(), "ffmpeg", append(append(source[:len(source):len(source)], c.args...), filepath.Join(dir, c.file))...)
			cmd.Stderr = os.Stderr
			if err := cmd.Start(); err != nil {
				t.Fatalf("%v; `make test` installs it", err)
			}
			defer func() { _ = cmd.Wait() }()
			for end := time.Now().Add(time.Minute); ; <-time.After(20 * time.Millisecond) {
				if b, err := os.ReadFile(filepath.Join(dir, c.file)); err == nil && len(b) > 0 {
					break
				}
				if time.Now().After(end) {
					t.Fatal("ffmpeg writes nothing")
				}
			}
			srv := httptest.NewServer(http.FileServer(http.Dir(dir)))
			defer srv.Close()
			v, err := Run(t.Context(), Job{
				URL: srv.URL + "/" + c.file, Client: http.DefaultClient, Output: filepath.Join(t.TempDir(), "film.mp4"),
				Live: &Live{FromStart: true, Patience: 6 * time.Second},
			})
			if err != nil || !v.Finished || len(v.Missing) > 0 {
				t.Fatalf("%v, %+v", err, v)
			}
			times, _ := timesOf(t, v.Path, "v")
			if len(times) != seconds*24 {
				t.Errorf("%d pictures, want %d", len(times), seconds*24)
			}
			if len(v.Tracks) != 2 {
				t.Errorf("%+v", v.Tracks)
			}
			decodes(t, v.Path)
			if len(v.Warnings) > 0 {
				t.Errorf("warnings %q", v.Warnings)
			}
		})
	}
}
