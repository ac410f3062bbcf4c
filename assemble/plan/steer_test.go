package plan

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"seine/assemble/manifest"
)

// Pathways come in the wanted order, and clones are mirrors like those that the playlist names itself.
func TestSteer(t *testing.T) {
	clone := func(base, id string) manifest.Clone { return manifest.Clone{Base: base, ID: id, Host: id + ".example"} }
	for name, c := range map[string]struct {
		priority []string
		clones   []manifest.Clone
		want     string // of the best variant and the first sound
	}{
		"nothing said":       {nil, nil, "a/720+b+c a/en+b+c"},
		"an order":           {[]string{"c", "b", "a"}, nil, "c/720+b+a c/en+b+a"},
		"some of it":         {[]string{"c"}, nil, "c/720+a+b c/en+a+b"},
		"unknown ones":       {[]string{"x", "b", "y"}, nil, "b/720+a+c b/en+a+c"},
		"none known":         {[]string{"x"}, nil, "a/720+b+c a/en+b+c"},
		"a clone":            {[]string{"d", "c"}, []manifest.Clone{clone("a", "d")}, "d/720+c+a+b d/en+c+a+b"},
		"a clone of a clone": {[]string{"e", "d"}, []manifest.Clone{clone("b", "d"), clone("d", "e")}, "e/720+d+a+b e/en+d+a+b"},
		"one behind":         {[]string{"a", "d"}, []manifest.Clone{clone("a", "d")}, "a/720+d+b+c a/en+d+b+c"},
		"of nothing":         {[]string{"d"}, []manifest.Clone{clone("x", "d")}, "a/720+b+c a/en+b+c"},
		"of one that comes":  {[]string{"e"}, []manifest.Clone{clone("d", "e"), clone("a", "d")}, "a/720+b+c+d a/en+b+c+d"},
		"one that is there":  {[]string{"b"}, []manifest.Clone{clone("a", "b")}, "b/720+a+c b/en+a+c"},
	} {
		p := servers()
		before := outline(p)
		words := strings.Fields(outline(Fold(Steer(p, c.priority, c.clones))))
		if got := words[0] + " " + words[2]; got != c.want || len(words) != 4 {
			t.Errorf("%s:\ngot  %s\nwant %s", name, words, c.want)
		}
		if outline(p) != before || p.Steering != nil {
			t.Errorf("%s: the presentation itself has changed", name)
		}
	}
	p := servers()
	p.Steering = &manifest.Steering{Pathway: "b"}
	if got := outline(Fold(Steer(p, []string{"c"}, nil))); !strings.HasPrefix(got, "c/720+b+a") {
		t.Errorf("what the playlist begins with comes next: %s", got)
	}
}

// How addresses of a clone are made (RFC 8216bis §7.3).
func TestClone(t *testing.T) {
	for name, c := range map[string]struct {
		clone            manifest.Clone
		variant, sound   string
		variant2, sound2 string // want
	}{
		"a host":           {manifest.Clone{Host: "c.example"}, "https://a.example/v.m3u8?k=1", "https://a.example:8443/s.m3u8", "https://c.example/v.m3u8?k=1", "https://c.example:8443/s.m3u8"},
		"a host and port":  {manifest.Clone{Host: "c.example:1"}, "https://a.example:2/v", "https://me:too@a.example/s", "https://c.example:1/v", "https://c.example:1/s"},
		"parameters":       {manifest.Clone{Params: map[string]string{"z": "1 2", "a": "&"}}, "https://a.example/v?z=0&b=%20&Z", "https://a.example/s", "https://a.example/v?b=%20&Z&a=%26&z=1+2", "https://a.example/s?a=%26&z=1+2"},
		"of a variant":     {manifest.Clone{Host: "c.example", Params: map[string]string{"p": "1"}, Variants: map[string]*url.URL{"V": at("own?p=0")}}, "https://a.example/v", "https://a.example/s", at("own").String() + "?p=1", "https://c.example/s?p=1"},
		"of a sound":       {manifest.Clone{Host: "c.example", Renditions: map[string]*url.URL{"S": at("own")}}, "https://a.example/v", "https://a.example/s", "https://c.example/v", at("own").String()},
		"of others":        {manifest.Clone{Renditions: map[string]*url.URL{"V": at("own")}, Variants: map[string]*url.URL{"S": at("own")}}, "https://a.example/v", "https://a.example/s", "https://a.example/v", "https://a.example/s"},
		"no host of files": {manifest.Clone{Host: "c.example"}, "file:///home/v", "https://a.example/s", "file:///home/v", "https://c.example/s"},
	} {
		parse := func(s string) *url.URL {
			u, err := url.Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			return u
		}
		p := &manifest.Presentation{
			Variants:   []manifest.Variant{{URL: parse(c.variant), StableID: "V", Pathway: ".", Audio: "g", Subtitles: "none"}},
			Renditions: []manifest.Rendition{{Type: manifest.Audio, Group: "g", StableID: "S", URL: parse(c.sound)}, {Type: manifest.Audio, Group: "g"}, {Type: manifest.Audio, Group: "g@x"}},
		}
		c.clone.Base, c.clone.ID = ".", "x"
		q := Steer(p, nil, []manifest.Clone{c.clone})
		if len(q.Variants) != 2 || len(q.Renditions) != 5 {
			t.Fatalf("%s: %+v", name, q)
		}
		v, s := q.Variants[1], q.Renditions[3]
		if v.URL.String() != c.variant2 || s.URL.String() != c.sound2 || v.Audio != s.Group || s.Group != "g@x'" || v.Subtitles != "none" {
			t.Errorf("%s: %s, %s\n%+v %+v", name, v.URL, s.URL, v, s)
		}
		if q.Variants[0].URL.String() != c.variant || q.Renditions[0].URL.String() != c.sound {
			t.Errorf("%s: its base has changed", name)
		}
	}
}

// Clones have a bound, however many are named.
func TestClonesBound(t *testing.T) {
	var clones []manifest.Clone
	for i := range 1000 {
		clones = append(clones, manifest.Clone{Base: "a", ID: fmt.Sprint(i), Host: "h.example"})
	}
	if q := Steer(servers(), nil, clones); len(q.Variants) > maxSteered || len(q.Renditions) > maxSteered || len(q.Variants) < 200 {
		t.Error(len(q.Variants), len(q.Renditions))
	}
}
