package record

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/scenarios/file"
)

// tale makes events by hand: each comes 100 ms after the one before.
type tale struct {
	now   time.Time
	press int
}

func (t *tale) event(kind Kind, e Event) Event {
	t.now = t.now.Add(100 * time.Millisecond)
	e.Kind, e.At, e.Place.Page, e.Title = kind, t.now, "main", "Shop"
	return e
}

func named(id string) *Element {
	tag, _, _ := strings.Cut(id, "-")
	return &Element{ID: id, Selectors: []Scored{{[]string{"#" + id}, 200}}, Tag: tag, Name: id, Called: id, Edit: tag == "text", Secret: strings.HasSuffix(id, "secret")}
}

// does reads a line such as: click button-save. Words: click, double, right, type ID TEXT, leave ID TEXT, key NAME [ID], choose ID LABEL, tick ID, file ID NAME,
// echo ID (a click by no pointer), label ID FOR, call ID URL, answer ID STATUS, go URL, moved URL, dialog TYPE ANSWER, scroll Y, drag ID TO, hoverclick ID BY, wait.
func (t *tale) does(line string) []Event {
	w := append(strings.Fields(line), "", "", "")
	e := func(kind Kind, e Event) Event { return t.event(kind, e) }
	click := func(on *Element, detail int) []Event {
		t.press++
		p := Press{"d", t.press}
		return []Event{e(Down, Event{Element: on, Press: p}), e(Click, Event{Press: p, Detail: detail})}
	}
	switch w[0] {
	case "click":
		return click(named(w[1]), 1)
	case "double":
		return slices.Concat(click(named(w[1]), 1), click(named(w[1]), 2), []Event{e(DoubleClick, Event{Press: Press{"d", t.press}})})
	case "right":
		t.press++
		p := Press{"d", t.press}
		return []Event{e(Down, Event{Element: named(w[1]), Press: p, Button: 2}), e(ContextMenu, Event{Press: p, Button: 2}), e(AuxClick, Event{Press: p, Button: 2})}
	case "hoverclick":
		t.press++
		p := Press{"d", t.press}
		return []Event{e(Down, Event{Element: named(w[1]), Hover: named(w[2]), Press: p}), e(Click, Event{Press: p, Detail: 1})}
	case "label":
		l := named(w[1])
		l.Control = w[2]
		return append(click(l, 1), e(Click, Event{Element: named(w[2])}), e(Change, Event{Element: named(w[2]), Control: "box", Value: "true"}))
	case "echo":
		return []Event{e(Click, Event{Element: named(w[1])})}
	case "type":
		var list []Event
		for i := range w[2] {
			list = append(list, e(Input, Event{Element: named(w[1]), Value: w[2][:i+1]}))
		}
		return list
	case "leave":
		return []Event{e(Input, Event{Element: named(w[1]), Value: w[2], End: true})}
	case "key":
		k := Event{Keys: w[1]}
		if w[2] != "" {
			k.Element, k.Edits = named(w[2]), strings.HasPrefix(w[2], "text")
		}
		return []Event{e(Key, k)}
	case "choose":
		return []Event{e(Change, Event{Element: named(w[1]), Control: "select", Options: []Option{{w[2], w[2]}}})}
	case "tick":
		return []Event{e(Change, Event{Element: named(w[1]), Control: "box", Value: "true"})}
	case "file":
		return []Event{e(Change, Event{Element: named(w[1]), Control: "file", Files: []string{w[2]}})}
	case "chooser":
		return []Event{e(Chooser, Event{})}
	case "set":
		return []Event{e(Change, Event{Element: named(w[1]), Control: "set", Value: w[2]})}
	case "call":
		return []Event{e(Requested, Event{Call: Call{ID: w[1], Method: "GET", URL: "http://a.test" + w[2]}}), e(Responded, Event{Call: Call{ID: w[1], Status: 200, MIME: "application/json"}})}
	case "go":
		return []Event{e(Navigating, Event{URL: w[1], Control: "differentDocument"}), e(Navigated, Event{URL: w[1]})}
	case "back":
		return []Event{e(Navigating, Event{URL: w[1], Go: "back", By: 1}), e(Navigated, Event{URL: w[1]})}
	case "offer":
		return []Event{e(Downloaded, Event{Value: w[1]})}
	case "moved":
		return []Event{e(Navigated, Event{URL: w[1]})}
	case "dialog":
		d := Dialog{Type: w[1], Message: "Sure?", Accept: w[2] != "no"}
		if w[1] == "prompt" && d.Accept {
			d.Text = w[2]
		}
		return []Event{e(Asked, Event{Dialog: d}), e(Answered, Event{Dialog: d})}
	case "scroll":
		return []Event{e(Scroll, Event{Offset: Offset{0, float64(len(w[1]))}})}
	case "drag":
		t.press++
		p := Press{"d", t.press}
		return []Event{e(Down, Event{Element: named(w[1]), Press: p}), e(Drag, Event{Press: p, To: named(w[2])})}
	case "wait":
		t.now = t.now.Add(20 * time.Second)
	}
	return nil
}

