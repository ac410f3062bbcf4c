package record

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"seine/scenarios"
	"seine/scenarios/expr"
)

// value is what a change gives a field: the text itself, or an input.
func (w *writer) value(a *action) string {
	if a.element.Secret {
		name := w.input(a.element, scenarios.Input{Secret: true, Required: true, Description: describedAs(a.element)})
		return "${." + name + "}"
	}
	return w.typed(a.element, a.value)
}

func describedAs(e *Element) string { return oneLine(e.Called) }

// typed is a value that is no secret.
func (w *writer) typed(e *Element, text string) string {
	if !w.o.Parametrise || e == nil || e.Type == "checkbox" || e.Type == "radio" {
		return expr.Literal(text)
	}
	return "${." + w.input(e, scenarios.Input{Default: text}) + "}"
}

// input adds one, named after its field. A secret that is typed twice is one.
func (w *writer) input(e *Element, in scenarios.Input) string {
	name := nameOf(e.Called)
	if in.Secret {
		if w.names[name] && slices.ContainsFunc(w.flow.Inputs, func(i scenarios.Input) bool { return i.Name == name && i.Secret }) {
			return name
		}
	}
	for n, base := 2, name; w.names[name]; n++ {
		name = fmt.Sprintf("%s_%d", base, n)
	}
	w.names[name] = true
	in.Name = name
	w.flow.Inputs = append(w.flow.Inputs, in)
	return name
}

// mostName is how long an input's name may be.
const mostName = 30

// nameOf makes a name of what a field is called: small letters, digits and _.
func nameOf(called string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(called) {
		switch plain, ok := ascii[r]; {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' && b.Len() > 0:
			if gap && b.Len() > 0 {
				b.WriteByte('_')
			}
			gap = false
			b.WriteRune(r)
		case ok:
			b.WriteString(plain)
		case unicode.IsLetter(r) || unicode.IsMark(r):
		default:
			gap = true
		}
	}
	name := b.String()
	if len(name) > mostName {
		name = name[:mostName]
		if i := strings.LastIndexByte(name, '_'); i > mostName/2 {
			name = name[:i]
		}
	}
	if name = strings.Trim(name, "_"); name == "" || reservedNames[name] {
		return "value" + map[bool]string{true: "_" + name}[name != ""]
	}
	return name
}

// reservedNames have a meaning in expressions of their own.
var reservedNames = map[string]bool{"item": true, "index": true, "page": true, "and": true, "or": true, "not": true, "if": true, "then": true, "else": true, "end": true, "as": true, "def": true, "reduce": true, "foreach": true, "try": true, "catch": true, "label": true, "import": true, "include": true, "elif": true}

// ascii writes letters of other alphabets of Europe in that of code.
var ascii = map[rune]string{'ä': "ae", 'ö': "oe", 'ü': "ue", 'ß': "ss", 'é': "e", 'è': "e", 'ê': "e", 'à': "a", 'á': "a", 'â': "a", 'ç': "c", 'ñ': "n", 'ó': "o", 'ò': "o", 'ô': "o", 'í': "i", 'ì': "i", 'ú': "u", 'ù': "u", 'ø': "o", 'å': "a", 'æ': "ae"}

// uploaded names files by their last part: what folder they may be taken from, whoever runs the file says.
func (w *writer) uploaded(a *action, base scenarios.Base, at scenarios.Place) {
	var names []string
	dirs := map[string]bool{}
	for _, f := range a.files {
		names = append(names, expr.Literal(filepath.Base(f)))
		if filepath.IsAbs(f) {
			dirs[filepath.Dir(f)] = true
		}
	}
	if len(dirs) == 0 && len(names) > 0 {
		w.note("To run it: --upload-root, a folder with %s in it", oneLine(strings.Join(names, ", ")))
	}
	for d := range dirs {
		if !w.names["\x00"+d] { // once is enough
			w.note("To run it: --upload-root %s", oneLine(d))
		}
		w.names["\x00"+d] = true
		break
	}
	if len(names) == 0 { // the field was emptied
		return
	}
	w.add(scenarios.Upload{Base: base, Place: at, Selectors: selectors(a.element), Files: names})
}

// oneLine is a text as it may stand in a comment.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 80 {
		s = string(r[:80]) + "…"
	}
	return s
}
