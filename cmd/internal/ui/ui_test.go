package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
)

func TestRemote(t *testing.T) {
	for in, want := range map[string]string{
		"plain é 日本":                        "plain é 日本",
		"\x1b]52;c;ZXZpbA==\x07title":       "]52;c;ZXZpbA==title", // OSC 52 would set the clipboard
		"\x9b2Jclear":                       "?2Jclear",            // C1 as a bare byte is no UTF-8
		"\u009b2Jclear":                     "2Jclear",
		"over\rwrite\bback":                 "overwriteback",
		"abc\u202egpj.exe":                  "abcgpj.exe",
		"zero\u200bwidth\ufeff":             "zerowidth",
		"two\nlines\tand tabs":              "two lines and tabs",
		"private \ue000 use \U000e0041tags": "private  use tags",
		"\xff\xfe":                          "?",
	} {
		if got := Remote(in).String(); got != want {
			t.Errorf("Remote(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzRemote(f *testing.F) {
	f.Add("\x1b[31m", 10)
	f.Add("ab\u202ecd", 3)
	f.Fuzz(func(t *testing.T, s string, n int) {
		for _, got := range []string{Remote(s).String(), Remote(s).Short(n)} {
			if strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
				t.Errorf("%q lets %q through", s, got)
			}
		}
		if got := []rune(Remote(s).Short(n)); n >= 5 && len(got) > n {
			t.Errorf("Short(%d) of %q is %d long", n, s, len(got))
		}
	})
}

// Everything that a Console writes of remote text goes through Remote: logs too.
func TestLoggerEscapes(t *testing.T) {
	var out, errs bytes.Buffer
	c := New(&out, &errs, Options{Debug: true})
	c.Logger().Warn("a title", "title", "\x1b]0;owned\x07", "url", "http://x/\u202e")
	if s := errs.String(); strings.ContainsAny(s, "\x1b\x07") || strings.Contains(s, "\u202e") || !strings.Contains(s, "owned") {
		t.Errorf("the log has %q", s)
	}
}

func TestJSONMode(t *testing.T) {
	var out, errs bytes.Buffer
	c := New(&out, &errs, Options{JSON: true})
	c.Say("text")
	c.Warn("text")
	c.Print("text")
	p := c.Progress("film")
	p.Set(State{Done: 1, Total: 2, Unit: "segments", Bytes: 10})
	p.End()
	if err := c.Emit("film", map[string]string{"title": "line\nbreak \u2028 \x1b"}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if errs.Len() > 0 || len(lines) != 2 {
		t.Fatalf("stderr %q, stdout %q", errs.String(), out.String())
	}
	for _, l := range lines {
		var v struct {
			Event string
			Data  map[string]any
		}
		if err := json.Unmarshal([]byte(l), &v); err != nil || v.Event == "" || v.Data == nil {
			t.Errorf("%q: %v", l, err)
		}
	}
}

// JSON keeps what a text holds, but not so that a terminal would obey it.
func TestJSONIsInvisible(t *testing.T) {
	const title = "é 日本 \x1b]52;c;\x07 \u007f \u009b2J \u202e \u200b \ufeff \u2028 \ue000 \U000e0041"
	var out bytes.Buffer
	c := New(&out, &bytes.Buffer{}, Options{JSON: true})
	if err := c.Emit("film", map[string]string{"title": title}); err != nil {
		t.Fatal(err)
	}
	line := strings.TrimSuffix(out.String(), "\n")
	if got := Remote(line).String(); got != line {
		t.Errorf("%q has hidden characters", line)
	}
	var v struct{ Data map[string]string }
	if err := json.Unmarshal([]byte(line), &v); err != nil || v.Data["title"] != title {
		t.Errorf("%q, %v", v.Data["title"], err)
	}
}

// What a line says has its place: from the first byte to the last neither bar nor numbers move.
func TestProgressStays(t *testing.T) {
	for _, width := range []int{40, 60, 80, 120} {
		c := New(&bytes.Buffer{}, &bytes.Buffer{}, Options{})
		p := c.Progress("film")
		at := ""
		for done := 0; done <= 1000; done++ {
			p.start = time.Now().Add(-time.Duration(done+1) * 700 * time.Millisecond)
			p.state = State{Done: done, Total: 1000, Unit: "segments", Bytes: int64(done) * int64(done) * 1500}
			if p.first == nil {
				p.first = &State{}
			}
			line := p.fit(p.speed(), width)
			now := fmt.Sprint(len([]rune(line)), strings.Index(line, "%"), strings.Contains(line, "segments"), strings.Contains(line, "/1000"))
			if at != "" && now != at {
				t.Fatalf("width %d: the line became another: %s, was %s:\n%s", width, now, at, line)
			}
			at = now
		}
	}
}

// Where lines stay, none says what another has said, and none says that nothing has happened yet.
func TestPlainProgress(t *testing.T) {
	var out, errs bytes.Buffer
	p := New(&out, &errs, Options{}).Progress("film")
	for _, done := range []int{0, 1, 2, 2, 2} {
		p.Set(State{Done: done, Total: 2, Unit: "segments"})
	}
	p.End()
	if got := errs.String(); got != "film: 2 of 2 segments  0 B\n" {
		t.Errorf("%q", got)
	}
}

func TestQuiet(t *testing.T) {
	var out, errs bytes.Buffer
	c := New(&out, &errs, Options{Quiet: true})
	c.Say("chatter")
	p := c.Progress("film")
	p.Set(State{Done: 1, Total: 1})
	p.End()
	c.Print("result")
	if out.String() != "result\n" || errs.Len() > 0 {
		t.Errorf("stdout %q, stderr %q", out.String(), errs.String())
	}
}

// A terminal's progress line never wraps, whatever the width, and stays below what is said meanwhile.
func TestProgressFits(t *testing.T) {
	for width := 12; width < 140; width++ {
		var out, errs bytes.Buffer
		c := New(&out, &errs, Options{})
		c.width = width
		p := c.Progress("film")
		p.every = 0
		p.start = time.Now().Add(-10 * time.Second)
		p.Set(State{Total: 1000, Unit: "segments"})
		p.Set(State{Done: 999, Total: 1000, Unit: "segments", Bytes: 123_456_789_012, Retries: 17})
		c.Say("said meanwhile")
		p.End()
		for _, line := range strings.FieldsFunc(errs.String(), func(r rune) bool { return r == '\r' || r == '\n' }) {
			if n := len([]rune(strings.TrimPrefix(line, "\x1b[K"))); n >= width && !strings.Contains(line, "said") {
				t.Errorf("width %d: a line of %d: %q", width, n, line)
			}
		}
		if !strings.HasSuffix(errs.String(), "\r\x1b[K") {
			t.Errorf("width %d: the line is still there: %q", width, errs.String())
		}
	}
}

func TestTableFits(t *testing.T) {
	c := New(&bytes.Buffer{}, &bytes.Buffer{}, Options{})
	long := Remote("https://example.com/" + strings.Repeat("x", 300) + "\x1b[2J")
	got := c.Table([]Column{{Title: "KIND"}, {Title: "SIZE", Right: true}, {Title: "URL", Flex: true}},
		[][]any{{"HLS", "12 kB", long}, {Remote("vid\u202eeo"), "1 B", Remote("short")}})
	for _, l := range strings.Split(got, "\n") {
		if len([]rune(l)) > c.Width() || strings.ContainsAny(l, "\x1b\u202e") {
			t.Errorf("%d columns: %q", len([]rune(l)), l)
		}
	}
	wide := c.Table([]Column{{Title: "TYPE"}, {Title: "URL", Flex: true}}, [][]any{{Remote(strings.Repeat("t", 200)), Remote("https://example.com/a")}})
	if !strings.Contains(wide, "https://example.com/a") || len([]rune(strings.Split(wide, "\n")[1])) > c.Width() {
		t.Errorf("a wide cell pushes the others out:\n%s", wide)
	}
	if !strings.Contains(got, "  1 B") || !strings.Contains(got, "…") {
		t.Errorf("not aligned or not cut:\n%s", got)
	}
}

func TestUnits(t *testing.T) {
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1.0 kB", 123_456: "123 kB", 1_500_000_000: "1.5 GB", 1 << 62: "4612 PB"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{0: "0:00", 59600 * time.Millisecond: "1:00", 3661 * time.Second: "1:01:01"} {
		if got := Clock(d); got != want {
			t.Errorf("Clock(%s) = %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 retries", 1: "1 retry", 2: "2 retries"} {
		if got := Count(n, "retry"); got != want {
			t.Errorf("Count = %q, want %q", got, want)
		}
	}
}
