package program_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/internal/flowtest"
	"seine/scenarios/program"
)

// load reads main.yaml of some files.
func load(files map[string]string, o program.Options) (*program.Program, error) {
	o.Read = func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return program.Load("main.yaml", o)
}

func one(t *testing.T, text string) *program.Program {
	t.Helper()
	p, err := load(map[string]string{"main.yaml": text}, program.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestBad: what no decoder can see is told with its place, in one message.
func TestBad(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "there.txt"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct{ text, want string }{
		"jq syntax":         {"steps:\n  - navigate: http://x/${.a |}\n", "main.yaml:2:30: jq: unexpected end of the expression"},
		"jq in block text":  {"inputs: {a: x}\nsteps:\n  - write:\n      file: a.txt\n      value: |\n        one\n        two ${.a | nope}\n", "main.yaml:7:20: jq: function not defined: nope/0"},
		"jq in quotes":      {"steps:\n  - navigate: \"${.a\"\n", "main.yaml:2:15: the expression has no end"},
		"unknown value":     {"inputs: {base: x}\nsteps:\n  - navigate: ${.bse}/x\n", "main.yaml:3:18: there is no value \"bse\" here"},
		"did you mean":      {"inputs: {base: x}\nsteps:\n  - navigate: ${.bse}/x\n", `did you mean "base"?`},
		"value too early":   {"steps:\n  - write: {file: a, value: '${.rows}'}\n  - extract: {table: table, as: rows}\n", "main.yaml:2:33: there is no value \"rows\""},
		"item out of each":  {"steps:\n  - each: {in: 1..3, steps: [play]}\n  - navigate: x${.item}\n", `no value "item"`},
		"as out of each":    {"steps:\n  - each: {in: 1..3, steps: [extract: {table: t, as: rows}]}\n  - write: {file: a, value: '${.rows}'}\n", `no value "rows"`},
		"collect unknown":   {"steps:\n  - each: {in: 1..3, steps: [play], collect: '${.row}'}\n", `main.yaml:2:50: there is no value "row"`},
		"not a list":        {"steps:\n  - each: {in: many, steps: [play]}\n", "neither"},
		"endless":           {"steps:\n  - each: {in: 1.., steps: [play]}\n", "without end"},
		"bad name":          {"steps:\n  - extract: {table: t, as: my rows}\n", "no name for a value"},
		"name of an input":  {"inputs: {rows: x}\nsteps:\n  - extract: {table: t, as: rows}\n", "the name of an input already"},
		"bad input name":    {"inputs: {my-base: x}\nsteps: [play]\n", "no name for an input"},
		"default of range":  {"inputs: {p: {type: range, default: x}}\nsteps: [play]\n", "no range"},
		"default of number": {"inputs: {p: {type: number, default: x}}\nsteps: [play]\n", "must be a number"},
		"default not value": {"inputs: {p: {values: [a, b], default: c}}\nsteps: [play]\n", "one of a, b"},
		"required default":  {"inputs: {p: {required: true, default: c}}\nsteps: [play]\n", "leave out required"},
		"secret default":    {"inputs: {p: {secret: true, default: c}}\nsteps: [play]\n", "does not belong"},
		"nothing":           {"steps: []\n", "no steps"},
		"env":               {"steps:\n  - navigate: ${env.HOME}\n", "env is not available"},
		"query":             {"steps:\n  - extract: {jq: '.a[', as: rows}\n", "main.yaml:2:23: jq: unexpected"},
		"cell":              {"steps:\n  - extract: {table: t, cell: 'gsub(', as: rows}\n", "main.yaml:2:37: jq:"},
		"column":            {"steps:\n  - extract: {rows: tr, columns: {a: {select: td, jq: 'x('}}, as: rows}\n", "jq:"},
		"two ways":          {"steps:\n  - extract: {rows: tr, columns: {a: td}, table: t, as: rows}\n", "one of rows"},
		"rows alone":        {"steps:\n  - extract: {rows: tr, as: rows}\n", "needs columns"},
		"two bodies":        {"steps:\n  - request: {url: x, json: {}, body: y}\n", "one of json"},
		"paginate":          {"steps:\n  - paginate: {scroll: true, next: a, steps: [play]}\n", "one of next"},
		"if":                {"steps:\n  - if: {then: [play]}\n", "one of that"},
		"assert":            {"steps:\n  - assert: {message: x}\n", "assert says nothing"},
		"CSS":               {"steps:\n  - click: 'a['\n", `main.yaml:2:12: the selector "a[" has a bracket`},
		"XPath":             {"steps:\n  - click: //a\n", "xpath///a"},
		"empty aria":        {"steps:\n  - click: aria/\n", "is empty"},
		"upload outside":    {"steps:\n  - upload: {selectors: '#f', files: ../secret}\n", "outside of --upload-root"},
		"upload absolute":   {"steps:\n  - upload: {selectors: '#f', files: [/etc/passwd]}\n", "outside of --upload-root"},
		"upload missing":    {"steps:\n  - upload: {selectors: '#f', files: [there.txt, gone.txt]}\n", "gone.txt"},
		"write outside":     {"steps:\n  - write: {file: ../a, value: x}\n", "leads out"},
		"output outside":    {"steps: [play]\noutputs: {/tmp/a.csv: x}\n", "leads out"},
		"no such file":      {"steps:\n  - call: gone.yaml\n", "main.yaml:2:11: gone.yaml: file does not exist"},
		"call outside":      {"steps:\n  - call: ../gone.yaml\n", "not beside"},
		"circle":            {"steps:\n  - call: a.yaml\n", "a.yaml:2:11: the files call each other in a circle: main.yaml → a.yaml → main.yaml"},
		"itself":            {"steps:\n  - call: main.yaml\n", "in a circle: main.yaml → main.yaml"},
		"too deep":          {"steps:\n  - call: d/a.yaml\n", "too many files"},
		"wrong in called":   {"steps:\n  - call: bad.yaml\n", "bad.yaml:2:5: there is no step"},
		"call input":        {"steps:\n  - call: {file: b.yaml, with: {user: x, pasword: y}}\n", `did you mean "password"?`},
		"call lacks input":  {"steps:\n  - call: b.yaml\n", `needs the input "user"`},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{
				"main.yaml": row.text, "a.yaml": "steps:\n  - call: main.yaml\n", "bad.yaml": "steps:\n  - nope\n",
				"b.yaml": "inputs: {user: {required: true}, password: x}\nsteps: [play]\n",
			}
			for i := range 20 {
				files[filepath.Join("d", string(rune('a'+i))+".yaml")] = "steps:\n  - call: " + string(rune('b'+i)) + ".yaml\n"
			}
			_, err := load(files, program.Options{UploadRoot: root})
			var first *file.Error
			if !errors.As(err, &first) || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "\n\n") {
				t.Fatalf("%v\nlacks %q", err, row.want)
			}
			if all := file.Errors(nil); errors.As(err, &all) && len(all) > 1 && name != "call input" {
				t.Errorf("%d messages: %v", len(all), err)
			}
		})
	}
}

