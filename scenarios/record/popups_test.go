package record

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/scenarios"
)

func TestPopupPattern(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://help.test/terms":                  "https://help.test/terms",
		"https://help.test/":                       "https://help.test/",
		"https://help.test/?a=1":                   "https://help.test/?*",
		"https://help.test:8443/t/123/x?token=abc": "https://help.test:8443/t/*/x?*",
		"https://help.test/app#/orders/1":          "https://help.test/app*",
		"https://help.test/s/9f8e7d6c5b4a/":        "https://help.test/s/*/",
		"about:blank":                              "about:blank",
		"blob:https://a.test/1b2c":                 "blob:https://a.test/*",
		"data:text/html,x":                         "data:*",
		"":                                         "",
		"%zz":                                      "%zz",
	} {
		got := popupPattern(address)
		if got != want || !like(got, address) {
			t.Errorf("%s: %s, wanted %s", address, got, want)
		}
	}
}

func TestLike(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		pattern, address string
		want             bool
	}{
		{"https://a.test/*?*", "https://a.test/1?x", true},
		{"https://a.test/*?*", "https://a.test/1", false},
		{"ab*ba", "aba", false},
		{"ab*ba", "abba", true},
		{"a*b*c", "a-b-c", true},
		{"a*b*c", "acb", false},
		{"a", "ab", false},
		{"*", "", true},
		{"a**", "a", true},
	} {
		if got := like(x.pattern, x.address); got != x.want {
			t.Errorf("%s, %s: %t", x.pattern, x.address, got)
		}
	}
}

// TestPopupNumbers: popups that were opened by what was undone, or while nothing was recorded, are not counted: they will not be there.
func TestPopupNumbers(t *testing.T) {
	t.Parallel()
	f, all, now := NewFolder(""), &popups{}, time.Unix(1e9, 0)
	open := func(page string) {
		all.at(page, "https://a.test/p?x="+page)
		f.Add(Event{Kind: Opened, At: now, Place: all.place(page)})
	}
	click := func(page string) {
		place := Place{}
		if page != "" {
			place = all.place(page)
		}
		f.Add(Event{Kind: Click, At: now, Place: place, Element: &Element{ID: "e" + page, Tag: "b", Selectors: []Scored{{Parts: []string{"#b"}}}}})
	}
	click("")
	open("one")
	click("")
	open("undone")
	f.Undo()
	f.Pause(true)
	open("unheard")
	f.Pause(false)
	click("")
	open("two")
	click("two")
	click("one")
	flow, _ := f.Flow(FlowOptions{})
	var got []string
	for _, s := range flow.Steps {
		got = append(got, s.(scenarios.Click).Target)
	}
	if d := cmp.Diff([]string{"", "", "https://a.test/p?* (2)", "https://a.test/p?*"}, got); d != "" {
		t.Error(d)
	}
	flow, _ = f.Flow(FlowOptions{Plain: true})
	if got := flow.Steps[2].(scenarios.Click).Target; got != "https://a.test/p?x=two" {
		t.Errorf("for Chrome's Recorder: %s", got)
	}
}
