package call

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"seine/capture/openapi"
)

// asked is a request before it is sent: what is needed to send it several times.
type asked struct {
	method string
	url    *url.URL
	header http.Header
	body   []byte
	kind   string
	own    []string // headers that the user named
}

// streams are styles that are no calls with answers.
var streams = map[openapi.Style]string{openapi.StyleEvents: "a stream of events", openapi.StyleWebSocket: "a WebSocket", openapi.StyleGRPCWeb: "gRPC-web, whose messages only its own program can read"}

// request makes the first request of a call, or one of a later page.
func (c *Client) request(o *Operation, b *Binding, p *Place) (*asked, error) {
	if what := streams[o.Style]; what != "" {
		return nil, &ArgumentError{What: fmt.Sprintf("%s is %s, and has no answer that could be kept", o.Label(), what), Try: "seine sniff hears it"}
	}
	s := c.sampleFor(o)
	if err := o.missing(b, func(k slot) bool {
		if k.in == "header" && c.conf.Header.Get(k.name) != "" {
			return true
		}
		_, ok := s.value(k)
		return ok && (k.in != "query" || o.Pagination != nil && o.Pagination.Size == k.name)
	}); err != nil {
		return nil, err
	}
	values := c.valuesOf(o, b, s, p)
	u, err := c.address(o, values, p)
	if err != nil {
		return nil, err
	}
	r := &asked{method: o.Method, url: u, header: c.headersFor(o, s, values)}
	for k := range b.values {
		if k.in == "header" {
			r.own = append(r.own, http.CanonicalHeaderKey(k.name))
		}
	}
	if o.bodyForm() == formNone {
		return r, nil
	}
	if b.raw != nil {
		r.body, r.kind = b.raw, "application/json"
		if o.Body != nil {
			r.kind = o.Body.Type
		}
		return r, nil
	}
	var sent []byte
	if s != nil {
		sent = s.body
	}
	root, err := o.template(sent)
	if err != nil {
		return nil, err
	}
	if page := o.Pagination; page != nil && p.first() && page.Kind == openapi.PageCursor && page.In == "body" {
		remove(root, page.Name) // a sample may be of a later page
	}
	for k, v := range values {
		if k.in == "body" && strings.HasPrefix(k.name, "/") {
			put(root, k.name, v)
		}
	}
	if o.Body != nil && !o.Body.Required && len(root) == 0 {
		return r, nil
	}
	r.body, r.kind, err = o.encode(root)
	return r, err
}

// valuesOf are those of a binding, of what is always so, of the page, and of tokens.
func (c *Client) valuesOf(o *Operation, b *Binding, s *sample, p *Place) map[slot]any {
	values := map[slot]any{}
	for _, param := range o.Params {
		k := slot{param.In, param.Name}
		heard, has := s.value(k)
		switch {
		case param.Constant != "":
			values[k] = param.Constant
		case param.In == "query" && (param.secret && has || param.Required && has && o.Pagination != nil && o.Pagination.Size == param.Name):
			values[k] = heard
		case param.Required && param.Default != "" && param.In != "path":
			values[k] = param.Default
		}
	}
	if o.action.in == "query" {
		values[slot{"query", o.action.name}] = o.action.value
	}
	if page := o.Pagination; page != nil {
		p.into(values, page, o.required(page.In, page.Name))
	}
	for _, n := range o.Needs {
		if v := c.token(o, n); v != "" {
			values[slot{n.In, n.Name}] = n.Prefix + v
		}
	}
	for k, v := range b.values {
		if page := o.Pagination; page == nil || p.first() || k != (slot{page.In, page.Name}) {
			values[k] = v
		}
	}
	return values
}

func (o *Operation) required(in, name string) bool {
	return slices.ContainsFunc(o.Params, func(p Param) bool { return p.In == in && p.Name == name && p.Required })
}

// address is where to ask: the template filled in, or the address that the page before gave.
func (c *Client) address(o *Operation, values map[slot]any, p *Place) (*url.URL, error) {
	base := c.conf.Server
	if base == "" {
		base = o.Server
	}
	path := o.Path
	for k, v := range values {
		if k.in == "path" {
			path = strings.ReplaceAll(path, "{"+k.name+"}", url.PathEscape(textOf(v)))
		}
	}
	u, err := url.Parse(strings.TrimSuffix(base, "/") + path)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, &ArgumentError{What: fmt.Sprintf("the document says %q for the server, which is no address", base), Try: "say where it is with --server https://…"}
	}
	if p.URL != "" {
		return p.address(u)
	}
	var parts []string
	for _, k := range queryOrder(o, values) {
		parts = append(parts, encoded(k.name, values[k])...)
	}
	u.RawQuery = strings.Join(parts, "&")
	return u, nil
}

// queryOrder is that of the document, then by name.
func queryOrder(o *Operation, values map[slot]any) []slot {
	var list []slot
	for _, p := range o.Params {
		if _, ok := values[slot{"query", p.Name}]; ok && p.In == "query" {
			list = append(list, slot{"query", p.Name})
		}
	}
	var rest []slot
	for k := range values {
		if k.in == "query" && !slices.Contains(list, k) {
			rest = append(rest, k)
		}
	}
	slices.SortFunc(rest, func(a, b slot) int { return strings.Compare(a.name, b.name) })
	return append(list, rest...)
}

// headersFor are those of the sample, of the user, and of the values.
func (c *Client) headersFor(o *Operation, s *sample, values map[slot]any) http.Header {
	h := http.Header{}
	if s != nil {
		h = s.header.Clone()
		h.Del("Content-Type")
	}
	if h.Get("Accept") == "" && o.JSON {
		h.Set("Accept", "application/json, */*;q=0.5")
	}
	for name, v := range c.conf.Header {
		h[http.CanonicalHeaderKey(name)] = v
	}
	for k, v := range values {
		if k.in == "header" {
			h.Set(k.name, textOf(v))
		}
	}
	return h
}

// http is the request, with some of its headers.
func (r *asked) http(ctx context.Context, keep func(name string) bool) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url.String(), body)
	if err != nil {
		return nil, &ArgumentError{What: fmt.Sprintf("this cannot be asked: %v", err)}
	}
	for name, values := range r.header {
		if keep == nil || keep(name) {
			req.Header[name] = values
		}
	}
	req.Header.Set("Accept-Encoding", "gzip, deflate, br")
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	return req, nil
}
