package subs

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func cue(start, end int, text string) Cue {
	return Cue{Start: time.Duration(start) * time.Millisecond, End: time.Duration(end) * time.Millisecond, Runs: Plain(text)}
}

func TestMerge(t *testing.T) {
	for name, c := range map[string]struct{ list, want []Cue }{
		"repeated": {[]Cue{cue(5, 9, "b"), cue(1, 9, "a"), cue(1, 9, "a")}, []Cue{cue(1, 9, "a"), cue(5, 9, "b")}},
		"touching": {[]Cue{cue(10, 20, "a"), cue(20, 30, "a"), cue(31, 40, "a")}, []Cue{cue(10, 40, "a")}},
		"apart":    {[]Cue{cue(10, 20, "a"), cue(30, 40, "a")}, []Cue{cue(10, 20, "a"), cue(30, 40, "a")}},
		"empty":    {[]Cue{cue(10, 10, "a"), cue(10, 5, "a"), {End: 1}}, nil},
		"between":  {[]Cue{cue(10, 30, "a"), cue(15, 20, "b"), cue(30, 40, "a")}, []Cue{cue(10, 40, "a"), cue(15, 20, "b")}},
	} {
		if diff := cmp.Diff(c.want, Merge(c.list), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestTidy(t *testing.T) {
	for _, c := range []struct{ runs, want []Run }{
		{Plain("\n a  b \n\n\r\n c\x00\n"), Plain("a  b\nc")},
		{[]Run{{"a", 0}, {"b", 0}, {" ", Bold}, {"c", Bold}, {"", Italic}}, []Run{{"ab ", 0}, {"c", Bold}}},
		{Plain(" \n\t"), nil},
		{[]Run{{"a\n", Bold}, {"\nb", Italic}}, []Run{{"a\n", Bold}, {"b", Italic}}},
	} {
		got := Tidy(c.runs)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q: %s", c.runs, diff)
		}
		if diff := cmp.Diff(got, Tidy(got)); diff != "" {
			t.Errorf("%q, again: %s", c.runs, diff)
		}
	}
}

func TestRecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []Cue
		for range rapid.IntRange(0, 10).Draw(t, "cues") {
			c := Cue{Start: time.Duration(rapid.Int64Range(-int64(MaxTime), int64(MaxTime)).Draw(t, "start")), End: time.Duration(rapid.Int64Range(-int64(MaxTime), int64(MaxTime)).Draw(t, "end")), Settings: rapid.String().Draw(t, "settings")}
			for range rapid.IntRange(0, 3).Draw(t, "runs") {
				c.Runs = append(c.Runs, Run{rapid.String().Draw(t, "text"), Style(rapid.IntRange(0, 7).Draw(t, "style"))})
			}
			want = append(want, c)
		}
		got, err := Decode(Append(nil, want))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Fatal(err, diff)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add(Append(nil, []Cue{cue(1, 2, "a")}))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := Decode(b)
		if err == nil && len(list) > len(b) {
			t.Fatal(len(list))
		}
	})
}
