package assemble

import (
	"errors"
	"testing"
)

// Streams of other codecs: what can be used is used, the rest is named.
func TestOtherCodecs(t *testing.T) {
	for clip, c := range map[string]struct {
		tracks int
		err    error
	}{
		"video.ts":     {1, nil},
		"audio.ts":     {1, nil},
		"both.m2ts":    {1, nil}, // its sound is marked as private data
		"hevc.ts":      {0, ErrUnsupported},
		"mp3.ts":       {0, ErrUnsupported},
		"ac3.ts":       {0, ErrUnsupported},
		"latm.ts":      {0, ErrUnsupported},
		"fragment.mp4": {0, ErrUnsupported},
	} {
		o := newOrigin(t)
		o.playlist = func(string) string {
			return "#EXTM3U\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:2,\n/clips/" + clip + "\n"
		}
		v, err := Run(t.Context(), o.job(t))
		if len(v.Tracks) != c.tracks || !errors.Is(err, c.err) {
			t.Errorf("%s: %d tracks, want %d; %v, want %v", clip, len(v.Tracks), c.tracks, err, c.err)
		}
	}
}
