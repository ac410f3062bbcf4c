package export_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/scenarios/export"
	"seine/scenarios/file"
	"seine/scenarios/internal/flowtest"
	"seine/scenarios/internal/nodetest"
	"seine/scenarios/library"
	"seine/scenarios/program"
)

var drivers = []export.Driver{export.Puppeteer, export.Playwright}

func load(t *testing.T, text string) *program.Program {
	t.Helper()
	doc, err := file.Parse("main.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p, err := program.Compile(doc, program.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// write puts code where node finds the drivers.
func write(t *testing.T, dir, name string, code []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, code, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestParses: the code of ready and of random scenarios is JavaScript.
func TestParses(t *testing.T) {
	nodetest.Dir(t)
	dir := t.TempDir()
	var names []string
	for _, d := range drivers {
		for _, name := range library.Names() {
			p, err := program.Load(name+".yaml", program.Options{Read: library.Files.ReadFile})
			if err != nil {
				t.Fatal(err)
			}
			code, _, err := export.JavaScript(p, d)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, write(t, dir, fmt.Sprintf("%s-%s.mjs", name, d), code))
		}
		for i := range 20 {
			flow := flowtest.Flow().Example(i)
			code, _, err := export.JavaScript(&program.Program{Flow: flow}, d)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, write(t, dir, fmt.Sprintf("%d-%s.mjs", i, d), code))
		}
	}
	for _, name := range names {
		if _, err := nodetest.Run(t, "--check", name); err != nil {
			t.Error(err)
		}
	}
}

const stage = `
name: stage
description: "*/ ends no comment"
inputs: {base: http://127.0.0.1, name: Ann, out: /tmp, n: 2}
timeout: 8s
steps:
  - setViewport: {width: 800, height: 600}
  - navigate: ${.base}
  - click: aria/Add to cart
  - click: ["#nowhere", "#add"]
  - waitForElement: {selectors: "#list li", count: 2, operator: ==}
  - doubleClick: {selectors: "#pad", offsetX: 7, offsetY: 9}
  - click: {selectors: "#pad", offsetX: 20, offsetY: 20, button: secondary}
  - hover: "#pad"
  - change: {selectors: "#name", value: "${.name} $${x} {{y}} ${\"` + "`" + `\"}"}
  - change: {selectors: "#agree", value: "true"}
  - select: {selectors: "#size", options: Large}
  - upload: {selectors: "#file", files: package.json}
  - click: [["#host", "#deep"]]
  - press: [a, Control+b]
  - click: {selectors: "#inner", frame: [0]}
  - extract: {table: "#prices", cell: 'gsub("/"; "")', as: table}
  - extract:
      rows: "#prices tbody tr"
      columns:
        name: td
        link: {select: xpath/.//a, attribute: href}
        price: {select: "td:nth-child(2)", jq: 'gsub("/"; ".") | tonumber'}
      as: rows
  - request: {url: "${.base}data", query: {q: {deep: "${.n}"}}, as: answer}
  - extract: {from: "${.answer}", jq: ".rows[] | {n, twice: (.n * 2)}", as: numbers}
  - each:
      in: ${[range(1; .n + 1)]}
      item: i
      workers: 3
      steps:
        - request: {url: "${.base}data", as: answer}
      collect: ${.answer.json.rows | map(.n + 10)}
      as: many
  - if: {that: "${.many | length > 5}", then: [write: {file: "${.out}/yes.txt", value: "${.many | length}"}], else: [write: {file: "${.out}/no.txt", value: no}]}
  - if: {selectors: "#nowhere", then: [click: "#nowhere"]}
  - assert: {that: "${(.rows | length) == 2}", selectors: "#prices", title: Sta*}
  - write: {file: "${.out}/rows.csv", value: "${.rows}"}
  - write: {file: "${.out}/all.json", value: {table: "${.table}", numbers: "${.numbers}", many: "${.many}"}}
  - screenshot: {file: "${.out}/pad.png", selectors: "#pad"}
  - waitForExpression: "` + "`${state.added}` === '2'" + `"
  - scroll: {y: 400}
  - waitForExpression: state.scrolled === 400
`

// TestRuns: the code does in a real browser what the scenario says, with either driver.
func TestRuns(t *testing.T) {
	executable, address := nodetest.Browser(t), nodetest.Serve(t)
	t.Setenv("BROWSER", executable)
	p := load(t, stage)
	for _, d := range drivers {
		t.Run(string(d), func(t *testing.T) {
			code, left, err := export.JavaScript(p, d)
			if err != nil || len(left) != 0 {
				t.Fatal(err, left)
			}
			// The state of the page is printed before it is closed.
			code = []byte(strings.Replace(string(code), "\n} finally {", "\n  console.log(JSON.stringify(await page.evaluate(() => window.state)));\n} finally {", 1))
			dir, out := nodetest.Dir(t), t.TempDir()
			script := filepath.Join(dir, "test-"+string(d)+".mjs")
			if err := os.WriteFile(script, code, 0o600); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(script)
			printed, err := nodetest.Run(t, script, "base="+address, "out="+out)
			if err != nil {
				t.Fatal(err)
			}
			checkStage(t, printed, out, address)
		})
	}
}

func checkStage(t *testing.T, printed []byte, out, address string) {
	t.Helper()
	var state, all map[string]any
	if err := json.Unmarshal(printed, &state); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"added": 2.0, "keys": []any{"a", "Control+Control", "Control+b"}, "pad": []any{7.0, 9.0}, "double": true, "hovered": true, "context": true, "name": "Ann ${x} {{y}} `",
		"size": "l", "agree": true, "file": "package.json", "deep": true, "inner": 1.0, "scrolled": 400.0,
	}
	if diff := cmp.Diff(want, state); diff != "" {
		t.Error(diff)
	}
	data, err := os.ReadFile(filepath.Join(out, "all.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	want = map[string]any{
		"table":   []any{map[string]any{"name": "A", "price": "10"}, map[string]any{"name": "B", "price": "25"}},
		"numbers": []any{map[string]any{"n": 1.0, "twice": 2.0}, map[string]any{"n": 2.0, "twice": 4.0}},
		"many":    []any{11.0, 12.0, 11.0, 12.0},
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Error(diff)
	}
	csv, err := os.ReadFile(filepath.Join(out, "rows.csv"))
	if want := "name,link,price\r\nA," + address + "a,1\r\nB," + address + "b,2.5\r\n"; err != nil || string(csv) != want {
		t.Errorf("%q, %v", csv, err)
	}
	for _, name := range []string{"no.txt", "pad.png"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
}

// TestLeft: what cannot be said is told, and fails when it is reached.
func TestLeft(t *testing.T) {
	p := load(t, "inputs: {a: [1, 2]}\nsteps:\n  - navigate: http://x/${.a | @base64}\n  - play\n  - grab: a.mp4\n")
	code, left, err := export.JavaScript(p, export.Puppeteer)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range left {
		got = append(got, fmt.Sprintf("%d %s %t", l.Pos.Line, l.What, l.Fails))
	}
	want := []string{"3 the expression .a | @base64 (@base64) true", "4 the step play true", "5 the step grab true", "0 a run for each value of the input \"a\" false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, s := range []string{`await missing("play main.yaml:4:5")`, `lacks("the expression .a | @base64`} {
		if !strings.Contains(string(code), s) {
			t.Errorf("%s lacks %s", code, s)
		}
	}
}