// evil looks like expressions of every kind.
const evil = "${.secret} {{.secret}} $${.secret} ${"

// TestResolve: every text of a step gets its values, with their types where a value may have one. What a page said is never read
// as an expression, whatever it holds.
func TestResolve(t *testing.T) {
	p := one(t, `inputs: {base: http://x, colors: {default: [red, blue], type: list}, n: 7, page: p, secret: s}
steps:
  - request: {url: "${.base}/q", query: {n: "${.n}", deep: {a: ["${.page}", "<${.n}>"]}}, headers: {X-N: "${.n}"}}
  - select: {selectors: ["#${.n}", ["a", "b${.n}"]], options: ["${.colors}", "x${.n}"]}
  - each: {in: "${.colors}", steps: [navigate: "${.item}"], collect: "${.item}"}
  - waitForExpression: "`+"`${a}`"+`"
  - waitForElement: {selectors: a, properties: {v: "${.n}"}, attributes: {title: "t${.n}"}, assertedEvents: [{type: navigation, url: "${.base}"}]}
  - write: {file: "$${literal}", value: "${.page}"}
  - extract: {rows: tr, columns: {a: {select: "td.${.n}", jq: "tonumber"}}, as: rows}
  - change: {selectors: a, value: "<${.page}>"}
`)
	scope := map[string]any{"base": "http://x", "colors": []any{"red", "blue"}, "n": 7, "page": evil, "secret": "s"}
	want := []scenarios.Step{
		scenarios.Request{URL: "http://x/q", Query: []scenarios.Field{{Name: "n", Value: 7}, {Name: "deep", Value: map[string]any{"a": []any{evil, "<7>"}}}}, Headers: []scenarios.Field{{Name: "X-N", Value: 7}}},
		scenarios.Select{Selectors: []scenarios.Selector{{"#7"}, {"a", "b7"}}, Options: []string{"red", "blue", "x7"}},
		scenarios.Each{In: []any{"red", "blue"}, Steps: []scenarios.Step{scenarios.Navigate{URL: "${.item}"}}, Collect: "${.item}"},
		scenarios.WaitForExpression{Expression: "`${a}`"},
		scenarios.WaitForElement{Selectors: []scenarios.Selector{{"a"}}, Properties: map[string]any{"v": 7}, Attributes: map[string]string{"title": "t7"}, Base: scenarios.Base{AssertedEvents: []scenarios.AssertedEvent{{Type: "navigation", URL: new("http://x")}}}},
		scenarios.Write{File: "${literal}", Value: evil},
		scenarios.Extract{Rows: "tr", Columns: []scenarios.Column{{Name: "a", Select: "td.7", JQ: "tonumber"}}, As: "rows"},
		scenarios.Change{Selectors: []scenarios.Selector{{"a"}}, Value: "<" + evil + ">"},
	}
	for i, s := range p.Flow.Steps {
		got, err := p.Resolve(t.Context(), s, scope)
		if err != nil {
			t.Errorf("%s: %v", s.Type(), err)
			continue
		}
		if diff := cmp.Diff(want[i], got, cmp.FilterValues(func(a, b scenarios.Position) bool { return true }, cmp.Ignore())); diff != "" {
			t.Errorf("%s: %s", s.Type(), diff)
		}
		if got.Common().Pos != s.Common().Pos {
			t.Errorf("%s lost its place", s.Type())
		}
	}
}

