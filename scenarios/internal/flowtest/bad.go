package flowtest

import (
	"strings"

	"seine/scenarios/internal/tree"
)

// BadFile is a file that cannot be read, and how that is told.
type BadFile struct {
	Name         string
	Text         string
	Message      string
	Line, Column int
	Syntax       bool // it is no YAML or JSON that any schema could be held against
	Extension    string
	Lax          bool // the schema cannot tell
}

// File is a name for it.
func (b BadFile) File() string {
	if b.Extension != "" {
		return "bad" + b.Extension
	}
	return "bad.yaml"
}

// Bad are files that the decoder refuses.
func Bad() []BadFile {
	deep := strings.Repeat("[", 100_000)
	return []BadFile{
		{Name: "broken YAML", Text: "steps:\n  - click: \"#a\n  - play\n", Message: "no valid YAML", Line: 2, Column: 12, Syntax: true},
		{Name: "bad indent", Text: "name: x\n steps: []\n", Message: "no valid YAML", Line: 1, Column: 7, Syntax: true},
		{Name: "tab", Text: "steps:\n\t- play\n", Message: "tabs", Line: 2, Column: 1, Syntax: true},
		{Name: "expression in braces", Text: "steps:\n  - request: {url: ${.base}/x}\n", Message: "in quotes", Line: 2, Column: 21, Syntax: true},
		{Name: "no UTF-8", Text: "name: \xff\n", Message: "UTF-8", Line: 1, Column: 7, Syntax: true},
		{Name: "empty", Text: "", Message: "the file is empty", Line: 1, Column: 1, Syntax: true},
		{Name: "comment only", Text: "# nothing\n", Message: "the file is empty", Line: 1, Column: 1, Syntax: true},
		{Name: "two documents", Text: "steps: [play]\n---\nsteps: [play]\n", Message: "second document", Line: 2, Column: 1, Syntax: true},
		{Name: "duplicate", Text: "name: a\nname: b\n", Message: "name", Line: 2, Column: 1, Syntax: true},
		{Name: "anchor", Text: "name: &a x\n", Message: "anchors", Line: 1, Column: 7, Syntax: true},
		{Name: "alias bomb", Text: "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nsteps: *c\n", Message: "anchors", Line: 1, Column: 4, Syntax: true},
		{Name: "alias", Text: "steps: *c\n", Message: "aliases", Line: 1, Column: 8, Syntax: true},
		{Name: "tag", Text: "name: !!binary x\n", Message: "tags", Line: 1, Column: 7, Syntax: true},
		{Name: "merge", Text: "<<: {name: x}\nsteps: [play]\n", Message: "merge", Line: 1, Column: 1, Syntax: true},
		{Name: "deep nesting", Text: "name: " + deep, Message: "nested too deep", Line: 1, Column: 134, Syntax: true},
		{Name: "deep dashes", Text: strings.Repeat("- ", 50_000) + "x", Message: "nested too deep", Line: 1, Column: 1, Syntax: true},
		{Name: "list of nothing", Text: "steps:\n" + strings.Repeat("-\n", 100_000), Message: "this item of the list is empty", Line: 2, Column: 1, Syntax: true},
		{Name: "many keys", Text: "steps: [play]\n" + strings.Repeat("a: b\n", 60_000), Message: "too many entries", Line: 10_001, Column: 2, Syntax: true},
		{Name: "deep JSON", Text: `{"name": ` + deep, Message: "nested too deep", Line: 1, Column: 74, Syntax: true, Extension: ".json"},
		{Name: "huge file", Text: "name: " + strings.Repeat("x", tree.MaxSize), Message: "KiB", Line: 0, Column: 0, Syntax: true},
		{Name: "broken JSON", Text: "{\n  \"steps\": [}\n}", Message: "no valid JSON", Line: 2, Column: 13, Syntax: true, Extension: ".json"},
		{Name: "cut JSON", Text: "{\"steps\": [", Message: "ends in the middle", Line: 1, Column: 12, Syntax: true, Extension: ".json"},
		{Name: "more JSON", Text: "{\"steps\": [\"play\"]} {}", Message: "more behind", Line: 1, Column: 21, Syntax: true, Extension: ".json"},
		{Name: "duplicate in JSON", Text: "{\"name\": \"a\",\n \"name\": \"b\"}", Message: "twice", Line: 2, Column: 2, Syntax: true, Extension: ".json"},

		{Name: "a list", Text: "- play\n", Message: "a scenario must be a map", Line: 1, Column: 1},
		{Name: "no steps", Text: "name: x\n", Message: `a scenario needs "steps"`, Line: 1, Column: 1},
		{Name: "unknown field", Text: "nam: x\nsteps: [play]\n", Message: `did you mean "name"?`, Line: 1, Column: 1},
		{Name: "unknown step", Text: "steps:\n  - clik: '#a'\n", Message: `did you mean "click"?`, Line: 2, Column: 5},
		{Name: "unknown step by name", Text: "steps:\n  - sing\n", Message: `there is no step "sing"`, Line: 2, Column: 5},
		{Name: "unknown field of a step", Text: "steps:\n  - click: {selecters: '#a', selectors: '#b'}\n", Message: `did you mean "selectors"?`, Line: 2, Column: 13},
		{Name: "field of another step", Text: "steps:\n  - click: {selectors: '#a', fullPage: true}\n", Message: `click has no field "fullPage"`, Line: 2, Column: 30},
		{Name: "dash is missing", Text: "steps:\n  - click: '#a'\n    navigate: x\n", Message: `"navigate" is too much here`, Line: 3, Column: 5},
		{Name: "step inside of a step", Text: "steps:\n  - each:\n      in: 1..3\n      steps: [play]\n      click: '#a'\n", Message: "a - of its own", Line: 5, Column: 7},
		{Name: "missing field", Text: "steps:\n  - change: {selectors: '#a'}\n", Message: `change needs "value"`, Line: 2, Column: 13},
		{Name: "step that needs something by name", Text: "steps:\n  - navigate\n", Message: `navigate needs "url"`, Line: 2, Column: 5},
		{Name: "steps are a map", Text: "steps: {play: }\n", Message: "a list of steps", Line: 1, Column: 8},
		{Name: "step is a number", Text: "steps:\n  - 3\n", Message: "a step must be a name", Line: 2, Column: 5},
		{Name: "number for text", Text: "steps:\n  - change: {selectors: '#a', value: 3}\n", Message: "value must be text, and is a number", Line: 2, Column: 38},
		{Name: "text for number", Text: "steps:\n  - setViewport: {width: wide, height: 100}\n", Message: "width must be a whole number, and is text", Line: 2, Column: 26},
		{Name: "fraction for whole number", Text: "steps:\n  - setViewport: {width: 1.5, height: 100}\n", Message: "whole number", Line: 2, Column: 26},
		{Name: "expression for number", Text: "steps:\n  - setViewport: {width: '${.w}', height: 100}\n", Message: "an expression cannot stand here", Line: 2, Column: 26},
		{Name: "too large", Text: "steps:\n  - setViewport: {width: 99999, height: 100}\n", Message: "at most 16384", Line: 2, Column: 26},
		{Name: "too small", Text: "pool: {tabs: 0}\nsteps: [play]\n", Message: "at least 1", Line: 1, Column: 14},
		{Name: "text for boolean", Text: "steps:\n  - screenshot: {file: a.png, fullPage: sure}\n", Message: "true or false", Line: 2, Column: 41},
		{Name: "duration without unit", Text: "timeout: 30\nsteps: [play]\n", Message: "500ms, 30s", Line: 1, Column: 10},
		{Name: "duration in days", Text: "timeout: 3d\nsteps: [play]\n", Message: "500ms, 30s", Line: 1, Column: 10},
		{Name: "rate", Text: "pool: {rate: 10}\nsteps: [play]\n", Message: "10/s", Line: 1, Column: 14},
		{Name: "enum", Text: "steps:\n  - click: {selectors: '#a', button: left}\n", Message: "primary, auxiliary", Line: 2, Column: 38},
		{Name: "input type", Text: "inputs: {a: {type: strin}}\nsteps: [play]\n", Message: `did you mean "string"?`, Line: 1, Column: 20},
		{Name: "inputs are a list", Text: "inputs: [a]\nsteps: [play]\n", Message: "inputs must be a map", Line: 1, Column: 9},
		{Name: "selector is a number", Text: "steps:\n  - click: [3]\n", Message: "selectors must be text", Line: 2, Column: 13},
		{Name: "no selector", Text: "steps:\n  - click: []\n", Message: "selectors is empty", Line: 2, Column: 12},
		{Name: "empty selector", Text: "steps:\n  - click: ['']\n", Message: "the selector is empty", Line: 2, Column: 13},
		{Name: "empty alternative", Text: "steps:\n  - click: [[]]\n", Message: "the selector is empty", Line: 2, Column: 13},
		{Name: "negative frame", Text: "steps:\n  - hover: {selectors: '#a', frame: [-1]}\n", Message: "at least 0", Line: 2, Column: 37},
		{Name: "no value", Text: "steps:\n  - navigate: {url: }\n", Message: "url has no value", Line: 2, Column: 16},
		{Name: "event", Text: "steps:\n  - navigate: {url: x, assertedEvents: [{type: click}]}\n", Message: "navigation", Line: 2, Column: 48},
	}
}
