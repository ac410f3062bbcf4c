package openapi

import (
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"seine/capture/openapi/document"
	"seine/capture/openapi/schema"
	"seine/capture/redact"
)

// param is what was seen of one parameter.
type param struct {
	name  string
	calls int // that had it
	many  bool
	text  schema.Node // of all values as texts
	typed schema.Node // as what they look like
}

// params are those of one operation in one place.
type params map[string]*param

// mostParams bounds how many names of parameters are kept, and mostLong their length in bytes.
const mostParams, mostLong = 200, 200

// add takes the parameters of one call.
func (p *params) add(list []pair) {
	if *p == nil {
		*p = params{}
	}
	count := map[string]int{}
	for _, x := range list {
		if x.name == "" || len(x.name) > mostLong {
			continue
		}
		one := (*p)[x.name]
		if one == nil {
			if len(*p) >= mostParams {
				continue
			}
			one = &param{name: x.name, many: strings.HasSuffix(x.name, "[]")}
			(*p)[x.name] = one
		}
		if count[x.name]++; count[x.name] == 1 {
			one.calls++
		} else {
			one.many = true
		}
		one.observe(x.value)
	}
}

func (p *param) observe(value string) {
	v := typed(value)
	p.typed.Observe(&v)
	p.text.Observe(&schema.Value{Kind: schema.String, Text: value})
}

func (p params) sorted() []*param {
	var list []*param
	for _, name := range slices.Sorted(maps.Keys(p)) {
		list = append(list, p[name])
	}
	return list
}

// node is what the values are: of one type if they all look like it, else texts.
func (p *param) node() *schema.Node {
	n := &p.typed
	if n.String.Seen > 0 || n.Bool > 0 && n.Bool < n.Seen {
		return &p.text
	}
	return n
}

// enoughCalls is how many calls must have a parameter to say that all must.
const enoughCalls = 3

// document is the Parameter Object (OpenAPI 3.1 §4.8.12).
func (p *param) document(in string, set *schema.Set, calls int) document.Object {
	n := p.node()
	n.Secret = n.Secret || redact.IsSecretName(p.name) || in == "cookie"
	s := set.Schema(n)
	if p.many {
		s = document.Object{{Key: "type", Value: "array"}, {Key: "items", Value: s}}
	}
	o := document.Object{{Key: "name", Value: set.Clean(p.name)}, {Key: "in", Value: in}}
	if p.calls == calls && calls >= enoughCalls {
		o = append(o, document.Member{Key: "required", Value: true})
	}
	o = append(o, document.Member{Key: "schema", Value: s}, document.Member{Key: "x-seine-seen", Value: p.calls})
	if n.Secret {
		return o
	}
	return o.With("x-seine-constant", p.constant(set, calls))
}

// document is that of a part of the path.
func (p *PathParam) document(set *schema.Set) document.Object {
	all := param{name: p.Name}
	for _, v := range p.Values {
		all.observe(v)
	}
	s := set.Schema(all.node())
	evidence := document.Object{{Key: "rule", Value: set.Clean(p.Evidence)}, {Key: "values", Value: len(p.Values)}}
	if len(p.Sources) > 0 {
		evidence = evidence.With("from", document.Object{{Key: "sample", Value: p.Sources[0].id}, {Key: "field", Value: set.Clean(p.Sources[0].field)}})
	}
	return document.Object{{Key: "name", Value: p.Name}, {Key: "in", Value: "path"}, {Key: "required", Value: true}, {Key: "schema", Value: s}, {Key: "x-seine-evidence", Value: evidence}}
}

// usual are headers that every request has, or that clients make themselves.
var usual = regexp.MustCompile(`^(?i:sec-.*|accept|accept-.*|user-agent|referer|host|connection|content-.*|cache-control|pragma|priority|te|trailer|transfer-encoding|upgrade|upgrade-.*|range|if-.*|dnt|origin|save-data|device-memory|rtt|downlink|ect|viewport-width|width|dpr|purpose|cookie|authorization|proxy-.*|keep-alive|forwarded|x-forwarded-.*|x-real-ip|via|date|expect|alt-used|access-control-.*|traceparent|tracestate|baggage|sentry-trace|x-datadog-.*|newrelic|x-b3-.*|:.*|last-event-id|x-requested-with|x-client-data|service-worker.*|idempotency-key|x-request-id|x-correlation-id)$`)

// addHeaders takes those that belong to the API.
func (o *Operation) addHeaders(c *call) {
	var list []pair
	for name, values := range c.req.Header {
		if c.names.usual(name) || c.names.auth(name) || len(values) == 0 {
			continue
		}
		list = append(list, pair{http.CanonicalHeaderKey(name), values[0]})
	}
	slices.SortFunc(list, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	o.headers.add(list)
	list = nil
	for _, k := range cookiesOf(c.req.Header) {
		if !c.names.session(k.name) && !c.names.follows(k.name) {
			list = append(list, k)
		}
	}
	o.cookies.add(list)
}

// follower are cookies that scripts of others set to know visitors again.
var follower = regexp.MustCompile(`(?i)^(?:_g[aid].*|_gcl.*|_fb[pc]|__utm.*|_hj.*|_pk_.*|_clc?k|_clsk|mp_.*|amplitude.*|ajs_.*|optimizely.*|intercom-.*|__cf.*|cf_.*|_dd_s|_uet.*|_tt.*|_scid.*|_rdt.*|didomi.*|euconsent.*|optanon.*|cookie.?consent.*|_ym_.*)$`)

func cookiesOf(h http.Header) []pair {
	var list []pair
	for _, line := range h.Values("Cookie") {
		for part := range strings.SplitSeq(line, ";") {
			if name, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok && name != "" {
				list = append(list, pair{name, value})
			}
		}
	}
	return list
}
