package merge

import (
	"slices"

	"seine/capture/openapi/document"
)

// schema is one that accepts what either does.
func schema(k, h document.Object) document.Object {
	switch {
	case equal(k, h):
		return h
	case len(k) == 0: // nothing but null was seen there, or nothing at all
		return nullable(h)
	case len(h) == 0:
		return nullable(k)
	case single(k) || single(h):
		return either(k, h)
	}
	out := each(k, h, func(key string, k, h any) any {
		switch key {
		case "type":
			return types(k, h)
		case "properties":
			return each(object(k), object(h), func(_ string, k, h any) any { return schema(object(k), object(h)) })
		case "items":
			return items(object(k), object(h))
		case "additionalProperties":
			return schema(object(k), object(h))
		case "enum":
			return union(array(k), array(h))
		}
		return h
	})
	return bounded(out, k, h)
}

// bounded leaves out of a joined schema what only one of both says, or what both say otherwise.
func bounded(out, k, h document.Object) document.Object {
	for _, key := range []string{"format", "enum", "const", "pattern", "minimum", "maximum", "minLength", "maxLength", "xml", "examples", "contentMediaType"} {
		a, b := get(k, key), get(h, key)
		keep := same(a, b) || key == "enum" && !isAbsent(a) && !isAbsent(b) || key == "examples" || key == "format" && (!allows(k, "string") || !allows(h, "string")) && scalarsOnly(k, h)
		if !keep {
			out = without(out, key)
		}
	}
	if allows(k, "object") && allows(h, "object") {
		var both document.Array
		for _, name := range array(k.Get("required")) {
			if has(array(h.Get("required")), name) {
				both = append(both, name)
			}
		}
		out = without(out, "required").With("required", both)
	}
	return out
}

// scalarsOnly: a format of texts says nothing of numbers; one of numbers nothing of texts.
func scalarsOnly(k, h document.Object) bool { return !allows(k, "integer") || !allows(h, "integer") }

func allows(s document.Object, name string) bool { return slices.Contains(names(s.Get("type")), name) }

// names are those of a type keyword.
func names(v any) (list []string) {
	switch t := v.(type) {
	case string:
		return []string{t}
	case document.Array:
		for _, one := range t {
			if name, ok := one.(string); ok {
				list = append(list, name)
			}
		}
	}
	return list
}

// types joins them; every integer is a number.
func types(k, h any) any {
	list := names(k)
	for _, name := range names(h) {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	if slices.Contains(list, "number") {
		list = slices.DeleteFunc(list, func(s string) bool { return s == "integer" })
	}
	if len(list) == 1 {
		return list[0]
	}
	out := document.Array{}
	for _, name := range list {
		if name != "null" {
			out = append(out, name)
		}
	}
	if slices.Contains(list, "null") {
		out = append(out, "null")
	}
	return out
}

// items are the same but for empty lists, which say nothing.
func items(k, h document.Object) document.Object {
	switch {
	case len(k) == 0:
		return h
	case len(h) == 0:
		return k
	}
	return schema(k, h)
}

// single schemas cannot be joined keyword by keyword.
func single(s document.Object) bool {
	return s.Get("$ref") != nil || s.Get("oneOf") != nil || s.Get("anyOf") != nil || s.Get("allOf") != nil || s.Get("type") == nil
}

// either accepts both, as alternatives. Kinds told apart by a member stay so.
func either(k, h document.Object) document.Object {
	if k.Get("discriminator") != nil && h.Get("discriminator") != nil {
		return each(k, h, func(key string, k, h any) any {
			switch key {
			case "oneOf":
				return union(array(k), array(h))
			case "discriminator":
				return each(object(k), object(h), func(key string, k, h any) any {
					if key == "mapping" {
						return each(object(k), object(h), latest)
					}
					return h
				})
			}
			return h
		})
	}
	list := union(alternatives(k), alternatives(h))
	if len(list) == 1 {
		return object(list[0])
	}
	return document.Object{{Key: "anyOf", Value: list}}
}

func alternatives(s document.Object) document.Array {
	if list, ok := s.Get("anyOf").(document.Array); ok {
		return list
	}
	return document.Array{s}
}

func nullable(s document.Object) document.Object {
	null := document.Object{{Key: "type", Value: "null"}}
	if len(s) == 0 {
		return s
	}
	if single(s) {
		return either(s, null)
	}
	out := slices.Clone(s)
	for i, m := range out {
		switch m.Key {
		case "type":
			out[i].Value = types(m.Value, "null")
		case "enum":
			out[i].Value = union(array(m.Value), document.Array{nil})
		}
	}
	return without(out, "const")
}
