package diff

import (
	"slices"
	"strings"

	"seine/capture/openapi/document"
	"seine/capture/openapi/spec"
)

// deepest bounds how far schemas are followed: those that are in themselves have no end.
const deepest = 12

// schemas compares what is sent (side request) or answered (side response) at one place.
func (d *differ) schemas(by side, where string, old, now document.Object, depth int) {
	if depth > deepest || d.met(by, old, now) {
		return
	}
	o, n := d.old.Schema(old), d.now.Schema(now)
	ov, nv := variants(o), variants(n)
	if len(ov) > 0 || len(nv) > 0 {
		d.variants(by, where, o, n, depth)
		return
	}
	if !d.types(by, where, o, n) {
		return
	}
	d.enums(by, where, o, n)
	d.formats(by, where, o, n)
	d.fields(by, where, o, n, depth)
	if a, b := object(o.Get("items")), object(n.Get("items")); len(a) > 0 && len(b) > 0 {
		d.schemas(by, where+"[]", a, b, depth+1)
	}
	if a, b := object(o.Get("additionalProperties")), object(n.Get("additionalProperties")); a != nil && b != nil {
		d.schemas(by, where+".*", a, b, depth+1)
	}
}

// met: the two were compared in this operation before, or are the same and lead nowhere.
func (d *differ) met(by side, old, now document.Object) bool {
	a, b := old.Get("$ref"), now.Get("$ref")
	if a == nil || b == nil {
		text := spec.JSON(old)
		return text == spec.JSON(now) && !strings.Contains(text, `"$ref"`)
	}
	k := [4]any{d.operation, by, a, b}
	was := d.seen[k]
	d.seen[k] = true
	return was
}

// types says whether there is more to compare.
func (d *differ) types(by side, where string, o, n document.Object) bool {
	a, b := typesOf(o), typesOf(n)
	switch {
	case slices.Equal(a, b):
	case len(a) == 0: // anything
		d.add(rules.typeNarrowed.on(by), where, "was anything, is "+strings.Join(b, " or "))
		return false
	case len(b) == 0:
		d.add(rules.typeWidened.on(by), where, "was "+strings.Join(a, " or ")+", is anything")
		return false
	default:
		change := rules.typeChanged
		switch {
		case within(a, b):
			change = rules.typeWidened
		case within(b, a):
			change = rules.typeNarrowed
		}
		d.add(change.on(by), where, "was "+strings.Join(a, " or ")+", is "+strings.Join(b, " or "))
	}
	return true
}

// within: every type of a is one of b; every integer is a number.
func within(a, b []string) bool {
	for _, t := range a {
		if !slices.Contains(b, t) && (t != "integer" || !slices.Contains(b, "number")) {
			return false
		}
	}
	return true
}

func typesOf(s document.Object) []string {
	list, null := spec.Types(s)
	if null {
		list = append(list, "null")
	}
	if c := s.Get("const"); c != nil && len(list) == 0 {
		return []string{"string"}
	}
	return slices.Sorted(slices.Values(list))
}

// enums are all values that there may be; nil: there is no such list.
func enumOf(s document.Object) []string {
	var list []string
	if c := s.Get("const"); c != nil {
		return []string{spec.Text(c)}
	}
	all, _ := s.Get("enum").(document.Array)
	for _, v := range all {
		if v != nil {
			list = append(list, spec.Text(v))
		}
	}
	return list
}

func (d *differ) enums(by side, where string, o, n document.Object) {
	a, b := enumOf(o), enumOf(n)
	switch {
	case a == nil && b == nil:
		return
	case a == nil:
		d.add(rules.enumNarrowed.on(by), where, "only "+strings.Join(b, ", "))
		return
	case b == nil:
		d.add(rules.enumWidened.on(by), where, "no longer only "+strings.Join(a, ", "))
		return
	}
	if gone := minus(a, b); len(gone) > 0 {
		d.add(rules.enumNarrowed.on(by), where, "no longer "+strings.Join(gone, ", "))
	}
	if come := minus(b, a); len(come) > 0 {
		d.add(rules.enumWidened.on(by), where, "also "+strings.Join(come, ", "))
	}
}

func minus(a, b []string) (list []string) {
	for _, v := range a {
		if !slices.Contains(b, v) {
			list = append(list, v)
		}
	}
	return list
}

