package plan

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"seine/assemble/manifest"
)

// maxSteered bounds the variants, and the renditions, of a presentation with its clones.
const maxSteered = 256

// Steer returns the presentation as its steering manifest has it: with the order of its pathways, and with those that are made of others
// (RFC 8216bis §7.2, §7.3), of which the earlier may be the base of the later. A clone of no pathway, or one that is there already, is none. p
// itself stays as it is.
func Steer(p *manifest.Presentation, priority []string, clones []manifest.Clone) *manifest.Presentation {
	q := *p
	s := manifest.Steering{}
	if p.Steering != nil {
		s = *p.Steering
	}
	s.Priority = priority
	q.Steering = &s
	q.Variants, q.Renditions = slices.Clone(p.Variants), slices.Clone(p.Renditions)
	for i := range clones {
		clonePathway(&q, &clones[i])
	}
	return &q
}

// clonePathway adds what a clone makes of its base.
func clonePathway(p *manifest.Presentation, c *manifest.Clone) {
	var variants []manifest.Variant
	for _, v := range p.Variants {
		if v.Pathway == c.ID {
			return
		}
		if v.Pathway == c.Base {
			variants = append(variants, v)
		}
	}
	if len(p.Variants)+len(variants) > maxSteered {
		return
	}
	g := &groups{of: p, clone: c, names: map[string]string{}}
	for i := range variants {
		v := &variants[i]
		v.URL, v.Pathway, v.Mirrors = replaced(v.URL, c.Variants[v.StableID], c), c.ID, nil
		v.Audio, v.Video, v.Subtitles = g.name(manifest.Audio, v.Audio), g.name(manifest.Video, v.Video), g.name(manifest.Subtitles, v.Subtitles)
	}
	if len(p.Renditions)+len(g.renditions) > maxSteered {
		return
	}
	p.Variants, p.Renditions = append(p.Variants, variants...), append(p.Renditions, g.renditions...)
}

// groups makes clones of groups of renditions, each once.
type groups struct {
	of         *manifest.Presentation
	clone      *manifest.Clone
	names      map[string]string // of the clones, by type and name
	renditions []manifest.Rendition
}

// name returns that of a group's clone; its own where nothing in it has an address.
func (g *groups) name(kind manifest.MediaType, name string) string {
	key := string(kind) + " " + name
	if known, ok := g.names[key]; ok {
		return known
	}
	list := group(g.of, kind, name)
	g.names[key] = name
	if !slices.ContainsFunc(list, func(r *manifest.Rendition) bool { return r.URL != nil }) {
		return name
	}
	g.names[key] = g.free(kind, name)
	for _, r := range list {
		twin := *r
		twin.Group, twin.Mirrors = g.names[key], nil
		if r.URL != nil {
			twin.URL = replaced(r.URL, g.clone.Renditions[r.StableID], g.clone)
		}
		g.renditions = append(g.renditions, twin)
	}
	return g.names[key]
}

// free is a name that no group has.
func (g *groups) free(kind manifest.MediaType, name string) string {
	for name += "@" + g.clone.ID; len(group(g.of, kind, name)) > 0; name += "'" {
	}
	return name
}

// replaced is the address u in the clone's pathway: instead, if it is not nil, or u with another host, and the parameters in either.
func replaced(u, instead *url.URL, c *manifest.Clone) *url.URL {
	r := *u
	switch {
	case instead != nil:
		r = *instead
	case c.Host != "" && (u.Scheme == "http" || u.Scheme == "https"):
		r.Host = c.Host
		if h := (&url.URL{Host: c.Host}); h.Port() == "" && u.Port() != "" {
			r.Host += ":" + u.Port()
		}
		r.User = nil
	}
	r.RawQuery = withParams(r.RawQuery, c.Params)
	return &r
}

// withParams sets parameters of a query, in their order; the others stay as they are written.
func withParams(query string, params map[string]string) string {
	if len(params) == 0 {
		return query
	}
	var list []string
	for word := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(word, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if _, set := params[name]; !set && word != "" {
			list = append(list, word)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(params)) {
		list = append(list, url.QueryEscape(k)+"="+url.QueryEscape(params[k]))
	}
	return strings.Join(list, "&")
}
