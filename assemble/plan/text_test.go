package plan

import (
	"errors"
	"strings"
	"testing"
	"time"

	"seine/assemble/manifest"
	"seine/assemble/media"
)

func TestCaptionsWish(t *testing.T) {
	for wish, want := range map[string][]int{"": nil, "en": nil, "cc": {1, 2, 3, 4}, "en, CC3,cc1,cc3": {1, 3}, "cc5": nil} {
		got := Choice{Subs: wish}.Captions()
		if len(got) != len(want) || len(want) > 0 && got[0] != want[0] {
			t.Errorf("%q: %v", wish, got)
		}
	}
}

// Subtitles come from the variant's own group; all that speak a language come, each address once.
func TestChooseTexts(t *testing.T) {
	p := presentation()
	for i := range p.Variants {
		p.Variants[i].Subtitles = "s"
	}
	p.Renditions = append(p.Renditions,
		manifest.Rendition{Type: manifest.Subtitles, Group: "s", Language: "en-GB", Name: "English", URL: at("t1")},
		manifest.Rendition{Type: manifest.Subtitles, Group: "s", Language: "en", Name: "SDH", URL: at("t2")},
		manifest.Rendition{Type: manifest.Subtitles, Group: "s", Language: "de", Name: "Deutsch", URL: at("t3")},
		manifest.Rendition{Type: manifest.Subtitles, Group: "other", Language: "fr", Name: "Français", URL: at("t4")},
	)
	for wish, want := range map[string]string{
		"": "", "none": "", "en": "t1 t2", "de,en": "t3 t1 t2", "all": "t1 t2 t3", "sdh,all": "t2 t1 t3", "cc": "", "fr": "error", "cc1,de": "t3",
	} {
		streams, err := Select(p, Choice{Subs: wish})
		var got []string
		for i := range streams {
			if s := &streams[i]; s.Text() {
				got = append(got, strings.TrimPrefix(s.URL.Path, "/"))
				if s.Gives != media.Text || !strings.HasPrefix(s.Name(), "subtitles") {
					t.Errorf("%q: %+v", wish, s)
				}
			} else if len(got) > 0 {
				t.Errorf("%q: subtitles in front of the film", wish)
			}
		}
		if want == "error" {
			if !errors.Is(err, ErrChoice) {
				t.Errorf("%q: %v", wish, err)
			}
			continue
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%q: %v, %v", wish, got, err)
		}
	}
}

// periods is a playlist whose segments belong to these periods.
func periods(begin uint64, list ...uint64) *manifest.Playlist {
	p := &manifest.Playlist{Ended: true, DiscontinuitySequence: begin}
	for i, n := range list {
		p.Segments = append(p.Segments, manifest.Segment{Sequence: uint64(i), Duration: 10 * time.Second, Period: n, Discontinuity: i > 0 && n != list[i-1], URL: at("s").String()})
	}
	return p
}

// Subtitles have the periods that they count, or those that they lie in; the film is as long as it is without them, and they need no end.
func TestPlaceTexts(t *testing.T) {
	film := Stream{Playlist: periods(3, 3, 3, 4, 4)}
	for name, c := range map[string]struct {
		text *manifest.Playlist
		want []int
	}{
		"counted":       {periods(3, 3, 4, 4, 4), []int{0, 1, 1, 1}},
		"not counted":   {periods(0, 0, 0, 0, 0, 0), []int{0, 0, 1, 1, 1}},
		"other numbers": {periods(0, 0, 9, 9, 9), []int{0, 0, 1, 1}},
		"empty":         {periods(0), nil},
	} {
		c.text.Ended = false
		p, err := Build([]Stream{film, {Playlist: c.text, Gives: media.Text}})
		if err != nil || p.Duration != 40*time.Second || p.Films() != 1 {
			t.Errorf("%s: %v, %v", name, err, p)
			continue
		}
		var got []int
		for i := range p.Parts {
			if p.Streams[p.Parts[i].Stream].Text() {
				got = append(got, p.Parts[i].Period)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v", name, got)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
	}
}

// What is left out takes its time with it.
func TestTrim(t *testing.T) {
	const s = time.Second
	p := &Plan{
		Skipped: true, Islands: []Island{{Start: 20 * s, Duration: 10 * s}, {Start: 50 * s, Duration: 10 * s}},
		Streams: []Stream{{}, {Gives: media.Text}},
	}
	for _, c := range []struct{ begins, start, from, to, wantFrom, wantTo time.Duration }{
		{0, 0, 5 * s, 6 * s, 5 * s, 6 * s},                   // before all
		{0, 0, 15 * s, 25 * s, 15 * s, 20 * s},               // into the first
		{0, 0, 22 * s, 25 * s, 20 * s, 20 * s},               // in it
		{0, 0, 25 * s, 35 * s, 20 * s, 25 * s},               // out of it
		{0, 0, 55 * s, 65 * s, 40 * s, 45 * s},               // out of the second
		{30 * s, 20 * s, 21 * s, 22 * s, 21 * s, 22 * s},     // of a part behind the first
		{30 * s, 20 * s, 19 * s, 22 * s, 20 * s, 22 * s},     // repeated from within it
		{30 * s, 20 * s, 35 * s, 55 * s, 35 * s, 45 * s},     // over the second
		{25 * s, 20 * s, 18 * s, 21 * s, 20 * s, 21 * s},     // of a part that begins within
		{25 * s, 20 * s, 10 * s, 15 * s, 20 * s, 20 * s},     // and all of it before
		{70 * s, 50 * s, 100 * s, 101 * s, 100 * s, 101 * s}, // behind all
	} {
		p.Parts = []Part{{Stream: 1, Begins: c.begins, Start: c.start}}
		if from, to := p.Trim(0, c.from, c.to); from != c.wantFrom || to != c.wantTo {
			t.Errorf("%+v: %v to %v", c, from, to)
		}
	}
}
