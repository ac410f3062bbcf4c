package export

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/internal/shape"
)

var plainName = regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_$]*$`)

// property is a key of an object.
func property(name string) string {
	if plainName.MatchString(name) && name != "__proto__" {
		return name
	}
	return "[" + literal(name) + "]" // so that __proto__ is a key like others
}

// widest is how long an object may be that stands on one line.
const widest = 110

// braces puts entries on one line, or on a line each.
func braces(open, end string, entries []string, indent string) string {
	if len(entries) == 0 {
		return open + end
	}
	one := strings.Join(entries, ", ")
	if len(one)+len(indent) < widest && !strings.Contains(one, "\n") {
		if open == "{" {
			return "{ " + one + " }"
		}
		return open + one + end
	}
	return open + "\n" + indent + "  " + strings.Join(entries, ",\n"+indent+"  ") + ",\n" + indent + end
}

// object is what a step's function is told.
func (g *generator) object(v reflect.Value, indent string) string {
	var entries []string
	for _, f := range shape.Of(v.Type()).Fields {
		fv := v.FieldByIndex(f.Index)
		if f.Key || f.Name == "as" || f.Name == "recorder" || fv.IsZero() && !f.Required {
			continue
		}
		if f.Type == shape.Steps {
			entries = append(entries, g.function(f.Name, fv.Interface().([]scenarios.Step), indent+"  "))
			continue
		}
		entries = append(entries, property(f.Name)+": "+g.field(f, fv, indent+"  "))
	}
	if e, ok := v.Interface().(scenarios.Each); ok && usesPage(e.Steps) {
		entries = append(entries, "page: true")
	}
	return braces("{", "}", entries, indent)
}

// function is a list of steps. Those of an if share the values around it.
func (g *generator) function(name string, list []scenarios.Step, indent string) string {
	parameter := "v"
	if name == "then" || name == "else" {
		parameter = ""
	}
	return fmt.Sprintf("%s: async (%s) => {\n%s%s}", name, parameter, g.steps(list, indent+"  "), indent)
}

// pageless are the steps that need no page.
var pageless = []string{"request", "write", "download", "assert", "each", "if", "listen"}

func usesPage(list []scenarios.Step) bool {
	return slices.ContainsFunc(list, func(s scenarios.Step) bool {
		switch s := s.(type) {
		case scenarios.Each:
			return usesPage(s.Steps)
		case scenarios.If:
			return s.Selectors != nil || usesPage(s.Then) || usesPage(s.Else)
		case scenarios.Assert:
			return s.That == nil
		case scenarios.Extract:
			return s.From == nil
		}
		return !slices.Contains(pageless, s.Type())
	})
}

func (g *generator) field(f shape.Field, v reflect.Value, indent string) string {
	switch {
	case f.Type == shape.Query:
		return "(x) => " + g.query(v.String(), f.GoName == "JQ" && f.Owner == reflect.TypeFor[scenarios.Extract]())
	case f.Late && f.Type == shape.Any:
		return "(v) => " + arrow(g.anything(v.Interface()))
	case f.Late:
		return "(v) => " + arrow(g.text(v.String()))
	case f.Raw && v.Kind() == reflect.String:
		return literal(v.String())
	case f.Raw && f.Type == shape.Any:
		return literal(v.Interface())
	}
	return g.value(v, indent, f.Raw)
}

// arrow keeps an object from being taken for a body.
func arrow(s string) string {
	if strings.HasPrefix(s, "{") {
		return "(" + s + ")"
	}
	return s
}

func (g *generator) value(v reflect.Value, indent string, raw bool) string {
	switch t := v.Type(); {
	case t == shape.Any:
		return g.anything(v.Interface())
	case t == shape.Duration:
		return fmt.Sprint(float64(v.Int()) / float64(time.Millisecond))
	case shape.Keyed(t):
		return g.keyed(v, indent)
	case t.Kind() == reflect.String && !raw:
		return g.text(v.String())
	case t.Kind() == reflect.Pointer:
		return g.value(v.Elem(), indent, raw)
	case t.Kind() == reflect.Struct:
		return g.object(v, indent)
	case t.Kind() == reflect.Slice:
		var entries []string
		for i := range v.Len() {
			entries = append(entries, g.value(v.Index(i), indent+"  ", raw))
		}
		return braces("[", "]", entries, indent)
	case t.Kind() == reflect.Map:
		m := map[string]any{}
		for it := v.MapRange(); it.Next(); {
			m[it.Key().String()] = it.Value().Interface()
		}
		return g.anything(m)
	}
	return literal(v.Interface())
}

func (g *generator) keyed(v reflect.Value, indent string) string {
	s := shape.Of(v.Type().Elem())
	var entries []string
	for i := range v.Len() {
		e := v.Index(i)
		inside := g.object(e, indent+"  ")
		if s.Bare() {
			inside = g.anything(e.FieldByIndex(s.Short.Index).Interface())
		}
		entries = append(entries, property(e.FieldByIndex(s.Key.Index).String())+": "+inside)
	}
	return braces("{", "}", entries, indent)
}

// anything is a free value with its expressions.
func (g *generator) anything(v any) string {
	switch v := v.(type) {
	case string:
		t, err := expr.Compile(v)
		if err != nil {
			return literal(v)
		}
		if q, ok := t.Whole(); ok {
			return g.expression(q)
		}
		return g.text(v)
	case []any:
		var entries []string
		for _, e := range v {
			entries = append(entries, g.anything(e))
		}
		return "[" + strings.Join(entries, ", ") + "]"
	case map[string]any:
		var entries []string
		for _, k := range slices.Sorted(maps.Keys(v)) {
			entries = append(entries, property(k)+": "+g.anything(v[k]))
		}
		if len(entries) == 0 {
			return "{}"
		}
		return "{ " + strings.Join(entries, ", ") + " }"
	}
	return literal(v)
}

// text is a text with its expressions, as a template of JavaScript where it has any.
func (g *generator) text(source string) string {
	t, err := expr.Compile(source)
	if err != nil {
		return literal(source)
	}
	if plain, ok := t.Plain(); ok {
		return literal(plain)
	}
	var b strings.Builder
	t.Each(func(text string, q *expr.Query) {
		if q == nil {
			b.WriteString(inTemplate(text))
			return
		}
		fmt.Fprintf(&b, "${text(%s)}", g.expression(q))
	})
	return "`" + b.String() + "`"
}

func inTemplate(s string) string {
	quoted := literal(s)
	return strings.NewReplacer(`\"`, `"`, "`", "\\`", "${", "\\${").Replace(quoted[1 : len(quoted)-1])
}

func (g *generator) expression(q *expr.Query) string {
	js, err := translate(q.String(), "v", false)
	return g.orLacks(js, err, q.String())
}

// query is a program on x; all of its values, as a list, or the only one.
func (g *generator) query(source string, all bool) string {
	js, err := translate(source, "x", all)
	return arrow(g.orLacks(js, err, source))
}

func (g *generator) orLacks(js string, err error, source string) string {
	if err == nil {
		return js
	}
	what := "the expression " + source
	if unknown := (*untranslatable)(nil); errors.As(err, &unknown) {
		what += " (" + unknown.what + ")"
	}
	g.lacks(what)
	return "lacks(" + literal(what) + ")"
}
