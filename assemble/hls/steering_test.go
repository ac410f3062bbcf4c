package hls

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/manifest"
)

// many repeats an element of a list.
func many(n int, s string) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }

func TestParseSteering(t *testing.T) {
	const head = `{"VERSION":1,"TTL":300,"RELOAD-URI":"again","PATHWAY-PRIORITY":["b","a"]`
	clone := func(s string) string { return head + `,"PATHWAY-CLONES":[` + s + `]}` }
	for name, c := range map[string]struct {
		text   string
		clones []manifest.Clone
		err    error
	}{
		"priority":  {text: head + "}"},
		"unknown":   {text: head + `,"NEW":{"a":[1]}}`},
		"no clones": {text: clone("")},
		"a clone": {
			text: clone(`{"BASE-ID":"a","ID":"c","URI-REPLACEMENT":{"HOST":"c.example:8443","PARAMS":{"t":"1"},"PER-VARIANT-URIS":{"v":"/v.m3u8"},
				"PER-RENDITION-URIS":{"r":"https://d.example/r.m3u8"}}}`),
			clones: []manifest.Clone{{
				Base: "a", ID: "c", Host: "c.example:8443", Params: map[string]string{"t": "1"},
				Variants:   map[string]*url.URL{"v": mustURL(t, "https://steer.example/v.m3u8")},
				Renditions: map[string]*url.URL{"r": mustURL(t, "https://d.example/r.m3u8")},
			}},
		},
		"an IPv6 host":         {text: clone(`{"BASE-ID":"a","ID":"c","URI-REPLACEMENT":{"HOST":"[::1]:80"}}`), clones: []manifest.Clone{{Base: "a", ID: "c", Host: "[::1]:80"}}},
		"no version":           {text: `{"PATHWAY-PRIORITY":["a"]}`, err: ErrMalformed},
		"another version":      {text: `{"VERSION":2,"PATHWAY-PRIORITY":["a"]}`, err: ErrMalformed},
		"a page":               {text: "<html>", err: ErrMalformed},
		"nothing":              {text: "", err: ErrMalformed},
		"a list":               {text: "[1]", err: ErrMalformed},
		"more behind it":       {text: head + "} {}", err: ErrMalformed},
		"a priority of others": {text: `{"VERSION":1,"PATHWAY-PRIORITY":[1]}`, err: ErrMalformed},
		"too many pathways":    {text: `{"VERSION":1,"PATHWAY-PRIORITY":[` + many(MaxPathways+1, `"a"`) + `]}`, err: ErrTooLarge},
		"too many clones":      {text: clone(many(MaxPathways+1, `{"BASE-ID":"a","ID":"c"}`)), err: ErrTooLarge},
		"no base":              {text: clone(`{"ID":"c"}`), err: ErrMalformed},
		"no name":              {text: clone(`{"BASE-ID":"a"}`), err: ErrMalformed},
		"a host with a path":   {text: clone(`{"BASE-ID":"a","ID":"c","URI-REPLACEMENT":{"HOST":"c.example/x"}}`), err: ErrAddress},
		"a host with a name":   {text: clone(`{"BASE-ID":"a","ID":"c","URI-REPLACEMENT":{"HOST":"me:secret@c.example"}}`), err: ErrAddress},
		"a host of blanks":     {text: clone(`{"BASE-ID":"a","ID":"c","URI-REPLACEMENT":{"HOST":"c .example"}}`), err: ErrAddress},
		"a port alone":         {text: clone(`{"BASE-ID":"a","ID":"c","URI-REPLACEMENT":{"HOST":":80"}}`), err: ErrAddress},
		"a file":               {text: clone(`{"BASE-ID":"a","ID":"c","URI-REPLACEMENT":{"PER-VARIANT-URIS":{"v":"file:///etc/passwd"}}}`), err: ErrAddress},
	} {
		priority, clones, err := ParseSteering([]byte(c.text), mustURL(t, "https://steer.example/app/m.json"))
		if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(c.clones, clones); diff != "" && len(c.clones)+len(clones) > 0 {
			t.Errorf("%s:\n%s", name, diff)
		}
		if err == nil && fmt.Sprint(priority) != "[b a]" {
			t.Errorf("%s: %q", name, priority)
		}
	}
}

// FuzzSteering: no panic, bounded lists, and no address but of http.
func FuzzSteering(f *testing.F) {
	f.Add([]byte(`{"VERSION":1,"TTL":9,"PATHWAY-PRIORITY":["a"],"PATHWAY-CLONES":[{"BASE-ID":"a","ID":"c","URI-REPLACEMENT":{"HOST":"h:1","PARAMS":{"k":"v"},"PER-VARIANT-URIS":{"v":"x"}}}]}`))
	f.Add([]byte(`{"VERSION":1}`))
	base := mustURL(f, "https://steer.example/")
	f.Fuzz(func(t *testing.T, b []byte) {
		priority, clones, err := ParseSteering(b, base)
		if err != nil {
			return
		}
		if len(priority) > MaxPathways || len(clones) > MaxPathways {
			t.Fatal(len(priority), len(clones))
		}
		for _, c := range clones {
			for _, u := range c.Variants {
				if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
					t.Fatal(u)
				}
			}
		}
	})
}
