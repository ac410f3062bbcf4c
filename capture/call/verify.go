package call

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"seine/capture/openapi"
)

// ErrUnproven: page two was not what it should be.
var ErrUnproven = errors.New("not proven")

// Proof is what came of asking for pages one and two.
type Proof struct {
	First, Second int // rows
}

// Provable reports whether an operation's pages may be asked for to see what comes: it changes nothing.
func (o *Operation) Provable() bool {
	return o.Pagination != nil && (o.Method == http.MethodGet || o.Style == openapi.StyleGraphQL && o.graph.kind != "mutation")
}

// Repeatable reports whether the same again does no harm (RFC 9110 §9.2.2), or only asks, as searches by POST do.
func (o *Operation) Repeatable() bool {
	return o.Method != http.MethodPost && o.Method != http.MethodPatch || o.Provable() || o.Pagination != nil || o.Style == openapi.StyleGraphQL && o.graph.kind == "query"
}

// Prove asks for the first two pages of what a sample asked for. The error wraps ErrUnproven where they are no pages.
func (c *Client) Prove(ctx context.Context, o *Operation) (Proof, error) {
	var p Proof
	b, err := c.likeSample(o)
	if err != nil {
		return p, err
	}
	_, one, next, err := c.Page(ctx, o, b, Place{})
	if err != nil {
		return p, err
	}
	if p.First = len(one); next == nil {
		return p, fmt.Errorf("%w: there is one page only, of %d rows", ErrUnproven, len(one))
	}
	_, two, _, err := c.Page(ctx, o, b, *next)
	if err != nil {
		return p, err
	}
	p.Second = len(two)
	known := map[string]bool{}
	for _, row := range one {
		known[fingerprint([]any{row})] = true
	}
	fresh := 0
	for _, row := range two {
		if !known[fingerprint([]any{row})] {
			fresh++
		}
	}
	if 2*fresh <= len(two) {
		return p, fmt.Errorf("%w: %d of the %d rows of page two are new", ErrUnproven, fresh, len(two))
	}
	return p, nil
}

// likeSample asks for what a sample did, but from the first page on.
func (c *Client) likeSample(o *Operation) (*Binding, error) {
	b := &Binding{values: map[slot]any{}}
	s := c.sampleFor(o)
	if s == nil {
		return b, nil
	}
	if m := patternOf(o).FindStringSubmatch(s.url.EscapedPath()); m != nil {
		for i, name := range templateNames(o.Path) {
			if i+1 < len(m) {
				b.values[slot{"path", name}] = unescapePath(m[i+1])
			}
		}
	}
	for _, q := range queryOf(s.url.RawQuery) {
		b.values[slot{"query", q.name}] = q.value
	}
	if p := o.Pagination; p != nil && p.In != "path" {
		delete(b.values, slot{p.In, p.Name})
	} else if p != nil && p.Kind == openapi.PageNumber {
		b.values[slot{p.In, p.Name}] = p.First
	}
	if p := o.Pagination; p != nil && (p.Kind == openapi.PageLink || p.Kind == openapi.PageNext) {
		for k := range b.values { // the sample may be a later page: its number is among these
			if k.in == "query" && !o.constant(k.name) {
				delete(b.values, k)
			}
		}
	}
	return b, nil
}

// constant: all calls had the parameter.
func (o *Operation) constant(name string) bool {
	for _, p := range o.Params {
		if p.In == "query" && p.Name == name {
			return p.Required || p.Constant != "" || p.secret
		}
	}
	return false
}

// templateNames are those in braces, in order.
func templateNames(path string) (names []string) {
	for {
		_, behind, open := strings.Cut(path, "{")
		name, rest, closed := strings.Cut(behind, "}")
		if !open || !closed {
			return names
		}
		names, path = append(names, name), rest
	}
}
