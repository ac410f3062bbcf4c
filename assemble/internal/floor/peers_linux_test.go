package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// peer is another program that makes a film of a playlist.
type peer struct {
	name  string
	needs []string // programs
	// fetch makes out; dir is a folder of its own.
	fetch func(ctx context.Context, dir, playlist, out string) []*exec.Cmd
}

// peers are each told to use as many connections as help it, and nothing else that it would not do by itself.
var peers = []peer{
	{"ffmpeg", []string{"ffmpeg"}, func(ctx context.Context, _, playlist, out string) []*exec.Cmd {
		return []*exec.Cmd{exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-i", playlist, "-c", "copy", out)}
	}},
	{"yt-dlp", []string{"yt-dlp", "ffmpeg"}, func(ctx context.Context, _, playlist, out string) []*exec.Cmd {
		return []*exec.Cmd{exec.CommandContext(ctx, "yt-dlp", "-q", "--no-warnings", "--hls-prefer-native", "-N", "16", "-o", out, playlist)}
	}},
	{"streamlink", []string{"streamlink"}, func(ctx context.Context, _, playlist, out string) []*exec.Cmd {
		return []*exec.Cmd{exec.CommandContext(ctx, "streamlink", "-l", "error", "--hls-segment-threads", "10", "-o", out, playlist, "best")}
	}},
	// aria2 knows no playlists: it is given the list, and ffmpeg joins what it has fetched.
	{"aria2", []string{"aria2c", "ffmpeg"}, func(ctx context.Context, dir, playlist, out string) []*exec.Cmd {
		return []*exec.Cmd{
			exec.CommandContext(ctx, "aria2c", "-q", "-j16", "--allow-overwrite=true", "-d", dir, "-i", filepath.Join(dir, "list.txt")),
			exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-allowed_extensions", "ALL", "-i", filepath.Join(dir, "index.m3u8"), "-c", "copy", out),
		}
	}},
}

func (p peer) installed() bool {
	for _, name := range p.needs {
		if _, err := exec.LookPath(name); err != nil {
			return false
		}
	}
	return true
}

// run makes the film and returns how long that took; an error when the program fails, or its film is not the whole film.
func (p peer) run(b *testing.B, f film, playlist string) (took time.Duration, err error) {
	dir, err := os.MkdirTemp("", "seine-peer-")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := f.addresses(filepath.Join(dir, "list.txt"), strings.TrimSuffix(playlist, "index.m3u8")); err != nil {
		b.Fatal(err)
	}
	syscall.Sync() // what others have written or deleted is not this one's
	out := filepath.Join(dir, "film.mp4")
	for _, cmd := range p.fetch(b.Context(), dir, playlist, out) {
		u, err := try(b, cmd)
		if err != nil {
			return 0, err
		}
		took += u.wall
	}
	return took, f.verify(b, out)
}

// addresses writes the playlist and all that it names, as aria2 wants to have it.
func (f film) addresses(name, base string) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%s%s\n  out=%s\n", base, e.Name(), e.Name())
	}
	return os.WriteFile(name, []byte(b.String()), 0o600)
}

// verify counts the packets of a film as ffprobe reads them. Those that were cut or lost are missed; a program that writes each
// sound frame group as one packet has fewer, so pictures are what counts.
func (f film) verify(b *testing.B, out string) error {
	b.Helper()
	text, err := exec.CommandContext(b.Context(), "ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets",
		"-show_entries", "stream=nb_read_packets", "-of", "csv=p=0", out).Output()
	if err != nil {
		return fmt.Errorf("its film cannot be read: %w", err)
	}
	n := 0
	if fields := strings.FieldsFunc(string(text), func(r rune) bool { return r < '0' || r > '9' }); len(fields) > 0 {
		n, err = strconv.Atoi(fields[0]) // a transport stream has it twice, once in its program
	}
	if err != nil || n != f.samples {
		return fmt.Errorf("its film has %d pictures of %d", n, f.samples)
	}
	return nil
}

// BenchmarkPeers runs `seine get` and whatever else is installed in turn on the same origin, and reports how much of each peer's time
// seine takes: 0.5 is half. A peer whose film is not the whole one is told of, and does not count. of-fastest is against the fastest
// of those that count. All run several times, and the best counts: what runs first behind the making of a film, or of one that was
// just deleted, pays for memory that others then find ready.
func BenchmarkPeers(b *testing.B) {
	for _, tool := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(tool); err != nil {
			b.Skipf("SKIPPED, NOT MEASURED: %s makes and verifies these films", tool)
		}
	}
	size := benchSize(b) * 1e6
	seine := build(b, b.TempDir(), "seine/cmd/seine")
	large := encode(b, "1920x1080", "22M")
	clear := large.film(b, size, seconds, "ts")
	for _, c := range []struct {
		name    string
		trouble string
		make    func(b *testing.B) film
	}{
		{"clear", "", func(*testing.B) film { return clear }},
		{"AES-128", "", func(b *testing.B) film { return clear.locked(b, clear.segments) }},
		{"AES-128 rotating", "", func(b *testing.B) film { return clear.locked(b, 10) }},
		{"2000 small", "", func(b *testing.B) film { return encode(b, "640x360", "380k").film(b, size*22/100, 2, "ts") }},
		{"50 ms and 2 MB a second", "slow", func(b *testing.B) film { return large.film(b, size/4, seconds, "ts") }},
		{"2 % faults", "faults", func(*testing.B) film { return clear }},
		{"fMP4", "", func(b *testing.B) film { return large.film(b, size, seconds, "m4s") }},
	} {
		b.Run(c.name, func(b *testing.B) { race(b, c.make(b), seine, c.trouble) })
	}
	b.Run("line", func(b *testing.B) { alone(b, large.film(b, size, seconds, "ts"), seine) })
}

