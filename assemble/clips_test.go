package assemble

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Streams of other codecs: what can be used is used, the rest is named.
func TestOtherCodecs(t *testing.T) {
	for clip, c := range map[string]struct {
		tracks int
		err    error
		says   []string
	}{
		"video.ts":     {1, nil, nil},
		"audio.ts":     {1, nil, nil},
		"both.m2ts":    {1, nil, []string{"a stream of type 0x06 (private data) was left out"}}, // its sound: nothing says so
		"hevc.ts":      {1, nil, nil},
		"mp3.ts":       {2, nil, nil},
		"ac3.ts":       {2, nil, nil},
		"latm.ts":      {0, ErrUnsupported, nil},
		"fragment.mp4": {1, nil, nil}, // it brings its header along
	} {
		o := newOrigin(t)
		o.playlist = func(string) string {
			return "#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:2,\n/clips/" + clip + "\n#EXT-X-DISCONTINUITY\n#EXTINF:2,\n/clips/" + clip + "\n"
		}
		v, err := Run(t.Context(), o.job(t))
		if len(v.Tracks) != c.tracks || !errors.Is(err, c.err) {
			t.Errorf("%s: %d tracks, want %d; %v, want %v", clip, len(v.Tracks), c.tracks, err, c.err)
		}
		if d := cmp.Diff(c.says, v.Warnings); d != "" && c.err == nil {
			t.Errorf("%s: %s", clip, d)
		}
	}
}