// folds are what is done, and the steps that are made of it.
var folds = []struct{ name, done, want string }{
	{"a click", "click button-a", "- click: '#button-a'"},
	{"two clicks that are one", "double button-a", "- doubleClick: '#button-a'"},
	{"three clicks are a double one and another", "double button-a|click button-a", "- doubleClick: '#button-a'|- click: '#button-a'"},
	{"a right click", "right button-a", "- click: {selectors: '#button-a', button: secondary}"},
	{"typing", "click text-a|type text-a abc|leave text-a abc", "- change: {selectors: '#text-a', value: abc}"},
	{"typing on", "type text-a ab|wait|type text-a abc", "- change: {selectors: '#text-a', value: abc}"},
	{"a click that fetched something is kept", "click text-a|call 1 /hints|type text-a ab", "- click: '#text-a'|- waitForRequest: '*/hints'|- change: {selectors: '#text-a', value: ab}"},
	{"from field to field", "type text-a x|key Tab text-a|type text-b y|key Tab text-b|leave text-b y|click button-c", "- change: {selectors: '#text-a', value: x}|- change: {selectors: '#text-b', value: y}|- click: '#button-c'"},
	{"Enter sends a form", "type text-a x|key Enter text-a|leave text-a x|echo button-send|moved http://a.test/b", "- change: {selectors: '#text-a', value: x}|- press: {keys: Enter, assertedEvents: [{type: navigation}]}"},
	{"Enter, twice the same", "type text-a x|key Enter text-a|type text-a x|key Enter text-a", "- change: {selectors: '#text-a', value: x}|- press: Enter|- change: {selectors: '#text-a', value: x}|- press: Enter"},
	{"a secret", "type text-secret abc|leave text-secret abc", "- change: {selectors: '#text-secret', value: '${.text_secret}'}"},
	{"a secret, seen in between", "type text-secret abc|click button-eye|leave text-secret abc", "- change: {selectors: '#text-secret', value: '${.text_secret}'}|- click: '#button-eye'"},
	{"a label ticks", "label label-a box-a", "- click: '#label-a'"},
	{"a box", "click box-a|tick box-a", "- click: '#box-a'"},
	{"a box by the keyboard", "key Space box-a|echo box-a|tick box-a", "- click: '#box-a'"},
	{"a list", "click select-a|choose select-a Red|choose select-a Blue|echo select-a", "- select: {selectors: '#select-a', options: Blue}"},
	{"a date in pieces", "click input-d|set input-d 2026-01-01|key Tab input-d|set input-d 2026-02-01", "- change: {selectors: '#input-d', value: '2026-02-01'}"},
	{"arrows", "key ArrowDown|key ArrowDown|key Enter", "- press: [ArrowDown, ArrowDown]|- press: Enter"},
	{"a file by a button", "click button-a|chooser|wait|file input-f /tmp/x.png", "- upload: {selectors: '#input-f', files: x.png}"},
	{"a link", "click a-b|moved http://a.test/b", "- click: {selectors: '#a-b', assertedEvents: [{type: navigation}]}"},
	{"an address", "click a-b|wait|go http://a.test/c", "- click: '#a-b'|- navigate: http://a.test/c"},
	{"an address with a secret in it", "wait|go http://a.test/c?name=x&password=abc%20d&n=1", "- navigate: 'http://a.test/c?name=x&password=${.password PIPE @uri}&n=1'"},
	{"the page goes back by itself", "click a-b|back http://a.test/c", "- click: {selectors: '#a-b', assertedEvents: [{type: navigation}]}"},
	{"the person goes back", "click a-b|wait|back http://a.test/c", "- click: '#a-b'|- history: back"},
	{"a download", "click a-b|offer report.csv|click a-c|offer report.csv|offer evil.exe", "- click: {selectors: '#a-b', assertedEvents: [{type: download, file: report.csv}]}|- click: {selectors: '#a-c', assertedEvents: [{type: download, file: report 2.csv}, {type: download, file: evil.exe}]}"},
	{"much later the page moves by itself", "click a-b|wait|moved http://a.test/c", "- click: '#a-b'"},
	{"yes is what dialogs are told", "click button-a|dialog confirm yes", "- click: '#button-a'"},
	{"no", "click button-a|dialog confirm no", "- dialog: dismiss|- click: '#button-a'"},
	{"a text", "click button-a|dialog prompt Ann", "- dialog: {answer: accept, text: Ann}|- click: '#button-a'"},
	{"scrolling about", "scroll xxx|scroll xxxxx|click button-a", "- click: '#button-a'"},
	{"scrolling that fetches", "scroll xxx|call 1 /more?page=2|scroll xxxxx|click button-a", "- scroll: {y: 5}|- waitForRequest: '*/more?*'|- click: '#button-a'"},
	{"a menu", "hoverclick button-a li-menu|hoverclick button-b li-menu", "- hover: '#li-menu'|- click: '#button-a'|- hover: '#li-menu'|- click: '#button-b'"},
	{"a menu that was clicked open", "click li-menu|hoverclick button-a li-menu", "- click: '#li-menu'|- click: '#button-a'"},
	{"a drag", "drag li-a ul-b", "- drag: {selectors: '#li-a', to: '#ul-b'}"},
	{"calls", "click button-a|call 1 /api/items/12345?x=1|call 2 /api/items/67890?x=2", "- click: '#button-a'|- waitForRequest: '*/api/items/*?*'"},
	{"a poll is nobody's", "wait|call 1 /poll|click button-a|call 2 /poll", "- click: '#button-a'"},
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, test := range folds {
		t.Run(test.name, func(t *testing.T) {
			f := NewFolder("")
			tell := &tale{now: time.Unix(1e9, 0)}
			for line := range strings.SplitSeq(test.done, "|") {
				for _, e := range tell.does(line) {
					f.Add(e)
				}
			}
			flow, _ := f.Flow(FlowOptions{})
			want, err := file.Parse("want.yaml", []byte("steps:\n"+strings.NewReplacer("|", "\n  ", "PIPE", "|").Replace("|"+test.want)))
			if err != nil {
				t.Fatal(err)
			}
			flow.Inputs = nil
			got, err1 := file.Marshal(flow)
			wanted, err2 := file.Marshal(want.Flow)
			if d := cmp.Diff(string(wanted), string(got)); d != "" || err1 != nil || err2 != nil {
				t.Error(d, err1, err2)
			}
		})
	}
}

// TestSuggestions: what a step fetched is suggested in the order in which it was, though the last two calls alone are waited for, and three at most.
func TestSuggestions(t *testing.T) {
	f, tell := NewFolder(""), &tale{now: time.Unix(1e9, 0)}
	for _, line := range []string{"click button-a", "call 1 /one", "call 2 /two", "call 3 /three", "call 4 /four", "call 5 /five"} {
		for _, e := range tell.does(line) {
			f.Add(e)
		}
	}
	flow, comments := f.Flow(FlowOptions{Suggest: func(c Call) []string {
		if c.ID == "2" {
			return nil
		}
		return []string{"fetched " + c.ID}
	}})
	text, err := Marshal(flow, comments, false)
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for line := range strings.Lines(string(text)) {
		if i := strings.Index(line, "fetched "); i >= 0 {
			said = append(said, strings.TrimSpace(line[i:]))
		}
	}
	if want := []string{"fetched 1", "fetched 3", "fetched 4"}; !slices.Equal(said, want) || strings.Contains(string(text), "*/three") || !strings.Contains(string(text), "*/five") {
		t.Errorf("%q of\n%s", said, text)
	}
}
