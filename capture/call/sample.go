package call

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"seine/capture"
	"seine/capture/internal/form"
	"seine/capture/openapi"
	"seine/capture/redact"
)

// pair is a parameter as it was sent.
type pair struct{ name, value string }

// queryOf takes a query or form apart, in order.
func queryOf(raw string) (list []pair) {
	for name, value := range form.Pairs(raw) {
		list = append(list, pair{name, value})
	}
	return list
}

func unescapePath(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// sample is one request of an operation that a browser made.
type sample struct {
	id     string
	method string
	url    *url.URL
	header http.Header
	body   []byte
}

const maxSent = 16 << 20

func sampleOf(e *capture.Exchange, n int) *sample {
	u, err := url.Parse(e.Request.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil
	}
	s := &sample{id: e.ID, method: strings.ToUpper(e.Request.Method), url: u, header: http.Header{}}
	if s.id == "" {
		s.id = fmt.Sprintf("#%d", n+1)
	}
	for name, values := range e.Request.Header {
		if !perRequest[http.CanonicalHeaderKey(name)] && !strings.HasPrefix(name, ":") && !redacted(values) {
			s.header[http.CanonicalHeaderKey(name)] = slices.Clone(values)
		}
	}
	if b, err := e.Request.Body.Bytes(maxSent); err == nil && !strings.Contains(string(b), redact.Mark) {
		s.body = b
	}
	return s
}

func redacted(values []string) bool {
	return slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, redact.Mark) })
}

// perRequest are headers that belong to one request or connection, and those that the session makes.
var perRequest = map[string]bool{
	"Host": true, "Connection": true, "Content-Length": true, "Accept-Encoding": true, "Cookie": true, "Range": true, "User-Agent": true, "If-None-Match": true,
	"If-Modified-Since": true, "If-Match": true, "If-Range": true, "Te": true, "Transfer-Encoding": true, "Upgrade": true, "Keep-Alive": true, "Proxy-Authorization": true,
	"Expect": true, "Trailer": true, "Priority": true, "Pragma": true, "Cache-Control": true, "Upgrade-Insecure-Requests": true,
}

// sampleFor is the request to go by: one that succeeded before one that did not, the latest before those before it.
func (c *Client) sampleFor(o *Operation) *sample {
	c.mu.Lock()
	defer c.mu.Unlock()
	if s, known := c.samples[o]; known {
		return s
	}
	s := c.search(o)
	c.samples[o] = s
	return s
}

func (c *Client) search(o *Operation) *sample {
	if c.conf.Capture == nil {
		return nil
	}
	pattern := patternOf(o)
	best, rank := (*sample)(nil), 0
	for n, e := range c.conf.Capture.Exchanges {
		if !strings.EqualFold(e.Request.Method, o.Method) || e.Type == "Preflight" {
			continue
		}
		s := sampleOf(e, n)
		if s == nil || !o.made(s, pattern) {
			continue
		}
		r := 1
		if slices.Contains(o.Samples, s.id) {
			r += 2
		}
		if e.Status()/100 == 2 {
			r += 4
		}
		if r >= rank {
			best, rank = s, r
		}
	}
	return best
}

// patternOf matches the paths of a template.
func patternOf(o *Operation) *regexp.Regexp {
	u, err := url.Parse(o.Server)
	if err != nil {
		return nil
	}
	var b strings.Builder
	b.WriteString("^" + regexp.QuoteMeta(strings.TrimSuffix(u.Path, "/")))
	rest := o.Path
	for {
		before, behind, open := strings.Cut(rest, "{")
		b.WriteString(regexp.QuoteMeta(before))
		if !open {
			break
		}
		b.WriteString("([^/]+)")
		_, rest, _ = strings.Cut(behind, "}")
	}
	re, err := regexp.Compile(b.String() + "/?$")
	if err != nil {
		return nil
	}
	return re
}

// made reports whether the request is one of the operation. Of several at one path, the body says which.
func (o *Operation) made(s *sample, pattern *regexp.Regexp) bool {
	server, err := url.Parse(o.Server)
	if err != nil || pattern == nil || !strings.EqualFold(server.Host, s.url.Host) || !pattern.MatchString(s.url.EscapedPath()) {
		return false
	}
	switch {
	case o.action.name != "" && o.action.in == "query":
		return slices.Contains(queryOf(s.url.RawQuery), pair{o.action.name, o.action.value})
	case o.action.name != "":
		m := (&Operation{Body: o.Body}).parsed(s.body)
		return textOf(m[o.action.name]) == o.action.value
	case o.Style == openapi.StyleGraphQL, o.Style == openapi.StyleJSONRPC:
		m := (&Operation{Body: o.Body, Style: o.Style, Method: o.Method}).parsed(s.body)
		name := textOf(m["operationName"]) + textOf(m["method"])
		return name == o.Name || name == "" && (strings.Contains(textOf(m["query"]), o.Name) || slices.Contains(o.Samples, s.id) && len(m) > 0)
	}
	return true
}

func (o *Operation) parsed(body []byte) map[string]any {
	root := map[string]any{}
	if o.bodyForm() == formEncoded {
		for _, p := range queryOf(string(body)) {
			root[p.name] = p.value
		}
		return root
	}
	if v, err := parseJSON(body); err == nil {
		if m, ok := v.(map[string]any); ok {
			return m
		}
	}
	return root
}

// replayed is the exchange with an id, as a request.
func (c *Client) replayed(id string) *sample {
	if c.conf.Capture == nil || id == "" {
		return nil
	}
	for n, e := range c.conf.Capture.Exchanges {
		if e.ID == id || e.ID == "" && fmt.Sprintf("#%d", n+1) == id {
			return sampleOf(e, n)
		}
	}
	return nil
}

// values are what a sample had in a place; ok is false for none.
func (s *sample) value(k slot) (string, bool) {
	if s == nil {
		return "", false
	}
	switch k.in {
	case "query":
		for _, p := range queryOf(s.url.RawQuery) {
			if p.name == k.name && !strings.Contains(p.value, redact.Mark) {
				return p.value, true
			}
		}
	case "header":
		if v := s.header.Get(k.name); v != "" {
			return v, true
		}
	case "body":
		return "", len(s.body) > 0
	}
	return "", false
}
