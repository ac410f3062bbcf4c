package spec

import (
	"fmt"
	"strings"

	"seine/capture/openapi/document"
)

// Types are the types that a schema allows, without null.
func Types(schema document.Object) (list []string, null bool) {
	switch t := schema.Get("type").(type) {
	case string:
		list = []string{t}
	case document.Array:
		for _, one := range t {
			if name, ok := one.(string); ok && name == "null" {
				null = true
			} else if ok {
				list = append(list, name)
			}
		}
	}
	return list, null
}

// Example is a value that the schema accepts, made of the examples in it.
func (s *Spec) Example(schema document.Object) any { return s.example(schema, "", 0) }

const deepestExample = 12

func (s *Spec) example(schema document.Object, name string, depth int) any {
	schema = s.deref(schema)
	if v, ok := Given(schema); ok {
		return v
	}
	if depth > deepestExample {
		return nil
	}
	for _, of := range []string{"oneOf", "anyOf", "allOf"} {
		if list := array(schema.Get(of)); len(list) > 0 {
			return s.example(object(list[0]), name, depth+1)
		}
	}
	types, _ := Types(schema)
	if len(types) == 0 {
		return nil
	}
	switch types[0] {
	case "object":
		return s.exampleObject(schema, depth)
	case "array":
		if items := object(schema.Get("items")); items != nil && depth < deepestExample/2 {
			return document.Array{s.example(items, name, depth+1)}
		}
		return document.Array{}
	case "integer", "number":
		return document.Number("1")
	case "boolean":
		return true
	case "string":
		return exampleText(text(schema, "format"))
	}
	return nil
}

func (s *Spec) exampleObject(schema document.Object, depth int) document.Object {
	o := document.Object{}
	if depth >= deepestExample/2 { // what is in itself ends here
		return o
	}
	for _, m := range object(schema.Get("properties")) {
		o = append(o, document.Member{Key: m.Key, Value: s.example(object(m.Value), m.Key, depth+1)})
	}
	return o
}

func exampleText(format string) string {
	switch format {
	case "date-time":
		return "2026-01-02T03:04:05Z"
	case "date":
		return "2026-01-02"
	case "uuid":
		return "00000000-0000-4000-8000-000000000000"
	case "email":
		return "someone@example.com"
	case "uri":
		return "https://example.com/"
	}
	return ""
}

// Given is the value that a schema itself names: const, example, default, one of its enumeration.
func Given(schema document.Object) (any, bool) {
	for _, key := range []string{"const", "example", "default"} {
		if v := schema.Get(key); v != nil {
			return v, true
		}
	}
	for _, key := range []string{"examples", "enum"} {
		if list := array(schema.Get(key)); len(list) > 0 && list[0] != nil {
			return list[0], true
		}
	}
	return nil, false
}

// Text is how a value is written in a path, a query or a header.
func Text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case document.Number:
		return string(v)
	case document.Array:
		var parts []string
		for _, one := range v {
			parts = append(parts, Text(one))
		}
		return strings.Join(parts, ",")
	case document.Object:
		return JSON(v)
	}
	return fmt.Sprint(v)
}

// JSON is a value in indented JSON, without a line break at its end.
func JSON(v any) string {
	var b strings.Builder
	_ = document.WriteJSON(&b, v) // a Builder takes all
	return strings.TrimSuffix(b.String(), "\n")
}

// withQuery puts in what is asked of GraphQL, which is too long to be an example.
func (o *Operation) withQuery(v any) any {
	body, ok := v.(document.Object)
	if !ok || o.GraphQL.Query == "" {
		return v
	}
	for i := range body {
		if body[i].Key == "query" {
			body[i].Value = o.GraphQL.Query
		}
	}
	return body
}
