package plan

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"seine/assemble/manifest"
)

func at(s string) *url.URL {
	u, err := url.Parse("http://h.example/" + s)
	if err != nil {
		panic(err)
	}
	return u
}

func presentation() *manifest.Presentation {
	avc := "avc1.64001e,mp4a.40.2"
	return &manifest.Presentation{
		Variants: []manifest.Variant{
			{URL: at("720"), Width: 1280, Height: 720, Bandwidth: 2000, Codecs: avc, Audio: "a"},
			{URL: at("1080"), Width: 1920, Height: 1080, Bandwidth: 4000, Codecs: avc, Audio: "b"},
			{URL: at("720hi"), Width: 1280, Height: 720, Bandwidth: 3000, Codecs: avc, Audio: "a"},
			{URL: at("2160"), Width: 3840, Height: 2160, Bandwidth: 9000, Codecs: "vvc1.1.L93,mp4a.40.2"},
			{URL: at("360"), Width: 640, Height: 360, Bandwidth: 500, Codecs: avc},
			{URL: at("sound"), Bandwidth: 64, Codecs: "mp4a.40.2"},
		},
		Renditions: []manifest.Rendition{
			{Type: manifest.Subtitles, Group: "a", Language: "en", URL: at("subs")},
			{Type: manifest.Audio, Group: "a", Name: "Deutsch", Language: "de", Autoselect: true, URL: at("de")},
			{Type: manifest.Audio, Group: "a", Name: "English", Language: "en-GB", Default: true, URL: at("en")},
			{Type: manifest.Audio, Group: "b", Name: "inside", Language: "fr"},
			{Type: manifest.Audio, Group: "b", Name: "Other", Language: "es", URL: at("es")},
		},
	}
}

