package join

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestTransports compares films of transport streams of other codecs with their source, as ffmpeg sees both.
func TestTransports(t *testing.T) {
	for _, c := range []struct {
		dir, kinds, codecs string
		timescale          string // of the sound
	}{
		{"codecs/hevc", "va", "hvc1.1.6.L30.90 ec-3", "1/48000"},
		{"codecs/dvb", "va", "avc1.64000b ac-3", "1/44100"},
		{"codecs/mp3", "a", "mp4a.6b", "1/44100"},
		{"codecs/mp3low", "a", "mp4a.69", "1/22050"},
		{"codecs/ac3", "a", "ac-3", "1/48000"},
	} {
		t.Run(c.dir, func(t *testing.T) {
			list := playlist(t, c.dir, 0)
			path, sum := movie(t, list)
			source := joined(t, list)
			got, want := probe(t, path), probe(t, source)
			var codecs []string
			for _, s := range sum.Tracks {
				codecs = append(codecs, s.Codec)
			}
			if s := strings.Join(codecs, " "); s != c.codecs {
				t.Errorf("codecs %q, want %q", s, c.codecs)
			}
			wantSource(t, c.kinds, path, source, got, want)
			if s := got.Streams[got.stream("audio")].TimeBase; s != c.timescale {
				t.Errorf("time base %s of the sound, want %s", s, c.timescale)
			}
			rising(t, got)
			if len(c.kinds) > 1 {
				compareStarts(t, got, want)
			}
			if sum.Warnings != (Warnings{}) || len(sum.Ignored) != 0 {
				t.Errorf("warnings: %+v, %v", sum.Warnings, sum.Ignored)
			}
			if d := total(list).Seconds(); math.Abs(got.Format.Duration-d) > 0.09 { // ffmpeg counts a picture too many
				t.Errorf("duration %v, playlist %v", got.Format.Duration, d)
			}
		})
	}
}

// wantSource wants the source's packets and decoded frames, key frames among them.
func wantSource(t *testing.T, kinds, path, source string, got, want probed) {
	t.Helper()
	for _, k := range kinds {
		kind := map[rune]string{'v': "video", 'a': "audio"}[k]
		if g, w := got.count(kind), want.count(kind); g != w || g == 0 {
			t.Errorf("%s: %d packets, source %d", kind, g, w)
		}
		if g, w := got.keys(kind), want.keys(kind); g != w || g == 0 {
			t.Errorf("%s: %d key frames, source %d", kind, g, w)
		}
		g, w := decoded(t, path, string(k)), decoded(t, source, string(k))
		if strings.Join(g, " ") != strings.Join(w, " ") {
			t.Errorf("decoded %s differs: %d frames, source %d", kind, len(g), len(w))
		}
	}
}

func (p probed) keys(kind string) (n int) {
	for _, k := range p.Packets {
		if k.Stream == p.stream(kind) && strings.HasPrefix(k.Flags, "K") {
			n++
		}
	}
	return n
}

// hevcIsland is a film with pictures of other parameter sets in its middle.
func hevcIsland(tb testing.TB) []segment {
	film := playlist(tb, "codecs/hevc", 0)
	clip := segment{Part{Duration: 2 * time.Second, Discontinuity: true, Period: 1}, file(tb, "clips/hevc.ts", "")}
	list := slices.Concat(film[:2], []segment{clip}, film[2:])
	list[3].Discontinuity = true
	for i := range list {
		list[i].Sequence = uint64(i)
		list[i].Period = max(list[i].Period, i/3*2)
	}
	list[4].Period = 2
	return list
}

// TestHEVCIsland: another parameter set is another sample entry.
func TestHEVCIsland(t *testing.T) {
	list := hevcIsland(t)
	path, sum := movie(t, list)
	if sum.Tracks[0].Entries != 2 || sum.Tracks[0].Samples != 150 {
		t.Errorf("%+v", sum.Tracks[0])
	}
	if g := len(decoded(t, path, "v")); g != 150 {
		t.Errorf("%d pictures decoded", g)
	}
}
