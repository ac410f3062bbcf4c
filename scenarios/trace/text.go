package trace

import (
	"reflect"
	"strings"

	"seine/scenarios"
	"seine/scenarios/internal/shape"
)

// longest text of a step, in characters.
const longest = 200

// Text is what a step is about, as it stands in the file: an expression is not replaced by its value, which may be a secret.
func Text(s scenarios.Step) string {
	v := reflect.ValueOf(s)
	of := shape.Of(v.Type())
	for _, f := range append(short(of), of.Fields...) {
		if text := textOf(v.FieldByIndex(f.Index)); text != "" && !f.Late {
			if r := []rune(text); len(r) > longest {
				text = string(r[:longest]) + "…"
			}
			return text
		}
	}
	return ""
}

func short(s *shape.Struct) []shape.Field {
	if s.Short == nil {
		return nil
	}
	return []shape.Field{*s.Short}
}

func textOf(v reflect.Value) string {
	switch x := v.Interface().(type) {
	case string:
		return x
	case scenarios.Query:
		return string(x)
	case []string:
		return strings.Join(x, " ")
	case []scenarios.Selector:
		if len(x) > 0 {
			return strings.Join(x[0], " ")
		}
	}
	if v.Kind() == reflect.Interface && !v.IsNil() {
		return textOf(v.Elem())
	}
	return ""
}
