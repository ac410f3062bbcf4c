package dash

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/manifest"
)

const home = "https://cdn.example/films/7/film.mpd?token=t"

func base(t testing.TB) *url.URL {
	t.Helper()
	u, err := url.Parse(home)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// static puts periods into a static manifest of 30 s.
func static(periods string) string {
	return `<?xml version="1.0" encoding="UTF-8"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT30S">` + periods + `</MPD>`
}

func picture(addressing string) string {
	return `<AdaptationSet mimeType="video/mp4" codecs="avc1.64001f"><Representation id="v1" bandwidth="1000000" width="640" height="360">` + addressing + `</Representation></AdaptationSet>`
}

func nothing(context.Context, string, manifest.ByteRange) ([]byte, error) {
	return nil, errors.New("nothing is to be read")
}

func parse(t testing.TB, text string) *manifest.Presentation {
	t.Helper()
	p, err := Parse([]byte(text), base(t))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func listed(t testing.TB, l manifest.Lister, read manifest.Reader) (*manifest.Playlist, []*manifest.Playlist) {
	t.Helper()
	p, twins, err := l.List(t.Context(), read)
	if err != nil {
		t.Fatal(err)
	}
	return p, twins
}

// brief is a segment on one line: address, range, duration, initialization section.
func brief(s *manifest.Segment) string {
	text := strings.TrimPrefix(s.URL, "https://cdn.example/films/7/") + extent(s.Range) + " " + s.Duration.String()
	if s.Init != nil {
		text += " " + strings.TrimPrefix(s.Init.URL, "https://cdn.example/films/7/") + extent(s.Init.Range)
	}
	if s.Doubtful {
		text += " ?"
	}
	if s.Discontinuity {
		text += " |"
	}
	return text
}

func extent(r *manifest.ByteRange) string {
	if r == nil {
		return ""
	}
	return fmt.Sprintf("[%d-%d]", r.Offset, r.Offset+r.Length-1)
}

func briefs(p *manifest.Playlist) (list []string) {
	for i := range p.Segments {
		list = append(list, brief(&p.Segments[i]))
	}
	return list
}

// TestAddresses holds the arithmetic of ISO/IEC 23009-1 §5.3.9, in the ways that its examples (Annex G) and packagers write it.
func TestAddresses(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"numbers": {
			picture(`<SegmentTemplate timescale="1000" duration="10000" startNumber="5" media="$RepresentationID$/$Number%04d$.m4s" initialization="$RepresentationID$/init.mp4"/>`),
			[]string{"v1/0005.m4s 10s v1/init.mp4", "v1/0006.m4s 10s v1/init.mp4", "v1/0007.m4s 10s v1/init.mp4"},
		},
		"a shorter last one": {
			picture(`<SegmentTemplate duration="8" media="$Number$.m4s"/>`),
			[]string{"1.m4s 8s", "2.m4s 8s", "3.m4s 8s", "4.m4s 6s"},
		},
		"a last one that may not exist": {
			picture(`<SegmentTemplate timescale="1000" duration="9900" media="$Number$-$Bandwidth$.m4s"/>`),
			[]string{"1-1000000.m4s 9.9s", "2-1000000.m4s 9.9s", "3-1000000.m4s 9.9s", "4-1000000.m4s 300ms ?"},
		},
		"rounded durations": {
			picture(`<SegmentTemplate timescale="90000" duration="899999" media="$Number$.m4s"/>`),
			[]string{"1.m4s 9.999988888s", "2.m4s 9.999988888s", "3.m4s 9.999988888s"},
		},
		"the last number": {picture(`<SegmentTemplate duration="10" endNumber="2" media="$Number$.m4s"/>`), []string{"1.m4s 10s", "2.m4s 10s"}},
		"times": {
			picture(`<SegmentTemplate timescale="10" media="t$Time$.m4s"><SegmentTimeline><S t="0" d="100" r="1"/><S d="50"/><S d="50"/></SegmentTimeline></SegmentTemplate>`),
			[]string{"t0.m4s 10s", "t100.m4s 10s", "t200.m4s 5s", "t250.m4s 5s"},
		},
		"times from an offset": {
			picture(`<SegmentTemplate timescale="10" presentationTimeOffset="9000" media="t$Time$-$Number$.m4s"><SegmentTimeline><S t="8900" d="100" r="3"/></SegmentTimeline></SegmentTemplate>`),
			[]string{"t9000-2.m4s 10s", "t9100-3.m4s 10s", "t9200-4.m4s 10s"},
		},
		"repeated to the end": {
			picture(`<SegmentTemplate timescale="10" media="$Time$.m4s"><SegmentTimeline><S t="0" d="100" r="-1"/></SegmentTimeline></SegmentTemplate>`),
			[]string{"0.m4s 10s", "100.m4s 10s", "200.m4s 10s"},
		},
		"repeated to the next": {
			picture(`<SegmentTemplate timescale="10" media="$Time$.m4s"><SegmentTimeline><S t="0" d="100" r="-1"/><S t="200" d="60"/></SegmentTimeline></SegmentTemplate>`),
			[]string{"0.m4s 10s", "100.m4s 10s", "200.m4s 6s"},
		},
		"a hole, an overlap": {
			picture(`<SegmentTemplate timescale="10" media="$Time$.m4s"><SegmentTimeline><S t="0" d="100"/><S t="120" d="60"/><S t="170" d="60"/></SegmentTimeline></SegmentTemplate>`),
			[]string{"0.m4s 10s", "120.m4s 6s", "170.m4s 6s"},
		},
		"beyond the period": {
			picture(`<SegmentTemplate timescale="10" media="$Time$.m4s"><SegmentTimeline><S t="0" d="200" r="3"/></SegmentTimeline></SegmentTemplate>`),
			[]string{"0.m4s 20s", "200.m4s 10s"},
		},
		"numbers of runs": {
			picture(`<SegmentTemplate timescale="10" startNumber="3" media="$Number$.m4s"><SegmentTimeline><S t="0" d="100"/><S n="9" d="100" r="1"/></SegmentTimeline></SegmentTemplate>`),
			[]string{"3.m4s 10s", "9.m4s 10s", "10.m4s 10s"},
		},
		"a dollar":                  {picture(`<SegmentTemplate duration="30" media="a$$b$Number$.m4s"/>`), []string{"a$b1.m4s 30s"}},
		"one segment of a template": {picture(`<SegmentTemplate media="all-$RepresentationID$.mp4" initialization="i.mp4"/>`), []string{"all-v1.mp4 30s i.mp4"}},
		"a list": {
			picture(`<BaseURL>v/</BaseURL><SegmentList duration="10"><Initialization sourceURL="init.mp4"/><SegmentURL media="a.m4s"/><SegmentURL media="b.m4s"/><SegmentURL media="c.m4s"/></SegmentList>`),
			[]string{"v/a.m4s 10s v/init.mp4", "v/b.m4s 10s v/init.mp4", "v/c.m4s 10s v/init.mp4"},
		},
		"a list of ranges, one more than the period has": {
			picture(`<BaseURL>film.mp4</BaseURL><SegmentList duration="15"><Initialization range="0-99"/><SegmentURL mediaRange="100-199"/><SegmentURL mediaRange="200-299"/><SegmentURL mediaRange="300-310"/></SegmentList>`),
			[]string{"film.mp4[100-199] 15s film.mp4[0-99]", "film.mp4[200-299] 15s film.mp4[0-99]", "film.mp4[300-310] 1ms film.mp4[0-99]"},
		},
		"a list with a timeline": {
			picture(`<SegmentList timescale="10"><SegmentTimeline><S t="0" d="100"/><S d="200"/></SegmentTimeline><SegmentURL media="a"/><SegmentURL media="b"/></SegmentList>`),
			[]string{"a 10s", "b 20s"},
		},
		"one file":                     {picture(`<BaseURL>film.mp4</BaseURL>`), []string{"film.mp4 30s"}},
		"one file, its beginning told": {picture(`<BaseURL>film.mp4</BaseURL><SegmentBase><Initialization range="0-800"/></SegmentBase>`), []string{"film.mp4 30s"}},
		"attributes from above": {
			`<SegmentTemplate timescale="10" startNumber="0" initialization="i-$RepresentationID$"/><AdaptationSet contentType="video"><SegmentTemplate duration="150" media="$Number$"/><Representation id="x" mimeType="video/mp4" bandwidth="1"><SegmentTemplate startNumber="7"/></Representation></AdaptationSet>`,
			[]string{"7 15s i-x", "8 15s i-x"},
		},
		"bases in one another": {
			`<BaseURL>p/</BaseURL><AdaptationSet mimeType="video/mp4"><BaseURL>s/</BaseURL><Representation id="x" bandwidth="1"><BaseURL>../r/</BaseURL><SegmentTemplate duration="30" media="$Number$"/></Representation></AdaptationSet>`,
			[]string{"p/r/1 30s"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := parse(t, static("<Period>"+c.text+"</Period>"))
			list, _ := listed(t, p.Variants[0].Lister, nothing)
			if diff := cmp.Diff(c.want, briefs(list)); diff != "" || !list.Ended {
				t.Error(diff)
			}
		})
	}
}

// TestPeriods: what belongs together, and when.
func TestPeriods(t *testing.T) {
	template := `<SegmentTemplate duration="5" media="%s/$RepresentationID$/$Number$"/>`
	period := func(name, attributes, more string) string {
		return `<Period ` + attributes + `>` + fmt.Sprintf(template, name) +
			`<AdaptationSet contentType="audio" lang="de" mimeType="audio/mp4" codecs="mp4a.40.2"><Representation id="de" bandwidth="1"/></AdaptationSet>` +
			`<AdaptationSet contentType="video" mimeType="video/mp4" codecs="avc1.64001f"><Representation id="low" bandwidth="1" height="360"/><Representation id="high` + name + `" bandwidth="9" height="1080"/></AdaptationSet>` + more + `</Period>`
	}
	english := `<AdaptationSet contentType="audio" lang="en" mimeType="audio/mp4" codecs="mp4a.40.2"><Representation id="en" bandwidth="1"/></AdaptationSet>`
	p := parse(t, static(period("ad", `duration="PT5S"`, "")+period("film", "", english)+period("end", `start="PT20S"`, "")))
	if len(p.Variants) != 2 || p.Variants[1].Height != 1080 || len(p.Renditions) != 2 || p.Renditions[1].Language != "en" || !p.Renditions[0].Default {
		t.Fatalf("%+v", p)
	}
	list, _ := listed(t, p.Variants[1].Lister, nothing)
	want := []string{"ad/highad/1 5s", "film/highfilm/1 5s |", "film/highfilm/2 5s", "film/highfilm/3 5s", "end/highend/1 5s |", "end/highend/2 5s"}
	if diff := cmp.Diff(want, briefs(list)); diff != "" {
		t.Error(diff)
	}
	list, _ = listed(t, p.Renditions[1].Lister, nothing)
	want = []string{"ad/de/1 5s", "film/en/1 5s |", "film/en/2 5s", "film/en/3 5s", "end/de/1 5s |", "end/de/2 5s"}
	if diff := cmp.Diff(want, briefs(list)); diff != "" {
		t.Error(diff)
	}
	if s := list.Segments[5]; s.Period != 2 || s.Sequence != 5 {
		t.Errorf("%+v", s)
	}
}

// TestMirrors: each of several bases is a server with the same film.
func TestMirrors(t *testing.T) {
	text := strings.Replace(static("<Period>"+picture(`<SegmentTemplate duration="30" media="$Number$.m4s" initialization="i"/>`)+"</Period>"), "<Period>",
		"<BaseURL>https://a.example/x/</BaseURL><BaseURL>https://b.example/y/</BaseURL><Period>", 1)
	list, twins := listed(t, parse(t, text).Variants[0].Lister, nothing)
	if len(twins) != 1 || list.Segments[0].URL != "https://a.example/x/1.m4s" || twins[0].Segments[0].URL != "https://b.example/y/1.m4s" ||
		twins[0].Segments[0].Init.URL != "https://b.example/y/i" {
		t.Errorf("%+v %+v", list, twins)
	}
}

// TestChoices: what is a picture, a sound, a text, and what is none.
func TestChoices(t *testing.T) {
	one := func(attributes, inside string) string {
		return `<AdaptationSet ` + attributes + `>` + inside + `<SegmentTemplate duration="30" media="$RepresentationID$"/><Representation id="r" bandwidth="5" width="1920" height="1080" frameRate="30000/1001"/></AdaptationSet>`
	}
	role := func(v string) string {
		return `<Role schemeIdUri="urn:mpeg:dash:role:2011" value="` + v + `"/>`
	}
	p := parse(t, static(`<Period>`+
		one(`mimeType="image/jpeg"`, `<EssentialProperty schemeIdUri="http://dashif.org/guidelines/thumbnail_tile" value="10x1"/>`)+
		one(`mimeType="video/mp4" codecs="avc1.42"`, `<EssentialProperty schemeIdUri="http://dashif.org/guidelines/trickmode" value="1"/>`)+
		one(`mimeType="video/mp4" codecs="avc1.64001f"`, role("sign"))+
		one(`mimeType="video/webm" codecs="vp9"`, "")+
		one(`mimeType="video/webm" codecs="vp8"`, "")+
		one(`mimeType="video/ogg" codecs="theora"`, "")+
		one(`mimeType="video/mp4" codecs="avc1.640028"`, `<EssentialProperty schemeIdUri="urn:mpeg:mpegB:cicp:ColourPrimaries" value="1"/>`)+
		one(`mimeType="audio/mp4" lang="en" codecs="mp4a.40.2"`, `<Accessibility schemeIdUri="urn:tva:metadata:cs:AudioPurposeCS:2007" value="1"/>`)+
		one(`mimeType="audio/mp4" lang="fr" codecs="ec-3"`, role("main")+`<Label>Français</Label><AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="6"/>`)+
		one(`mimeType="application/mp4" codecs="stpp" lang="de"`, "")+
		one(`mimeType="text/vtt" lang="en"`, "")+`</Period>`))
	if len(p.Variants) != 2 || p.Variants[0].Codecs != "vp9" || p.Variants[1].Codecs != "avc1.640028" || p.Variants[1].FrameRate < 29.9 || p.Variants[1].Bandwidth != 10 {
		t.Errorf("%+v", p.Variants)
	}
	var got []string
	for _, r := range p.Renditions {
		got = append(got, fmt.Sprint(r.Type, " ", r.Language, " ", r.Name, " ", r.Channels, " ", r.Default, " ", r.Characteristics))
	}
	want := []string{"AUDIO fr Français 6 true ", "AUDIO en en  false public.accessibility.describes-video", "SUBTITLES de de  false ", "SUBTITLES en en  false "}
	if diff := cmp.Diff(want, got); diff != "" || len(p.Warnings) != 3 {
		t.Error(diff, p.Warnings)
	}
	if p := parse(t, static("<Period>"+one(`mimeType="audio/mp4" codecs="mp4a.40.2"`, "")+"</Period>")); len(p.Variants) != 1 || len(p.Renditions) != 0 {
		t.Errorf("a sound alone: %+v", p)
	}
}

// TestBad: whatever is wrong, one sentence and no film.
func TestBad(t *testing.T) {
	wide := strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)
	template := func(s string) string { return static("<Period>" + picture(s) + "</Period>") }
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"cut":                                {`<MPD><Period>`, ErrMalformed},
		"no period":                          {`<MPD/>`, ErrEmpty},
		"nothing in it":                      {static("<Period/>"), ErrEmpty},
		"deep":                               {"<MPD>" + wide + "</MPD>", ErrTooLarge},
		"a billion laughs":                   {`<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><MPD type="&b;"><Period/></MPD>`, ErrMalformed},
		"no number":                          {static(`<Period><AdaptationSet mimeType="video/mp4"><Representation bandwidth="x"/></AdaptationSet></Period>`), ErrMalformed},
		"a negative duration":                {strings.Replace(template(""), "PT30S", "-PT30S", 1), ErrMalformed},
		"years":                              {strings.Replace(template(""), "PT30S", "PT99999999H", 1), ErrMalformed},
		"back in time":                       {static(`<Period start="PT9S"/><Period start="PT1S">` + picture("") + `</Period>`), ErrMalformed},
		"early available":                    {static(`<Period>` + picture("") + `</Period><Period>` + picture("") + `</Period>`), manifest.ErrUnsupported},
		"a linked period":                    {static(`<Period xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="https://ads.example/"/>`), manifest.ErrUnsupported},
		"a linked set":                       {static(`<Period><AdaptationSet mimeType="video/mp4" xmlns:x="http://www.w3.org/1999/xlink" x:href="u"/></Period>`), manifest.ErrUnsupported},
		"another scheme":                     {template(`<BaseURL>file:///etc/passwd</BaseURL>`), nil},
		"no way to know":                     {template(`<SegmentTemplate media="$Number$"><SegmentTimeline/></SegmentTemplate>`), nil},
		"timescale 0":                        {template(`<SegmentTemplate timescale="0" duration="1" media="$Number$"/>`), ErrMalformed},
		"duration 0":                         {template(`<SegmentTemplate duration="0" media="$Number$"/>`), ErrMalformed},
		"no media":                           {template(`<SegmentTemplate duration="1"/>`), ErrMalformed},
		"too many":                           {template(`<SegmentTemplate timescale="100000" duration="1" media="$Number$"/>`), ErrTooLarge},
		"r=2^62":                             {template(`<SegmentTemplate media="$Number$"><SegmentTimeline><S t="0" d="1" r="4611686018427387904"/></SegmentTimeline></SegmentTemplate>`), ErrTooLarge},
		"r=2^64":                             {template(`<SegmentTemplate media="$Number$"><SegmentTimeline><S t="0" d="1" r="18446744073709551616"/></SegmentTimeline></SegmentTemplate>`), ErrMalformed},
		"repeated without end":               {strings.Replace(template(`<SegmentTemplate media="$Number$"><SegmentTimeline><S t="0" d="1" r="-1"/></SegmentTimeline></SegmentTemplate>`), ` mediaPresentationDuration="PT30S"`, "", 1), ErrMalformed},
		"numbers without end":                {strings.Replace(template(`<SegmentTemplate duration="1" media="$Number$"/>`), ` mediaPresentationDuration="PT30S"`, "", 1), ErrMalformed},
		"t near 2^64":                        {template(`<SegmentTemplate media="$Time$"><SegmentTimeline><S t="18446744073709551615" d="9"/></SegmentTimeline></SegmentTemplate>`), ErrMalformed},
		"half a dollar":                      {template(`<SegmentTemplate duration="9" media="$Numb$"/>`), ErrMalformed},
		"sub numbers":                        {template(`<SegmentTemplate duration="9" media="$SubNumber$"/>`), manifest.ErrUnsupported},
		"segment sequences":                  {template(`<SegmentTemplate media="$Time$"><SegmentTimeline><S t="0" d="9" k="3"/></SegmentTimeline></SegmentTemplate>`), manifest.ErrUnsupported},
		"a range that ends before it begins": {template(`<SegmentList duration="9"><SegmentURL mediaRange="9-3"/></SegmentList>`), ErrMalformed},
		"no segment in a list":               {template(`<SegmentList duration="9"/>`), ErrEmpty},
		"Widevine":                           {template(`<ContentProtection schemeIdUri="urn:uuid:EDEF8BA9-79D6-4ACE-A3C8-27DCD51D21ED"/><SegmentTemplate duration="9" media="$Number$"/>`), manifest.ErrDRM},
		"somebody's protection":              {template(`<ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011" value="cenc"/>`), manifest.ErrDRM},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Parse([]byte(c.text), base(t))
			var list *manifest.Playlist
			if err == nil {
				list, _, err = p.Variants[0].Lister.List(t.Context(), nothing)
			}
			if c.want == nil && (err != nil || list != nil && len(list.Segments) == 0) {
				return
			}
			if !errors.Is(err, c.want) || c.want == nil {
				t.Errorf("%v", err)
			} else {
				t.Log(err)
			}
		})
	}
}

