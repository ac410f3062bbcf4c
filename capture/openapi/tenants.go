package openapi

import (
	"cmp"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"seine/capture/openapi/lexical"
)

// hosts are servers that differ in the first word of their name alone, and may be one service with a name for each of its customers.
type hosts struct {
	calls  map[string]map[string]map[int]bool // by origin, by method and path: shapes of the answers
	family map[string][]string                // origins by what they have in common
}

// services are first words that name what a server does, and no customer.
var services = map[string]bool{}

func init() {
	for _, w := range strings.Fields("www api apis app apps auth login accounts account id sso cdn static assets img images media files upload uploads data gateway graphql rest search admin dashboard " +
		"m mobile web ws wss socket sockets events stream streams mail shop store blog docs help support status dev test staging stage beta prod v1 v2 v3 internal public") {
		services[w] = true
	}
}

// joinTenants gives servers that answer alike one origin: the first in order. What it gives are all origins of each.
func (f *inference) joinTenants(calls []*call) map[string][]string {
	h := hosts{map[string]map[string]map[int]bool{}, map[string][]string{}}
	for _, c := range calls {
		h.note(c)
	}
	all, to := map[string][]string{}, map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(h.family)) {
		list := slices.Sorted(slices.Values(h.family[key]))
		for _, origin := range list[1:] {
			if h.alike(f, list[0], origin) {
				to[origin] = list[0]
				all[list[0]] = append(all[list[0]], origin)
			}
		}
		if all[list[0]] != nil {
			all[list[0]] = append([]string{list[0]}, all[list[0]]...)
		}
	}
	for _, c := range calls {
		c.origin = cmp.Or(to[c.origin], c.origin)
	}
	return all
}

func (h *hosts) note(c *call) {
	if h.calls[c.origin] == nil {
		h.calls[c.origin] = map[string]map[int]bool{}
		if key := familyOf(c.origin); key != "" {
			h.family[key] = append(h.family[key], c.origin)
		}
	}
	key := c.method + " " + outlineOf(c.path)
	if h.calls[c.origin][key] == nil {
		h.calls[c.origin][key] = map[int]bool{}
	}
	if c.shape != 0 {
		h.calls[c.origin][key][c.shape] = true
	}
}

// familyOf is an origin without its first word, "" where that is none of a customer.
func familyOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || net.ParseIP(u.Hostname()) != nil {
		return ""
	}
	first, rest, ok := strings.Cut(u.Host, ".")
	site, err := publicsuffix.EffectiveTLDPlusOne(u.Hostname())
	if !ok || err != nil || site == u.Hostname() || services[first] {
		return ""
	}
	return u.Scheme + "://*." + rest
}

// outlineOf is a path without what looks like a value.
func outlineOf(path []string) string {
	var parts []string
	for _, s := range path {
		if k := lexical.Of(decodeSegment(s)); k.Strong() || k == lexical.Slug {
			s = "{}"
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "/")
}

// alike: of the fewer things that one of them was asked, most were asked of the other too, and the answers are alike.
func (h *hosts) alike(f *inference, a, b string) bool {
	both, fewer := 0, min(len(h.calls[a]), len(h.calls[b]))
	for key, shapes := range h.calls[a] {
		if other := h.calls[b][key]; other != nil && len(shapes) > 0 && f.anyAlike(shapes, other) {
			both++
		}
	}
	return both >= 2 && both*10 >= fewer*6
}
