package program_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/program"
)

// healed loads the files, the first of which is a.yaml unless it is JSON, and puts an alternative first.
func healed(t *testing.T, name, text string, moves ...file.Move) (*program.Program, []program.Healed, error) {
	t.Helper()
	p, err := program.Load(name, program.Options{Read: func(string) ([]byte, error) { return []byte(text), nil }})
	if err != nil {
		t.Fatal(err)
	}
	list, err := p.Healed(moves)
	return p, list, err
}

// last is the last step of the program.
func last(p *program.Program) scenarios.Position {
	return p.Flow.Steps[len(p.Flow.Steps)-1].Common().Pos
}

// TestHealed: of each way to write a list, the third selector comes first, and nothing else changes.
func TestHealed(t *testing.T) {
	for name, x := range map[string]struct{ file, before, after string }{
		"brackets": {
			"a.yaml",
			"# top\nsteps:\n  - click: ['#a',\t\"#b\",   text/See it  ]  # why\n",
			"# top\nsteps:\n  - click: [text/See it,\t'#a',   \"#b\"  ]  # why\n",
		},
		"brackets over several lines": {
			"a.yaml",
			"steps:\n  - click:\n      selectors: [\n        'text/it''s', # one\n        [x-a, \"text/b]\\\"c\"], # two\n        text/ä › ö\n      ] # end\n      timeout: 3s\n",
			"steps:\n  - click:\n      selectors: [\n        text/ä › ö, # one\n        'text/it''s', # two\n        [x-a, \"text/b]\\\"c\"]\n      ] # end\n      timeout: 3s\n",
		},
		"dashes": {
			"a.yaml",
			"steps:\r\n  - click:\r\n      selectors:\r\n        - '#a' # first\r\n        - - x-outer\r\n          - '#b'\r\n\r\n        # what people see\r\n        - 'text/Ünder: x'\r\n      button: secondary\r\n",
			"steps:\r\n  - click:\r\n      selectors:\r\n        # what people see\r\n        - 'text/Ünder: x'\r\n        - '#a' # first\r\n\r\n        - - x-outer\r\n          - '#b'\r\n      button: secondary\r\n",
		},
		"dashes at the edge, and no end of the line": {
			"a.yaml",
			"steps:\n- click:\n  # of the list\n  - aria/A\n  - |-\n    #b\n  - >-\n    text/See\n    it",
			"steps:\n- click:\n  - >-\n    text/See\n    it\n  # of the list\n  - aria/A\n  - |-\n    #b",
		},
		"JSON": {
			"a.json",
			`{"steps": [{"click": {"selectors": ["#a",["x","text/\"]"] ,  "text\/\u00e4"], "timeout": "3s"}}]}`,
			`{"steps": [{"click": {"selectors": ["text\/\u00e4","#a" ,  ["x","text/\"]"]], "timeout": "3s"}}]}`,
		},
		"a recording": {
			"a.json",
			"{\n  \"title\": \"x\",\n  \"steps\": [\n    {\"type\": \"click\", \"selectors\": [\n      [\n        \"aria/A ${x}\"\n      ],\n      \"#b\",\n      [\n        \"text/C\"\n      ]\n    ], \"offsetX\": 1, \"offsetY\": 2.50}\n  ]\n}\n",
			"{\n  \"title\": \"x\",\n  \"steps\": [\n    {\"type\": \"click\", \"selectors\": [\n      [\n        \"text/C\"\n      ],\n      [\n        \"aria/A ${x}\"\n      ],\n      \"#b\"\n    ], \"offsetX\": 1, \"offsetY\": 2.50}\n  ]\n}\n",
		},
		"our step in a recording": {
			"a.json",
			`{"title":"x","steps":[{"type":"customStep","name":"seine.drag","parameters":{"selectors":["#a","#b","#c"],"x":1}}]}`,
			`{"title":"x","steps":[{"type":"customStep","name":"seine.drag","parameters":{"selectors":["#c","#a","#b"],"x":1}}]}`,
		},
		"expressions": {
			"a.yaml",
			"inputs: {n: 1}\nsteps:\n  - click: ['#a${.n}', '#b${.n}', '#c${.n}']\n",
			"inputs: {n: 1}\nsteps:\n  - click: ['#c${.n}', '#a${.n}', '#b${.n}']\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, _, _ := healed(t, x.file, x.before)
			_, list, err := healed(t, x.file, x.before, file.Move{Step: last(p), Field: "selectors", Alternative: 2})
			if err != nil || len(list) != 1 {
				t.Fatal(err, list)
			}
			if d := cmp.Diff(x.after, string(list[0].After)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestHealedElsewhere: in steps within others, in a login, in files that are called; in two lists of one step.
func TestHealedElsewhere(t *testing.T) {
	files := map[string]string{
		"d/a.yaml": `session:
  login:
    check: [{waitForElement: ['#out', text/Out]}]
    steps: [{click: ['#in', text/In]}]
steps:
  - each:
      in: [1, 2]
      steps:
        - drag: {selectors: ['#x', '#y'], to: [text/Here, '#here', '#there']}
  - paginate: {next: ['#next', text/Next], steps: [{call: {file: inner/b.yaml}}]}
`,
		"d/inner/b.yaml": "steps:\n  - if:\n      selectors:\n        - '#a' # a\n        - '#b' # b\n      then: []\n",
	}
	p, err := program.Load("d/a.yaml", program.Options{Read: func(name string) ([]byte, error) { return []byte(files[name]), nil }})
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string, line, column int) scenarios.Position {
		return scenarios.Position{File: name, Line: line, Column: column}
	}
	list, err := p.Healed([]file.Move{
		{Step: at("d/a.yaml", 3, 14), Field: "selectors", Alternative: 1},
		{Step: at("d/a.yaml", 4, 14), Field: "selectors", Alternative: 1},
		{Step: at("d/a.yaml", 9, 11), Field: "selectors", Alternative: 1},
		{Step: at("d/a.yaml", 9, 11), Field: "to", Alternative: 2},
		{Step: at("d/a.yaml", 10, 5), Field: "next", Alternative: 1},
		{Step: at("d/inner/b.yaml", 2, 5), Field: "selectors", Alternative: 1},
	})
	if err != nil || len(list) != 2 {
		t.Fatal(err, len(list))
	}
	want := strings.NewReplacer("['#out', text/Out]", "[text/Out, '#out']", "['#in', text/In]", "[text/In, '#in']", "['#x', '#y']", "['#y', '#x']",
		"[text/Here, '#here', '#there']", "['#there', text/Here, '#here']", "['#next', text/Next]", "[text/Next, '#next']").Replace(files["d/a.yaml"])
	if d := cmp.Diff(want, string(list[0].After)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff("steps:\n  - if:\n      selectors:\n        - '#b' # b\n        - '#a' # a\n      then: []\n", string(list[1].After)); d != "" {
		t.Error(d)
	}
}

// TestNotHealed: what cannot be done in place is told, and what can be is done all the same.
func TestNotHealed(t *testing.T) {
	text := "steps:\n  - click:\n      selectors:\n        -\n          '#a'\n        - '#b'\n  - click: ['#c', '#d']\n  - click: '#only'\n"
	p, _, _ := healed(t, "a.yaml", text)
	var moves []file.Move
	for _, s := range p.Flow.Steps {
		moves = append(moves, file.Move{Step: s.Common().Pos, Field: "selectors", Alternative: 1})
	}
	moves = append(moves, file.Move{Step: moves[1].Step, Field: "to"}, file.Move{Step: scenarios.Position{File: "b.yaml", Line: 1, Column: 1}})
	_, list, err := healed(t, "a.yaml", text, moves...)
	if !errors.Is(err, file.ErrLayout) || strings.Count(err.Error(), "\n") != 3 {
		t.Errorf("%v", err)
	}
	if len(list) != 1 || string(list[0].After) != strings.Replace(text, "['#c', '#d']", "['#d', '#c']", 1) {
		t.Errorf("%+v", list)
	}
}

// FuzzHealed: whatever the layout, what is healed says the same but for the order, and has as many lines.
func FuzzHealed(f *testing.F) {
	f.Add("steps:\n  - click: ['#a', \"#b\", text/c d]\n", 2)
	f.Add("steps:\n  - click:\n    # x\n    - '#a'\n    - - b\n      - c # d\n", 1)
	f.Add("{\"title\": \"x\", \"steps\": [{\"type\": \"click\", \"offsetX\": 1, \"offsetY\": 1, \"selectors\": [[\"a\"], \"b\"]}]}", 1)
	f.Fuzz(func(t *testing.T, text string, n int) {
		p, err := program.Load("a", program.Options{Read: func(string) ([]byte, error) { return []byte(text), nil }})
		if err != nil {
			return
		}
		var moves []file.Move
		for _, s := range p.Flow.Steps {
			moves = append(moves, file.Move{Step: s.Common().Pos, Field: "selectors", Alternative: n})
		}
		list, _ := p.Healed(moves)
		for _, h := range list {
			if len(h.After) == 0 || strings.Count(string(h.Before), "\n") != strings.Count(string(h.After), "\n") {
				t.Errorf("%q became %q", h.Before, h.After)
			}
			q, err := program.Load("a", program.Options{Read: func(string) ([]byte, error) { return h.After, nil }})
			if err != nil || len(q.Flow.Steps) != len(p.Flow.Steps) {
				t.Errorf("%q became %q: %v", h.Before, h.After, err)
			}
		}
	})
}
