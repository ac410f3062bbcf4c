package ttml

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/internal/hostile"
	"seine/assemble/subs"
)

func document(attributes, head, body string) string {
	return `<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter" xmlns:tts="http://www.w3.org/ns/ttml#styling" xml:lang="en" ` + attributes + `><head>` + head + `</head>` + body + `</tt>`
}

// said are cues as "start end text", in milliseconds, styles in front of their text: {b}, {i}, {u}.
func said(list []subs.Cue) (out []string) {
	for i := range list {
		c := &list[i]
		end := fmt.Sprint(subs.Milliseconds(c.End))
		if c.End == Open {
			end = "open"
		}
		text := ""
		for _, r := range c.Runs {
			for k, n := range []string{"b", "i", "u"} {
				if r.Style&(1<<k) != 0 {
					text += "{" + n + "}"
				}
			}
			text += strings.ReplaceAll(r.Text, "\n", "|")
		}
		if c.Settings != "" {
			text += " [" + c.Settings + "]"
		}
		out = append(out, fmt.Sprintf("%d %s %s", subs.Milliseconds(c.Start), end, text))
	}
	return out
}

var documents = []struct {
	name, text string
	want       []string
}{
	{"offsets", document(`ttp:tickRate="10000000"`, "", `<body><div><p begin="1s" end="1.5s">a</p><p begin="20000000t" dur="500ms">b</p><p begin="0.05m" end="0.001h">c</p></div></body>`), []string{"1000 1500 a", "2000 2500 b", "3000 3600 c"}},
	{"clock times", document("", "", `<body><div><p begin="00:00:01.001" end="00:00:02">a</p><p begin="100:00:00.5" end="100:00:01">b</p></div></body>`), []string{"1001 2000 a", "360000500 360001000 b"}},
	{"frames", document(`ttp:frameRate="25"`, "", `<body><div><p begin="00:00:01:05" end="00:00:02:24">a</p><p begin="75f" end="100f">b</p></div></body>`), []string{"1200 2960 a", "3000 4000 b"}},
	{"frames by default", document("", "", `<body><p begin="00:00:01:15" end="00:00:02:00">a</p></body>`), []string{"1500 2000 a"}},
	{"a rate of a fraction", document(`ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001"`, "", `<body><p begin="30000f" end="00:20:00:15">a</p></body>`), []string{"1001000 1200501 a"}},
	{"ticks of frames", document(`ttp:frameRate="24" ttp:subFrameRate="10"`, "", `<body><p begin="240t" end="00:00:02:12.5">a</p></body>`), []string{"1000 2521 a"}},
	{"SMPTE, dropping", document(`ttp:timeBase="smpte" ttp:frameRate="30" ttp:frameRateMultiplier="1000 1001" ttp:dropMode="dropNTSC"`, "", `<body><p begin="00:01:00:02" end="00:10:00:00">a</p></body>`), []string{"60060 599999 a"}},
	{"nested", document("", "", `<body begin="10s"><div begin="1s" end="5s"><p begin="1s" end="2s">a</p><p begin="3s">b</p><p dur="20s">c</p></div></body>`), []string{"12000 13000 a", "14000 15000 b", "11000 15000 c"}},
	{"in sequence", document("", "", `<body><div timeContainer="seq"><p dur="1s">a</p><p dur="2s">b</p><p begin="1s" dur="1s">c</p></div></body>`), []string{"0 1000 a", "1000 3000 b", "4000 5000 c"}},
	{"no times", document("", "", `<body><div><p>a</p></div></body>`), []string{"0 open a"}},
	{"timed spans", document("", "", `<body><p begin="1s" end="5s"><span begin="0s" end="2s">a</span><br/><span begin="1s">b</span></p></body>`), []string{"1000 2000 a", "2000 3000 a|b", "3000 5000 b"}},
	{"blanks and lines", document("", "", "<body><p begin='0s' end='1s'>\n  a\n   <span>b </span> c<br/>\n  d  </p><p xml:space='preserve' begin='1s' end='2s'>e\n f</p></body>"), []string{"0 1000 a b c|d", "1000 2000 e|f"}},
	{"styles", document("", `<styling><style xml:id="i" tts:fontStyle="italic"/><style xml:id="b" style="i" tts:fontWeight="bold"/></styling>`,
		`<body style="i"><p begin="0s" end="1s">a<span tts:fontStyle="normal" tts:textDecoration="underline">b</span><span style="b">c</span><span tts:display="none">d</span><metadata><title>x</title></metadata></p></body>`), []string{"0 1000 {i}a{u}b{b}{i}c"}},
	{"places", document("", `<layout><region xml:id="top" tts:origin="10% 10%" tts:extent="80% 20%"/><region xml:id="low" tts:origin="10% 70%" tts:extent="80% 20%" tts:displayAlign="after"/><region xml:id="up"><style tts:origin="0% 0%" tts:extent="100% 50%" tts:displayAlign="after"/></region></layout>`,
		`<body><p region="top" begin="0s" end="1s">a</p><p region="low" begin="0s" end="1s">b</p><p region="up" tts:textAlign="start" begin="0s" end="1s">c</p></body>`), []string{"0 1000 a [line:10%]", "0 1000 b", "0 1000 c [line:50%,end align:start]"}},
	{"an older namespace", `<tt xmlns="http://www.w3.org/2006/10/ttaf1"><body><div><p begin="00:00:01.00" end="00:00:02.00">a &amp; b</p></div></body></tt>`, []string{"1000 2000 a & b"}},
}

