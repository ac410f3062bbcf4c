package page

import (
	"strings"

	"seine/capture/openapi/document"
	"seine/capture/openapi/spec"
)

// line is one place of a schema.
type line struct {
	Depth    int
	Name     string
	Type     string
	Ref      string // anchor of the schema, "" for none
	Required bool
	Notes    []string
}

const deepestLine = 12

// lines are those of a schema, members below what they are in.
func lines(schema document.Object) []line {
	var list []line
	add(&list, "", false, schema, 0)
	return list
}

func add(list *[]line, name string, required bool, schema document.Object, depth int) {
	const most = 2000 // of one schema
	if depth > deepestLine || len(*list) > most {
		return
	}
	*list = append(*list, lineOf(name, required, schema, depth))
	must := map[string]bool{}
	all, _ := schema.Get("required").(document.Array)
	for _, one := range all {
		must[spec.Text(one)] = true
	}
	props, _ := schema.Get("properties").(document.Object)
	for _, m := range props {
		child, _ := m.Value.(document.Object)
		add(list, m.Key, must[m.Key], child, depth+1)
	}
	if more, ok := schema.Get("additionalProperties").(document.Object); ok {
		add(list, "any other name", false, more, depth+1)
	}
	items, _ := schema.Get("items").(document.Object)
	if len(items) > 0 && (items.Get("properties") != nil || items.Get("items") != nil || several(items) != nil) {
		add(list, "each", false, items, depth+1)
	}
	for _, one := range several(schema) {
		child, _ := one.(document.Object)
		add(list, "or", false, child, depth+1)
	}
}

func several(schema document.Object) document.Array {
	for _, key := range []string{"oneOf", "anyOf", "allOf"} {
		if list, ok := schema.Get(key).(document.Array); ok {
			return list
		}
	}
	return nil
}

func lineOf(name string, required bool, schema document.Object, depth int) line {
	l := line{Depth: depth, Name: name, Required: required}
	l.Type, l.Ref = typeOf(schema)
	if list, ok := schema.Get("enum").(document.Array); ok {
		var all []string
		for _, v := range list {
			all = append(all, textOf(v))
		}
		l.Notes = append(l.Notes, strings.Join(all, " | "))
	}
	for _, key := range []string{"const", "default", "description"} {
		if v := schema.Get(key); v != nil {
			note := textOf(v)
			if key != "description" {
				note = key + " " + note
			}
			l.Notes = append(l.Notes, note)
		}
	}
	if list, ok := schema.Get("examples").(document.Array); ok && len(list) > 0 {
		l.Notes = append(l.Notes, "such as "+textOf(list[0]))
	}
	return l
}

func textOf(v any) string {
	if v == nil {
		return "null"
	}
	return spec.Text(v)
}

// typeOf is the type in short, and where it stands.
func typeOf(schema document.Object) (name, anchor string) {
	if ref, ok := schema.Get("$ref").(string); ok {
		name = ref[strings.LastIndexByte(ref, '/')+1:]
		return name, "schema-" + name
	}
	if list := several(schema); list != nil {
		var all []string
		for _, one := range list {
			o, _ := one.(document.Object)
			t, _ := typeOf(o)
			all = append(all, t)
		}
		return strings.Join(all, " or "), ""
	}
	types, null := spec.Types(schema)
	name = strings.Join(types, " or ")
	if items, ok := schema.Get("items").(document.Object); ok {
		t, ref := typeOf(items)
		name, anchor = "list of "+t, ref
	}
	if f, ok := schema.Get("format").(string); ok {
		name += " (" + f + ")"
	}
	switch {
	case name == "" && null:
		name = "null"
	case name == "":
		name = "anything"
	case null:
		name += " or null"
	}
	return name, anchor
}
