package isotext_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/internal/hostile"
	"seine/assemble/subs"
	"seine/assemble/subs/isotext"
	"seine/assemble/subs/isotext/isotexttest"
)

func TestRead(t *testing.T) {
	init := isotexttest.Init("wvtt", 90000)
	two := append(isotexttest.Cue("<b>a</b>", "line:0 region:x"), isotexttest.Cue("b", "")...)
	got, dropped, err := isotext.Read(init, isotexttest.Segment(90000, isotexttest.Sample{Data: two, Duration: 45000}, isotexttest.Sample{Data: isotexttest.Pause(), Duration: 9000}, isotexttest.Sample{Data: isotexttest.Cue("c", ""), Duration: 1}))
	want := []subs.Cue{
		{Start: time.Second, End: 1500 * time.Millisecond, Runs: []subs.Run{{Text: "a", Style: subs.Bold}}, Settings: "line:0"},
		{Start: time.Second, End: 1500 * time.Millisecond, Runs: subs.Plain("b")},
		{Start: 1600 * time.Millisecond, End: 1600*time.Millisecond + 11111, Runs: subs.Plain("c")},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || dropped > 0 {
		t.Error(err, dropped, diff)
	}
}

func TestReadRefuses(t *testing.T) {
	wvtt, stpp := isotexttest.Init("wvtt", 1000), isotexttest.Init("stpp", 1000)
	for name, c := range map[string]struct{ init, data []byte }{
		"no init":                   {nil, isotexttest.Segment(0)},
		"no box":                    {wvtt, isotexttest.Segment(0, isotexttest.Sample{Data: []byte("\x00\x00\x00\x99vttc"), Duration: 1})},
		"no TTML":                   {stpp, isotexttest.Segment(0, isotexttest.Sample{Data: []byte("<html/>"), Duration: 1})},
		"another type":              {isotexttest.Init("tx3g", 1000), isotexttest.Segment(0, isotexttest.Sample{Data: []byte("\x00\x01a"), Duration: 1})},
		"no mp4":                    {wvtt, []byte("WEBVTT\n")},
		"a frame rate of no number": {stpp, isotexttest.Segment(0, isotexttest.Sample{Data: []byte(`<tt frameRate="x"/>`), Duration: 1})},
	} {
		if _, _, err := isotext.Read(c.init, c.data); !errors.Is(err, isotext.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, kind := range []string{"wvtt", "stpp"} {
		data := isotexttest.Cue("a", "line:0")
		if kind == "stpp" {
			data = []byte(`<tt><body><p begin="1s" end="2s">a</p></body></tt>`)
		}
		f.Add(isotexttest.Init(kind, 1000), isotexttest.Segment(1000, isotexttest.Sample{Data: data, Duration: 1000}))
	}
	f.Fuzz(func(t *testing.T, init, segment []byte) {
		list, _, err := isotext.Read(init, segment)
		if err != nil {
			return
		}
		for i := range list {
			if c := &list[i]; c.End <= c.Start || len(c.Runs) == 0 || c.Start > 2*subs.MaxTime || c.End > 2*subs.MaxTime {
				t.Fatalf("%+v", c)
			}
		}
	})
}

func TestHostileMemory(t *testing.T) {
	init := isotexttest.Init("wvtt", 1000)
	list := append(hostile.Common(),
		hostile.Input{Name: "cues", Data: isotexttest.Segment(0, isotexttest.Sample{Data: hostile.Fill("\x00\x00\x00\x11vttc\x00\x00\x00\x09payla"), Duration: 1})},
		hostile.Input{Name: "boxes", Data: isotexttest.Segment(0, isotexttest.Sample{Data: hostile.Fill("\x00\x00\x00\x08vttc"), Duration: 1})},
	)
	hostile.Memory(t, list, func(b []byte) { _, _, _ = isotext.Read(init, b) })
}
