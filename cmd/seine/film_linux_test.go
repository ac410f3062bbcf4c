package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"seine/browser"
	"seine/testdata/sites"
)

// megabytesEnv is how large the large film of BenchmarkPageToFilm is.
const megabytesEnv = "SEINE_BENCH_MB"

// grabber makes a film of a page, in one command.
type grabber struct {
	name string
	cmd  func(ctx context.Context, page, out string) *exec.Cmd
}

// BenchmarkPageToFilm holds `seine grab` against a script that drives puppeteer and hands the playlist that it hears of to ffmpeg: how long
// it takes from the command to the film, whose pictures are counted. In turn, the median of each; x-puppeteer is seine's time through the
// other's.
func BenchmarkPageToFilm(b *testing.B) {
	for _, tool := range []string{"ffmpeg", "ffprobe", "node"} {
		if _, err := exec.LookPath(tool); err != nil {
			b.Skipf("SKIPPED, NOT MEASURED: %v", err)
		}
	}
	if _, err := os.Stat(filepath.Join(peersDir, "node_modules")); err != nil {
		b.Skip("SKIPPED, NOT MEASURED: puppeteer is not installed: make peers")
	}
	c, err := browser.Find(b.Context())
	if err != nil {
		b.Skipf("SKIPPED, NOT MEASURED: %v", err)
	}
	seine := compile(b, b.TempDir(), "seine/cmd/seine")
	list := []grabber{
		{"seine", func(ctx context.Context, page, out string) *exec.Cmd {
			return exec.CommandContext(ctx, seine, "grab", "-q", "--browser", c.Path, page, "-o", out)
		}},
		{"puppeteer", func(ctx context.Context, page, out string) *exec.Cmd {
			return exec.CommandContext(ctx, "node", filepath.Join(peersDir, "film.mjs"), c.Path, page, out)
		}},
	}
	dir, pictures := largeFilm(b)
	mux := http.NewServeMux()
	mux.Handle("/", sites.New(sites.Options{Players: "../../testdata/players"}))
	mux.Handle("/large/", http.StripPrefix("/large/", http.FileServer(http.Dir(dir))))
	srv := httptest.NewServer(mux)
	defer srv.Close()
	b.Run("small", func(b *testing.B) { raceFilms(b, list, srv.URL, "/media/film/master.m3u8", 600) })
	b.Run("large", func(b *testing.B) { raceFilms(b, list, srv.URL, "/large/index.m3u8", pictures) })
}

// largeFilm is HLS of segments of 6 s, made of a clip that is repeated: 200 MB, or as many as SEINE_BENCH_MB says.
func largeFilm(b *testing.B) (dir string, pictures int) {
	b.Helper()
	megabytes := 200
	if text := os.Getenv(megabytesEnv); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			b.Fatalf("%s=%q", megabytesEnv, text)
		}
		megabytes = n
	}
	const seconds, rate = 12, 25
	dir = b.TempDir()
	clip := filepath.Join(b.TempDir(), "clip.mp4")
	makeMedia(b, "-f", "lavfi", "-i", fmt.Sprintf("testsrc2=r=%d:s=1280x720,noise=alls=60:allf=t", rate), "-f", "lavfi", "-i", "sine=r=48000", "-t", strconv.Itoa(seconds),
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-b:v", "20M", "-c:a", "aac", clip)
	info, err := os.Stat(clip)
	if err != nil {
		b.Fatal(err)
	}
	loops := max(int(int64(megabytes)*1e6/info.Size()), 1)
	makeMedia(b, "-stream_loop", strconv.Itoa(loops-1), "-i", clip, "-c", "copy", "-f", "hls", "-hls_time", "6", "-hls_playlist_type", "vod",
		"-hls_segment_filename", filepath.Join(dir, "%d.ts"), filepath.Join(dir, "index.m3u8"))
	return dir, loops * seconds * rate
}

func makeMedia(b *testing.B, args ...string) {
	b.Helper()
	if out, err := exec.CommandContext(b.Context(), "ffmpeg", append([]string{"-v", "error", "-nostdin"}, args...)...).CombinedOutput(); err != nil {
		b.Fatalf("ffmpeg: %v\n%s", err, out)
	}
}

// raceFilms reports the median of three films of each.
func raceFilms(b *testing.B, list []grabber, site, playlist string, pictures int) {
	page := site + "/players/player.html?player=hls.js&src=" + playlist + "&n=0" // the page is no playlist itself
	const rounds = 3
	for b.Loop() {
		all := map[string][]time.Duration{}
		for range rounds {
			for _, x := range list {
				all[x.name] = append(all[x.name], x.make(b, page, pictures))
			}
		}
		for _, times := range all {
			slices.Sort(times)
		}
		for _, x := range list {
			b.ReportMetric(all[x.name][rounds/2].Seconds(), "s-"+x.name)
		}
		b.ReportMetric(all["seine"][rounds/2].Seconds()/all["puppeteer"][rounds/2].Seconds(), "x-puppeteer")
	}
}

// make is how long it takes. What others have written is on the disk before it begins: it would wait for that.
func (x grabber) make(b *testing.B, page string, pictures int) time.Duration {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "seine-film-")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	out := filepath.Join(dir, "film.mp4")
	syscall.Sync()
	cmd := x.cmd(ctx, page, out)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	began := time.Now()
	if err := cmd.Run(); err != nil {
		b.Fatalf("%s: %v\n%s", x.name, err, said.String())
	}
	took := time.Since(began)
	text, err := exec.CommandContext(ctx, "ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", out).Output()
	if n, _, _ := strings.Cut(strings.TrimSpace(string(text)), ","); err != nil || n != strconv.Itoa(pictures) {
		b.Fatalf("%s: its film has %q pictures of %d, %v", x.name, text, pictures, err)
	}
	return took
}
