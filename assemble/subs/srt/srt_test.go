package srt

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/subs"
)

func TestWrite(t *testing.T) {
	got := string(Write([]subs.Cue{
		{Start: -time.Second, End: 1500*time.Millisecond + 600*time.Microsecond, Runs: []subs.Run{{Text: "a "}, {Text: "b", Style: subs.Bold | subs.Italic}, {Text: "\n12", Style: subs.Underline}}},
		{Start: 100*time.Hour + time.Millisecond, End: 100*time.Hour + time.Millisecond, Runs: subs.Plain("x --> <y>")},
	}))
	want := "1\n00:00:00,000 --> 00:00:01,501\na <b><i>b</i></b><u>\n12\u200b</u>\n\n2\n100:00:00,001 --> 100:00:00,002\nx -> <y>\n\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What was written is read again.
func TestParse(t *testing.T) {
	want := []subs.Cue{
		{Start: time.Second, End: 2 * time.Second, Runs: []subs.Run{{Text: "a "}, {Text: "b", Style: subs.Italic}, {Text: "\nc"}}},
		{Start: 3 * time.Second, End: 4 * time.Second, Runs: subs.Plain("d")},
	}
	text := append([]byte("\xef\xbb\xbf"), Write(want)...)
	got, dropped, err := Parse(text)
	if diff := cmp.Diff(want, got); diff != "" || err != nil || dropped > 0 || !Is(text) {
		t.Error(err, dropped, Is(text), diff)
	}
	for _, no := range []string{"", "WEBVTT\n", "1\n", "1\nhello", "<html>"} {
		if Is([]byte(no)) {
			t.Errorf("%q", no)
		}
	}
}
