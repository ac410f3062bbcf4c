package capture_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"

	"seine/capture"
)

// say is a Runtime.consoleAPICalled with one argument.
func utter(text string) jsonv2.Value {
	return jsonv2.Value(fmt.Sprintf(`{"type":"log","timestamp":1.7e12,"args":[{"type":"string","value":%q}],"stackTrace":{"callFrames":[{"url":"https://page.example/a.js","lineNumber":7}]}}`, text))
}

func TestConsole(t *testing.T) {
	r := recorder(t, capture.Options{})
	s := &session{id: "A", kind: "page"}
	r.Attached(s)
	r.Event(s, "Runtime.consoleAPICalled", utter("hello"))
	r.Event(s, "Runtime.consoleAPICalled", jsonv2.Value(`{"type":"warning","timestamp":1e300,"args":[{"type":"number","value":1},{"type":"object","description":"Object"},{"type":"number","unserializableValue":"NaN"},{"type":"undefined"}]}`))
	r.Event(s, "Runtime.exceptionThrown", jsonv2.Value(`{"timestamp":1.7e12,"exceptionDetails":{"text":"Uncaught","lineNumber":3,"url":"https://page.example/","exception":{"type":"object","description":"Error: no"}}}`))
	r.Event(s, "Log.entryAdded", jsonv2.Value(`{"entry":{"source":"network","level":"error","text":"404","timestamp":1.7e12,"url":"https://page.example/x"}}`))
	var got []string
	for _, m := range r.Snapshot().Console {
		got = append(got, fmt.Sprint(m.Level, "|", m.Source, "|", m.Text, "|", m.URL, "|", m.Line, "|", m.Time.IsZero()))
	}
	want := "log|console|hello|https://page.example/a.js|7|false\n" +
		"warning|console|1 Object NaN undefined||0|true\n" +
		"error|exception|Uncaught Error: no|https://page.example/|3|false\n" +
		"error|network|404|https://page.example/x|0|false"
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("%s\nwant\n%s", s, want)
	}
}

// TestConsoleIsBounded: a page that writes in a loop costs no more than the first of it, and what is cut is counted.
func TestConsoleIsBounded(t *testing.T) {
	r := recorder(t, capture.Options{})
	s := &session{id: "A", kind: "page"}
	r.Attached(s)
	r.Event(s, "Runtime.consoleAPICalled", utter(strings.Repeat("é", 1<<20)))
	for range 11_000 {
		r.Event(s, "Runtime.consoleAPICalled", utter(strings.Repeat("x", 1000)))
	}
	c := r.Snapshot()
	all := 0
	for _, m := range c.Console {
		all += len(m.Text)
	}
	if n := len(c.Console) + c.ConsoleCut; n != 11_001 || all > 5<<20 || len(c.Console[0].Text) > 17<<10 || len(c.Console) > 10_000 {
		t.Errorf("%d of %d messages, %d bytes, the first has %d", len(c.Console), n, all, len(c.Console[0].Text))
	}
}

// TestConsoleOfAPage: what a real page writes, throws and fails to load is there, from its frames too.
func TestConsoleOfAPage(t *testing.T) {
	v := visited(t, "/kinds/console.html", capture.Options{})
	for _, want := range []string{"said by the page 1", "Error: thrown by the page", "404"} {
		said := func() bool {
			return slices.ContainsFunc(v.Snapshot().Console, func(m capture.ConsoleMessage) bool { return strings.Contains(m.Text, want) })
		}
		for changed := v.Changed(); !said(); changed = v.Changed() {
			select {
			case <-changed:
			case <-v.ctx.Done():
				t.Fatalf("%q was not heard: %+v", want, v.Snapshot().Console)
			}
		}
	}
	for changed := v.Changed(); v.Snapshot().Times.Content.IsZero(); changed = v.Changed() {
		select {
		case <-changed:
		case <-v.ctx.Done():
			t.Fatal("the page's time was not heard")
		}
	}
	if c := v.Snapshot(); c.Times.Content.IsZero() || c.Times.Content.After(c.Times.Load) && !c.Times.Load.IsZero() {
		t.Errorf("%+v", c.Times)
	}
}
