package plan

import (
	"fmt"
	"strings"
	"testing"

	"seine/assemble/media"
)

func avc(height int, pps string) media.Codec {
	return &media.H264{SPS: [][]byte{{0x67, 0x64, 0, byte(height / 16)}}, PPS: [][]byte{[]byte(pps)}, Width: height * 16 / 9, Height: height}
}

// Each run of the film is coded as its letter says: m main, s small, p other parameter sets, e a lower rate of sound, ? nobody knows.
func TestIslandsByCoding(t *testing.T) {
	sound := &media.AAC{SampleRate: 48000, Channels: 2}
	codes := map[rune][]media.Codec{
		'm': {avc(720, "a"), sound}, 's': {avc(360, "a"), sound}, 'p': {avc(720, "b"), sound}, 'q': {avc(720, "c"), sound},
		'e': {avc(720, "a"), &media.AAC{AudioSpecificConfig: []byte{1}, SampleRate: 44100}}, 'v': {avc(720, "a")},
	}
	for name, c := range map[string]struct {
		runs  []string
		codes string
		want  string
	}{
		"a small clip":               {[]string{"h/film 30", "h/film 3", "h/film 30"}, "msm", "5m0s+30s a picture of 640×360"},
		"unknown":                    {[]string{"h/film 30", "h/film 3", "h/film 30"}, "m?m", ""},
		"only the clip is known":     {[]string{"h/film 30", "h/film 3", "h/film 30"}, "?s?", ""},
		"a small part is long":       {[]string{"h/film 60", "h/film 13", "h/film 60"}, "msm", ""},
		"long, and other names":      {[]string{"h/film 60", "h/film 13 names short", "h/film 60"}, "msm", "10m0s+52s a picture of 640×360; other names; segments of other lengths"},
		"an encoder set up anew":     {[]string{"h/film 30", "h/film 3", "h/film 30"}, "mpm", ""},
		"that, and other names":      {[]string{"h/film 30", "h/film 3 names", "h/film 30"}, "mpm", "5m0s+30s other names; other parameter sets"},
		"each time another set":      {[]string{"h/film 20", "h/film 20", "h/film 3 names", "h/film 20"}, "mpsq", "6m40s+30s a picture of 640×360; other names"},
		"sets that mean nothing":     {[]string{"h/film 20", "h/film 20", "h/film 3 names", "h/film 20"}, "mpmq", ""},
		"sound":                      {[]string{"h/film 30", "h/film 3", "h/film 30"}, "mem", "5m0s+30s sound of 44100 Hz"},
		"a clip without sound":       {[]string{"h/film 30", "h/film 3", "h/film 30"}, "mvm", ""},
		"half and half":              {[]string{"h/film 12", "h/film 12"}, "ms", ""},
		"another host, coded alike":  {[]string{"h/film 30", "ads/x 3", "h/film 30"}, "mmm", "5m0s+30s another host"},
		"another host, and small":    {[]string{"h/film 30", "ads/x 3", "h/film 30"}, "msm", "5m0s+30s another host; a picture of 640×360"},
		"a host that has much to it": {[]string{"h/film 30", "ads/x 31", "h/film 30"}, "msm", "5m0s+5m10s another host; a picture of 640×360"},
	} {
		p, err := Build([]Stream{{Playlist: spliced(c.runs...)}})
		if err != nil {
			t.Fatal(err)
		}
		known := Codings{}
		for i, letter := range c.codes {
			if list, ok := codes[letter]; ok {
				known[i] = list
			}
		}
		p.Learn(known)
		var got []string
		for _, i := range p.Islands {
			got = append(got, fmt.Sprintf("%v+%v %s", i.Start, i.Duration, strings.Join(i.Why, "; ")))
		}
		if g := strings.Join(got, ", "); g != c.want {
			t.Errorf("%s: %q, want %q", name, g, c.want)
		}
	}
}

// Of many periods a few are looked at, long ones and short ones, each by its first part that is there.
func TestSamples(t *testing.T) {
	var runs []string
	for i := range 50 {
		runs = append(runs, fmt.Sprintf("h/film %d", 1+i*7%50))
	}
	list := spliced(runs...)
	list.Segments[0].Gap = true
	p, err := Build([]Stream{{Playlist: list}, {Playlist: spliced("h/sound 9", "h/sound 9")}})
	if err != nil {
		t.Fatal(err)
	}
	lengths := map[int]bool{}
	for _, i := range p.Samples() {
		part := &p.Parts[i]
		lengths[1+part.Period*7%50] = true
		if part.Stream != 0 || part.Gap || !part.Discontinuity {
			t.Errorf("%+v", part)
		}
	}
	if len(lengths) != maxSamples || !lengths[50] || !lengths[35] || lengths[34] || lengths[18] || !lengths[2] {
		t.Errorf("%d periods: %v", len(lengths), lengths)
	}
	if p, err = Build([]Stream{{Playlist: spliced("h/film 30")}}); err != nil || p.Samples() != nil {
		t.Errorf("%v of one period, %v", p.Samples(), err)
	}
}
