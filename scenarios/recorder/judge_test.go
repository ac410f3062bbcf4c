package recorder_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/scenarios/file"
	"seine/scenarios/internal/flowtest"
	"seine/scenarios/internal/nodetest"
	"seine/scenarios/recorder"
)

// judged is what @puppeteer/replay takes from a recording.
func judged(t *testing.T, data []byte) any {
	t.Helper()
	name := filepath.Join(t.TempDir(), "flow.json")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := nodetest.Run(t, "judge.mjs", "parse", name)
	if err != nil {
		t.Fatalf("%v\n%s", err, data)
	}
	return parsed(t, out)
}

// TestJudgeParses: @puppeteer/replay takes what was read and written here for the same as the original.
func TestJudgeParses(t *testing.T) {
	data, err := os.ReadFile(recording)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := recorder.Parse(recording, data)
	if err != nil {
		t.Fatal(err)
	}
	out, err := recorder.Marshal(doc.Flow, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(judged(t, data), judged(t, out)); diff != "" {
		t.Error(diff)
	}
}

// TestJudgeTakesOurs: flows with steps of every kind are recordings.
func TestJudgeTakesOurs(t *testing.T) {
	nodetest.Dir(t)
	var all []json.RawMessage
	for i := range 60 {
		data, err := recorder.Marshal(flowtest.Flow().Example(i), nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, data)
	}
	list, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "flows.json")
	if err := os.WriteFile(name, list, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := nodetest.Run(t, "judge.mjs", "all", name); err != nil {
		t.Error(err)
	}
}

// TestJudgeRuns: @puppeteer/replay runs a scenario of ours in a real browser; our own steps are nothing to it.
func TestJudgeRuns(t *testing.T) {
	executable, address := nodetest.Browser(t), nodetest.Serve(t)
	doc, err := file.Parse("stage.yaml", []byte(stage))
	if err != nil {
		t.Fatal(err)
	}
	out, err := recorder.Marshal(doc.Flow, map[string]any{"base": address, "name": "Ann"})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "flow.json")
	if err := os.WriteFile(name, out, 0o600); err != nil {
		t.Fatal(err)
	}
	printed, err := nodetest.Run(t, "judge.mjs", "run", name, executable)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	want := map[string]any{
		"added": 2.0, "keys": []any{"a"}, "pad": []any{7.0, 9.0}, "double": true, "hovered": true, "context": true, "name": "Ann ${x}", "size": "l",
		"deep": true, "inner": 1.0, "scrolled": 400.0,
	}
	if diff := cmp.Diff(want, parsed(t, printed)); diff != "" {
		t.Error(diff)
	}
	back, err := recorder.Parse("flow.json", out)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(doc.Flow, back.Flow, placeless); diff != "" {
		t.Error(diff)
	}
}

const stage = `
name: stage
inputs: {base: http://127.0.0.1, name: Ann}
steps:
  - setViewport: {width: 800, height: 600}
  - navigate: ${.base}
  - click: aria/Add to cart
  - click: ["#nowhere", "#add"]
  - waitForElement: {selectors: "#list li", count: 2, operator: ==}
  - doubleClick: {selectors: "#pad", offsetX: 7, offsetY: 9}
  - click: {selectors: "#pad", offsetX: 20, offsetY: 20, button: secondary}
  - hover: "#pad"
  - change: {selectors: "#name", value: "${.name} $${x}"}
  - change: {selectors: "#size", value: l}
  - click: [["#host", "#deep"]]
  - keyDown: a
  - keyUp: a
  - click: {selectors: "#inner", frame: [0]}
  - extract: {table: "#prices", as: rows}
  - waitForExpression: "` + "`${state.added}` === '2'" + `"
  - scroll: {y: 400}
  - waitForExpression: state.scrolled === 400
`
