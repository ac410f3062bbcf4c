package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/manifest"
)

// spliced makes a playlist of runs: each is folder, number of segments of 10 s, and words for what is special.
func spliced(runs ...string) *manifest.Playlist {
	l := &manifest.Playlist{Ended: true}
	for n, r := range runs {
		var address string
		var count int
		words := ""
		if _, err := fmt.Sscan(r, &address, &count); err != nil {
			panic(err)
		}
		if f := strings.SplitN(r, " ", 3); len(f) == 3 {
			words = f[2]
		}
		for i := range count {
			s := manifest.Segment{
				Sequence: uint64(len(l.Segments)), Duration: 10 * time.Second, Period: uint64(n), Discontinuity: n > 0 && i == 0,
				URL: fmt.Sprintf("http://%s/seg%d.ts", address, len(l.Segments)),
			}
			if strings.Contains(words, "key") && (i > 0 || !strings.Contains(words, "lead")) {
				s.Keys = []manifest.Key{{Method: "AES-128", Format: "identity", URL: "http://h/k"}}
			}
			if strings.Contains(words, "short") {
				s.Duration = 4 * time.Second
			}
			if strings.Contains(words, "names") {
				s.URL = fmt.Sprintf("http://%s/clip_%d.ts", address, i)
			}
			if strings.Contains(words, "map") {
				s.Init = &manifest.InitSection{URL: "http://h/other.mp4"}
			}
			s.Advert = strings.Contains(words, "marked")
			l.Segments = append(l.Segments, s)
		}
	}
	return l
}

func TestIslands(t *testing.T) {
	for name, c := range map[string]struct {
		runs []string
		want string
	}{
		"a film":                       {[]string{"h/film 100"}, ""},
		"a film in parts":              {[]string{"h/film 30", "h/film 30", "h/film 30"}, ""},
		"a film of two hosts":          {[]string{"a/film 50", "b/other 50"}, ""},
		"a film of many":               {[]string{"a/1 30", "a/2 30", "a/3 30"}, ""},
		"one film on two hosts":        {[]string{"a/film 30", "b/film 3", "a/film 30"}, ""},
		"another host":                 {[]string{"h/film 30", "ads/x 3", "h/film 30"}, "5m0s+30s another host"},
		"another folder":               {[]string{"h/film 30", "h/x 3", "h/film 30"}, "5m0s+30s another folder"},
		"two in a row, and one":        {[]string{"h/film 30", "ads/x 3", "ads/y 1", "h/film 30", "ads/z 1", "h/film 9"}, "5m0s+40s another host, 10m40s+10s another host"},
		"before and after":             {[]string{"ads/x 1", "h/film 30", "ads/y 1"}, "0s+10s another host, 5m10s+10s another host"},
		"too long":                     {[]string{"h/film 300", "ads/x 61", "h/film 30"}, ""},
		"too much":                     {[]string{"h/film 62", "ads/x 25", "ads2/x 25"}, ""},
		"clear within encrypted":       {[]string{"h/film 30 key", "h/film 3", "h/film 30 key"}, "5m0s+30s not encrypted, unlike the rest"},
		"encrypted within clear":       {[]string{"h/film 30", "h/film 3 key", "h/film 30"}, "5m0s+30s encrypted, unlike the rest"},
		"the first segment is clear":   {[]string{"h/film 10 key lead", "h/film 30 key", "h/film 30 key"}, ""},
		"one lesser difference":        {[]string{"h/film 30", "h/film 4 short", "h/film 30"}, ""},
		"two lesser differences":       {[]string{"h/film 30", "h/film 4 short names", "h/film 30"}, "5m0s+16s other names; segments of other lengths"},
		"another section, other names": {[]string{"h/film 30", "h/film 4 map names", "h/film 30"}, "5m0s+40s another initialization section; other names"},
		"marked":                       {[]string{"h/film 30", "h/film 4 marked", "h/film 30"}, "5m0s+40s the playlist marks it as a break"},
		"all is marked":                {[]string{"h/film 30 marked", "h/film 4 marked"}, ""},
		"at the root of two hosts":     {[]string{"h 30", "ads 3", "h 30"}, "5m0s+30s another host"},
	} {
		p, err := Build([]Stream{{Playlist: spliced(c.runs...)}})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range p.Islands {
			got = append(got, fmt.Sprintf("%v+%v %s", i.Start, i.Duration, strings.Join(i.Why, "; ")))
		}
		if g := strings.Join(got, ", "); g != c.want {
			t.Errorf("%s: %q, want %q", name, g, c.want)
		}
	}
}

