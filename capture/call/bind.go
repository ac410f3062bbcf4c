package call

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"seine/capture/openapi"
)

// Argument is key=value of a call, as somebody typed it.
type Argument struct{ Name, Value string }

// slot is a place of a request: of a body a JSON pointer.
type slot struct{ in, name string }

// Binding is what a call is asked with.
type Binding struct {
	values map[slot]any
	raw    []byte // the whole body; nil: it is made of values
}

// rawBody is the key that stands for all of the body.
const rawBody = "body"

// Bind holds arguments against the operation. Errors are *ArgumentError.
func (o *Operation) Bind(args []Argument) (*Binding, error) {
	b := &Binding{values: map[slot]any{}}
	for _, a := range args {
		if err := o.bind(b, a); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (o *Operation) bind(b *Binding, a Argument) error {
	where, k, ok := o.place(a.Name)
	switch {
	case !ok && a.Name == rawBody && o.bodyForm() != formNone:
		b.raw = []byte(a.Value)
		return nil
	case !ok:
		return o.unknownKey(a.Name)
	}
	if where.in == "cookie" {
		return &ArgumentError{What: fmt.Sprintf("%s of %s is a cookie", a.Name, o.Label()), Try: "cookies are brought along with --session or --cookies"}
	}
	v, want := k.value(a.Value, !o.inside)
	if want != "" {
		return &ArgumentError{What: fmt.Sprintf("%s of %s must be %s, and %q is not", a.Name, o.Label(), want, short(a.Value))}
	}
	if where.in == "path" && textOf(v) == "" {
		return &ArgumentError{What: fmt.Sprintf("%s of %s stands in the path, and cannot be empty", a.Name, o.Label())}
	}
	b.values[where] = v
	return nil
}

func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// place finds what a key names: a parameter, a member of the body by its pointer or with dots, a variable of GraphQL, a parameter of JSON-RPC.
func (o *Operation) place(name string) (slot, kind, bool) {
	for _, in := range []string{"path", "query", "header", "cookie"} {
		for _, p := range o.Params {
			if p.In == in && (p.Name == name || in == "header" && strings.EqualFold(p.Name, name)) {
				return slot{p.In, p.Name}, p.Kind, true
			}
		}
	}
	if p := o.Pagination; p != nil {
		if p.In == "query" && p.Name == name || p.SizeIn == "query" && p.Size == name {
			return slot{"query", name}, kind{}, true
		}
	}
	if o.bodyForm() == formNone {
		return slot{}, kind{}, false
	}
	dotted := "/" + strings.Join(mapped(strings.Split(name, "."), escapePointer), "/")
	for _, prefix := range o.prefixes() {
		for _, pointer := range []string{name, "/" + escapePointer(name), dotted} {
			for _, f := range o.Body.fieldsOrNone() {
				if strings.HasPrefix(pointer, "/") && f.At == prefix+pointer {
					return slot{"body", f.At}, f.Kind, true
				}
			}
		}
	}
	if o.Style == openapi.StyleGraphQL && strings.Contains(o.graph.query, "$"+name) {
		return slot{"body", "/variables/" + escapePointer(name)}, kind{}, true
	}
	return slot{}, kind{}, false
}

func mapped(list []string, f func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = f(s)
	}
	return out
}

// prefixes are where the members of the body are that a person thinks of.
func (o *Operation) prefixes() []string {
	switch o.Style {
	case openapi.StyleGraphQL:
		return []string{"/variables", ""}
	case openapi.StyleJSONRPC:
		return []string{"/params", ""}
	}
	return []string{""}
}

// Keys are the names of all that may be given, those that must be first.
func (o *Operation) Keys() []string {
	var must, may []string
	add := func(name string, required bool) {
		if required {
			must = append(must, name)
		} else {
			may = append(may, name)
		}
	}
	for _, p := range o.Params {
		if !p.secret && p.In != "cookie" && (p.In != "header" || !o.inside) { // what the page's scripts say by themselves, nobody thinks of
			add(p.Name, p.Required && p.Constant == "")
		}
	}
	prefix := o.prefixes()[0]
	for _, f := range o.Body.fieldsOrNone() {
		rest, ok := strings.CutPrefix(f.At, prefix+"/")
		if ok && !strings.Contains(rest, "/") && f.Fixed == "" && f.At != "/"+o.action.name {
			add(pointerParts("/" + rest)[0], f.Required && prefix == "")
		}
	}
	return append(must, may...)
}

func (o *Operation) unknownKey(name string) error {
	e := &ArgumentError{What: fmt.Sprintf("%s has no key %q", o.Label(), name)}
	keys := o.Keys()
	if near := nearWord(name, keys); near != "" {
		e.Try = "did you mean " + near + "?"
	} else if len(keys) > 0 {
		e.Try = "it has " + strings.Join(keys[:min(len(keys), 20)], ", ")
	} else {
		e.Try = "it has none"
	}
	return e
}

// missing says which keys must be given that nothing else has a value for. Has tells what a sample gives.
func (o *Operation) missing(b *Binding, has func(slot) bool) error {
	var names []string
	for _, p := range o.Params {
		k := slot{p.In, p.Name}
		paged := o.Pagination != nil && (o.Pagination.In == p.In && o.Pagination.Name == p.Name || o.Pagination.SizeIn == p.In && o.Pagination.Size == p.Name)
		if _, given := b.values[k]; p.Required && !given && p.Constant == "" && p.Default == "" && !paged && !has(k) && o.asks(p) && !o.needed(k) {
			names = append(names, p.Name)
		}
	}
	if b.raw == nil && !has(slot{"body", ""}) {
		for _, f := range o.Body.fieldsOrNone() {
			prefix, k := o.prefixes()[0], slot{"body", f.At}
			inner := strings.HasPrefix(f.At, prefix+"/") && !strings.Contains(f.At[len(prefix)+1:], "/")
			if f.Required && inner && f.Fixed == "" && !has(k) && !givenWithin(b.values, f.At) && f.At != "/"+o.action.name && !o.needed(k) && prefix == "" {
				names = append(names, pointerParts(f.At)[len(pointerParts(f.At))-1])
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	return &ArgumentError{What: fmt.Sprintf("%s needs %s", o.Label(), strings.Join(names, " and ")), Try: "give it as " + names[0] + "=…"}
}

// asks: the parameter is one that whoever calls must think of. Headers of a page are said by its scripts.
func (o *Operation) asks(p Param) bool {
	return p.In == "path" || p.In == "query" || p.In == "header" && !o.inside
}

// needed: a token that the chain brings.
func (o *Operation) needed(k slot) bool {
	return slices.ContainsFunc(o.Needs, func(n Need) bool { return n.Token && n.In == k.in && n.Name == k.name })
}

// givenWithin reports whether a value stands at a pointer, or below it.
func givenWithin(values map[slot]any, pointer string) bool {
	for k := range maps.Keys(values) {
		if k.in == "body" && (k.name == pointer || strings.HasPrefix(k.name, pointer+"/")) {
			return true
		}
	}
	return false
}
