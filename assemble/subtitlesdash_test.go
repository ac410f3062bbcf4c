package assemble

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/subs/isotext/isotexttest"
)

// ttmlOf is a document of the lines given; each is "begin end text".
func ttmlOf(lines ...string) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" xml:lang="en"><body><div>`)
	for _, l := range lines {
		f := strings.SplitN(l, " ", 3)
		fmt.Fprintf(&b, `<p begin="%s" end="%s">%s</p>`, f[0], f[1], f[2])
	}
	return []byte(b.String() + "</div></body></tt>")
}

// Each way of DASH to carry subtitles gives the same cues, at times counted from where the period begins in the film.
func TestSubtitlesOfManifest(t *testing.T) {
	const ms = 1000
	pause := func(d uint32) isotexttest.Sample { return isotexttest.Sample{Data: isotexttest.Pause(), Duration: d} }
	cue := func(text string, d uint32) isotexttest.Sample {
		return isotexttest.Sample{Data: isotexttest.Cue(text, "line:10%"), Duration: d}
	}
	document := func(d uint32, lines ...string) isotexttest.Sample {
		return isotexttest.Sample{Data: ttmlOf(lines...), Duration: d}
	}
	set := func(mime, codecs, inside string) string {
		return fmt.Sprintf(`<AdaptationSet contentType="text" lang="en"><Role schemeIdUri="urn:mpeg:dash:role:2011" value="subtitle"/><Representation id="t" bandwidth="100" mimeType="%s" codecs="%s">%s</Representation></AdaptationSet>`, mime, codecs, inside)
	}
	const inTemplate = `<SegmentTemplate timescale="1000" duration="4000" media="t$Number$" initialization="ti" startNumber="1"/>`
	for name, c := range map[string]struct {
		set   string
		files map[string][]byte
	}{
		"WebVTT in a file": {set("text/vtt", "", "<BaseURL>t.vtt</BaseURL>"), map[string][]byte{"t.vtt": []byte("WEBVTT\n\n00:01.000 --> 00:02.500\none\n\n00:03.750 --> 00:05.001\ntwo\n")}},
		"TTML in a file":   {set("application/ttml+xml", "", "<BaseURL>t.xml</BaseURL>"), map[string][]byte{"t.xml": ttmlOf("1s 2.5s one", "00:00:03.750 00:00:05.001 two")}},
		"wvtt": {set("application/mp4", "wvtt", inTemplate), map[string][]byte{
			"ti": isotexttest.Init("wvtt", ms), "t1": isotexttest.Segment(0, pause(1000), cue("one", 1500), pause(1250), cue("two", 250)),
			"t2": isotexttest.Segment(4000, cue("two", 1001), pause(2999)),
		}},
		"stpp": {set("application/mp4", "stpp.ttml.im1t", inTemplate), map[string][]byte{
			"ti": isotexttest.Init("stpp", ms), "t1": isotexttest.Segment(0, document(4000, "1s 2.5s one", "3750ms 5.001s two")),
			"t2": isotexttest.Segment(4000, document(4000, "3750ms 5.001s two")),
		}},
		"stpp that counts from its samples": {set("application/mp4", "stpp", inTemplate), map[string][]byte{
			"ti": isotexttest.Init("stpp", ms), "t1": isotexttest.Segment(0, document(4000, "1s 2.5s one", "3.75s 4s two")),
			"t2": isotexttest.Segment(4000, document(4000, "0s 1.001s two")),
		}},
		"wvtt with an offset": {set("application/mp4", "wvtt", strings.Replace(inTemplate, " media", ` presentationTimeOffset="3600000" media`, 1)), map[string][]byte{
			"ti": isotexttest.Init("wvtt", ms), "t1": isotexttest.Segment(3600000, pause(1000), cue("one", 1500), pause(1250), cue("two", 1251)), "t2": isotexttest.Segment(3605001, pause(1)),
		}},
		"one mp4": {set("application/mp4", "wvtt", "<BaseURL>t.mp4</BaseURL>"), map[string][]byte{
			"t.mp4": append(isotexttest.Init("wvtt", ms), isotexttest.Segment(0, pause(1000), cue("one", 1500), pause(1250), cue("two", 1251))...),
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t)
			job := o.presenting(t, manifestOf("PT8S", "<Period>", fmt.Sprintf(dashVideo, ""), fmt.Sprintf(dashAudio, ""), c.set, "</Period>"), c.files)
			job.Choice.Subs = "en"
			v, err := Run(t.Context(), job)
			if err != nil || len(v.Subtitles) != 1 || len(v.Warnings) > 0 {
				t.Fatal(err, v.Subtitles, v.Warnings)
			}
			// The film begins with its first sample: what it shows at 0 is what the manifest's clock shows then.
			if diff := cmp.Diff([]string{"1000-2500 one", "3750-5001 two"}, shownIn(t, beside(job, ".en.srt"))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Subtitles of two periods, of which the second has times of its own.
func TestSubtitlesOfPeriods(t *testing.T) {
	o := newOrigin(t)
	text := func(file string) string {
		return `<AdaptationSet contentType="text" lang="en"><Role schemeIdUri="urn:mpeg:dash:role:2011" value="caption"/><Representation id="t" bandwidth="1" mimeType="text/vtt"><BaseURL>` + file + `</BaseURL></Representation></AdaptationSet>`
	}
	second := strings.Replace(fmt.Sprintf(dashVideo, `presentationTimeOffset="4"`), `startNumber="0"`, `startNumber="2"`, 1)
	vtt := []byte("WEBVTT\n\n00:01.000 --> 00:02.000\ncue\n")
	job := o.presenting(t, manifestOf("PT8S", `<Period duration="PT4S">`, fmt.Sprintf(dashVideo, ""), text("a.vtt"), `</Period><Period>`, second, text("b.vtt"), `</Period>`),
		map[string][]byte{"a.vtt": vtt, "b.vtt": vtt})
	job.Choice.Subs = "en"
	v, err := Run(t.Context(), job)
	if err != nil || len(v.Subtitles) != 1 || !v.Subtitles[0].HardOfHearing {
		t.Fatal(err, v.Subtitles)
	}
	// The first picture of each period is shown 80 ms into it, and the film has none to show before.
	if diff := cmp.Diff([]string{"920-1920 cue", "4920-5920 cue"}, shownIn(t, beside(job, ".en.sdh.srt"))); diff != "" {
		t.Error(diff)
	}
}

// Clips that are left out take their subtitles with them, and what comes later moves along, however the subtitles are divided.
func TestSubtitlesSkipped(t *testing.T) {
	o := newOrigin(t)
	var list strings.Builder
	list.WriteString("#EXTM3U\n#EXT-X-TARGETDURATION:2\n")
	for i := range segments {
		switch i {
		case 4:
			list.WriteString("#EXT-X-CUE-OUT:DURATION=4\n")
		case 6:
			list.WriteString("#EXT-X-CUE-IN\n")
		}
		fmt.Fprintf(&list, "#EXTINF:2.000,\nseg_%03d.ts\n", i)
	}
	list.WriteString("#EXT-X-ENDLIST\n")
	head := fmt.Sprintf("WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:%d,LOCAL:00:00:00.000\n\n", filmBegins)
	const early, advert, across, later = "00:01.000 --> 00:02.000\nearly\n\n", "00:09.000 --> 00:10.000\nadvert\n\n", "00:11.000 --> 00:13.000\nacross\n\n", "00:14.000 --> 00:15.000\nlater\n\n"
	for name, c := range map[string]struct {
		list  string
		files map[string][]byte
	}{
		"whole":  {listOf(24, "a.vtt"), map[string][]byte{"subs/a.vtt": []byte(head + early + advert + across + later)}},
		"pieces": {listOf(4, "a.vtt", "n.vtt", "b.vtt", "c.vtt", "n.vtt", "n.vtt"), map[string][]byte{"subs/a.vtt": []byte(head + early), "subs/b.vtt": []byte(head + advert + across), "subs/c.vtt": []byte(head + across + later), "subs/n.vtt": []byte(head)}},
		"beside": {listOf(6, "a.vtt", "b.vtt", "c.vtt", "n.vtt"), map[string][]byte{"subs/a.vtt": []byte(head + early), "subs/b.vtt": []byte(head + advert + across), "subs/c.vtt": []byte(head + across + later), "subs/n.vtt": []byte(head)}},
	} {
		t.Run(name, func(t *testing.T) {
			c.files[film+"/index.m3u8"] = []byte(list.String())
			job := o.subtitled(t, c.list, c.files)
			job.Choice.SkipAds = true
			v, err := Run(t.Context(), job)
			if err != nil || !v.Skipped {
				t.Fatal(err, v.Islands)
			}
			got := shownIn(t, beside(job, ".en.srt"))
			for i, want := range []struct {
				start, end time.Duration
				text       string
			}{{time.Second, 2 * time.Second, "early"}, {8 * time.Second, 9 * time.Second, "across"}, {10 * time.Second, 11 * time.Second, "later"}} {
				var start, end int64
				var text string
				if i < len(got) {
					_, _ = fmt.Sscanf(got[i], "%d-%d %s", &start, &end, &text)
				}
				// Sound and picture meet anew behind a cut, within a frame of sound.
				if text != want.text || (time.Duration(start)*time.Millisecond-want.start).Abs() > 30*time.Millisecond || (time.Duration(end)*time.Millisecond-want.end).Abs() > 30*time.Millisecond {
					t.Errorf("%v, want %v in place %d", got, want, i)
				}
			}
			if len(got) != 3 {
				t.Errorf("%v", got)
			}
			if err := os.RemoveAll(filepath.Dir(job.Output)); err != nil {
				t.Error(err)
			}
		})
	}
}
