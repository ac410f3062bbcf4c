package join

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFragments compares films of fragmented mp4 with their source, as ffmpeg sees both.
func TestFragments(t *testing.T) {
	for _, c := range []struct {
		dir, kinds, codec string
		frame             float64 // seconds
	}{
		{"fmp4/muxed", "va", "avc1.4d400c mp4a.40.2", 0.04},
		{"fmp4/video", "v", "avc1.4d400c", 0.04},
		{"fmp4/audio", "a", "mp4a.40.2", 0.022},
		{"fmp4/hevc", "v", "hvc1.1.6.L60.90", 0.0401}, // the playlist promises a frame too many
		{"fmp4/opus", "a", "Opus", 0.02},
		{"fmp4/ac3", "a", "ac-3", 0.032},
	} {
		t.Run(c.dir, func(t *testing.T) {
			list := playlist(t, c.dir, 0)
			path, sum := movie(t, list)
			source := joined(t, list)
			got, want := probe(t, path), probe(t, source)
			if d := total(list).Seconds(); math.Abs(got.Format.Duration-d) > c.frame || math.Abs(sum.Duration.Seconds()-d) > c.frame {
				t.Errorf("duration %v, summary %v, playlist %v", got.Format.Duration, sum.Duration, d)
			}
			var codecs []string
			for _, s := range sum.Tracks {
				codecs = append(codecs, s.Codec)
			}
			if s := strings.Join(codecs, " "); s != c.codec {
				t.Errorf("codecs %q, want %q", s, c.codec)
			}
			same(t, c.kinds, path, source, got, want)
			rising(t, got)
			if len(c.kinds) > 1 {
				compareStarts(t, got, want)
			}
			if sum.Warnings != (Warnings{}) {
				t.Errorf("warnings: %+v", sum.Warnings)
			}
		})
	}
}

// same wants the source's packets, frames and timescales.
func same(t *testing.T, kinds, path, source string, got, want probed) {
	t.Helper()
	for _, k := range kinds {
		kind := map[rune]string{'v': "video", 'a': "audio"}[k]
		if g, w := got.count(kind), want.count(kind); g != w || g == 0 {
			t.Errorf("%s: %d packets, source %d", kind, g, w)
		}
		if g, w := got.Streams[got.stream(kind)].TimeBase, want.Streams[want.stream(kind)].TimeBase; g != w {
			t.Errorf("%s: time base %s, source %s", kind, g, w)
		}
		if d := cmp.Diff(decoded(t, source, string(k)), decoded(t, path, string(k))); d != "" {
			t.Errorf("decoded %s differs (-source +movie):\n%s", kind, d)
		}
	}
}

// TestFragmentsSplit joins picture and sound of playlists of their own.
func TestFragmentsSplit(t *testing.T) {
	video, audio := playlist(t, "fmp4/video", 0), playlist(t, "fmp4/audio", 1)
	path, sum := movie(t, interleave(video, audio))
	got := probe(t, path)
	v, a := joined(t, video), joined(t, audio)
	same(t, "v", path, v, got, probe(t, v))
	same(t, "a", path, a, got, probe(t, a))
	if len(sum.Tracks) != 2 || math.Abs(sum.Duration.Seconds()-8-apartness(t, v, a)) > 0.04 || sum.Warnings != (Warnings{}) {
		t.Errorf("%+v", sum)
	}
	if g, w := got.Streams[0].StartTime-got.Streams[1].StartTime, apartness(t, v, a); math.Abs(g-w) > 0.001 {
		t.Errorf("picture begins %.4f s after sound, in the sources %.4f s", g, w)
	}
}

// apartness is how much later the first file's clock begins than the second's, in seconds.
func apartness(t *testing.T, a, b string) float64 {
	t.Helper()
	return probe(t, a).Streams[0].StartTime - probe(t, b).Streams[0].StartTime
}

// TestSecondInit: another coding in mid-list is another sample entry of the same track.
func TestSecondInit(t *testing.T) {
	list := jobs(t)["fmp4 second init"]
	path, sum := movie(t, list)
	got := probe(t, path)
	if sum.Tracks[0].Entries != 2 || sum.Tracks[0].Samples != 250 || got.count("video") != 250 {
		t.Errorf("%+v, %d packets", sum.Tracks, got.count("video"))
	}
	if math.Abs(sum.Duration.Seconds()-10) > 0.12 { // where a period begins, sound waits for the picture or the other way round
		t.Errorf("duration %v", sum.Duration)
	}
}
