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
