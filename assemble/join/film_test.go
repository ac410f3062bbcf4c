package join

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFilm compares the joined film with its source, as ffmpeg sees both.
func TestFilm(t *testing.T) {
	for _, dir := range []string{"film/360p", "film/180p"} {
		t.Run(dir, func(t *testing.T) {
			list := playlist(t, dir, 0)
			path, sum := movie(t, list)
			source := joined(t, list)
			got, want := probe(t, path), probe(t, source)
			if d := total(list).Seconds(); math.Abs(got.Format.Duration-d) > 0.04 || math.Abs(sum.Duration.Seconds()-d) > 0.04 {
				t.Errorf("duration %v, summary %v, playlist %v", got.Format.Duration, sum.Duration, d)
			}
			for _, kind := range []string{"video", "audio"} {
				if g, w := got.count(kind), want.count(kind); g != w || g == 0 {
					t.Errorf("%s: %d packets, source %d", kind, g, w)
				}
			}
			compareStarts(t, got, want)
			rising(t, got)
			for _, kind := range []string{"v", "a"} {
				if d := cmp.Diff(decoded(t, source, kind), decoded(t, path, kind)); d != "" {
					t.Errorf("decoded %s differs (-source +movie):\n%s", kind, d)
				}
			}
			if sum.Warnings != (Warnings{}) {
				t.Errorf("warnings: %+v", sum.Warnings)
			}
		})
	}
}

// compareStarts checks that sound and picture begin as far apart as in the source.
func compareStarts(t *testing.T, got, want probed) {
	t.Helper()
	apart := func(p probed) float64 {
		return p.Streams[p.stream("video")].StartTime - p.Streams[p.stream("audio")].StartTime
	}
	if g, w := apart(got), apart(want); math.Abs(g-w) > 0.001 {
		t.Errorf("picture begins %.4f s after sound, in the source %.4f s", g, w)
	}
	if math.Abs(got.Format.StartTime) > 0.001 {
		t.Errorf("the movie begins at %v s", got.Format.StartTime)
	}
}

// rising checks that decoding times rise.
func rising(t *testing.T, p probed) {
	t.Helper()
	last := map[int]int64{}
	for i, k := range p.Packets {
		if d, ok := last[k.Stream]; ok && k.DTS <= d {
			t.Fatalf("packet %d of stream %d: DTS %d after %d", i, k.Stream, k.DTS, d)
		}
		last[k.Stream] = k.DTS
	}
}
