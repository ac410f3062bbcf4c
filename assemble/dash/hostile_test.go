package dash

import (
	"context"
	"strings"
	"testing"
	"time"

	"seine/assemble/internal/hostile"
	"seine/assemble/manifest"
)

// all parses an MPD and lists the segments of all that is in it; every read gets the same bytes.
func all(t testing.TB, text, index []byte) {
	p, err := Parse(text, base(t))
	if err != nil {
		return
	}
	listers := []manifest.Lister{}
	for _, v := range p.Variants {
		listers = append(listers, v.Lister)
	}
	for _, r := range p.Renditions {
		listers = append(listers, r.Lister)
	}
	for _, l := range listers[:min(len(listers), 4)] {
		if on, ok := l.(manifest.LiveLister); ok {
			l = on.At(began.Add(time.Hour), began)
		}
		list, _, err := l.List(t.Context(), func(context.Context, string, manifest.ByteRange) ([]byte, error) { return index, nil })
		if err != nil {
			continue
		}
		for _, s := range list.Segments {
			if !strings.HasPrefix(s.URL, "http://") && !strings.HasPrefix(s.URL, "https://") {
				t.Fatalf("a segment at %q", s.URL)
			}
			if s.Duration < 0 || s.Zero < 0 || s.Range != nil && (s.Range.Offset < 0 || s.Range.Length <= 0) {
				t.Fatalf("%+v", s)
			}
		}
	}
}

const sidx = "\x00\x00\x00\x38sidx\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x03\xe8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02" +
	"\x00\x00\x00\x09\x00\x00\x03\xe8\x90\x00\x00\x00\x80\x00\x00\x09\x00\x00\x03\xe8\x90\x00\x00\x00"

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		`<SegmentTemplate timescale="1000" duration="10000" startNumber="5" media="$RepresentationID$/$Number%04d$.m4s" initialization="i"/>`,
		`<SegmentTemplate timescale="10" presentationTimeOffset="9000" media="t$Time$"><SegmentTimeline><S t="8900" d="100" r="3"/><S d="7" r="-1"/></SegmentTimeline></SegmentTemplate>`,
		`<BaseURL>f.mp4</BaseURL><SegmentBase indexRange="9-99"><Initialization range="0-8"/></SegmentBase>`,
		`<SegmentList duration="15"><SegmentURL media="a" mediaRange="100-199"/><SegmentURL mediaRange="200-299"/></SegmentList>`,
		`<ContentProtection schemeIdUri="urn:mpeg:dash:mp4protection:2011"/><BaseURL>//h/</BaseURL><BaseURL>x/</BaseURL>`,
	} {
		f.Add([]byte(static(`<Period duration="PT9.5S">`+picture(s)+`</Period><Period>`+picture(s)+`</Period>`)), []byte(sidx))
	}
	for _, s := range []string{
		`<SegmentTemplate timescale="1000" duration="2000" startNumber="5" media="$Number$.m4s"/>`,
		`<SegmentTemplate timescale="10" media="t$Time$"><SegmentTimeline><S t="8900" d="100" r="3"/><S d="70" r="-1"/></SegmentTimeline></SegmentTemplate>`,
	} {
		text := `<MPD type="dynamic" availabilityStartTime="2026-01-02T12:00:00Z" timeShiftBufferDepth="PT30S" minimumUpdatePeriod="PT2S"><Location>x</Location>` +
			`<UTCTiming schemeIdUri="urn:mpeg:dash:utc:direct:2014" value="2026-01-02T12:00:00Z"/><Period id="1" start="PT0S">` + picture(s) + `</Period><Period start="PT50M">` + picture(s) + `</Period></MPD>`
		f.Add([]byte(text), []byte(sidx))
	}
	f.Fuzz(func(t *testing.T, text, index []byte) { all(t, text, index) })
}

func hostileManifests() []hostile.Input {
	const start, end = `<MPD mediaPresentationDuration="PT9H"><Period>`, `</Period></MPD>`
	list := func(name, before, again, after string) hostile.Input {
		return hostile.Input{Name: name, Data: []byte(start + before + strings.Repeat(again, hostile.Size/len(again)) + after + end)}
	}
	const set = `<AdaptationSet mimeType="video/mp4"><Representation id="r" bandwidth="1">`
	const done = `</Representation></AdaptationSet>`
	return append(hostile.Common(),
		list("runs", set+`<SegmentTemplate media="$Time$"><SegmentTimeline>`, `<S d="1"/>`, `</SegmentTimeline></SegmentTemplate>`+done),
		list("sets", "", set+done, ""),
		list("representations", `<AdaptationSet mimeType="video/mp4">`, `<Representation/>`, `</AdaptationSet>`),
		list("periods", "", `</Period><Period>`, ""),
		list("bases", set, `<BaseURL>a/</BaseURL>`, done),
		list("a list", set+`<SegmentList duration="1">`, `<SegmentURL/>`, `</SegmentList>`+done),
		list("text", set, `&amp;`, done),
		list("attributes", `<AdaptationSet `, `a="" `, `/>`),
		list("comments", "", `<!---->`, ""),
	)
}

func TestHostileMemory(t *testing.T) {
	const most = 128 << 20 // package encoding/xml makes up to a kilobyte of garbage for each element
	hostile.MemoryWithin(t, most, hostileManifests(), func(b []byte) { all(t, b, []byte(sidx)) })
}

func BenchmarkHostile(b *testing.B) {
	hostile.Bench(b, hostileManifests(), func(text []byte) { all(b, text, []byte(sidx)) })
}
