package plan

import (
	"fmt"
	"strings"
	"testing"

	"seine/assemble/manifest"
)

// What is taken of which playlist, and which sound plays.
func TestStreams(t *testing.T) {
	for _, c := range []struct {
		choice Choice
		want   string
	}{
		{Choice{Quality: "720p"}, "main video, audio audio default"},
		{Choice{Quality: "720p", Audio: "de,en"}, "main video, audio de audio default, audio en-GB audio"},
		{Choice{Quality: "1080p"}, "main everything default"},
		{Choice{Quality: "1080p", Audio: "all"}, "main everything default, audio audio"},
		{Choice{Quality: "1080p", Audio: "es,fr"}, "main everything, audio audio default"},
		{Choice{Quality: "1080p", Audio: "es"}, "main video, audio audio default"},
		{Choice{Quality: "720p", AudioOnly: true}, "audio audio default"},
		{Choice{Quality: "720p", Audio: "all", AudioOnly: true}, "audio en-GB audio default, audio de audio"},
		{Choice{Quality: "1080p", Audio: "all", AudioOnly: true}, "main audio default, audio audio"},
	} {
		p := presentation()
		streams, err := Select(p, c.choice)
		if err != nil {
			t.Errorf("%+v: %v", c.choice, err)
			continue
		}
		var got []string
		for _, s := range streams {
			text := s.Name() + " " + map[int]string{0: "everything", 1: "video", 2: "audio"}[int(s.Gives)]
			if s.Default {
				text += " default"
			}
			got = append(got, text)
		}
		if g := strings.Join(got, ", "); g != c.want {
			t.Errorf("%+v: %s, want %s", c.choice, g, c.want)
		}
	}
}

// A film without a sound in a playlist of its own gives the sound of a variant that has nothing else.
func TestSoundAlone(t *testing.T) {
	p := presentation()
	p.Renditions = nil
	streams, err := Select(p, Choice{AudioOnly: true})
	if err != nil || len(streams) != 1 || streams[0].URL.Path != "/sound" {
		t.Errorf("%+v, %v", streams, err)
	}
}

func TestLabels(t *testing.T) {
	p := presentation()
	p.Renditions = nil
	for i := range 9 {
		name := "Sound"
		if i > 2 {
			name = fmt.Sprint("Sound ", i)
		}
		p.Renditions = append(p.Renditions, manifest.Rendition{Type: manifest.Audio, Group: "a", Language: "en", Name: name, URL: at(fmt.Sprint(i))})
	}
	if _, err := Select(p, Choice{Quality: "720p", Audio: "all"}); err == nil || !strings.Contains(err.Error(), "--audio") {
		t.Errorf("nine sounds: %v", err)
	}
	p.Renditions = p.Renditions[:4]
	streams, err := Select(p, Choice{Quality: "720p", Audio: "all"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range streams[1:] {
		got = append(got, s.Name())
	}
	if g := strings.Join(got, ", "); g != "audio en 1, audio en 2, audio en 3, audio Sound 3" {
		t.Error(g)
	}
}

// The same parts make another film when other tracks are taken of them.
func TestIdentityOfStreams(t *testing.T) {
	seen := map[[32]byte]int{}
	for i, s := range []Stream{{}, {Gives: 1}, {Default: true}, {Language: "en"}, {Title: "en"}} {
		s.Playlist = list(true, 1, 2)
		p, err := Build([]Stream{s})
		if err != nil {
			t.Fatal(err)
		}
		if old, ok := seen[p.Identity()]; ok {
			t.Errorf("%d is %d", i, old)
		}
		seen[p.Identity()] = i
	}
}

func TestTitles(t *testing.T) {
	for in, want := range map[string]string{
		" English\n\x1b[31m": "English[31m", strings.Repeat("ä", 80): strings.Repeat("ä", 63) + "…", "\u202e": "",
	} {
		if got := title(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	for in, want := range map[string]string{"de-CH": "de-CH", "e n": "", strings.Repeat("a", 36): "", "": ""} {
		if got := languageTag(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}
