package plan

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"seine/assemble/manifest"
)

// servers is a film on three hosts: two qualities and two sounds each, in groups of their own.
func servers() *manifest.Presentation {
	p := &manifest.Presentation{}
	for i, pathway := range []string{"a", "b", "c"} {
		on := func(name string) *url.URL {
			u := at(name)
			u.Host = pathway + ".example"
			return u
		}
		group := fmt.Sprint("sound", i)
		for _, h := range []int{720, 360} {
			p.Variants = append(p.Variants, manifest.Variant{URL: on(fmt.Sprint(h)), Height: h, Width: h * 2, Bandwidth: int64(h), Audio: group, Pathway: pathway})
		}
		for _, l := range []string{"en", "de"} {
			p.Renditions = append(p.Renditions, manifest.Rendition{Type: manifest.Audio, Group: group, Language: l, Name: l, URL: on(l)})
		}
	}
	return p
}

func outline(p *manifest.Presentation) string {
	var list []string
	text := func(u *url.URL, mirrors []*url.URL) {
		s := u.Host[:1] + u.Path
		for _, m := range mirrors {
			s += "+" + m.Host[:1]
		}
		list = append(list, s)
	}
	for _, v := range p.Variants {
		text(v.URL, v.Mirrors)
	}
	for _, r := range p.Renditions {
		text(r.URL, r.Mirrors)
	}
	return strings.Join(list, " ")
}

func TestFold(t *testing.T) {
	const apart = "a/720 a/360 b/720 b/360 c/720 c/360 a/en a/de b/en b/de c/en c/de"
	for name, c := range map[string]struct {
		change func(*manifest.Presentation)
		want   string
	}{
		"servers":      {func(*manifest.Presentation) {}, "a/720+b+c a/360+b+c a/en+b+c a/de+b+c"},
		"steered":      {func(p *manifest.Presentation) { p.Steering = &manifest.Steering{Pathway: "b"} }, "b/720+a+c b/360+a+c b/en+a+c b/de+a+c"},
		"no such path": {func(p *manifest.Presentation) { p.Steering = &manifest.Steering{Pathway: "z"} }, "a/720+b+c a/360+b+c a/en+b+c a/de+b+c"},
		"other rates": {func(p *manifest.Presentation) {
			for i := range p.Variants {
				p.Variants[i].Bandwidth = int64(i)
			}
		}, apart},
		"other sounds": {func(p *manifest.Presentation) {
			for i := range p.Renditions {
				p.Renditions[i].Channels = fmt.Sprint(i)
			}
		}, apart},
		"one server, one pathway": {func(p *manifest.Presentation) {
			for i := range p.Variants {
				p.Variants[i].URL.Host, p.Variants[i].Pathway = "a.example", "."
				p.Variants[i].URL.Path = fmt.Sprint("/", i)
			}
		}, "a/0 a/1 a/2 a/3 a/4 a/5 a/en a/de b/en b/de c/en c/de"},
		"the same twice": {func(p *manifest.Presentation) {
			p.Variants = append(p.Variants[:2:2], p.Variants[:2]...)
			p.Renditions = p.Renditions[:2]
		}, "a/720 a/360 a/en a/de"},
	} {
		p := servers()
		c.change(p)
		if got := outline(Fold(p)); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, c.want)
		}
	}
	p := servers()
	before := outline(p)
	Fold(p)
	if outline(p) != before {
		t.Error("the presentation itself has changed")
	}
}

