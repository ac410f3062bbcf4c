// Package spec reads an OpenAPI 3.1 document as what there is to call: its operations, with their parameters, bodies and answers. It is the one model
// that all other ways to write an API are views of, whoever has written the document.
package spec

import (
	"cmp"
	"slices"
	"strings"

	"seine/capture/openapi/document"
)

// Spec is a document.
type Spec struct {
	Title, Version, Description string
	Generator                   string // that wrote it, "" for none of ours
	Operations                  []*Operation
	Schemas                     document.Object // components by name
	Schemes                     []*Scheme
	doc                         document.Object
}

// Operation is one thing that can be asked for.
type Operation struct {
	ID, Summary, Description string
	Method                   string // in capitals
	Path                     string // template, as it is asked for
	Key                      string // as it stands in the document: paths that cannot be told apart have more behind a number sign
	Servers                  []string
	Style                    string // graphql, json-rpc, grpc-web, events, websocket; "": plain HTTP
	Params                   []*Param
	Bodies                   []Media // what may be sent; empty: nothing
	BodyRequired             bool
	Answers                  []Answer
	Security                 [][]*Scheme // each of which lets in; an empty one: nothing is needed
	Samples                  []Sample    // of the capture, if it is at hand
	Raw                      document.Object

	GraphQL GraphQL
}

// GraphQL is what is known of a GraphQL operation.
type GraphQL struct{ Name, Query string }

// Param is a parameter.
type Param struct {
	Name, In, Description string
	Required              bool
	Schema                document.Object
	Raw                   document.Object
}

// Media is a body in one media type.
type Media struct {
	Type   string
	Schema document.Object // nil: it is not described
	Stream string          // lines or events: the schema is that of one
	Raw    document.Object
}

// Answer is one status.
type Answer struct {
	Status      string // 200, 4XX, default
	Description string
	Bodies      []Media
}

// OK says whether the answer is what was wanted.
func (a Answer) OK() bool { return strings.HasPrefix(a.Status, "2") }

// Scheme is a Security Scheme Object (OpenAPI 3.1 §4.8.27).
type Scheme struct {
	ID     string
	Kind   string // apiKey, http
	Scheme string // of http: bearer, basic
	In     string // of apiKey: header, query, cookie
	Name   string
	Source string // where its value comes from, in words
}

// Sample is one exchange of the capture, without secrets.
type Sample struct {
	ID           string
	Method, URL  string
	Sent         string
	Status       int
	Got          string
	SentType     string
	GotType      string
	Cut, SentCut bool // there was more of it
}

// Methods are those of a Path Item Object.
var Methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// Of reads a document. What is not as it should be is left out: it may have been written by hand.
func Of(doc document.Object) *Spec {
	info := object(doc.Get("info"))
	s := &Spec{Title: text(info, "title"), Version: text(info, "version"), Description: text(info, "description"), Generator: text(info, "x-seine-generator"), doc: doc}
	components := object(doc.Get("components"))
	s.Schemas = object(components.Get("schemas"))
	for _, m := range object(components.Get("securitySchemes")) {
		o := s.deref(m.Value)
		s.Schemes = append(s.Schemes, &Scheme{m.Key, text(o, "type"), strings.ToLower(text(o, "scheme")), text(o, "in"), text(o, "name"), text(o, "x-seine-source")})
	}
	for _, m := range object(doc.Get("paths")) {
		item := s.deref(m.Value)
		for _, one := range item {
			if method := strings.TrimPrefix(one.Key, "x-seine-method-"); method != one.Key || slices.Contains(Methods, one.Key) {
				s.Operations = append(s.Operations, s.operation(m.Key, method, item, object(one.Value)))
			}
		}
	}
	return s
}