// TestForeignText: a text that is not in the file is not evaluated, even if it is handed over as one.
func TestForeignText(t *testing.T) {
	p := one(t, "steps: [play]\n")
	for _, s := range []scenarios.Step{scenarios.Navigate{URL: evil}, scenarios.Write{File: "a", Value: []any{map[string]any{"a": "${.secret}"}}}} {
		if got, err := p.Resolve(t.Context(), s, map[string]any{"secret": "s"}); !errors.Is(err, program.ErrNotCompiled) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if v, err := p.Value(t.Context(), []any{"plain", 3}, nil); err != nil || !reflect.DeepEqual(v, []any{"plain", 3}) {
		t.Error(v, err)
	}
}

func TestBind(t *testing.T) {
	p := one(t, `inputs:
  base: http://x
  n: 3
  yes: true
  pages: {type: range, default: 1..3}
  down: {type: range, default: 2..0}
  colors: {type: list, values: [red, blue], default: [red]}
  file: {type: csv}
  key: {required: true, secret: true}
steps: [play]
`)
	got, err := p.Bind(map[string]string{"key": "k", "n": "4.5", "yes": "false", "colors": "blue, red"})
	want := map[string]any{
		"base": "http://x", "n": 4.5, "yes": false, "pages": []any{1, 2, 3}, "down": []any{2, 1, 0}, "colors": []any{"blue", "red"}, "file": nil, "key": "k",
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	for text, given := range map[string]map[string]string{
		`"key" is missing`: {}, "did you mean base?": {"key": "k", "bas": "x"}, "must be a number": {"key": "k", "n": "many"}, "true or false": {"key": "k", "yes": "1"},
		"no range": {"key": "k", "pages": "1-3"}, "one of red, blue": {"key": "k", "colors": "green"}, "more than": {"key": "k", "pages": "1..999999999"},
	} {
		var wrong *program.InputError
		if _, err := p.Bind(given); !errors.As(err, &wrong) || !strings.Contains(err.Error(), text) {
			t.Errorf("%v: %v", given, err)
		}
	}
}

func TestNeeds(t *testing.T) {
	p, err := load(map[string]string{
		"main.yaml": "steps:\n  - call: a.yaml\n  - each: {in: 1..3, steps: [waitForExpression: 'true']}\n",
		"a.yaml":    "steps:\n  - upload: {selectors: a, files: b}\n",
	}, program.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !p.Needs(program.NeedsJavaScript) || !p.Needs(program.NeedsUploads) || len(p.Notes) != 1 || p.Notes[0].Pos.Line != 3 {
		t.Errorf("%+v", p.Notes)
	}
	if c := p.Called(p.Flow.Steps[0].(scenarios.Call)); c == nil || c.Needs(program.NeedsJavaScript) {
		t.Errorf("%+v", c)
	}
}

func FuzzCheck(f *testing.F) {
	for _, row := range flowtest.Bad() {
		if len(row.Text) < 10_000 {
			f.Add(row.Text)
		}
	}
	f.Add("inputs: {a: {type: range, default: 1..3}}\nsteps:\n  - each: {in: '${.a}', steps: [extract: {rows: tr, columns: {x: td}, as: r}], collect: '${.r}', as: all}\noutputs: {a.csv: '${.all}'}\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := load(map[string]string{"main.yaml": text}, program.Options{})
		if err != nil {
			_ = err.Error()
			return
		}
		_, _ = p.Bind(nil)
	})
}
