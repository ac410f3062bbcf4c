// Package postman writes the operations of a document as a collection of Postman, in its format 2.1
// (https://schema.getpostman.com/json/collection/v2.1.0/collection.json).
package postman

import (
	"io"
	"net/url"
	"slices"
	"strings"

	"seine/capture/openapi/document"
	"seine/capture/openapi/spec"
)

const format = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

// Write writes the collection, with the operations in folders by the first part of their path. Secrets are empty variables.
func Write(w io.Writer, s *spec.Spec) error {
	c := document.Object{
		{Key: "info", Value: document.Object{
			{Key: "name", Value: s.Title},
			{Key: "schema", Value: format},
			{Key: "description", Value: strings.TrimSpace(s.Description + "\n\nx-seine-generator: " + s.Generator)},
		}},
		{Key: "item", Value: folders(s)},
	}
	var variables document.Array
	known := map[string]bool{}
	for _, o := range s.Operations {
		for _, v := range s.Request(o).Variables() {
			if !known[v.Name] {
				known[v.Name] = true
				variables = append(variables, document.Object{{Key: "key", Value: v.Name}, {Key: "value", Value: ""}, {Key: "type", Value: "string"}})
			}
		}
	}
	return document.WriteJSON(w, c.With("variable", variables))
}

func folders(s *spec.Spec) document.Array {
	list := document.Array{}
	at := map[string]int{}
	for _, o := range s.Operations {
		name := folderOf(o)
		i, ok := at[name]
		if !ok {
			i, at[name] = len(list), len(list)
			list = append(list, document.Object{{Key: "name", Value: name}, {Key: "item", Value: document.Array{}}})
		}
		folder := list[i].(document.Object)
		folder[1].Value = append(folder[1].Value.(document.Array), item(s, o))
	}
	return list
}

// folderOf is the first segment that says something.
func folderOf(o *spec.Operation) string {
	for part := range strings.SplitSeq(o.Path, "/") {
		if part != "" && part != "api" && !strings.HasPrefix(part, "{") && !isVersion(part) {
			return part
		}
	}
	return "/"
}

func isVersion(s string) bool { return strings.Trim(s, "vV0123456789.") == "" }

func item(s *spec.Spec, o *spec.Operation) document.Object {
	r := s.Request(o)
	name := o.Summary
	if name == "" {
		name = o.ID
	}
	request := document.Object{{Key: "method", Value: r.Method}, {Key: "header", Value: headers(r)}, {Key: "url", Value: address(r)}}
	request = request.With("auth", auth(r)).With("description", o.Description)
	if r.Type != "" {
		language := "text"
		if strings.Contains(r.Type, "json") {
			language = "json"
		}
		request = append(request, document.Member{Key: "body", Value: document.Object{
			{Key: "mode", Value: "raw"}, {Key: "raw", Value: r.Body}, {Key: "options", Value: document.Object{{Key: "raw", Value: document.Object{{Key: "language", Value: language}}}}},
		}})
	}
	return document.Object{{Key: "name", Value: name}, {Key: "request", Value: request}, {Key: "response", Value: document.Array{}}}
}

func auth(r *spec.Request) document.Object {
	if r.Basic == nil {
		return nil
	}
	return document.Object{{Key: "type", Value: "basic"}, {Key: "basic", Value: document.Array{
		document.Object{{Key: "key", Value: "username"}, {Key: "value", Value: "{{" + r.Basic.Name + "}}"}, {Key: "type", Value: "string"}},
		document.Object{{Key: "key", Value: "password"}, {Key: "value", Value: ""}, {Key: "type", Value: "string"}},
	}}}
}

func headers(r *spec.Request) document.Array {
	list := document.Array{}
	for _, h := range r.Headers {
		list = append(list, pair(h.Name, h.Before+value(h.Part)))
	}
	var cookies []string
	for _, k := range r.Cookies {
		cookies = append(cookies, k.Name+"="+value(k.Part))
	}
	if len(cookies) > 0 {
		list = append(list, pair("Cookie", strings.Join(cookies, "; ")))
	}
	if r.Type != "" {
		list = append(list, pair("Content-Type", r.Type))
	}
	return list
}

func pair(key, value string) document.Object {
	return document.Object{{Key: "key", Value: key}, {Key: "value", Value: value}}
}

func value(p spec.Part) string {
	if p.Value != nil {
		return "{{" + p.Value.Name + "}}"
	}
	return p.Fixed
}

// address is the URL, whole and taken apart.
func address(r *spec.Request) document.Object {
	var path, query strings.Builder
	for _, p := range r.Path {
		path.WriteString(value(p))
	}
	var pairs document.Array
	for i, q := range r.Query {
		v := value(q.Part)
		query.WriteString(string("?&"[min(i, 1)]) + url.QueryEscape(q.Name) + "=")
		if q.Value == nil {
			v = url.QueryEscape(v)
		}
		query.WriteString(v)
		pairs = append(pairs, pair(q.Name, value(q.Part)))
	}
	o := document.Object{{Key: "raw", Value: r.Server + path.String() + query.String()}}
	scheme, rest, _ := strings.Cut(r.Server, "://")
	host, base, _ := strings.Cut(rest, "/")
	host, port, _ := strings.Cut(host, ":")
	o = o.With("protocol", scheme).With("host", words(host, ".")).With("port", port)
	return o.With("path", words(strings.Trim(base+path.String(), "/"), "/")).With("query", pairs)
}

func words(s, sep string) document.Array {
	var list document.Array
	for _, part := range slices.DeleteFunc(strings.Split(s, sep), func(p string) bool { return p == "" }) {
		list = append(list, part)
	}
	return list
}
