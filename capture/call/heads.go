package call

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
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
	same := func(keep []string) (bool, error) {
		c.count(func(s *Stats) { s.Trials++ })
		a, err := c.send(ctx, r, c.kept(r, keep))
		return err == nil && a.alike(full), err
	}
	groups := families(r.header)
	alone, err := same(nil)
	if err != nil {
		return full, nil //nolint:nilerr // what was asked for is there
	}
	var keep []string
	if !alone {
		keep = slices.Sorted(maps.Keys(r.header))
		for _, family := range groups {
			without := slices.DeleteFunc(slices.Clone(keep), func(n string) bool { return slices.Contains(family, n) })
			fine, err := same(without)
			if err != nil {
				return full, nil //nolint:nilerr // likewise
			}
			if fine {
				keep = without
			}
		}
	}
	h.known, h.keep = true, keep
	c.log.Debug("headers that matter", "operation", o.Label(), "headers", keep)
	c.conf.Memory.learn(o, func(m *known) { m.Headers, m.Tried = append([]string{}, keep...), true })
	return full, nil
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
