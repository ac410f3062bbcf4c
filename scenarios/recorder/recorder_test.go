package recorder_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/internal/flowtest"
	"seine/scenarios/recorder"
)

var placeless = cmpopts.IgnoreTypes(scenarios.Position{})

// recording has every step and property of Schema.ts, and some that are in none.
const recording = "testdata/recording.json"

func TestParse(t *testing.T) {
	data, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := recorder.Parse("recording.json", data)
	if err != nil {
		t.Fatal(err)
	}
	f := doc.Flow
	if f.Title != "All steps ${of} {{it}}" || f.Timeout != 4500*time.Millisecond || f.SelectorAttribute != "data-test" || len(f.Steps) != 17 {
		t.Errorf("%+v", f)
	}
	want := scenarios.Click{
		Base: scenarios.Base{
			Timeout: 2 * time.Second, Recorder: map[string]any{"assessment": map[string]any{"x": 1}},
			AssertedEvents: []scenarios.AssertedEvent{{Type: "navigation", URL: new("https://example.com/$${x}"), Title: new(""), Recorder: map[string]any{"extra": true}}},
		},
		Place:     scenarios.Place{Target: "main", Frame: []int{0, 2}},
		Selectors: []scenarios.Selector{{"aria/Buy"}, {"#host", "#buy"}, {"xpath///*[@id=\"buy\"]"}, {"pierce/#buy"}, {"text/Buy"}},
		OffsetX:   new(12.5), OffsetY: new(3.0), Button: "secondary", DeviceType: "touch", Duration: 80 * time.Millisecond,
	}
	if diff := cmp.Diff(want, f.Steps[3], placeless); diff != "" {
		t.Error(diff)
	}
	if p := f.Steps[3].Common().Pos.String(); p != "recording.json:8:15" {
		t.Error(p)
	}
}

// TestLossless: a recording that is read and written is the same recording; by way of YAML too.
func TestLossless(t *testing.T) {
	data, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := recorder.Parse("recording.json", data)
	if err != nil {
		t.Fatal(err)
	}
	same := func(flow scenarios.UserFlow) {
		t.Helper()
		out, err := recorder.Marshal(flow, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(parsed(t, data), parsed(t, out)); diff != "" {
			t.Error(diff)
		}
	}
	same(doc.Flow)
	yaml, err := file.Marshal(doc.Flow)
	if err != nil {
		t.Fatal(err)
	}
	again, err := file.Parse("again.yaml", yaml)
	if err != nil {
		t.Fatalf("%v\n%s", err, yaml)
	}
	same(again.Flow)
}

func parsed(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return lists(v)
}

// lists writes every selector as a list of its parts: "#a" and ["#a"] are the same.
func lists(v any) any {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			lists(e)
		}
	case map[string]any:
		selectors, _ := v["selectors"].([]any)
		for i, e := range selectors {
			if s, ok := e.(string); ok {
				selectors[i] = []any{s}
			}
		}
		for _, e := range v {
			lists(e)
		}
	}
	return v
}

// TestOurs: any flow of ours can be a recording, and comes back as it was.
func TestOurs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		flow := flowtest.Flow().Draw(t, "flow")
		data, err := recorder.Marshal(flow, map[string]any{"base": "http://x", "rows": []any{1}})
		if err != nil {
			t.Fatal(err)
		}
		doc, err := recorder.Parse("a.json", data)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(flow, doc.Flow, placeless); diff != "" {
			t.Fatalf("%s\n%s", diff, data)
		}
	})
}

// TestTemplates: other programs see what the expressions come to.
func TestTemplates(t *testing.T) {
	flow := scenarios.UserFlow{Title: "t", Steps: []scenarios.Step{
		scenarios.Navigate{URL: "${.base}/a"},
		scenarios.Navigate{URL: "$${x}"},
		scenarios.Navigate{URL: "${.later}"},
		scenarios.Click{Selectors: []scenarios.Selector{{"#a"}}},
		scenarios.Extract{Table: "table", As: "rows"},
	}}
	data, err := recorder.Marshal(flow, map[string]any{"base": "http://x"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"title": "t", "steps": []any{
		map[string]any{"type": "navigate", "url": "http://x/a", "seine": map[string]any{"url": "${.base}/a"}},
		map[string]any{"type": "navigate", "url": "${x}"},
		map[string]any{"type": "navigate", "url": "${.later}", "seine": map[string]any{"url": "${.later}"}},
		map[string]any{"type": "click", "selectors": []any{[]any{"#a"}}, "offsetX": 1.0, "offsetY": 1.0, "seine": map[string]any{"offsetX": nil, "offsetY": nil}},
		map[string]any{"type": "customStep", "name": "seine.extract", "parameters": map[string]any{"table": "table", "as": "rows"}},
	}}
	if diff := cmp.Diff(want, parsed(t, data)); diff != "" {
		t.Error(diff)
	}
}

func TestBad(t *testing.T) {
	for text, want := range map[string]string{
		`{"title": "a", "steps": [{"type": "clik"}]}`:                                                    `did you mean "click"?`,
		`{"title": "a", "steps": [{"url": "x"}]}`:                                                        "needs a type",
		`{"title": "a", "steps": [{"type": "click", "selectors": ["a"], "offsetX": "1", "offsetY": 1}]}`: "a.json:1:75: offsetX must be a number",
		`{"title": "a", "steps": [{"type": "navigate"}]}`:                                                `navigate needs "url"`,
		`{"title": "a", "steps": [{"type": "play"}]}`:                                                    `a recording has no step "play"`,
		`{"title": "a", "timeout": "soon", "steps": []}`:                                                 "must be a time",
		`[]`: "must be a map",
		`{"title": "a", "steps": [{"type": "customStep", "name": "seine.extract", "parameters": {"tabel": "x"}}]}`: `did you mean "table"?`,
	} {
		_, err := recorder.Parse("a.json", []byte(text))
		var one *file.Error
		if !errors.As(err, &one) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	data, err := os.ReadFile(recording)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	f.Add(`{"title": "a", "seine": {"steps": null, "name": 3}, "steps": [{"type": "customStep", "name": "seine.each", "parameters": {"in": 3}, "seine": []}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := recorder.Parse("a.json", []byte(text))
		if err != nil {
			_ = err.Error()
			return
		}
		if _, err := recorder.Marshal(doc.Flow, nil); err != nil {
			t.Fatal(err)
		}
	})
}
