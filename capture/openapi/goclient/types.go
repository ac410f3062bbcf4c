package goclient

import (
	"fmt"
	"strconv"
	"strings"

	"seine/capture/openapi/document"
	"seine/capture/openapi/spec"
)

const refTo = "#/components/schemas/"

// raw is what is not of one type.
const raw = "json.RawMessage"

// components declares all schemas that have a name; the names first, since they name each other.
func (g *generator) components() {
	for _, m := range g.s.Schemas {
		g.refs[refTo+strings.NewReplacer("~", "~0", "/", "~1").Replace(m.Key)] = g.name(m.Key)
	}
	for _, m := range g.s.Schemas {
		name := g.refs[refTo+strings.NewReplacer("~", "~0", "/", "~1").Replace(m.Key)]
		schema, _ := m.Value.(document.Object)
		if isStruct(schema) {
			g.object(name, schema)
			continue
		}
		is := ""
		if of := g.typeOf(g.s.Schema(schema), name); strings.Contains(of, raw) || strings.HasPrefix(of, "*") || g.isNamed(of) {
			of, is = raw, "= "
			fmt.Fprintf(&g.types, "// %s is one of several: see the document.\ntype %s %s%s\n\n", name, name, is, of)
		} else {
			fmt.Fprintf(&g.types, "// %s is a %s.\ntype %s %s\n\n", name, of, name, of)
		}
	}
}

func (g *generator) isNamed(of string) bool { return g.used[strings.TrimLeft(of, "*[]")] }

func isStruct(schema document.Object) bool {
	types, _ := spec.Types(schema)
	props, _ := schema.Get("properties").(document.Object)
	return len(types) == 1 && types[0] == "object" && len(props) > 0 && schema.Get("oneOf") == nil && schema.Get("anyOf") == nil
}

// typeOf is the type of a schema; hint names those that must be declared.
func (g *generator) typeOf(schema document.Object, hint string) string {
	if ref, ok := schema.Get("$ref").(string); ok {
		if name := g.refs[ref]; name != "" {
			return name
		}
		return raw
	}
	if one := onlyOne(schema); one != nil {
		return pointer(g.typeOf(one, hint))
	}
	types, null := spec.Types(schema)
	if len(types) != 1 || schema.Get("oneOf") != nil || schema.Get("anyOf") != nil || schema.Get("allOf") != nil {
		return raw
	}
	of := g.plain(types[0], schema, hint)
	if null {
		return pointer(of)
	}
	return of
}

func (g *generator) plain(kind string, schema document.Object, hint string) string {
	switch kind {
	case "object":
		if isStruct(schema) {
			name := g.name(hint)
			g.object(name, schema)
			return name
		}
		if more, ok := schema.Get("additionalProperties").(document.Object); ok {
			return "map[string]" + g.typeOf(more, hint+"Value")
		}
		return "map[string]" + raw
	case "array":
		items, _ := schema.Get("items").(document.Object)
		return "[]" + g.typeOf(items, hint+"Item")
	case "integer":
		if v, ok := spec.Given(schema); ok {
			if _, err := strconv.ParseInt(spec.Text(v), 10, 64); err != nil {
				return "json.Number" // beyond 64 bit
			}
		}
		return "int64"
	case "number":
		return "float64"
	case "boolean":
		return "bool"
	case "string":
		return "string"
	}
	return raw
}

// onlyOne is the schema of what is something or null.
func onlyOne(schema document.Object) document.Object {
	list, _ := schema.Get("anyOf").(document.Array)
	if len(list) != 2 {
		return nil
	}
	a, _ := list[0].(document.Object)
	b, _ := list[1].(document.Object)
	if b.Get("type") != "null" {
		return nil
	}
	return a
}

// pointer is the type of what may be missing.
func pointer(of string) string {
	if strings.HasPrefix(of, "*") || strings.HasPrefix(of, "[") || strings.HasPrefix(of, "map[") || of == raw {
		return of
	}
	return "*" + of
}

// object declares a struct.
func (g *generator) object(name string, schema document.Object) {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s is an object.\ntype %s struct {\n", name, name)
	required := map[string]bool{}
	list, _ := schema.Get("required").(document.Array)
	for _, one := range list {
		required[spec.Text(one)] = true
	}
	props, _ := schema.Get("properties").(document.Object)
	used := map[string]bool{}
	for _, m := range props {
		field := unique(spec.Identifier(m.Key), used)
		if !taggable(m.Key) {
			fmt.Fprintf(&b, "\t// A member called %s has no name in Go.\n", line(strconv.Quote(m.Key)))
			continue
		}
		s, _ := m.Value.(document.Object)
		of, tag := g.typeOf(s, name+field), m.Key
		if !required[m.Key] {
			of, tag = pointer(of), tag+",omitempty"
		} else if s.Get("$ref") != nil && isStruct(g.s.Schema(s)) {
			of = pointer(of) // it may be in itself
		}
		if tag == "-" {
			tag = "-,"
		}
		fmt.Fprintf(&b, "\t%s %s %s%s\n", field, of, strconv.Quote("json:"+strconv.Quote(tag)), remark(s))
	}
	b.WriteString("}\n\n")
	g.types.WriteString(b.String())
}

func unique(id string, used map[string]bool) string {
	one := id
	for i := 2; used[one]; i++ {
		one = id + strconv.Itoa(i)
	}
	used[one] = true
	return one
}

// taggable says whether encoding/json takes a name in a tag.
func taggable(name string) bool {
	for _, r := range name {
		if r < ' ' || r == 0x7f || strings.ContainsRune("\\\"'`,", r) || r == 0xfffd {
			return false
		}
		if r > 127 && !isLetter(r) {
			return false
		}
	}
	return name != ""
}

// remark tells the values of an enumeration, and formats.
func remark(schema document.Object) string {
	if list, ok := schema.Get("enum").(document.Array); ok {
		var all []string
		for _, v := range list {
			all = append(all, spec.Text(v))
		}
		return " // " + line(strings.Join(all, ", "))
	}
	if f, ok := schema.Get("format").(string); ok {
		return " // " + line(f)
	}
	return ""
}