// alone takes a whole film over the slow line, which would keep some of the others for ten minutes: how near seine comes to what the line
// allows with 16 and with 32 connections.
func alone(b *testing.B, f film, seine string) {
	b.SetBytes(f.bytes)
	for b.Loop() {
		for _, workers := range []int{16, 32} {
			took, err := product(seine, "", "--workers", strconv.Itoa(workers)).run(b, f, startOrigin(b, f.dir, "slow"))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(took.Seconds()/(float64(f.bytes)/lineSpeed/float64(workers)), fmt.Sprintf("%d-workers-of-line-%[1]d", workers))
		}
	}
}

func (f film) locked(b *testing.B, every int) film {
	b.Helper()
	out, err := f.encrypt(b.TempDir(), every)
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// clip is a real film of clipSeconds, which other programs can read too: moving pictures under noise, and a tone.
type clip struct {
	path  string
	bytes int64
}

const clipSeconds = 24

func encode(b *testing.B, size, bitrate string) clip {
	b.Helper()
	c := clip{path: filepath.Join(b.TempDir(), "clip.mp4")}
	ffmpeg(b, "-f", "lavfi", "-i", "testsrc2=r=25:s="+size+",noise=alls=40:allf=t", "-f", "lavfi", "-i", "sine=r=48000", "-t", fmt.Sprint(clipSeconds),
		"-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0",
		"-b:v", bitrate, "-maxrate", bitrate, "-bufsize", bitrate, "-c:a", "aac", "-ac", "2", c.path)
	info, err := os.Stat(c.path)
	if err != nil {
		b.Fatal(err)
	}
	c.bytes = info.Size()
	return c
}

// film repeats the clip until there are so many bytes, in segments of so many seconds.
func (c clip) film(b *testing.B, bytes int64, seconds int, kind string) film {
	b.Helper()
	f := film{dir: b.TempDir(), seconds: seconds}
	loops := (bytes + c.bytes - 1) / c.bytes
	args := []string{"-stream_loop", fmt.Sprint(loops - 1), "-i", c.path, "-c", "copy", "-f", "hls", "-hls_time", fmt.Sprint(seconds), "-hls_playlist_type", "vod"}
	if kind == "m4s" {
		args = append(args, "-hls_segment_type", "fmp4", "-hls_fmp4_init_filename", "init.mp4")
	}
	ffmpeg(b, append(args, "-hls_segment_filename", filepath.Join(f.dir, "%d."+kind), filepath.Join(f.dir, "index.m3u8"))...)
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			b.Fatal(err)
		}
		if filepath.Ext(e.Name()) == "."+kind {
			f.segments++
			f.bytes += info.Size()
		}
	}
	f.samples = int(loops) * clipSeconds * rate // pictures
	return f
}

func ffmpeg(b *testing.B, args ...string) {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), "ffmpeg", append([]string{"-v", "error", "-nostdin"}, args...)...).CombinedOutput()
	if err != nil {
		b.Fatalf("ffmpeg: %v\n%s", err, out)
	}
}

// product is `seine get`, with flags.
func product(seine, name string, flags ...string) peer {
	return peer{name: name, fetch: func(ctx context.Context, _, playlist, out string) []*exec.Cmd {
		return []*exec.Cmd{exec.CommandContext(ctx, seine, append([]string{"get", "-q", playlist, "-o", out}, flags...)...)}
	}}
}

// fixed are seine with so many connections.
const fixed16, fixed32 = "seine --workers 16", "seine --workers 32"

func race(b *testing.B, f film, seine, trouble string) {
	ours := product(seine, "seine")
	all := []peer{ours}
	if trouble == "slow" {
		all = append(all, product(seine, fixed16, "--workers", "16"), product(seine, fixed32, "--workers", "32"))
	}
	mine := len(all)
	for _, p := range peers {
		if p.installed() {
			all = append(all, p)
		} else {
			b.Logf("%s is not installed", p.name)
		}
	}
	best := map[string]time.Duration{}
	b.SetBytes(f.bytes)
	for b.Loop() {
		for turn := range turns * len(all) {
			p := all[turn%len(all)]
			took, err := p.run(b, f, startOrigin(b, f.dir, trouble))
			switch {
			case err != nil && turn%len(all) < mine:
				b.Fatal(err)
			case err != nil:
				b.Logf("%s does not count: %v", p.name, err)
			case best[p.name] == 0 || took < best[p.name]:
				best[p.name] = took
			}
		}
	}
	took := best[ours.name].Seconds()
	b.ReportMetric(took, "seine-s")
	if trouble == "slow" {
		line := float64(f.bytes) / lineSpeed
		b.ReportMetric(took/(line/16), "of-line-16")
		b.ReportMetric(best[fixed16].Seconds()/(line/16), "16-workers-of-line-16")
		b.ReportMetric(best[fixed32].Seconds()/(line/32), "32-workers-of-line-32")
		if t := best["aria2"]; t > 0 {
			b.ReportMetric(best[fixed32].Seconds()/t.Seconds(), "32-workers-of-aria2")
		}
	}
	fastest := time.Duration(0)
	for _, p := range all[mine:] {
		if t := best[p.name]; t > 0 {
			b.ReportMetric(took/t.Seconds(), "of-"+p.name)
			if fastest == 0 || t < fastest {
				fastest = t
			}
		}
	}
	if fastest > 0 {
		b.ReportMetric(took/fastest.Seconds(), "of-fastest")
	}
}