func (d *differ) formats(by side, where string, o, n document.Object) {
	a, _ := o.Get("format").(string)
	b, _ := n.Get("format").(string)
	if a == "int64" || b == "int64" { // how large the numbers were that came by
		return
	}
	switch {
	case a == b:
	case a == "":
		d.add(rules.formatAdded.on(by), where, "is "+b)
	case b == "":
		d.add(rules.formatDropped.on(by), where, "is no longer always "+a)
	default:
		d.add(rules.formatChanged.on(by), where, "was "+a+", is "+b)
	}
}

// fields compares members. One that is in a map of any names is not gone.
func (d *differ) fields(by side, where string, o, n document.Object, depth int) {
	a, b := object(o.Get("properties")), object(n.Get("properties"))
	if a == nil && b == nil || !within([]string{"object"}, typesOf(o)) || !within([]string{"object"}, typesOf(n)) {
		return
	}
	must := func(s document.Object, name string) bool {
		list, _ := s.Get("required").(document.Array)
		return slices.Contains(list, any(name))
	}
	for _, m := range a {
		at := join(where, m.Key)
		other := object(b.Get(m.Key))
		if other == nil {
			if n.Get("additionalProperties") == nil {
				d.add(rules.fieldRemoved.on(by), at, "is gone")
			}
			continue
		}
		switch was, is := must(o, m.Key), must(n, m.Key); {
		case !was && is:
			d.add(rules.fieldRequired.on(by), at, "is always there now")
		case was && !is:
			d.add(rules.fieldOptional.on(by), at, "may be missing now")
		}
		d.schemas(by, at, object(m.Value), other, depth+1)
	}
	for _, m := range b {
		if a.Get(m.Key) != nil {
			continue
		}
		change := rules.fieldAdded
		if by == request && must(n, m.Key) {
			change = rules.fieldRequired
		}
		d.add(change.on(by), join(where, m.Key), "is new")
	}
}

func join(where, name string) string { return where + "." + name }

// variants compares schemas that are one of several: each of one is looked for in the other, by name, by kind, or by what it is.
func (d *differ) variants(by side, where string, o, n document.Object, depth int) {
	a, b := alternatives(o), alternatives(n)
	used := make([]bool, len(b))
	for i, x := range a {
		j := slices.IndexFunc(b, func(y document.Object) bool { return d.alike(x, y) })
		if j < 0 && len(a) == len(b) && !used[i] && sameKind(d.old.Schema(x), d.now.Schema(b[i])) {
			j = i
		}
		if j < 0 || used[j] {
			d.add(rules.variantRemoved.on(by), where, "is no longer "+name(x))
			continue
		}
		used[j] = true
		d.schemas(by, where+"|"+name(x), x, b[j], depth+1)
	}
	for j, y := range b {
		if !used[j] {
			d.add(rules.variantAdded.on(by), where, "may also be "+name(y))
		}
	}
}

// alike: the same name, or the same but for names, or the same scalar type.
func (d *differ) alike(x, y document.Object) bool {
	if r := x.Get("$ref"); r != nil && r == y.Get("$ref") {
		return true
	}
	a, b := d.old.Schema(x), d.now.Schema(y)
	return same(a, b) || sameKind(a, b) && a.Get("properties") == nil && b.Get("properties") == nil
}

func sameKind(a, b document.Object) bool { return slices.Equal(typesOf(a), typesOf(b)) }

func name(s document.Object) string {
	if ref, ok := s.Get("$ref").(string); ok {
		return ref[strings.LastIndexByte(ref, '/')+1:]
	}
	if types := typesOf(s); len(types) > 0 {
		return strings.Join(types, " or ")
	}
	return "something"
}

func variants(s document.Object) document.Array {
	for _, key := range []string{"oneOf", "anyOf"} {
		if list, ok := s.Get(key).(document.Array); ok {
			return list
		}
	}
	return nil
}

// alternatives are the variants, or the schema itself; with null as one of them.
func alternatives(s document.Object) (list []document.Object) {
	if all := variants(s); all != nil {
		for _, v := range all {
			list = append(list, object(v))
		}
		return list
	}
	types, null := spec.Types(s)
	if !null || len(types) != 1 {
		return []document.Object{s}
	}
	plain := document.Object{}
	for _, m := range s {
		if m.Key == "type" {
			m.Value = types[0]
		}
		plain = append(plain, m)
	}
	return []document.Object{plain, {{Key: "type", Value: "null"}}}
}

func object(v any) document.Object {
	o, _ := v.(document.Object)
	return o
}

func same(a, b document.Object) bool { return spec.JSON(a) == spec.JSON(b) }