func TestMirrorsOfParts(t *testing.T) {
	key := func(address string) []manifest.Key {
		return []manifest.Key{{Method: "AES-128", Format: "identity", URL: address}}
	}
	make := func(host string) *manifest.Playlist {
		l := list(true, time.Second, time.Second)
		for i := range l.Segments {
			l.Segments[i].URL = fmt.Sprintf("https://%s/%s/seg%d.ts?t=%s", host, host, i, host)
			l.Segments[i].Keys = key("https://" + host + "/k?v=1")
		}
		return l
	}
	for name, c := range map[string]struct {
		change func(*manifest.Playlist)
		want   int
	}{
		"the same":           {func(*manifest.Playlist) {}, 1},
		"a rounded duration": {func(l *manifest.Playlist) { l.Segments[1].Duration += time.Millisecond }, 1},
		"a duration":         {func(l *manifest.Playlist) { l.Segments[1].Duration += 2 * time.Millisecond }, 0},
		"a name":             {func(l *manifest.Playlist) { l.Segments[1].URL = "https://m/x.ts" }, 0},
		"a number":           {func(l *manifest.Playlist) { l.Segments[1].Sequence++ }, 0},
		"fewer":              {func(l *manifest.Playlist) { l.Segments = l.Segments[:1] }, 0},
		"a range":            {func(l *manifest.Playlist) { l.Segments[0].Range = &manifest.ByteRange{Length: 1} }, 0},
		"a discontinuity":    {func(l *manifest.Playlist) { l.Segments[1].Discontinuity = true }, 0},
		"a gap":              {func(l *manifest.Playlist) { l.Segments[1].Gap = true }, 0},
		"no key":             {func(l *manifest.Playlist) { l.Segments[1].Keys = nil }, 0},
		"a key's query":      {func(l *manifest.Playlist) { l.Segments[1].Keys = key("https://m/k?v=2") }, 0},
		"a key's vector": {func(l *manifest.Playlist) {
			l.Segments[1].Keys = []manifest.Key{{Method: "AES-128", Format: "identity", URL: "https://m/k?v=1", IV: &[16]byte{}}}
		}, 0},
		"a section": {func(l *manifest.Playlist) { l.Segments[1].Init = &manifest.InitSection{URL: "https://m/i"} }, 0},
		"live":      {func(l *manifest.Playlist) { l.Ended = false }, 0},
	} {
		twin := make("m")
		c.change(twin)
		p, err := Build([]Stream{{Playlist: make("h"), Twins: []*manifest.Playlist{twin}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(p.Parts[0].Mirrors); got != c.want {
			t.Errorf("%s: %d mirrors", name, got)
		}
		if c.want == 1 && p.Parts[1].Mirrors[0] != "https://m/m/seg1.ts?t=m" {
			t.Errorf("%s: %v", name, p.Parts[1].Mirrors)
		}
	}
}

// A section that parts share has each mirror once, whatever its addresses are there; one that is data has none.
func TestMirrorsOfInits(t *testing.T) {
	on := func(host, suffix string, inits ...string) *manifest.Playlist {
		l := list(true, time.Second, time.Second, time.Second)
		var last *manifest.InitSection
		for i := range l.Segments {
			s := &l.Segments[i]
			s.URL = fmt.Sprintf("https://%s/%d.m4s", host, i)
			if i == 0 || inits[i] != inits[i-1] {
				last = &manifest.InitSection{URL: strings.ReplaceAll(inits[i], "@", "https://"+host+"/") + suffix}
			}
			s.Init = last
		}
		return l
	}
	for name, c := range map[string]struct {
		twin  *manifest.Playlist
		own   []string
		want  [2]string // of the first part and of the last
		twins int
	}{
		"one for all":     {on("m", "", "@i.mp4", "@i.mp4", "@i.mp4"), []string{"@i.mp4", "@i.mp4", "@i.mp4"}, [2]string{"https://m/i.mp4", "https://m/i.mp4"}, 1},
		"two":             {on("m", "", "@i.mp4", "@i.mp4", "@j.mp4"), []string{"@i.mp4", "@i.mp4", "@j.mp4"}, [2]string{"https://m/i.mp4", "https://m/j.mp4"}, 1},
		"tokens of there": {on("m", "?t", "@i.mp4", "@i.mp4", "@i.mp4"), []string{"@i.mp4", "@i.mp4", "@i.mp4"}, [2]string{"https://m/i.mp4?t", "https://m/i.mp4?t"}, 1},
		"other names":     {on("m", "", "@i.mp4", "@i.mp4", "@i.mp4"), []string{"@i.mp4", "@i.mp4", "@j.mp4"}, [2]string{"", ""}, 0},
		"the same place":  {on("h", "", "@i.mp4", "@i.mp4", "@i.mp4"), []string{"@i.mp4", "@i.mp4", "@i.mp4"}, [2]string{"", ""}, 0},
		"data":            {on("m", "", "data:,a", "data:,a", "data:,a"), []string{"data:,b", "data:,b", "data:,b"}, [2]string{"", ""}, 1},
	} {
		p, err := Build([]Stream{{Playlist: on("h", "", c.own...), Twins: []*manifest.Playlist{c.twin, c.twin}}})
		if err != nil {
			t.Fatal(err)
		}
		got := [2]string{strings.Join(p.Parts[0].Init.Mirrors, " "), strings.Join(p.Parts[2].Init.Mirrors, " ")}
		if got != c.want || len(p.Parts[0].Mirrors) != 2*c.twins {
			t.Errorf("%s: %q, and %d mirrors of the segment", name, got, len(p.Parts[0].Mirrors))
		}
	}
	keyed := on("m", "", "@i.mp4", "@i.mp4", "@i.mp4")
	keyed.Segments[0].Init.Keys = []manifest.Key{{Method: "AES-128", Format: "identity", URL: "https://m/k"}}
	p, err := Build([]Stream{{Playlist: on("h", "", "@i.mp4", "@i.mp4", "@i.mp4"), Twins: []*manifest.Playlist{keyed}}})
	if err != nil || p.Parts[0].Init.Mirrors != nil || p.Parts[0].Mirrors != nil {
		t.Errorf("%v, and an encrypted section is taken for a mirror: %+v", err, p.Parts[0])
	}
}
