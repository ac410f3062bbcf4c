package webvtt

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"seine/assemble/internal/hostile"
	"seine/assemble/subs"
)

const ms = time.Millisecond

func run(text string, style subs.Style) subs.Run { return subs.Run{Text: text, Style: style} }

var files = []struct {
	name, text string
	want       File
}{
	{"plain", "WEBVTT\n\n00:01.000 --> 00:02.000\nhello\n", File{Cues: []subs.Cue{{Start: 1000 * ms, End: 2000 * ms, Runs: subs.Plain("hello")}}}},
	{"a title, an id, hours and settings", "WEBVTT - title\r\rid 7\r01:00:01.000 --> 01:00:02.000 line:0 position:10%,line-left region:r <i>\rhello\r", File{Cues: []subs.Cue{{Start: time.Hour + time.Second, End: time.Hour + 2*time.Second, Runs: subs.Plain("hello"), Settings: "line:0 position:10%,line-left"}}}},
	{"styles, voices and entities", "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Bob><b>a<i.loud>b</i></b> &lt;c&gt; <c.x>d</c>&#33;<00:00.500>e<u", File{Cues: []subs.Cue{{End: 1000 * ms, Runs: []subs.Run{run("a", subs.Bold), run("b", subs.Bold|subs.Italic), run(" <c> d!e", 0)}}}}},
	{"comments, styles and regions", "WEBVTT\n\nNOTE a\nb --> c\n\nSTYLE\n::cue {}\n\nREGION\nid:x\n\n00:00.000 --> 00:01.000\na\n", File{Cues: []subs.Cue{{End: 1000 * ms, Runs: subs.Plain("a")}}}},
	{"a map", "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:10.000,MPEGTS:900000\n\n00:11.000 --> 00:12.000\na\n", File{Map: &Map{900000, 10 * time.Second}, Cues: []subs.Cue{{Start: 11 * time.Second, End: 12 * time.Second, Runs: subs.Plain("a")}}}},
	{"no empty line behind the header", "WEBVTT\n00:11.000 --> 00:12.000\na\n", File{Cues: []subs.Cue{{Start: 11 * time.Second, End: 12 * time.Second, Runs: subs.Plain("a")}}}},
	{"times that are none", "WEBVTT\n\n00:61.000 --> 00:62.000\na\n\n1 --> 2\nb\n\n00:02.000 --> 00:01.000\nc\n\n99999999999:00:01.000 --> 00:02.000\nd\n\n00:00.5 --> 00:01,25\ne\n", File{Dropped: 4, Cues: []subs.Cue{{Start: 500 * ms, End: 1250 * ms, Runs: subs.Plain("e")}}}},
	{"no empty line between cues", "WEBVTT\n\n00:00.000 --> 00:01.000\na\n00:01.000 --> 00:02.000\nb\n", File{Cues: []subs.Cue{{End: 1000 * ms, Runs: subs.Plain("a")}, {Start: 1000 * ms, End: 2000 * ms, Runs: subs.Plain("b")}}}},
	{"nothing in it", "WEBVTT\n\n00:00.000 --> 00:01.000\n\n", File{}},
	{"empty", "WEBVTT", File{}},
	{"what no file can hold", "WEBVTT\n\n00:00.000 --> 00:01.000\n  a\x00\x1b[31m \xff b  \n", File{Cues: []subs.Cue{{End: 1000 * ms, Runs: subs.Plain("a[31m  b")}}}},
}

func TestParse(t *testing.T) {
	for _, c := range files {
		got, err := Parse([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if diff := cmp.Diff(&c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", "WEBVT", "WEBVTTX\n", "<html>", "1\n00:00:01,000 --> 00:00:02,000\na\n", "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:x,LOCAL:00:00.000\n",
		"WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:1\n", "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:1,MPEGTS:1\n", "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00.000,MPEGTS:-1\n",
	} {
		if _, err := Parse([]byte(text)); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Parse([]byte("WEBVTT\n\n" + strings.Repeat("00:00.000 --> 00:01.000\na\n\n", subs.MaxCues+1))); !errors.Is(err, ErrFormat) {
		t.Errorf("too many cues: %v", err)
	}
}

// Cues that were written are read as they were.
func TestWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(cues(), 0, 20).Draw(t, "cues")
		f, err := Parse(Write(want))
		if err != nil || f.Dropped > 0 {
			t.Fatal(err, f)
		}
		if len(want) == 0 && len(f.Cues) == 0 {
			return
		}
		if diff := cmp.Diff(want, f.Cues); diff != "" {
			t.Fatal(diff)
		}
	})
}

// cues have whole milliseconds, and text as Tidy leaves it.
func cues() *rapid.Generator[subs.Cue] {
	return rapid.Custom(func(t *rapid.T) subs.Cue {
		start := rapid.Int64Range(0, 400*3600*1000).Draw(t, "start")
		c := subs.Cue{Start: time.Duration(start) * ms, End: time.Duration(start+rapid.Int64Range(1, 1e6).Draw(t, "length")) * ms}
		for range rapid.IntRange(1, 4).Draw(t, "runs") {
			c.Runs = append(c.Runs, subs.Run{Text: rapid.StringN(0, 20, 80).Draw(t, "text"), Style: subs.Style(rapid.IntRange(0, 7).Draw(t, "style"))})
		}
		if c.Runs = subs.Tidy(c.Runs); c.Runs == nil {
			c.Runs = subs.Plain("x")
		}
		c.Settings = rapid.SampledFrom([]string{"", "line:0", "line:10% align:start"}).Draw(t, "settings")
		return c
	})
}

func FuzzParse(f *testing.F) {
	for _, c := range files {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Parse(b)
		if err != nil {
			return
		}
		for i := range got.Cues {
			c := &got.Cues[i]
			if c.Start < 0 || c.End <= c.Start || c.End > subs.MaxTime || len(c.Runs) == 0 {
				t.Fatalf("%+v", c)
			}
		}
		again, err := Parse(Write(subs.Merge(got.Cues)))
		if err != nil || again.Dropped > 0 {
			t.Fatal(err, again)
		}
	})
}

func inputs() []hostile.Input {
	head := "WEBVTT\n\n"
	return append(hostile.Common(),
		hostile.Input{Name: "cues", Data: append([]byte(head), hostile.Fill("00:00.000 --> 00:01.000\na\n\n")...)},
		hostile.Input{Name: "tags", Data: append([]byte(head+"00:00.000 --> 00:01.000\n"), hostile.Fill("<i>a")...)},
		hostile.Input{Name: "lines", Data: append([]byte(head+"00:00.000 --> 00:01.000\n"), hostile.Fill("a\n")...)},
		hostile.Input{Name: "one line", Data: append([]byte(head+"00:00.000 --> "), hostile.Fill("a ")...)},
	)
}

func parse(b []byte) { _, _ = Parse(b) }

func TestHostileMemory(t *testing.T) { hostile.Memory(t, inputs(), parse) }

func BenchmarkHostile(b *testing.B) { hostile.Bench(b, inputs(), parse) }
