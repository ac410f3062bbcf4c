package call

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"seine/capture/redact"
)

// heads is what is known of the headers of an operation.
type heads struct {
	mu    sync.Mutex
	known bool
	keep  []string // those that matter, of the sample's
}

// headsOf begins with what was remembered.
func (c *Client) headsOf(o *Operation) *heads {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := c.heads[o]
	if h == nil {
		h = &heads{}
		h.keep, h.known = c.conf.Memory.headers(o)
		c.heads[o] = h
	}
	return h
}

// sparingly asks with the headers that matter. Which these are is found out at the first call that may be made more than once; where they
// do no more, all are sent, and it is found out anew.
func (c *Client) sparingly(ctx context.Context, o *Operation, r *asked) (*Answer, error) {
	s := c.sampleFor(o)
	if c.conf.All || s == nil || len(s.header) == 0 {
		return c.send(ctx, r, nil)
	}
	h := c.headsOf(o)
	h.mu.Lock()
	if !h.known && r.method == http.MethodGet {
		defer h.mu.Unlock()
		return c.find(ctx, o, r, h)
	}
	known, keep := h.known, h.keep
	h.mu.Unlock()
	if !known {
		return c.send(ctx, r, nil)
	}
	a, err := c.send(ctx, r, c.kept(r, keep))
	if err != nil || a.ok(o) || !refused(a) {
		return a, err
	}
	full, err := c.send(ctx, r, nil)
	if err == nil && full.ok(o) {
		h.mu.Lock()
		h.known = false
		h.mu.Unlock()
		return full, nil
	}
	return a, err
}

// kept are the headers that matter, and those that are the user's own.
func (c *Client) kept(r *asked, keep []string) func(string) bool {
	return func(name string) bool {
		return slices.Contains(keep, name) || slices.Contains(r.own, name) || c.conf.Header[http.CanonicalHeaderKey(name)] != nil
	}
}

// find tries without all, then without each: what changes the answer matters. Headers of one family (Sec-…) are tried together.
func (c *Client) find(ctx context.Context, o *Operation, r *asked, h *heads) (*Answer, error) {
	full, err := c.send(ctx, r, nil)
	if err != nil || !full.ok(o) {
		return full, err
	}
	t := &trial{c: c, r: r, full: full}
	keep := slices.Sorted(maps.Keys(r.header))
	if t.without(ctx, nil, keep) {
		keep = nil
	}
	for _, family := range families(r.header) {
		rest := slices.DeleteFunc(slices.Clone(keep), func(n string) bool { return slices.Contains(family, n) })
		if len(rest) < len(keep) && t.without(ctx, rest, family) {
			keep = rest
		}
	}
	if t.err != nil {
		return full, nil //nolint:nilerr // what was asked for is there
	}
	h.known, h.keep = true, keep
	c.log.Debug("headers that matter", "operation", o.Label(), "headers", keep)
	c.conf.Memory.learn(o, func(m *known) { m.Headers, m.Tried = append([]string{}, keep...), true })
	return full, nil
}

// trial finds out what an answer depends on.
type trial struct {
	c        *Client
	r        *asked
	full     *Answer
	err      error
	asked    bool // whether the answer is another one each time
	changing bool
}

// without reports whether the answer is the same with the headers in keep alone, which leaves some out. Of an answer that changes by itself
// only the shape can be compared: then what lets in is kept, as others may be told other values of the same shape.
func (t *trial) without(ctx context.Context, keep, out []string) bool {
	a := t.send(ctx, t.c.kept(t.r, keep))
	switch {
	case t.err != nil || !a.alike(t.full):
		return false
	case a.same(t.full):
		return true
	}
	if !t.asked {
		if again := t.send(ctx, nil); t.err == nil {
			t.asked, t.changing = true, !again.same(t.full)
		}
	}
	return t.changing && !slices.ContainsFunc(out, redact.IsSecretHeader)
}

func (t *trial) send(ctx context.Context, keep func(string) bool) *Answer {
	if t.err != nil {
		return nil
	}
	t.c.count(func(s *Stats) { s.Trials++ })
	a, err := t.c.send(ctx, t.r, keep)
	t.err = err
	return a
}

func families(h http.Header) [][]string {
	by := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		family := name
		if strings.HasPrefix(name, "Sec-") {
			family = "Sec-"
		}
		by[family] = append(by[family], name)
	}
	var out [][]string
	for _, name := range slices.Sorted(maps.Keys(by)) {
		out = append(out, by[name])
	}
	return out
}

// same: to the last value.
func (a *Answer) same(b *Answer) bool {
	return a.Status == b.Status && (bytes.Equal(a.Body, b.Body) || a.IsJSON && b.IsJSON && reflect.DeepEqual(a.JSON, b.JSON))
}

// alike: the same status, and members of the same names and types. What they say may have changed in between.
func (a *Answer) alike(b *Answer) bool {
	if a.Status != b.Status || a.IsJSON != b.IsJSON {
		return false
	}
	return !a.IsJSON || slices.Equal(outline(a.JSON), outline(b.JSON))
}

// outline lists the names and types of a value; of lists, what their elements have, and whether there are any.
func outline(v any) []string {
	set := map[string]bool{}
	var walk func(v any, at string, depth int)
	walk = func(v any, at string, depth int) {
		switch v := v.(type) {
		case map[string]any:
			set[at+"{}"] = true
			if depth < 4 && len(v) < 100 {
				for k, e := range v {
					walk(e, at+"/"+k, depth+1)
				}
			}
		case []any:
			set[at+"[]"] = true
			for _, e := range v[:min(len(v), 20)] {
				walk(e, at+"/*", depth+1)
			}
		case json.Number:
			set[at+"#"] = true
		case nil:
		default:
			set[at] = true
		}
	}
	walk(v, "", 0)
	return slices.Sorted(maps.Keys(set))
}
