package merge

import (
	"strconv"
	"strings"

	"seine/capture/openapi/document"
)

const schemasRef = "#/components/schemas/"

// follow gives the templates of a document, and their parameters, the names that a person gave them.
func follow(doc, mine document.Object) document.Object {
	paths, own := object(doc.Get("paths")), object(mine.Get("paths"))
	if paths == nil {
		return doc
	}
	byPlain := map[string]string{}
	for _, m := range own {
		if isAbsent(get(paths, m.Key)) {
			byPlain[plain(m.Key)] = m.Key
		}
	}
	to := map[string]string{}
	for _, m := range paths {
		if name := byPlain[plain(m.Key)]; name != "" && isAbsent(get(own, m.Key)) {
			to[m.Key] = name
		}
	}
	renamed := make(document.Object, 0, len(paths))
	for _, m := range paths {
		if name := below(m.Key, to); name != m.Key && isAbsent(get(own, m.Key)) {
			m = document.Member{Key: name, Value: renameParams(object(m.Value), paired(m.Key, name))}
		}
		renamed = append(renamed, m)
	}
	out := make(document.Object, 0, len(doc))
	for _, m := range doc {
		if m.Key == "paths" {
			m.Value = renamed
		}
		out = append(out, m)
	}
	return out
}

// below is the new name of a path: its own, or that of the longest one above it.
func below(path string, to map[string]string) string {
	for above := path; above != ""; {
		if name := to[above]; name != "" {
			return name + path[len(above):]
		}
		at := strings.LastIndexAny(above, "/#")
		if at < 0 {
			break
		}
		above = above[:at]
	}
	return path
}

// plain is a template without names.
func plain(path string) string {
	var b strings.Builder
	for part := range templateParts(path) {
		b.WriteString(part)
	}
	return b.String()
}

// templateParts gives the pieces of a path: fixed ones, and {} for each parameter.
func templateParts(path string) func(func(string, string) bool) {
	return func(yield func(part, name string) bool) {
		for path != "" {
			before, after, open := strings.Cut(path, "{")
			name, behind, end := strings.Cut(after, "}")
			if !open || !end {
				yield(path, "")
				return
			}
			if !yield(before, "") || !yield("{}", name) {
				return
			}
			path = behind
		}
	}
}

// paired pairs the parameters of two templates.
func paired(from, to string) map[string]string {
	var a, b []string
	for _, list := range []struct {
		path string
		into *[]string
	}{{from, &a}, {to, &b}} {
		for part, name := range templateParts(list.path) {
			if part == "{}" {
				*list.into = append(*list.into, name)
			}
		}
	}
	pairs := map[string]string{}
	for i := range min(len(a), len(b)) {
		pairs[a[i]] = b[i]
	}
	return pairs
}

func renameParams(v any, pairs map[string]string) any {
	switch v := v.(type) {
	case document.Object:
		out := make(document.Object, 0, len(v))
		for _, m := range v {
			if name, ok := m.Value.(string); ok && m.Key == "name" && v.Get("in") == "path" && pairs[name] != "" {
				m.Value = pairs[name]
			} else if m.Key != "schema" && m.Key != "content" {
				m.Value = renameParams(m.Value, pairs)
			}
			out = append(out, m)
		}
		return out
	case document.Array:
		out := make(document.Array, 0, len(v))
		for _, one := range v {
			out = append(out, renameParams(one, pairs))
		}
		return out
	}
	return v
}

// schemaNames finds the schemas that a person gave another name: where the document referred to one, it now refers to the other.
func schemaNames(base, mine document.Object) map[string]string {
	old, now := schemasOf(base), schemasOf(mine)
	to := map[string]string{}
	var walk func(b, m any)
	walk = func(b, m any) {
		switch x := b.(type) {
		case document.Object:
			y := object(m)
			for _, member := range x {
				other := y.Get(member.Key)
				from, _ := member.Value.(string)
				into, _ := other.(string)
				a, z := strings.TrimPrefix(from, schemasRef), strings.TrimPrefix(into, schemasRef)
				if member.Key == "$ref" && a != from && z != into && old.Get(a) != nil && now.Get(a) == nil && now.Get(z) != nil && old.Get(z) == nil && to[a] == "" {
					to[a] = z
				}
				walk(member.Value, other)
			}
		case document.Array:
			y := array(m)
			for i := range min(len(x), len(y)) {
				walk(x[i], y[i])
			}
		}
	}
	walk(base, mine)
	return to
}