func TestDurations(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"PT0S": 0, "PT1.5S": 1500 * time.Millisecond, "PT1H2M3.004S": time.Hour + 2*time.Minute + 3004*time.Millisecond,
		"P1DT1S": 24*time.Hour + time.Second, "P0Y0M0DT0H3M30.030S": 3*time.Minute + 30030*time.Millisecond, "PT0.0000000019S": 1,
	} {
		if got, ok, err := parseDuration(s, "a"); got != want || !ok || err != nil {
			t.Errorf("%s: %v %v %v", s, got, ok, err)
		}
	}
	for _, s := range []string{"-PT1S", "1", "PT", "P1Y", "PT1.S", "PTS", "P366DT24H1S", strings.Repeat("P", 100)} {
		if got, _, err := parseDuration(s, "a"); err == nil && got != 0 {
			t.Errorf("%s: %v", s, got)
		}
	}
}

func TestIs(t *testing.T) {
	for text, want := range map[string]bool{
		`<MPD/>`: true, "\ufeff\n<?xml version='1.0'?><!-- x --><d:MPD xmlns:d='urn:mpeg:dash:schema:mpd:2011'>": true,
		`<html><MPD/>`: false, "#EXTM3U": false, "": false, "<": false,
	} {
		if Is([]byte(text)) != want {
			t.Errorf("%q", text)
		}
	}
}
