package openapi

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"seine/capture/openapi/document"
	"seine/capture/openapi/schema"
)

// WriteYAML writes the document as YAML.
func (api *API) WriteYAML(w io.Writer) error { return document.WriteYAML(w, api.Document()) }

// WriteJSON writes the document as JSON.
func (api *API) WriteJSON(w io.Writer) error { return document.WriteJSON(w, api.Document()) }

// writer builds the document.
type writer struct {
	api *API
	set *schema.Set
	ids map[string]bool

	names map[*Operation]string // their ids
}

// Document is the API as OpenAPI 3.1, without secrets. The same capture gives the same document. It is built once: what repeats is merged.
func (api *API) Document() document.Object {
	if api.built != nil {
		return api.built
	}
	known := map[string]string{}
	w := &writer{api, &schema.Set{Clean: func(s string) string {
		if c, ok := known[s]; ok {
			return c
		}
		known[s] = api.clean.Text(s, false)
		return known[s]
	}}, map[string]bool{}, map[*Operation]string{}}
	for _, o := range api.Operations {
		w.names[o] = w.id(o)
		o.each(w.set.Add)
	}
	w.set.Resolve()
	main := api.mainOrigin()
	doc := document.Object{{Key: "openapi", Value: "3.1.0"}, {Key: "info", Value: api.info(main)}}
	if main != "" {
		doc = append(doc, document.Member{Key: "servers", Value: api.servers(main)})
	}
	doc = append(doc, document.Member{Key: "paths", Value: w.paths(main)})
	var security document.Object
	for _, name := range slices.Sorted(maps.Keys(api.schemes)) {
		security = append(security, document.Member{Key: name, Value: api.schemes[name].document()})
	}
	components := document.Object{}.With("schemas", w.set.Components()).With("securitySchemes", security)
	api.built, api.names = doc.With("components", components), w.names
	return api.built
}

// each visits all places of an operation, in order.
func (o *Operation) each(visit func(*schema.Node)) {
	for _, t := range slices.Sorted(maps.Keys(o.sent)) {
		if n := o.sent[t].node; n != nil {
			visit(n)
		}
	}
	for _, status := range o.codes() {
		for _, t := range slices.Sorted(maps.Keys(o.answers[status])) {
			if n := o.answers[status][t].node; n != nil {
				visit(n)
			}
		}
	}
	for _, n := range []*schema.Node{o.messages, o.received} {
		if n != nil {
			visit(n)
		}
	}
}

func (o *Operation) codes() []int { return slices.Sorted(maps.Keys(o.answers)) }

// mainOrigin is the one with most operations, of several the first in order.
func (api *API) mainOrigin() string {
	count, best := map[string]int{}, ""
	for _, o := range api.Operations {
		count[o.Origin]++
	}
	for _, origin := range slices.Sorted(maps.Keys(count)) {
		if best == "" || count[origin] > count[best] {
			best = origin
		}
	}
	return best
}

// servers are all that an operation can be asked of; several, if each customer has one.
func (api *API) servers(origin string) (list document.Array) {
	all := api.tenants[origin]
	if all == nil {
		all = []string{origin}
	}
	for _, one := range all {
		list = append(list, document.Object{{Key: "url", Value: one}})
	}
	return list
}

func (api *API) info(main string) document.Object {
	samples := 0
	for _, o := range api.Operations {
		samples += o.Count
	}
	host := strings.TrimPrefix(strings.TrimPrefix(main, "https://"), "http://")
	return document.Object{
		{Key: "title", Value: cmp.Or(api.options.Title, host, "No API")},
		{Key: "version", Value: "1"},
		{Key: "description", Value: fmt.Sprintf("What a page was heard to ask for: %d operations, from %d samples. Nobody who knows the server wrote this.", len(api.Operations), samples)},
		{Key: "x-seine-generator", Value: strings.TrimSpace("seine " + api.options.Version)},
	}
}