// skipped is what is left of each stream: the numbers of the segments with their periods, a bar where a discontinuity is.
func skipped(t *testing.T, streams ...Stream) []string {
	t.Helper()
	p, err := Build(streams)
	if err != nil {
		t.Fatal(err)
	}
	before := p.Duration
	var cut time.Duration
	for _, i := range p.Islands {
		cut += i.Duration
	}
	p.Skip()
	p.Skip()
	if p.Duration != before-cut {
		t.Errorf("%v of %v without %v", p.Duration, before, cut)
	}
	out := make([]string, len(streams))
	at := make([]time.Duration, len(streams))
	for i := range p.Parts {
		part := &p.Parts[i]
		if part.Discontinuity {
			out[part.Stream] += "| "
		}
		out[part.Stream] += fmt.Sprintf("%d.%d ", part.Segment, part.Period)
		if part.Start != at[part.Stream] {
			t.Errorf("segment %d of stream %d at %v, want %v", part.Segment, part.Stream, part.Start, at[part.Stream])
		}
		at[part.Stream] += part.Duration
	}
	return out
}

func TestSkip(t *testing.T) {
	film := []string{"h/film 5", "ads/x 1", "h/film 3", "ads/y 1", "h/film 2"}
	sound := []string{"h/sound 5", "ads/x 1", "h/sound 3", "ads/y 1", "h/sound 2"}
	whole := "0.0 1.0 2.0 3.0 4.0 | 6.2 7.2 8.2 | 10.4 11.4 "
	if diff := cmp.Diff([]string{whole, whole}, skipped(t, Stream{Playlist: spliced(film...)}, Stream{Playlist: spliced(sound...)})); diff != "" {
		t.Error(diff)
	}
	// Marks without discontinuities: a cut makes a period of its own, in all streams.
	marked := spliced("h/film 9")
	marked.Segments[3].Advert, marked.Segments[4].Advert = true, true
	plain := spliced("h/sound 9")
	cut := "0.0 1.0 2.0 | 5.1 6.1 7.1 8.1 "
	if diff := cmp.Diff([]string{cut, cut}, skipped(t, Stream{Playlist: marked}, Stream{Playlist: plain})); diff != "" {
		t.Error(diff)
	}
	if got := skipped(t, Stream{Playlist: spliced("h/film 3")}); got[0] != "0.0 1.0 2.0 " {
		t.Error(got)
	}
	// The film without its islands is another one than the film with them.
	with, _ := Build([]Stream{{Playlist: spliced(film...)}})
	without, _ := Build([]Stream{{Playlist: spliced(film...)}})
	without.Skip()
	if with.Identity() == without.Identity() || with.Likeness() == without.Likeness() {
		t.Error("they are told apart by nothing")
	}
}

func TestAlign(t *testing.T) {
	second := func(n ...int) (list []time.Duration) {
		for _, s := range n {
			list = append(list, time.Duration(s)*time.Second)
		}
		return list
	}
	when := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	dated := func(l *manifest.Playlist, segment, after int) *manifest.Playlist {
		l.Segments[segment].ProgramDateTime = when.Add(time.Duration(after) * time.Second)
		return l
	}
	numbered := func(l *manifest.Playlist, from uint64) *manifest.Playlist {
		for i := range l.Segments {
			l.Segments[i].Sequence = from + uint64(i)
		}
		return l
	}
	period := func(l *manifest.Playlist, from uint64) *manifest.Playlist {
		l.DiscontinuitySequence = from
		for i := range l.Segments {
			l.Segments[i].Period += from
		}
		return l
	}
	for name, c := range map[string]struct {
		a, b *manifest.Playlist
		want []time.Duration
	}{
		"nothing said":                {spliced("h/a 5"), spliced("h/b 4"), second(0, 0)},
		"dates":                       {dated(spliced("h/a 5"), 0, 0), dated(spliced("h/b 4"), 0, 10), second(0, 10)},
		"a later date":                {dated(spliced("h/a 5"), 2, 20), dated(spliced("h/b 4"), 1, 15), second(0, 5)},
		"the sound first":             {dated(spliced("h/a 5"), 0, 7), dated(spliced("h/b 4"), 0, 0), second(7, 0)},
		"dates of one":                {dated(spliced("h/a 5"), 0, 0), spliced("h/b 4"), second(0, 0)},
		"unrelated dates":             {dated(spliced("h/a 5"), 0, 0), dated(spliced("h/b 4"), 0, 3600), second(0, 0)},
		"a later period":              {spliced("h/a 3", "h/a 2"), period(spliced("h/b 2"), 1), second(0, 30)},
		"an unknown period":           {spliced("h/a 3"), period(spliced("h/b 2"), 7), second(0, 0)},
		"numbers that are shared":     {numbered(spliced("h/a 5"), 10), numbered(spliced("h/b 3"), 12), second(0, 20)},
		"numbers that are not shared": {numbered(spliced("h/a 5"), 10), numbered(spliced("h/b 5"), 12), second(0, 0)},
	} {
		p, err := Build([]Stream{{Playlist: c.a}, {Playlist: c.b}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, p.Offsets); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
		for i := 1; i < len(p.Parts); i++ {
			if p.Parts[i].Start < p.Parts[i-1].Start {
				t.Errorf("%s: not by time", name)
			}
		}
	}
}
