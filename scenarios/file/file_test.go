package file_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/internal/flowtest"
)

// placeless leaves out where steps stand.
var placeless = cmpopts.IgnoreTypes(scenarios.Position{})

const market = `
# yaml-language-server: $schema=seine.schema.json
name: market
description: |
  The price table
  of all pages
inputs:
  base: http://127.0.0.1:8080
  pages: {type: range, default: 1..199}
  key: {required: true, secret: true}
pool: {workers: 50, tabs: 2, rate: 20/s, retries: 3}
timeout: 1m30s
steps:
  - navigate: ${.base}/
  - click: {selectors: ["aria/Add", ["#host", "#add"]], offsetX: 3, offsetY: 4.5}
  - click: "#add"
  - play
  - each:
      in: ${.pages}
      item: page
      workers: 50
      steps:
        - request:
            url: ${.base}/prices
            query: {page: "${.page}", filter: {a: [1, true, null], b: "${.x}"}}
            as: answer
      collect: ${.rows}
      as: rows
  - listen: 1500ms
outputs:
  prices.csv: ${.rows}
`

func TestParse(t *testing.T) {
	doc, err := file.Parse("market.yaml", []byte(market))
	if err != nil {
		t.Fatal(err)
	}
	want := scenarios.UserFlow{
		Title: "market", Description: "The price table\nof all pages\n", Timeout: 90 * time.Second,
		Inputs: []scenarios.Input{
			{Name: "base", Default: "http://127.0.0.1:8080"},
			{Name: "pages", Type: scenarios.InputRange, Default: "1..199"},
			{Name: "key", Required: true, Secret: true},
		},
		Pool: scenarios.Pool{Tabs: 2, Workers: 50, Rate: scenarios.Rate{Count: 20, Per: time.Second}, Retries: new(3)},
		Steps: []scenarios.Step{
			scenarios.Navigate{URL: "${.base}/"},
			scenarios.Click{Selectors: []scenarios.Selector{{"aria/Add"}, {"#host", "#add"}}, OffsetX: new(3.0), OffsetY: new(4.5)},
			scenarios.Click{Selectors: []scenarios.Selector{{"#add"}}},
			scenarios.Play{},
			scenarios.Each{
				In: "${.pages}", Item: "page", Workers: 50,
				Steps: []scenarios.Step{scenarios.Request{URL: "${.base}/prices", As: "answer", Query: []scenarios.Field{
					{Name: "page", Value: "${.page}"}, {Name: "filter", Value: map[string]any{"a": []any{1, true, nil}, "b": "${.x}"}},
				}}},
				Collect: "${.rows}", As: "rows",
			},
			scenarios.Listen{For: 1500 * time.Millisecond},
		},
		Outputs: []scenarios.Output{{File: "prices.csv", Value: "${.rows}"}},
	}
	if diff := cmp.Diff(want, doc.Flow, placeless); diff != "" {
		t.Error(diff)
	}
	if p := doc.Flow.Steps[2].Common().Pos; p != (scenarios.Position{File: "market.yaml", Line: 16, Column: 5}) {
		t.Errorf("the third step is at %v", p)
	}
}

// TestEditors: what editors of other systems put into a file changes nothing.
func TestEditors(t *testing.T) {
	want, err := file.Parse("a.yaml", []byte(market))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"CRLF": strings.ReplaceAll(market, "\n", "\r\n"), "BOM": "\ufeff" + market, "both": "\ufeff" + strings.ReplaceAll(market, "\n", "\r\n")} {
		got, err := file.Parse("a.yaml", []byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(want.Flow, got.Flow); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, err := file.Parse("a.json", []byte("\ufeff{\"$schema\": \"x\", \"steps\": [\"play\"]}")); err != nil {
		t.Error(err)
	}
}

// TestRoundTrip: what is written is read as the same, in YAML and in JSON.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		flow := flowtest.Flow().Draw(t, "flow")
		for name, marshal := range map[string]func(scenarios.UserFlow) ([]byte, error){"a.yaml": file.Marshal, "a.json": file.MarshalJSON} {
			data, err := marshal(flow)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := file.Parse(name, data)
			if err != nil {
				t.Fatalf("%v\n%s", err, data)
			}
			if diff := cmp.Diff(flow, doc.Flow, placeless); diff != "" {
				t.Fatalf("%s\n%s", diff, data)
			}
		}
	})
}

// TestBad: every mistake is told in one message, with its place.
func TestBad(t *testing.T) {
	for _, row := range flowtest.Bad() {
		t.Run(row.Name, func(t *testing.T) {
			doc, err := file.Parse(row.File(), []byte(row.Text))
			if err == nil {
				t.Fatalf("it was taken: %+v", doc.Flow)
			}
			var one *file.Error
			if !errors.As(err, &one) || !strings.Contains(one.Error(), row.Message) || strings.Count(err.Error(), one.Pos.File+":") != 1 {
				t.Errorf("%v\nlacks %q, or is more than one", err, row.Message)
			}
			if p := one.Pos; p.Line != row.Line || p.Column != row.Column {
				t.Errorf("%v\nwant line %d, column %d", err, row.Line, row.Column)
			}
		})
	}
}

// TestSeveral: independent mistakes are told at once, in order.
func TestSeveral(t *testing.T) {
	_, err := file.Parse("a.yaml", []byte("nam: x\nsteps:\n  - clik: a\n  - navigate: 3\n  - listen: soon\n"))
	var all file.Errors
	if !errors.As(err, &all) || len(all) != 4 {
		t.Fatal(err)
	}
	want := strings.TrimPrefix(`
a.yaml:1:1: a scenario has no field "nam"
   1 │ nam: x
     │ ^^^
  did you mean "name"?
a.yaml:3:5: there is no step "clik"
   3 │   - clik: a
     │     ^^^^
  did you mean "click"?
a.yaml:4:15: url must be text, and is a number
   4 │   - navigate: 3
     │               ^
  put it in quotes
a.yaml:5:13: for must be a time with its unit
   5 │   - listen: soon
     │             ^^^^
  write it as 500ms, 30s, 2m or 1h30m`, "\n")
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}

// TestAllSteps: each step can be written with all that it may have.
func TestAllSteps(t *testing.T) {
	for _, s := range scenarios.Steps() {
		full := flowtest.Full(reflect.TypeOf(s))
		flow := scenarios.UserFlow{Steps: []scenarios.Step{full}}
		data, err := file.Marshal(flow)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := file.Parse("all.yaml", data)
		if err != nil {
			t.Errorf("%v\n%s", err, data)
			continue
		}
		if diff := cmp.Diff(flow, doc.Flow, placeless); diff != "" {
			t.Errorf("%s\n%s", diff, data)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a.yaml", market)
	for _, row := range flowtest.Bad() {
		if len(row.Text) < 10_000 {
			f.Add(row.File(), row.Text)
		}
	}
	library, _ := filepath.Glob("../library/*.yaml")
	for _, name := range library {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, string(data))
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		doc, err := file.Parse(name, []byte(text))
		if err != nil {
			_ = err.Error()
			return
		}
		data, err := file.Marshal(doc.Flow)
		if err != nil {
			t.Fatal(err)
		}
		again, err := file.Parse("again.yaml", data)
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if diff := cmp.Diff(doc.Flow, again.Flow, placeless, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s\n%s", diff, data)
		}
	})
}