// paths are the Paths Object. What stands at the same path on another server gets its host behind a number sign.
func (w *writer) paths(main string) document.Object {
	items, servers := map[string]document.Object{}, map[string]string{}
	for _, o := range w.api.Operations {
		key := w.set.Clean(o.Key())
		if s, taken := servers[key]; taken && s != o.Origin {
			sep := "#"
			if strings.Contains(key, "#") {
				sep = "&"
			}
			key += sep + "server=" + url.QueryEscape(o.Origin)
		}
		if items[key] == nil && o.Origin != main {
			items[key] = document.Object{{Key: "servers", Value: w.api.servers(o.Origin)}}
		}
		servers[key] = o.Origin
		method := strings.ToLower(o.Method)
		if !slices.Contains(methods, o.Method) {
			method = "x-seine-method-" + schemeName.ReplaceAllString(method, "_")
		}
		// Without their secrets two paths may be the same.
		one := key
		for i := 2; items[key].Get(method) != nil; i++ {
			key = one + "#" + strconv.Itoa(i)
		}
		items[key] = append(items[key], document.Member{Key: method, Value: w.operation(o)})
	}
	paths := document.Object{}
	for _, key := range slices.Sorted(maps.Keys(items)) {
		paths = append(paths, document.Member{Key: key, Value: items[key]})
	}
	return paths
}

func (w *writer) operation(o *Operation) document.Object {
	obj := document.Object{{Key: "operationId", Value: w.names[o]}, {Key: "summary", Value: w.set.Clean(o.summary())}}
	if params := w.parameters(o); len(params) > 0 {
		obj = append(obj, document.Member{Key: "parameters", Value: params})
	}
	if len(o.sent) > 0 {
		total := 0
		for _, b := range o.sent {
			total += b.count
		}
		body := document.Object{{Key: "content", Value: w.content(o.sent)}}
		if total >= o.Count {
			body = append(body, document.Member{Key: "required", Value: true})
		}
		obj = append(obj, document.Member{Key: "requestBody", Value: body})
	}
	obj = append(obj, document.Member{Key: "responses", Value: w.responses(o)}, document.Member{Key: "security", Value: o.requirements()})
	if o.Style != StyleHTTP {
		obj = append(obj, document.Member{Key: "x-seine-style", Value: string(o.Style)})
	}
	obj = obj.With("x-seine-graphql", w.graph(o)).With("x-seine-messages", w.messages(o)).With("x-seine-events", w.eventNames(o))
	obj = obj.With("x-seine-action", w.action(o)).With("x-seine-pagination", w.pagination(o.Pagination)).With("x-seine-needs", w.needs(o))
	var samples document.Array
	for _, id := range o.Samples {
		samples = append(samples, id)
	}
	return append(obj,
		document.Member{Key: "x-seine-confidence", Value: document.Number(strconv.FormatFloat(o.Confidence, 'f', -1, 64))},
		document.Member{Key: "x-seine-count", Value: o.Count}, document.Member{Key: "x-seine-samples", Value: samples})
}

// action says which parameter tells the operation from others at its path.
func (w *writer) action(o *Operation) document.Object {
	if o.action.name == "" {
		return nil
	}
	in := "body"
	if o.query[o.action.name] != nil {
		in = "query"
	}
	return document.Object{{Key: "in", Value: in}, {Key: "name", Value: w.set.Clean(o.action.name)}, {Key: "value", Value: w.set.Clean(o.action.value)}}
}

func (w *writer) graph(o *Operation) document.Object {
	if o.Style != StyleGraphQL {
		return nil
	}
	const longest = 4000
	g := document.Object{{Key: "operation", Value: cmp.Or(o.graph.kind, "query")}, {Key: "name", Value: o.Name}}
	if len(o.graph.query) <= longest {
		g = g.With("query", w.set.Clean(o.graph.query))
	}
	return g.With("sha256Hash", o.graph.hash)
}

func (w *writer) messages(o *Operation) document.Object {
	var m document.Object
	if o.messages != nil {
		m = append(m, document.Member{Key: "sent", Value: w.set.Schema(o.messages)})
	}
	if o.received != nil {
		m = append(m, document.Member{Key: "received", Value: w.set.Schema(o.received)})
	}
	if o.Style == StyleWebSocket {
		m = m.With("protocol", w.set.Clean(o.protocol()))
		if n := o.binary(); n > 0 {
			m = append(m, document.Member{Key: "notDescribed", Value: n})
		}
	}
	return m
}