func (s *Spec) operation(key, method string, item, raw document.Object) *Operation {
	path, _, _ := strings.Cut(key, "#")
	o := &Operation{
		ID: text(raw, "operationId"), Summary: text(raw, "summary"), Description: text(raw, "description"), Method: strings.ToUpper(method), Path: path, Key: key,
		Style: text(raw, "x-seine-style"), Raw: raw,
	}
	o.ID = cmp.Or(o.ID, method+key)
	for _, from := range []document.Object{raw, item, s.doc} {
		if o.Servers = s.servers(from); len(o.Servers) > 0 {
			break
		}
	}
	o.Params = s.params(array(item.Get("parameters")), array(raw.Get("parameters")))
	body := s.deref(raw.Get("requestBody"))
	o.Bodies, o.BodyRequired = s.media(body), body.Get("required") == true
	for _, m := range object(raw.Get("responses")) {
		a := s.deref(m.Value)
		o.Answers = append(o.Answers, Answer{m.Key, text(a, "description"), s.media(a)})
	}
	o.Security = s.security(raw)
	g := object(raw.Get("x-seine-graphql"))
	o.GraphQL = GraphQL{text(g, "name"), text(g, "query")}
	return o
}

// servers are addresses, with variables at their defaults (OpenAPI 3.1 §4.8.5).
func (s *Spec) servers(from document.Object) (list []string) {
	for _, one := range array(from.Get("servers")) {
		server := object(one)
		address := text(server, "url")
		for _, v := range object(server.Get("variables")) {
			address = strings.ReplaceAll(address, "{"+v.Key+"}", text(object(v.Value), "default"))
		}
		if address != "" {
			list = append(list, strings.TrimSuffix(address, "/"))
		}
	}
	return list
}

// params are those of the path item unless the operation has its own of that name.
func (s *Spec) params(above, own document.Array) (list []*Param) {
	for _, one := range slices.Concat(above, own) {
		raw := s.deref(one)
		p := &Param{Name: text(raw, "name"), In: text(raw, "in"), Description: text(raw, "description"), Required: raw.Get("required") == true, Schema: object(raw.Get("schema")), Raw: raw}
		if i := slices.IndexFunc(list, func(q *Param) bool { return q.Name == p.Name && q.In == p.In }); i >= 0 {
			list[i] = p
		} else if p.Name != "" {
			list = append(list, p)
		}
	}
	return list
}

func (s *Spec) media(of document.Object) (list []Media) {
	for _, m := range object(of.Get("content")) {
		raw := object(m.Value)
		media := Media{Type: m.Key, Stream: text(raw, "x-seine-stream"), Raw: raw}
		if schema, ok := raw.Get("schema").(document.Object); ok {
			media.Schema = schema
		}
		list = append(list, media)
	}
	return list
}

func (s *Spec) security(raw document.Object) (list [][]*Scheme) {
	from := raw.Get("security")
	if from == nil {
		from = s.doc.Get("security")
	}
	for _, one := range array(from) {
		all := []*Scheme{}
		for _, m := range object(one) {
			if i := slices.IndexFunc(s.Schemes, func(x *Scheme) bool { return x.ID == m.Key }); i >= 0 {
				all = append(all, s.Schemes[i])
			}
		}
		list = append(list, all)
	}
	return list
}

// deref follows a reference within the document, as often as there may be sense in it.
func (s *Spec) deref(v any) document.Object {
	o := object(v)
	for range 16 {
		ref, ok := o.Get("$ref").(string)
		if !ok {
			return o
		}
		o = s.At(ref)
	}
	return nil
}

// At is the object that a reference within the document leads to, nil for none (RFC 6901).
func (s *Spec) At(ref string) document.Object {
	rest, ok := strings.CutPrefix(ref, "#/")
	if !ok {
		return nil
	}
	at := any(s.doc)
	for part := range strings.SplitSeq(rest, "/") {
		at = object(at).Get(strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
	}
	return object(at)
}

// Schema follows the references of a schema.
func (s *Spec) Schema(v any) document.Object { return s.deref(v) }

func object(v any) document.Object {
	o, _ := v.(document.Object)
	return o
}

func array(v any) document.Array {
	a, _ := v.(document.Array)
	return a
}

func text(o document.Object, key string) string {
	switch v := o.Get(key).(type) {
	case string:
		return v
	case document.Number:
		return string(v)
	}
	return ""
}
