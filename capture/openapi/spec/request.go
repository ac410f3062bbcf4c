package spec

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"seine/capture/openapi/schema"
)

// Request is an operation as it could be asked for: values that nobody knows, and secrets, are variables.
type Request struct {
	Method  string
	Server  string
	Path    []Part // alternately fixed and variable
	Query   []Value
	Headers []Value
	Cookies []Value
	Type    string // of the body, "" for none
	Body    string
	Basic   *Variable // user:password
}

// Part is a piece of a path: as it stands, or a variable.
type Part struct {
	Fixed string
	Value *Variable
}

// Value is a parameter with its value.
type Value struct {
	Name string
	Part
	Before string // of the value: Bearer
}

// Variable is filled in by whoever asks.
type Variable struct {
	Name   string // in capitals, of letters, digits and underscores
	Secret bool
	Param  *Param // nil for credentials
}

// Variables are all of a request, each once.
func (r *Request) Variables() (list []*Variable) {
	add := func(v *Variable) {
		if v != nil && !slices.ContainsFunc(list, func(x *Variable) bool { return x.Name == v.Name }) {
			list = append(list, v)
		}
	}
	for _, p := range r.Path {
		add(p.Value)
	}
	for _, all := range [][]Value{r.Query, r.Headers, r.Cookies} {
		for _, v := range all {
			add(v.Value)
		}
	}
	add(r.Basic)
	return list
}

// Request makes one of the document's examples. Optional parameters are left out.
func (s *Spec) Request(o *Operation) *Request {
	r := &Request{Method: o.Method, Path: s.path(o)}
	if len(o.Servers) > 0 {
		r.Server = o.Servers[0]
	}
	if o.Style == "websocket" {
		r.Server = strings.Replace(r.Server, "http", "ws", 1)
	}
	action := actionOf(o)
	for _, p := range o.Params {
		v := Value{Name: p.Name, Part: s.value(p)}
		if p.Name == action.name {
			v.Part = Part{Fixed: action.value}
		} else if !p.Required {
			continue
		}
		switch p.In {
		case "query":
			r.Query = append(r.Query, v)
		case "header":
			r.Headers = append(r.Headers, v)
		case "cookie":
			r.Cookies = append(r.Cookies, v)
		}
	}
	r.Type, r.Body, _ = s.Body(o)
	if len(o.Security) > 0 {
		for _, x := range o.Security[0] {
			r.authorize(x)
		}
	}
	return r
}

type action struct{ name, value string }

// actionOf is the parameter that tells the operation from others at its path.
func actionOf(o *Operation) action {
	if told := object(o.Raw.Get("x-seine-action")); text(told, "in") == "query" {
		return action{text(told, "name"), text(told, "value")}
	}
	_, behind, _ := strings.Cut(o.Key, "#")
	name, value, _ := strings.Cut(behind, "=")
	if value == "" || name == "server" {
		return action{}
	}
	value, _, _ = strings.Cut(value, "&server=")
	return action{name, value}
}

func (s *Spec) path(o *Operation) (list []Part) {
	rest := o.Path
	for rest != "" {
		before, after, open := strings.Cut(rest, "{")
		name, behind, end := strings.Cut(after, "}")
		if !open || !end {
			return append(list, Part{Fixed: rest})
		}
		if before != "" {
			list = append(list, Part{Fixed: before})
		}
		i := slices.IndexFunc(o.Params, func(p *Param) bool { return p.In == "path" && p.Name == name })
		p := &Param{Name: name, In: "path"}
		if i >= 0 {
			p = o.Params[i]
		}
		part := s.value(p)
		part.Fixed = url.PathEscape(part.Fixed)
		list = append(list, part)
		rest = behind
	}
	return list
}

// value is the example of a parameter, or a variable.
func (s *Spec) value(p *Param) Part {
	if v, ok := Given(p.Raw); ok {
		return Part{Fixed: Text(v)}
	}
	if v, ok := Given(s.deref(p.Schema)); ok {
		return Part{Fixed: Text(v)}
	}
	if items := s.deref(s.deref(p.Schema).Get("items")); items != nil {
		if v, ok := Given(items); ok {
			return Part{Fixed: Text(v)}
		}
	}
	return Part{Value: &Variable{Name: VariableName(p.Name), Param: p, Secret: p.In == "cookie"}}
}

func (r *Request) authorize(x *Scheme) {
	v := &Variable{Name: VariableName(cmp.Or(x.Name, x.ID)), Secret: true}
	switch {
	case x.Kind == "http" && x.Scheme == "bearer":
		v.Name = "TOKEN"
		r.Headers = append(r.Headers, Value{Name: "Authorization", Part: Part{Value: v}, Before: "Bearer "})
	case x.Kind == "http":
		v.Name = "USER_AND_PASSWORD"
		r.Basic = v
	case x.In == "query":
		r.Query = append(r.Query, Value{Name: x.Name, Part: Part{Value: v}})
	case x.In == "cookie":
		r.Cookies = append(r.Cookies, Value{Name: x.Name, Part: Part{Value: v}})
	default:
		r.Headers = append(r.Headers, Value{Name: x.Name, Part: Part{Value: v}})
	}
}

// VariableName is a name in capitals, as shells have them.
func VariableName(name string) string {
	var b strings.Builder
	last := ' '
	for _, r := range name {
		switch {
		case r > 127 || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			r = '_'
		case unicode.IsUpper(r) && (unicode.IsLower(last) || unicode.IsDigit(last)):
			b.WriteByte('_')
		}
		if r != '_' || last != '_' {
			b.WriteRune(unicode.ToUpper(r))
		}
		last = r
	}
	out := strings.Trim(b.String(), "_")
	switch {
	case out == "":
		return "VALUE"
	case out[0] >= '0' && out[0] <= '9':
		return "V_" + out
	}
	return out
}

// Identifier is a name of letters and digits that begins with a capital, for code.
func Identifier(name string) string {
	out := schema.Camel(name, true)
	if out == "" || out[0] < 'A' || out[0] > 'Z' {
		out = "X" + out
	}
	return out
}
