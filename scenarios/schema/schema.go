// Package schema makes the JSON Schema (draft 2020-12) of scenario files from the model's types, for editors and others who check
// or complete them. What the decoder takes it takes, and it refuses what a schema can refuse.
package schema

import (
	"bytes"
	"encoding/json"
	"reflect"

	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/internal/shape"
)

// object is a map of JSON; the order of its keys does not matter.
type object = map[string]any

// JSON is the schema, indented.
func JSON() []byte {
	m := &maker{defs: object{}}
	root := m.structure(shape.Flow)
	root["properties"].(object)["$schema"] = object{"type": "string", "description": "This schema, for editors."}
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = "A scenario of seine"
	m.common()
	root["$defs"] = m.defs
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(root); err != nil {
		panic(err) // maps, lists and texts only
	}
	return b.Bytes()
}

type maker struct{ defs object }

func ref(name string) object { return object{"$ref": "#/$defs/" + name} }

// common are the forms that many fields share.
func (m *maker) common() {
	word := object{"type": "string", "minLength": 1}
	m.defs["selectors"] = object{
		"description": "One selector, or alternatives, tried in order; a list in the list descends into shadow roots. CSS, or aria/…, text/…, xpath/…, pierce/….",
		"anyOf":       []any{word, object{"type": "array", "minItems": 1, "items": object{"anyOf": []any{word, object{"type": "array", "minItems": 1, "items": word}}}}},
	}
	m.defs["duration"] = object{"type": "string", "pattern": file.DurationPattern, "examples": []any{"500ms", "30s", "2m"}}
	m.defs["rate"] = object{"type": "string", "pattern": file.RatePattern, "examples": []any{"10/s", "100/m"}}
	m.defs["texts"] = object{"anyOf": []any{object{"type": "string"}, object{"type": "array", "items": object{"type": "string"}}}}
	m.defs["steps"] = object{"type": "array", "items": ref("step")}
	m.defs["step"] = m.step()
}

func (m *maker) step() object {
	properties, alone := object{}, []any{}
	for _, s := range scenarios.Steps() {
		t := reflect.TypeOf(s)
		m.defs["step-"+s.Type()] = m.element(t)
		properties[s.Type()] = object{"$ref": "#/$defs/step-" + s.Type(), "description": shape.Doc(t)}
		if shape.Of(t).Empty() {
			alone = append(alone, s.Type())
		}
	}
	return object{"anyOf": []any{
		object{"enum": alone},
		object{"type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1, "maxProperties": 1},
	}}
}

// structure is the map form of a struct.
func (m *maker) structure(t reflect.Type) object {
	properties, required := object{}, []any{}
	for _, f := range shape.Of(t).Fields {
		if f.Key {
			continue
		}
		p := m.field(f)
		if doc := f.Doc(); doc != "" {
			p["description"] = doc
		}
		properties[f.Name] = p
		if f.Required {
			required = append(required, f.Name)
		}
	}
	out := object{"type": "object", "properties": properties, "additionalProperties": false, "description": shape.Doc(t)}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

// element is a struct in all its forms: as a map, as the value of its short field, and as nothing if it needs nothing.
func (m *maker) element(t reflect.Type) object {
	s := shape.Of(t)
	if s.Bare() {
		return object{}
	}
	forms := []any{m.structure(t)}
	if s.Empty() {
		forms = append(forms, object{"type": "null"})
	}
	if s.Short != nil && !more(s) {
		short := m.field(*s.Short)
		if s.Short.Type == shape.Any {
			short = object{"type": []any{"string", "number", "boolean", "array"}}
		}
		forms = append(forms, short)
	}
	if len(forms) == 1 {
		return forms[0].(object)
	}
	return object{"anyOf": forms}
}

// more reports whether a struct needs more than its short field.
func more(s *shape.Struct) bool {
	for _, f := range s.Fields {
		if f.Required && !f.Short {
			return true
		}
	}
	return false
}

func (m *maker) field(f shape.Field) object {
	out := m.value(f.Type)
	if len(f.Enum) > 0 {
		words := []any{}
		for _, w := range f.Enum {
			words = append(words, w)
		}
		return object{"enum": words}
	}
	if f.Required && f.Short && f.Type.Kind() == reflect.String {
		out["minLength"] = 1
	}
	limits := out
	if items, ok := out["items"].(object); ok {
		limits = items
	}
	if f.Min != nil {
		limits["minimum"] = *f.Min
	}
	if f.Max != nil {
		limits["maximum"] = *f.Max
	}
	return out
}

func (m *maker) value(t reflect.Type) object {
	switch {
	case t == shape.Any:
		return object{}
	case t == shape.Duration:
		return ref("duration")
	case t == shape.Rate:
		return ref("rate")
	case t == shape.Selectors:
		return ref("selectors")
	case t == shape.Steps:
		return ref("steps")
	case t == reflect.TypeFor[[]string]():
		return ref("texts")
	case shape.Keyed(t):
		return object{"type": "object", "propertyNames": object{"minLength": 1}, "additionalProperties": m.element(t.Elem())}
	}
	return m.kind(t)
}

func (m *maker) kind(t reflect.Type) object {
	switch t.Kind() {
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Struct {
			return m.structure(t.Elem())
		}
		return m.value(t.Elem())
	case reflect.Struct:
		return m.element(t)
	case reflect.Slice:
		return object{"type": "array", "items": m.value(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": m.value(t.Elem())}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer"}
	case reflect.Float64:
		return object{"type": "number"}
	}
	return object{"type": "string"}
}
