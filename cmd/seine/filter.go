package main

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"seine/capture"
	"seine/cmd/internal/ui"
)

// filter says which findings are shown. Conditions are all to be met; of the values of one, any.
type filter []condition

type condition struct {
	field  string // kind, host or type
	values []string
}

// parseFilter reads kind=hls,dash, host=*.example.com and type=json.
func parseFilter(list []string) (filter, error) {
	var f filter
	for _, text := range list {
		field, values, ok := strings.Cut(strings.ToLower(text), "=")
		if !ok || values == "" || !slices.Contains([]string{"kind", "host", "type"}, field) {
			return nil, &usageError{what: fmt.Sprintf("--filter %q is none of kind=…, host=… and type=…", ui.Remote(text)), try: "--filter kind=hls --filter 'host=*.example.com'"}
		}
		c := condition{field, strings.Split(values, ",")}
		for _, v := range c.values {
			if _, err := path.Match(v, ""); err != nil {
				return nil, &usageError{what: fmt.Sprintf("--filter %q is no pattern: %v", ui.Remote(text), err)}
			}
		}
		f = append(f, c)
	}
	return f, nil
}

// streams are those that the filter lets through.
func (f filter) streams(list []*capture.Stream) []*capture.Stream {
	var out []*capture.Stream
	for _, s := range list {
		if f.stream(s) {
			out = append(out, s)
		}
	}
	return out
}

func (f filter) stream(s *capture.Stream) bool {
	kinds := []string{string(s.Kind), "media"}
	contentType := ""
	if s.Exchange != nil {
		contentType = s.Exchange.ContentType()
	}
	return f.matches(kinds, s.URL, contentType)
}

// exchange is for calls (kind api) and all other requests, whose kind is also what asked: document, script, xhr.
func (f filter) exchange(e *capture.Exchange) bool {
	kinds := []string{strings.ToLower(string(e.Type))}
	if isCall(e) {
		kinds = append(kinds, "api")
	}
	return f.matches(kinds, e.URL(), e.ContentType())
}

func (f filter) matches(kinds []string, address, contentType string) bool {
	for _, c := range f {
		var of []string
		switch c.field {
		case "kind":
			of = kinds
		case "host":
			if u, err := url.Parse(address); err == nil {
				of = []string{strings.ToLower(u.Hostname())}
			}
		case "type":
			of = typeNames(contentType)
		}
		if !slices.ContainsFunc(of, c.matches) {
			return false
		}
	}
	return true
}

func (c condition) matches(value string) bool {
	return slices.ContainsFunc(c.values, func(pattern string) bool {
		ok, _ := path.Match(pattern, value)
		return ok
	})
}

// typeNames are application/problem+json, problem+json and json.
func typeNames(contentType string) []string {
	t, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	t = strings.TrimSpace(t)
	names := []string{t}
	if _, sub, ok := strings.Cut(t, "/"); ok {
		names = append(names, sub)
		if i := strings.LastIndex(sub, "+"); i >= 0 {
			names = append(names, sub[i+1:])
		}
	}
	return names
}

func isCall(e *capture.Exchange) bool {
	return len((&capture.Capture{Exchanges: []*capture.Exchange{e}}).Calls()) > 0
}
