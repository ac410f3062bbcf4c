package openapi

import (
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"seine/capture/openapi/lexical"
)

// place is a node of the trie of one host's paths.
type place struct {
	segment string // as it was sent; "" at the root, and for the slash at the end
	param   *PathParam
	suffix  string // behind the parameter: .json, :activate, ) of OData; {} stands for each of more
	more    []*PathParam
	prefix  string // before it: Users( of OData
	kids    map[string]*place
	calls   map[string][]*call // by method
}

// PathParam is a segment, or a part of one, that varies.
type PathParam struct {
	Name     string
	Evidence string  // why it is one
	Sure     float64 // how sure that is, from 0 to 1
	Values   []string
	Sources  []origin
	kinds    map[lexical.Kind]int
	integer  bool // all values are
}

func newPlace(segment string) *place {
	return &place{segment: segment, kids: map[string]*place{}, calls: map[string][]*call{}}
}

func (p *place) add(c *call) {
	for _, s := range c.path {
		k := p.kids[s]
		if k == nil {
			k = newPlace(s)
			p.kids[s] = k
		}
		p = k
	}
	p.calls[c.method] = append(p.calls[c.method], c)
}

func (p *place) children() []*place {
	list := make([]*place, 0, len(p.kids))
	for _, k := range slices.Sorted(maps.Keys(p.kids)) {
		list = append(list, p.kids[k])
	}
	return list
}

// merge takes over all that is at and below q.
func (p *place) merge(q *place) {
	for m, list := range q.calls {
		p.calls[m] = append(p.calls[m], list...)
	}
	for s, k := range q.kids {
		if p.kids[s] == nil {
			p.kids[s] = k
		} else {
			p.kids[s].merge(k)
		}
	}
}

// first is the earliest call at or below p.
func (p *place) first() *call {
	var first *call
	p.each(func(c *call) {
		if first == nil || c.started.Before(first.started) || c.started.Equal(first.started) && c.address < first.address {
			first = c
		}
	})
	return first
}

func (p *place) each(visit func(*call)) {
	for _, list := range p.calls {
		for _, c := range list {
			visit(c)
		}
	}
	for _, k := range p.kids {
		k.each(visit)
	}
}

func decodeSegment(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// affixed: a value with an ending for the format, or with a verb behind a colon (Google AIP-136).
var affixed = regexp.MustCompile(`^(.+?)(\.(?:json|xml|csv|html?|php|aspx?|do|pdf|txt|atom|rss)|:[a-zA-Z]+)$`)

// keyed: OData writes Users(42) (OASIS OData URL Conventions §4.3.1).
var keyed = regexp.MustCompile(`^([A-Za-z_]+\()('?[^()']+'?)(\))$`)

// named: and OrderLines(OrderID=1,Line=2), where each part has a name.
var named = regexp.MustCompile(`^([A-Za-z_][A-Za-z_.]*)\(([A-Za-z_][A-Za-z_0-9]*='?[^()'=,{}]*'?(?:,[A-Za-z_][A-Za-z_0-9]*='?[^()'=,{}]*'?)*)\)$`)

// segment is one taken apart: before, value, behind; the value of most is all of it. Further values stand behind as {}.
type segment struct {
	before, value, behind string
	more                  []pair
}

func split(text string) segment {
	plain := decodeSegment(text)
	if m := named.FindStringSubmatch(plain); m != nil {
		return namedKeys(m[1], m[2])
	}
	if m := keyed.FindStringSubmatch(plain); m != nil {
		return segment{before: m[1], value: m[2], behind: m[3]}
	}
	if m := affixed.FindStringSubmatch(plain); m != nil && (lexical.Of(m[1]).Strong() || lexical.Of(m[1]) == lexical.Slug) && !lexical.IsIPv4(plain) {
		return segment{value: m[1], behind: m[2]}
	}
	return segment{value: plain}
}

func namedKeys(what, keys string) segment {
	var s segment
	for i, one := range strings.Split(keys, ",") {
		name, value, _ := strings.Cut(one, "=")
		if i == 0 {
			s.before, s.value = what+"("+name+"=", value
			continue
		}
		s.behind += "," + name + "={}"
		s.more = append(s.more, pair{name, value})
	}
	s.behind += ")"
	return s
}

// version segments say which API it is, not what of it.
var apiVersion = regexp.MustCompile(`^(?:[vV][0-9]+(?:[._-][0-9]+)*[a-z0-9]*|[0-9]{1,2}(?:\.[0-9]+){0,2})$`)

// apiRoot are words that name the API as a whole.
var apiRoot = map[string]bool{"api": true, "apis": true, "rest": true, "ajax": true, "rpc": true, "services": true, "service": true, "ws": true, "json": true, "public": true, "private": true, "internal": true, "gateway": true, "web": true, "v": true, "odata": true, "wp-json": true, "_api": true, "api2": true, "backend": true, "bff": true, "app": true, "data": true, "www": true}

// reserved are words that stand where an id may stand, and mean something else.
var reserved = map[string]bool{}

func init() {
	for _, w := range strings.Fields("me self current mine my new search find all latest count stats statistics summary export import login logout signin signup register batch bulk " +
		"default popular trending top recent featured random active autocomplete suggest suggestions validate verify check status health metadata schema preview draft drafts upload download feed") {
		reserved[w] = true
	}
}