func (o *Operation) summary() string {
	switch o.Style {
	case StyleGraphQL:
		return "GraphQL " + cmp.Or(o.graph.kind, "query") + " " + o.Name
	case StyleJSONRPC:
		return "JSON-RPC " + o.Name
	case StyleGRPCWeb:
		return "gRPC-web " + strings.TrimPrefix(o.Path, "/")
	case StyleWebSocket:
		return "WebSocket " + o.Path
	case StyleEvents:
		return "Events of " + o.Path
	}
	if o.Name != "" {
		return o.Method + " " + o.Path + " " + o.Name
	}
	return o.Method + " " + o.Path
}

// id is the operationId: getUsersByUserId.
func (w *writer) id(o *Operation) string {
	var b strings.Builder
	b.WriteString(strings.ToLower(schema.Camel(o.Method, false)))
	for part := range strings.SplitSeq(o.Path, "/") {
		if strings.Contains(part, "{") {
			b.WriteString("By")
		}
		b.WriteString(schema.Camel(w.set.Clean(decodeSegment(part)), true))
	}
	b.WriteString(schema.Camel(w.set.Clean(o.Name), true))
	id := w.set.Clean(b.String())
	one := id
	for i := 2; w.ids[one]; i++ {
		one = id + strconv.Itoa(i)
	}
	w.ids[one] = true
	return one
}

func (w *writer) parameters(o *Operation) document.Array {
	var list document.Array
	for _, p := range o.Params {
		list = append(list, p.document(w.set))
	}
	for _, in := range []struct {
		place string
		all   params
	}{{"query", o.query}, {"header", o.headers}, {"cookie", o.cookies}} {
		for _, p := range in.all.sorted() {
			if in.place == "query" && w.api.schemes["query-"+schemeName.ReplaceAllString(p.name, "_")] != nil {
				continue
			}
			one := p.document(in.place, w.set, o.Count)
			if in.place == "query" {
				one = o.withDefault(one, p.name, w.set)
			}
			list = append(list, one)
		}
	}
	return list
}

// content is a map of Media Type Objects (OpenAPI 3.1 §4.8.14).
func (w *writer) content(seen map[string]*bodySeen) document.Object {
	var content document.Object
	for _, t := range slices.Sorted(maps.Keys(seen)) {
		b := seen[t]
		media := document.Object{}
		switch {
		case b.node != nil:
			media = append(media, document.Member{Key: "schema", Value: w.set.Schema(b.node)})
		case isXMLType(t) || strings.HasPrefix(t, "text/"):
			media = append(media, document.Member{Key: "schema", Value: document.Object{{Key: "type", Value: "string"}}})
		}
		switch b.format {
		case formatLines:
			media = append(media, document.Member{Key: "x-seine-stream", Value: "lines"}) // the schema is that of one line
		case formatEvents:
			media = append(media, document.Member{Key: "x-seine-stream", Value: "events"}) // of the data of one event
		}
		content = append(content, document.Member{Key: t, Value: media})
	}
	return content
}

func (w *writer) responses(o *Operation) document.Object {
	var list document.Object
	for _, status := range o.codes() {
		if status < 100 || status > 599 {
			continue
		}
		answer := document.Object{{Key: "description", Value: cmp.Or(http.StatusText(status), "Status "+strconv.Itoa(status))}}
		list = append(list, document.Member{Key: strconv.Itoa(status), Value: answer.With("content", w.content(o.answers[status]))})
	}
	if o.Style == StyleWebSocket {
		list = document.Object{{Key: "101", Value: document.Object{{Key: "description", Value: "Switching Protocols"}}}}
	}
	if len(list) == 0 {
		list = document.Object{{Key: "default", Value: document.Object{{Key: "description", Value: "No answer was heard"}}}}
	}
	return list
}

// requirements are what all samples had, or else each that some had, or nothing.
func (o *Operation) requirements() document.Array {
	list := document.Array{}
	all, some := document.Object{}, document.Array{}
	for _, name := range slices.Sorted(maps.Keys(o.security)) {
		if o.security[name] == o.Count {
			all = append(all, document.Member{Key: name, Value: document.Array{}})
		} else {
			some = append(some, document.Object{{Key: name, Value: document.Array{}}})
		}
	}
	if len(all) > 0 {
		return append(list, all)
	}
	if len(some) > 0 {
		return append(some, document.Object{})
	}
	return list
}
