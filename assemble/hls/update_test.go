package hls

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/manifest"
)

// TestUpdate: what an update leaves out is as it was, and what was in force there goes on.
func TestUpdate(t *testing.T) {
	base := mustURL(t, "https://h.example/live/x.m3u8")
	first, err := Parse([]byte(head+"#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-DISCONTINUITY-SEQUENCE:3\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-MAP:URI=\"i\"\n"+
		"#EXTINF:4,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:4,\nb.ts\n#EXTINF:4,\nc.ts\n"), base, nil)
	if err != nil {
		t.Fatal(err)
	}
	update := func(text string) (*manifest.Playlist, error) {
		d, err := Update([]byte(head+text), base, nil, first.Playlist)
		return d.Playlist, err
	}
	p, err := update("#EXT-X-MEDIA-SEQUENCE:8\n#EXT-X-DISCONTINUITY-SEQUENCE:3\n#EXT-X-SKIP:SKIPPED-SEGMENTS=2\n#EXTINF:4,\nd.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:4,\ne.ts\n" +
		"#EXT-X-PART:DURATION=1,URI=\"f1\"\n#EXT-X-PART:DURATION=1,URI=\"f2\",BYTERANGE=\"9@1\"\n#EXT-X-PART:DURATION=1,URI=\"f2\",BYTERANGE=\"5\"\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range p.Segments {
		got = append(got, fmt.Sprintf("%s %d period %d key %d init %v", s.URL[len("https://h.example/live/"):], s.Sequence, s.Period, len(s.Keys), s.Init != nil))
	}
	want := []string{
		"b.ts 8 period 4 key 1 init true", "c.ts 9 period 4 key 1 init true", "d.ts 10 period 4 key 1 init true", "e.ts 11 period 5 key 1 init true",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	parts := p.Live.Parts
	if len(parts) != 3 || parts[0].Sequence != 12 || parts[0].Period != 5 || *parts[2].Range != (manifest.ByteRange{Offset: 10, Length: 5}) || len(parts[2].Keys) != 1 {
		t.Errorf("%+v", parts)
	}
	for _, text := range []string{
		"#EXT-X-MEDIA-SEQUENCE:8\n#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n#EXTINF:4,\nd.ts\n", "#EXT-X-MEDIA-SEQUENCE:6\n#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n#EXTINF:4,\nd.ts\n",
		"#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n#EXTINF:4,\nd.ts\n", "#EXT-X-MEDIA-SEQUENCE:8\n#EXTINF:4,\nd.ts\n#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n",
		"#EXT-X-MEDIA-SEQUENCE:18446744073709551615\n#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n#EXTINF:4,\nd.ts\n", "#EXT-X-MEDIA-SEQUENCE:18446744073709551608\n#EXT-X-SKIP:SKIPPED-SEGMENTS=16\n",
	} {
		if _, err := update(text); !errors.Is(err, ErrMalformed) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestNext is RFC 8216bis §6.2.5.1 and §6.2.5.2.
func TestNext(t *testing.T) {
	base := mustURL(t, "https://h/x.m3u8?t=1")
	p := &manifest.Playlist{Segments: []manifest.Segment{{Sequence: 7}}}
	for want, live := range map[string]manifest.Live{
		"https://h/x.m3u8?t=1":                          {},
		"https://h/x.m3u8?_HLS_msn=8&t=1":               {Blocks: true},
		"https://h/x.m3u8?_HLS_skip=YES&t=1":            {Skips: 1},
		"https://h/x.m3u8?_HLS_msn=8&_HLS_skip=YES&t=1": {Blocks: true, Skips: 1},
	} {
		p.Live = live
		if got := Next(p, base, false).String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	p.Live = manifest.Live{Blocks: true, Skips: 1}
	if got := Next(p, base, true).String(); got != "https://h/x.m3u8?_HLS_msn=8&t=1" {
		t.Error(got)
	}
}

// TestEmptyBroadcast: a list that has nothing yet is no error, as long as it may get something.
func TestEmptyBroadcast(t *testing.T) {
	base := mustURL(t, "https://h/x.m3u8")
	for text, want := range map[string]error{"#EXT-X-MEDIA-SEQUENCE:0\n": nil, "#EXT-X-ENDLIST\n": ErrEmpty, "#EXT-X-PLAYLIST-TYPE:VOD\n": ErrEmpty} {
		d, err := Parse([]byte(head+text), base, nil)
		if !errors.Is(err, want) || want == nil && (d.Playlist == nil || d.Playlist.Ended || len(d.Playlist.Segments) > 0) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
