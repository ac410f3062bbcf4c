package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkDASH makes one film of a manifest of DASH, whose picture and sound are apart, with `seine get` and with yt-dlp. The floor reads the same
// segments and writes them one after another; cpu-ratio is against it.
func BenchmarkDASH(b *testing.B) {
	for _, tool := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(tool); err != nil {
			b.Skipf("SKIPPED, NOT MEASURED: %s makes and verifies this film", tool)
		}
	}
	bin := b.TempDir()
	seine, floor := build(b, bin, "seine/cmd/seine"), build(b, bin, "seine/assemble/internal/floor")
	b.Run("mp4", func(b *testing.B) {
		benchDASH(b, encode(b, "1920x1080", "22M").dash(b, benchSize(b)*1e6, "mp4"), seine, floor, "film.mp4")
	})
	b.Run("webm", func(b *testing.B) {
		benchDASH(b, encodeWebM(b, "1280x720", "22M").dash(b, benchSize(b)*1e6, "webm"), seine, floor, "film.webm")
	})
}

func benchDASH(b *testing.B, f film, seine, floor, name string) {
	base := strings.TrimSuffix(startOrigin(b, f.dir, ""), "index.m3u8")
	_, err := exec.LookPath("yt-dlp")
	peer := err == nil
	if !peer {
		b.Log("yt-dlp is not installed")
	}
	var product, bare, other usage
	var output int64
	b.SetBytes(f.bytes)
	for b.Loop() {
		for range turns {
			out := filepath.Join(b.TempDir(), name)
			bare.merge(measure(b, floor, "-copy", base+"media_0.m3u8", base+"media_1.m3u8", out))
			remove(b, out)
			product.merge(measure(b, seine, "get", "-q", base+"manifest.mpd", "-o", out))
			if err := f.verify(b, out); err != nil {
				b.Fatal(err)
			}
			if info, err := os.Stat(out); err == nil {
				output = info.Size()
			}
			remove(b, out)
			if peer {
				other.merge(measure(b, "yt-dlp", "-q", "--no-warnings", "-N", "16", "-o", out, base+"manifest.mpd"))
				remove(b, out)
			}
		}
	}
	mb := float64(f.bytes) / 1e6
	b.ReportMetric(product.cpu.Seconds()/bare.cpu.Seconds(), "cpu-ratio")
	b.ReportMetric(product.wall.Seconds(), "seine-s")
	b.ReportMetric(bare.wall.Seconds(), "floor-s")
	b.ReportMetric(product.cpu.Seconds()/mb*1e3, "cpu-s/GB")
	b.ReportMetric(float64(product.rss)/1e6, "rss-MB")
	if peer {
		b.ReportMetric(other.wall.Seconds(), "yt-dlp-s")
		b.ReportMetric(product.wall.Seconds()/other.wall.Seconds(), "of-yt-dlp")
	}
	if product.written > 0 {
		b.ReportMetric(float64(product.written)/float64(output), "written/output")
	}
}

// encodeWebM makes a clip of VP9 and Opus.
func encodeWebM(b *testing.B, size, bitrate string) clip {
	b.Helper()
	c := clip{path: filepath.Join(b.TempDir(), "clip.webm")}
	ffmpeg(b, "-f", "lavfi", "-i", "testsrc2=r=25:s="+size+",noise=alls=60:allf=t", "-f", "lavfi", "-i", "sine=r=48000", "-t", fmt.Sprint(clipSeconds),
		"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-pix_fmt", "yuv420p", "-g", "50", "-keyint_min", "50",
		"-b:v", bitrate, "-minrate", bitrate, "-maxrate", bitrate, "-c:a", "libopus", c.path)
	info, err := os.Stat(c.path)
	if err != nil {
		b.Fatal(err)
	}
	c.bytes = info.Size()
	return c
}

// dash repeats the clip until there are so many bytes, as a manifest of DASH with a SegmentTemplate for each of picture and sound, and as
// playlists of the same segments.
func (c clip) dash(b *testing.B, bytes int64, kind string) film {
	b.Helper()
	f := film{dir: b.TempDir(), seconds: 4}
	loops := (bytes + c.bytes - 1) / c.bytes
	ffmpeg(b, "-stream_loop", fmt.Sprint(loops-1), "-i", c.path, "-c", "copy", "-f", "dash", "-seg_duration", "4", "-use_template", "1", "-use_timeline", "0",
		"-adaptation_sets", "id=0,streams=v id=1,streams=a", "-dash_segment_type", kind, filepath.Join(f.dir, "manifest.mpd"))
	for _, stream := range []string{"0", "1"} {
		list, err := filepath.Glob(filepath.Join(f.dir, "chunk-stream"+stream+"-*"))
		text := "#EXTM3U\n#EXT-X-TARGETDURATION:4\n"
		for _, name := range list {
			text += "#EXTINF:4,\n" + filepath.Base(name) + "\n"
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(f.dir, "media_"+stream+".m3u8"), []byte(text+"#EXT-X-ENDLIST\n"), 0o600)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	list, err := filepath.Glob(filepath.Join(f.dir, "chunk-*"))
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range list {
		if info, err := os.Stat(name); err == nil {
			f.bytes += info.Size()
		}
	}
	f.segments, f.samples = len(list), int(loops)*clipSeconds*rate
	return f
}