func TestSelect(t *testing.T) {
	for _, c := range []struct {
		quality, audio, want string
	}{
		{"", "", "1080"},
		{"best", "es", "1080 es"},
		{"BEST", "fr", "1080"},
		{"worst", "", "360"},
		{"720p", "", "720hi en"},
		{"719", "", "360"},
		{"900p", "de", "720hi de"},
		{"900p", "EN", "720hi en"},
		{"100p", "", "360"},
		{"360p", "all", "360"},
		{"720p", "all", "720hi en de"},
		{"720p", "de,en", "720hi de en"},
		{"720p", "de, EN-gb ,de", "720hi de en"},
		{"best", "all", "1080 es"},
	} {
		streams, err := Select(presentation(), Choice{Quality: c.quality, Audio: c.audio})
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		var got []string
		for _, s := range streams {
			got = append(got, strings.TrimPrefix(s.URL.Path, "/"))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestSelectRefuses(t *testing.T) {
	for _, c := range []struct {
		quality, audio string
		want           error
		says           string
	}{
		{"huge", "", ErrChoice, "720p"},
		{"-5p", "", ErrChoice, "720p"},
		{"720p", "xx", ErrChoice, `"de" ("Deutsch")`},
		{"720p", "de,xx", ErrChoice, `"xx": there is "de"`},
		{"720p", ",", ErrChoice, `"de"`},
		{"360p", "de", ErrChoice, "one sound"},
	} {
		_, err := Select(presentation(), Choice{Quality: c.quality, Audio: c.audio})
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	p := presentation()
	p.SessionKeys = []manifest.Key{{Method: "SAMPLE-AES", Format: "com.apple.streamingkeydelivery", URL: "skd://x"}}
	if _, err := Select(p, Choice{}); !errors.Is(err, manifest.ErrDRM) {
		t.Errorf("session key: %v", err)
	}
}

func list(ended bool, durations ...time.Duration) *manifest.Playlist {
	p := &manifest.Playlist{Ended: ended}
	for i, d := range durations {
		p.Segments = append(p.Segments, manifest.Segment{Sequence: uint64(i), Duration: d, URL: at("s").String()})
	}
	return p
}

func TestBuildRefuses(t *testing.T) {
	key := func(k ...manifest.Key) *manifest.Playlist {
		p := list(true, 1)
		p.Segments[0].Keys = k
		return p
	}
	const widevine, playready = "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed", "com.microsoft.playready"
	mapped := list(true, 1)
	mapped.Segments[0].Init = &manifest.InitSection{Keys: []manifest.Key{{Method: "SAMPLE-AES", Format: widevine}}}
	for name, c := range map[string]struct {
		list *manifest.Playlist
		want error
		says string
	}{
		"empty":          {list(true), ErrEmpty, "no segments"},
		"DRM of the map": {mapped, manifest.ErrDRM, "Widevine"},
		"Widevine":       {key(manifest.Key{Method: "SAMPLE-AES", Format: widevine}), manifest.ErrDRM, "Widevine"},
		"PlayReady":      {key(manifest.Key{Method: "SAMPLE-AES-CTR", Format: playready}), manifest.ErrDRM, "PlayReady"},
		"FairPlay":       {key(manifest.Key{Method: "SAMPLE-AES", Format: manifest.Identity, URL: "skd://k"}), manifest.ErrDRM, "FairPlay"},
		"FairPlay 128":   {key(manifest.Key{Method: "AES-128", Format: "com.apple.streamingkeydelivery"}), manifest.ErrDRM, "FairPlay"},
		"unknown system": {key(manifest.Key{Method: "AES-128", Format: "x.y"}), manifest.ErrDRM, "x.y"},
		"another method": {key(manifest.Key{Method: "AES-999", Format: manifest.Identity, URL: "http://h/k"}), manifest.ErrUnsupported, "AES-999"},
	} {
		_, err := Build([]Stream{{Playlist: c.list}})
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	both := key(manifest.Key{Method: "SAMPLE-AES", Format: widevine}, manifest.Key{Method: "AES-128", Format: manifest.Identity, URL: "http://h/k"})
	p, err := Build([]Stream{{Playlist: both}})
	if err != nil || p.Parts[0].Key == nil || p.Parts[0].Key.Method != "AES-128" {
		t.Errorf("a plain key beside a rights system: %v", err)
	}
}

// Parts are ordered by time whatever the lengths, complete, and the same each time.
func TestBuildInterleaves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gen := rapid.SliceOfN(rapid.Int64Range(0, 5), 1, 30)
		var streams []Stream
		for range rapid.IntRange(1, 2).Draw(t, "streams") {
			var d []time.Duration
			for _, n := range gen.Draw(t, "durations") {
				d = append(d, time.Duration(n))
			}
			streams = append(streams, Stream{Playlist: list(true, d...)})
		}
		p, err := Build(streams)
		if err != nil {
			t.Fatal(err)
		}
		next := make([]int, len(streams))
		for i, part := range p.Parts {
			if part.Segment != next[part.Stream] {
				t.Fatalf("part %d: segment %d of stream %d, want %d", i, part.Segment, part.Stream, next[part.Stream])
			}
			next[part.Stream]++
			if i > 0 && part.Start < p.Parts[i-1].Start {
				t.Fatal("not by time")
			}
		}
		again, _ := Build(streams)
		if again.Identity() != p.Identity() {
			t.Fatal("not deterministic")
		}
	})
}

func TestIdentity(t *testing.T) {
	build := func(change func(*manifest.Playlist)) [32]byte {
		l := list(true, 1, 2, 3)
		change(l)
		p, err := Build([]Stream{{Playlist: l}})
		if err != nil {
			t.Fatal(err)
		}
		return p.Identity()
	}
	same := build(func(*manifest.Playlist) {})
	for name, c := range map[string]struct {
		change func(*manifest.Playlist)
		same   bool
	}{
		"token":    {func(l *manifest.Playlist) { l.Segments[0].URL += "?token=9" }, true},
		"host":     {func(l *manifest.Playlist) { l.Segments[0].URL = "https://other.example/s" }, true},
		"path":     {func(l *manifest.Playlist) { l.Segments[0].URL += "x" }, false},
		"duration": {func(l *manifest.Playlist) { l.Segments[1].Duration++ }, false},
		"range":    {func(l *manifest.Playlist) { l.Segments[1].Range = &manifest.ByteRange{Length: 1} }, false},
		"sequence": {func(l *manifest.Playlist) { l.Segments[1].Sequence++ }, false},
		"length":   {func(l *manifest.Playlist) { l.Segments = l.Segments[:2] }, false},
	} {
		if got := build(c.change) == same; got != c.same {
			t.Errorf("%s: same = %v", name, got)
		}
	}
}

// What is taken in place of a number of lines that is not there is told.
func TestInstead(t *testing.T) {
	for quality, want := range map[string]string{
		"best": "", "": "", "worst": "", "720p": "", "1080": "",
		"999p": "there is no 999p: 720p was taken, the best below", "9999": "there is no 9999p: 1080p was taken, the best below",
		"100p": "lowest there is",
	} {
		c := Choice{Quality: quality}
		streams, err := Select(presentation(), c)
		if err != nil {
			t.Fatal(err)
		}
		if got := Instead(streams, c); got != want && (want == "" || !strings.Contains(got, want)) {
			t.Errorf("%s: %q, want %q", quality, got, want)
		}
	}
	if got := Instead([]Stream{{}}, Choice{Quality: "720p"}); !strings.Contains(got, "no quality to choose") {
		t.Errorf("one playlist: %q", got)
	}
}
