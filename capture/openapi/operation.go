package openapi

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"seine/capture"
	"seine/capture/openapi/schema"
)

// Operation is what a server does for one method and one template of paths; of GraphQL, JSON-RPC and actions, for one name.
type Operation struct {
	Origin string // scheme://host
	Method string
	Path   string // template: /users/{userId}
	Name   string // of the GraphQL operation, JSON-RPC method or action; else empty
	Style  Style
	Params []*PathParam // in the order of the template

	Count   int      // of samples
	Samples []string // ids of some, the earliest first
	First   time.Time
	// Confidence is from 0 to 1: how sure the template is, less what few samples leave open.
	Confidence float64
	// Statuses are those that were answered, in order.
	Statuses []int

	action   pair
	graph    graphInfo
	query    params
	headers  params
	cookies  params
	sent     map[string]*bodySeen // by media type
	answers  map[int]map[string]*bodySeen
	received *schema.Node // messages of a WebSocket
	messages *schema.Node // sent over it
	security map[string]int
	calls    []*call
	echoes   []echo
	events   map[string]int // of server-sent events, how many had each name
	pages    []*pageSeen

	// Pagination says how a long list is given in pages; nil: the answers are no pages, as far as was heard.
	Pagination *Pagination
	// Needs are the values that calls carry and the server gave before, with where each comes from.
	Needs []*Need
}

// graphInfo is what is told of a GraphQL operation.
type graphInfo struct{ kind, query, hash string }

// bodySeen is what was seen of one media type.
type bodySeen struct {
	node   *schema.Node // nil: what came is not described
	format format
	count  int
}

// mostSamples is how many ids of samples are kept.
const mostSamples = 8

// key tells operations apart.
func (o *Operation) key() string { return o.Origin + " " + o.Method + " " + o.Path + " " + o.Name }

// Key is the path under which the operation stands in a document: what paths cannot tell apart stands behind a number sign.
func (o *Operation) Key() string {
	switch {
	case o.Name == "":
		return o.Path
	case o.action.name != "":
		return o.Path + "#" + o.action.name + "=" + o.Name
	}
	return o.Path + "#" + o.Name
}

// add takes one sample.
func (o *Operation) add(c *call, s sub) {
	if o.Count++; o.Count == 1 {
		o.First, o.Style = c.started, c.style
	}
	o.calls = append(o.calls, c)
	if len(o.Samples) < mostSamples && !slices.Contains(o.Samples, c.id) {
		o.Samples = append(o.Samples, c.id)
	}
	if !slices.Contains(o.Statuses, c.status) && c.status != 0 {
		o.Statuses = append(o.Statuses, c.status)
		slices.Sort(o.Statuses)
	}
	o.query.add(pairs(c.query))
	o.addHeaders(c)
	o.addSent(c, s)
	o.addAnswer(c, s)
}

// noun is what the operation is about.
func (o *Operation) noun() string {
	if o.Name != "" {
		return o.Name
	}
	noun, last := "", ""
	for part := range strings.SplitSeq(o.Path, "/") {
		if part != "" && !strings.Contains(part, "{") && !apiVersion.MatchString(part) {
			noun = part
		}
		if part != "" {
			last = part
		}
	}
	base, _, _ := strings.Cut(noun, ".")
	if base != "" {
		noun = base
	}
	if strings.Contains(last, "{") {
		return schema.Singular(noun)
	}
	return noun
}

func (o *Operation) addSent(c *call, s sub) {
	v, f := c.sent()
	if f == formatNone {
		return
	}
	if v != nil {
		if picked := s.pick([]schema.Value{*v}); len(picked) == 1 {
			v = &picked[0]
		}
	}
	t := mediaType(c.req.Header.Get("Content-Type"))
	if t == "" || f == formatJSON && !isJSONType(t) {
		t = contentTypeOf(t, f)
	}
	if o.sent == nil {
		o.sent = map[string]*bodySeen{}
	}
	b := seen(o.sent, t, f)
	if v != nil {
		b.observe(o.noun()+"-input", v)
		o.noteGraph(v)
	}
}

// noteGraph keeps the shortest text: clients write one operation in several ways.
func (o *Operation) noteGraph(v *schema.Value) {
	if o.Style != StyleGraphQL {
		return
	}
	if q := v.Str("query"); q != "" && (o.graph.query == "" || len(q) < len(o.graph.query) || len(q) == len(o.graph.query) && q < o.graph.query) {
		o.graph.query, o.graph.kind = q, graphOperation(q)
	}
	if h := persistedHash(v); h > o.graph.hash {
		o.graph.hash = h
	}
}

func (o *Operation) addAnswer(c *call, s sub) {
	if c.style == StyleWebSocket {
		o.addMessages(c)
		return
	}
	if o.answers == nil {
		o.answers = map[int]map[string]*bodySeen{}
	}
	if o.answers[c.status] == nil {
		o.answers[c.status] = map[string]*bodySeen{}
	}
	values, f := c.glance()
	if f == formatNone || c.status == http.StatusNoContent {
		return
	}
	t := mediaType(c.resType)
	if t == "" {
		t = contentTypeOf(t, f)
	}
	b := seen(o.answers[c.status], t, f)
	hint := o.noun()
	if c.status >= http.StatusBadRequest {
		hint = "error"
	}
	picked := s.pick(values)
	o.hear(c, picked)
	if f == formatEvents {
		o.noteEvents(c)
	}
	for _, v := range picked {
		b.observe(hint, &v)
	}
	o.seePage(c, s, picked)
}

func (o *Operation) addMessages(c *call) {
	for sent, n := range map[bool]**schema.Node{true: &o.messages, false: &o.received} {
		for _, v := range messages(c.from.Messages, func(m *capture.Message) bool { return m.Sent == sent }) {
			if *n == nil {
				*n = &schema.Node{Hint: "message"}
			}
			(*n).Observe(&v)
		}
	}
}

func contentTypeOf(t string, f format) string {
	switch {
	case f == formatJSON:
		return "application/json"
	case f == formatLines:
		return "application/x-ndjson"
	case t == "":
		return "application/octet-stream"
	}
	return t
}

func seen(m map[string]*bodySeen, t string, f format) *bodySeen {
	b := m[t]
	if b == nil {
		b = &bodySeen{format: f}
		m[t] = b
	}
	if b.count++; b.format == formatOther || f == formatLines || f == formatEvents {
		b.format = f
	}
	return b
}

func (b *bodySeen) observe(hint string, v *schema.Value) {
	if b.node == nil {
		b.node = &schema.Node{Hint: hint}
	}
	b.node.Observe(v)
}