func schemasOf(doc document.Object) document.Object {
	return object(object(doc.Get("components")).Get("schemas"))
}

func inverse(to map[string]string) map[string]string {
	from := map[string]string{}
	for a, b := range to {
		from[b] = a
	}
	return from
}

// renameSchemas gives schemas those names, and all that refers to them.
func renameSchemas(doc document.Object, to map[string]string) document.Object {
	if len(to) == 0 || doc == nil {
		return doc
	}
	var walk func(v any) any
	walk = func(v any) any {
		switch v := v.(type) {
		case document.Object:
			out := make(document.Object, 0, len(v))
			for _, m := range v {
				out = append(out, document.Member{Key: m.Key, Value: walk(m.Value)})
			}
			return out
		case document.Array:
			out := make(document.Array, 0, len(v))
			for _, one := range v {
				out = append(out, walk(one))
			}
			return out
		case string:
			if name, ok := strings.CutPrefix(v, schemasRef); ok && to[name] != "" {
				return schemasRef + to[name]
			}
		}
		return v
	}
	out := object(walk(doc))
	schemas := schemasOf(out)
	for i := range schemas {
		if name := to[schemas[i].Key]; name != "" && schemas.Get(name) == nil {
			schemas[i].Key = name
		}
	}
	return out
}

// repaired gives a merged document the schemas that it refers to and lacks, and operations that came new ids of their own.
func repaired(doc, heard document.Object) document.Object {
	for range 64 {
		missing := missingSchemas(doc)
		added := false
		for _, name := range missing {
			if s := schemasOf(heard).Get(name); s != nil {
				doc = withSchema(doc, name, s)
				added = true
			}
		}
		if !added {
			break
		}
	}
	return doc
}

func missingSchemas(doc document.Object) (list []string) {
	have, seen := index(schemasOf(doc)), map[string]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case document.Object:
			for _, m := range v {
				if ref, ok := m.Value.(string); ok && m.Key == "$ref" {
					name := strings.TrimPrefix(ref, schemasRef)
					if _, there := have[name]; name != ref && !there && !seen[name] {
						seen[name], list = true, append(list, name)
					}
				}
				walk(m.Value)
			}
		case document.Array:
			for _, one := range v {
				walk(one)
			}
		}
	}
	walk(doc)
	return list
}

func withSchema(doc document.Object, name string, s any) document.Object {
	return put(doc, "components", func(v any) any {
		return put(object(v), "schemas", func(v any) any {
			return append(object(v)[:len(object(v)):len(object(v))], document.Member{Key: name, Value: s})
		})
	})
}

func put(o document.Object, key string, change func(any) any) document.Object {
	out := make(document.Object, 0, len(o)+1)
	done := false
	for _, m := range o {
		if m.Key == key {
			m.Value, done = change(m.Value), true
		}
		out = append(out, m)
	}
	if !done {
		out = append(out, document.Member{Key: key, Value: change(nil)})
	}
	return out
}

// ownIDs gives operations that are new in what was heard ids that no other has.
func ownIDs(heard, mine document.Object) document.Object {
	taken := map[string]bool{}
	eachOperation(mine, func(_, _ string, o document.Object) document.Object {
		id, _ := o.Get("operationId").(string)
		taken[id] = true
		return o
	})
	return eachOperation(heard, func(path, method string, o document.Object) document.Object {
		id, _ := o.Get("operationId").(string)
		if id == "" || object(object(object(mine.Get("paths")).Get(path)).Get(method)) != nil || !taken[id] {
			taken[id] = true
			return o
		}
		one := id
		for i := 2; taken[one]; i++ {
			one = id + strconv.Itoa(i)
		}
		taken[one] = true
		return put(o, "operationId", func(any) any { return one })
	})
}

func eachOperation(doc document.Object, change func(path, method string, o document.Object) document.Object) document.Object {
	if object(doc.Get("paths")) == nil {
		return doc
	}
	return put(doc, "paths", func(v any) any {
		paths := make(document.Object, 0, len(object(v)))
		for _, p := range object(v) {
			item := make(document.Object, 0, len(object(p.Value)))
			for _, m := range object(p.Value) {
				if o := object(m.Value); o != nil && o.Get("responses") != nil {
					m.Value = change(p.Key, m.Key, o)
				}
				item = append(item, m)
			}
			paths = append(paths, document.Member{Key: p.Key, Value: item})
		}
		return paths
	})
}
