package dash

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/manifest"
)

var began = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// onAirNow lists the first variant of a dynamic MPD at a time after its start: names of segments, with their times of day.
func onAirNow(t *testing.T, attributes, inner string, after time.Duration) (names []string, list *manifest.Playlist, err error) {
	t.Helper()
	text := fmt.Sprintf(`<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic" availabilityStartTime="2026-01-02T12:00:00Z" %s>%s</MPD>`, attributes, inner)
	base, _ := url.Parse("http://h/live/")
	p, err := Parse([]byte(text), base)
	if err != nil {
		return nil, nil, err
	}
	l := p.Variants[0].Lister.(manifest.LiveLister).At(began.Add(after), time.Time{})
	list, _, err = l.List(t.Context(), func(context.Context, string, manifest.ByteRange) ([]byte, error) { return nil, fmt.Errorf("read") })
	if err != nil {
		return nil, nil, err
	}
	for i := range list.Segments {
		s := &list.Segments[i]
		names = append(names, path.Base(s.URL)+" "+s.ProgramDateTime.Sub(began).String())
	}
	return names, list, nil
}

func livePeriod(attributes, template string) string {
	return `<Period ` + attributes + `><AdaptationSet mimeType="video/mp4"><Representation id="v" bandwidth="1" codecs="avc1.42c00c">` + template + `</Representation></AdaptationSet></Period>`
}

// TestOnAir: which segments there are at a time, by the arithmetic of ISO/IEC 23009-1 §5.3.9.5.3 and Annex A.
func TestOnAir(t *testing.T) {
	const number = `<SegmentTemplate media="$Number$" duration="2" startNumber="10"/>`
	const line = `<SegmentTemplate media="$Time$" timescale="10"><SegmentTimeline><S t="100" d="20" r="%s"/></SegmentTimeline></SegmentTemplate>`
	for name, c := range map[string]struct {
		attributes, inner string
		after             time.Duration
		want              []string
		ended             bool
	}{
		"whole segments only":   {``, livePeriod(`start="PT0S"`, number), 7900 * time.Millisecond, []string{"10 0s", "11 2s", "12 4s"}, false},
		"to the moment":         {``, livePeriod(`start="PT0S"`, number), 8 * time.Second, []string{"10 0s", "11 2s", "12 4s", "13 6s"}, false},
		"a window":              {`timeShiftBufferDepth="PT4S"`, livePeriod(`start="PT0S"`, number), 20 * time.Second, []string{"18 16s", "19 18s"}, false},
		"not begun":             {``, livePeriod(`start="PT0S"`, number), time.Second, nil, false},
		"a later period":        {``, livePeriod(`start="PT10S"`, number), 15 * time.Second, []string{"10 10s", "11 12s"}, false},
		"a period that is over": {``, livePeriod(`start="PT0S" duration="PT4S"`, number) + livePeriod(`start="PT4S"`, strings.Replace(number, "10", "50", 1)), 7 * time.Second, []string{"10 0s", "11 2s", "50 4s"}, false},
		"one that has no start": {``, livePeriod(`start="PT0S"`, number) + livePeriod(``, number), 5 * time.Second, []string{"10 0s", "11 2s"}, false},
		"over":                  {`mediaPresentationDuration="PT4S"`, livePeriod(`start="PT0S"`, number), time.Minute, []string{"10 0s", "11 2s"}, true},
		"until a number":        {``, livePeriod(`start="PT0S"`, strings.Replace(number, "/>", ` endNumber="11"/>`, 1)), time.Minute, []string{"10 0s", "11 2s"}, false},
		"an offset":             {``, livePeriod(`start="PT0S"`, strings.Replace(number, "/>", ` presentationTimeOffset="100"/>`, 1)), 5 * time.Second, []string{"10 0s", "11 2s"}, false},
		"what a timeline lists": {``, livePeriod(`start="PT0S"`, fmt.Sprintf(line, "1")), 20 * time.Second, []string{"100 10s", "120 12s"}, false},
		"ahead of our clock":    {``, livePeriod(`start="PT0S"`, fmt.Sprintf(line, "1")), 11 * time.Second, []string{"100 10s", "120 12s"}, false},
		"a timeline's window":   {`timeShiftBufferDepth="PT3S"`, livePeriod(`start="PT0S"`, fmt.Sprintf(line, "3")), 18 * time.Second, []string{"140 14s", "160 16s"}, false},
		"a list":                {``, livePeriod(`start="PT0S"`, `<SegmentList duration="2"><SegmentURL media="a"/><SegmentURL media="b"/></SegmentList>`), 9 * time.Second, []string{"a 0s", "b 2s"}, false},
	} {
		got, list, err := onAirNow(t, c.attributes, c.inner, c.after)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: (-want +got)\n%s", name, d)
		}
		if list.Ended != c.ended {
			t.Errorf("%s: ended %v", name, list.Ended)
		}
	}
}

// TestOnAirLong: a channel that has been on air for ten years is listed from its latest segments.
func TestOnAirLong(t *testing.T) {
	got, _, err := onAirNow(t, ``, livePeriod(`start="PT0S"`, `<SegmentTemplate media="$Number$" duration="2"/>`), 10*365*24*time.Hour)
	if err != nil || len(got) != maxOnAir || got[len(got)-1] != "157680000 87599h59m58s" {
		t.Fatal(len(got), err, got[max(len(got)-1, 0):])
	}
}

// TestOnAirRefuses what says too little.
func TestOnAirRefuses(t *testing.T) {
	for name, c := range map[string]struct{ attributes, inner, says string }{
		"no length":         {``, livePeriod(`start="PT0S"`, `<SegmentTemplate media="$Number$"/>`), "how long"},
		"no duration":       {``, livePeriod(`start="PT0S"`, `<SegmentTemplate media="$Number$" duration="0"/>`), "no duration"},
		"a single file":     {``, livePeriod(`start="PT0S"`, `<SegmentBase indexRange="0-10"/>`), "single files"},
		"a negative window": {`timeShiftBufferDepth="-PT3S"`, livePeriod(`start="PT0S"`, ``), "timeShiftBufferDepth"},
		"endless":           {``, livePeriod(`start="PT0S"`, `<SegmentTemplate media="$Time$" timescale="1"><SegmentTimeline><S d="1" r="-1"/></SegmentTimeline></SegmentTemplate>`), "more than"},
	} {
		_, _, err := onAirNow(t, c.attributes, c.inner, 300*24*time.Hour)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Parse([]byte(`<MPD type="dynamic" availabilityStartTime="soon">`+livePeriod(``, ``)+`</MPD>`), &url.URL{Scheme: "http", Host: "h"}); err == nil {
		t.Error("a start that is no time")
	}
}