func TestParse(t *testing.T) {
	for _, c := range documents {
		d, err := Parse([]byte(c.text))
		if err != nil || d.Dropped > 0 {
			t.Errorf("%s: %v, %+v", c.name, err, d)
			continue
		}
		if diff := cmp.Diff(c.want, said(d.Cues)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestUTF16(t *testing.T) {
	text := strings.Replace(documents[0].text, "?>", ` encoding="UTF-16"?>`, 1)
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	d, err := Parse(b)
	if err != nil || !Is(b) {
		t.Fatal(err)
	}
	if diff := cmp.Diff(documents[0].want, said(d.Cues)); diff != "" {
		t.Error(diff)
	}
}

// A clock that is not known is an error, for no time can be believed; a time that is none is one cue less.
func TestParseRefuses(t *testing.T) {
	p := `<body><p begin="1s" end="2s">a</p></body>`
	for _, c := range []struct {
		text string
		want error
	}{
		{document(`ttp:frameRate="fast"`, "", p), ErrClock},
		{document(`ttp:frameRate="0"`, "", p), ErrClock},
		{document(`ttp:frameRate="-25"`, "", p), ErrClock},
		{document(`ttp:frameRate="25" ttp:frameRateMultiplier="1000 0"`, "", p), ErrClock},
		{document(`ttp:tickRate="99999999999999999999"`, "", p), ErrClock},
		{document(`ttp:subFrameRate="x"`, "", p), ErrClock},
		{document(`ttp:timeBase="clock"`, "", p), ErrClock},
		{document(`ttp:timeBase="smpte" ttp:markerMode="discontinuous"`, "", p), ErrClock},
		{document(`ttp:dropMode="all"`, "", p), ErrClock},
		{"", ErrFormat},
		{"<html/>", ErrFormat},
		{`<tt>`, ErrFormat},
		{`<tt></tt><tt></tt>`, ErrFormat},
		{`<tt><body></tt>`, ErrFormat},
		{`<!DOCTYPE tt [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><tt><body><p begin="0s" end="1s">&b;</p></body></tt>`, ErrFormat},
		{"<tt>" + strings.Repeat("<div>", 100), ErrFormat},
		{document("", "", `<body><div begin="0s" end="1s" smpte:backgroundImage="#a" xmlns:smpte="s"/></body>`), ErrImages},
	} {
		if _, err := Parse([]byte(c.text)); !errors.Is(err, c.want) {
			t.Errorf("%.150s: %v", c.text, err)
		}
	}
	d, err := Parse([]byte(document(`ttp:frameRate="25"`, "", `<body><p begin="1x" end="2s">a</p><p begin="00:00:01:25" end="00:00:03:00">b</p><p begin="-1s" end="2s">c</p><p begin="9999999999999999h" end="2s">d</p><p begin="3s" end="4s">e</p></body>`)))
	if err != nil || d.Dropped != 4 || cmp.Diff([]string{"3000 4000 e"}, said(d.Cues)) != "" {
		t.Errorf("%v %+v", err, d)
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range documents {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Parse(b)
		if err != nil {
			return
		}
		for i := range d.Cues {
			if c := &d.Cues[i]; c.Start < 0 || c.End <= c.Start || c.End > Open || len(c.Runs) == 0 {
				t.Fatalf("%+v", c)
			}
		}
	})
}

func inputs() []hostile.Input {
	in := func(name, before, fill string) hostile.Input {
		return hostile.Input{Name: name, Data: append([]byte(before), hostile.Fill(fill)...)}
	}
	const open = `<tt><body>`
	return append(hostile.Common(),
		in("paragraphs", open, `<p begin="0s" end="1s">a</p>`),
		in("spans", open+`<p begin="0s" end="1s">`, `<span>a</span>`),
		in("deep", open, `<div>`),
		in("attributes", `<tt `, `a="b" `),
		in("styles", `<tt><head><styling>`, `<style xml:id="a" style="a a a a"/>`),
		in("moments", open+`<p>`, `<span begin="1s" end="2s">a</span><span begin="3s" end="4s">b</span>`),
		in("text", open+`<p begin="0s" end="1s">`, `a&amp; `),
	)
}

func parse(b []byte) { _, _ = Parse(b) }

func TestHostileMemory(t *testing.T) { hostile.Memory(t, inputs(), parse) }

func BenchmarkHostile(b *testing.B) { hostile.Bench(b, inputs(), parse) }
