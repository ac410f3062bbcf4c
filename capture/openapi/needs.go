package openapi

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"seine/capture/openapi/document"
	"seine/capture/openapi/schema"
	"seine/capture/redact"
)

// settle gives each operation its needs.
func (p *provenance) settle(api *API) {
	owner := map[*call]*Operation{}
	for _, o := range api.Operations {
		for _, c := range o.calls {
			if owner[c] == nil {
				owner[c] = o
			}
		}
	}
	for _, o := range api.Operations {
		v := votes{p: p, owner: owner, o: o, count: map[slot]int{}, needs: map[slot]map[sourceKey]*Need{}}
		for _, c := range o.calls[:min(len(o.calls), mostCarriers)] {
			v.call(c)
		}
		o.Needs = v.elected()
	}
}

// sourceKey tells sources apart.
type sourceKey struct {
	kind             SourceKind
	o                *Operation
	method, url      string
	at, attr, prefix string
}

// votes are what the calls of an operation say of where their values are from.
type votes struct {
	p     *provenance
	owner map[*call]*Operation
	o     *Operation
	count map[slot]int
	needs map[slot]map[sourceKey]*Need
}

func (v *votes) call(c *call) {
	list := c.carries()
	for i, part := range v.o.Params {
		if value := v.o.valueOf(c, i); value != "" {
			list = append(list, carried{in: "path", name: part.Name, value: value})
		}
	}
	own := cookiesOf(c.req.Header)
	for _, x := range list {
		k := slot{x.in, x.name}
		v.count[k]++
		from, ok := v.source(c, x, own)
		if !ok {
			continue
		}
		key := sourceKey{from.Kind, from.Operation, from.Method, from.URL, from.At, from.Attribute, x.prefix}
		if v.needs[k] == nil {
			v.needs[k] = map[sourceKey]*Need{}
		}
		if n := v.needs[k][key]; n != nil {
			n.Count++
			continue
		}
		v.needs[k][key] = &Need{In: x.in, Name: x.name, Prefix: x.prefix, Token: x.token, Count: 1, From: from}
	}
}

// source is where a value of a call stood before the call: the latest place, as values change. What a script read of a cookie came of it.
func (v *votes) source(c *call, x carried, own []pair) (Source, bool) {
	var best *given
	for i := range v.p.seen[x.value] {
		g := &v.p.seen[x.value][i]
		if g.from == c.from && g.hop == nil || g.started().After(c.started) || !x.token && v.owner[g.call] == v.o && g.call != nil {
			continue
		}
		if x.in == "cookie" && g.kind != SourceCookie || !x.token && g.kind != SourceAnswer && g.kind != SourceHTML && g.kind != SourceScript {
			continue
		}
		if best == nil || rank(g, x, own) < rank(best, x, own) {
			best = g
		}
	}
	if best == nil {
		return Source{}, false
	}
	s := Source{Kind: best.kind, Operation: v.owner[best.call], Sample: best.from.ID, At: best.at, Attribute: best.attr}
	if s.Operation == nil || best.hop != nil {
		s.Operation, s.Method, s.URL = nil, best.from.Request.Method, best.from.Request.URL
		if best.hop != nil {
			s.Method, s.URL = best.hop.Request.Method, best.hop.Request.URL
		} else if len(best.from.Redirects) > 0 {
			s.Method, s.URL = best.from.Redirects[0].Request.Method, best.from.Redirects[0].Request.URL
		}
	}
	return s, true
}

func (g *given) started() time.Time {
	if g.hop != nil {
		return g.hop.Started
	}
	return g.from.Started
}

// rank orders the places of one value: cookies that travel along, then pages, which anybody may ask for, then what is asked for by a safe
// method, then the rest.
func rank(g *given, x carried, own []pair) int {
	switch {
	case g.kind == SourceCookie && x.in != "cookie" && slices.ContainsFunc(own, func(k pair) bool { return k.name == g.at }):
		return 0
	case g.from.Request.Method == "GET" && g.kind == SourceAnswer:
		return 1
	case g.from.Request.Method == "GET":
		return 2
	}
	return 3
}

// elected are the sources that most calls agree on. An id that came from elsewhere as often is nobody's.
func (v *votes) elected() []*Need {
	var list []*Need
	for _, k := range sortedPlaces(v.needs) {
		keys := slices.SortedFunc(maps.Keys(v.needs[k]), func(a, b sourceKey) int {
			return cmp.Or(v.needs[k][b].Count-v.needs[k][a].Count, strings.Compare(a.text(), b.text()))
		})
		n := v.needs[k][keys[0]]
		if pages := v.o.Pagination; !n.Token && (2*n.Count < v.count[k] || pages != nil && pages.In == k.in && pages.Name == k.name) {
			continue
		}
		list = append(list, n)
	}
	return list
}

func (k sourceKey) text() string {
	s := strings.Join([]string{string(k.kind), k.method, k.url, k.at, k.attr, k.prefix}, "\x00")
	if k.o != nil {
		s += k.o.key()
	}
	return s
}

// Chain is what must be asked before the operation, in order: the operations and pages that give its tokens, and those that give theirs.
func (o *Operation) Chain() []Source {
	var list []Source
	seen := map[string]bool{}
	var visit func(o *Operation, depth int)
	visit = func(o *Operation, depth int) {
		for _, n := range o.Needs {
			key := n.From.URL
			if n.From.Operation != nil {
				key = n.From.Operation.key()
			}
			if !n.Token || seen[key] || depth > 8 {
				continue
			}
			seen[key] = true
			if n.From.Operation != nil {
				visit(n.From.Operation, depth+1)
			}
			list = append(list, n.From)
		}
	}
	visit(o, 0)
	return list
}

// document is the extension x-seine-needs.
func (w *writer) needs(o *Operation) document.Array {
	var list document.Array
	for _, n := range o.Needs {
		from := document.Object{{Key: "kind", Value: string(n.From.Kind)}}
		if n.From.Operation != nil {
			from = from.With("operation", w.names[n.From.Operation])
		} else {
			from = from.With("method", n.From.Method).With("url", w.address(n.From.URL))
		}
		from = from.With("at", w.set.Clean(n.From.At)).With("attribute", n.From.Attribute).With("sample", n.From.Sample)
		one := document.Object{{Key: "in", Value: n.In}, {Key: "name", Value: w.set.Clean(n.Name)}}.With("prefix", n.Prefix)
		if n.Token {
			one = append(one, document.Member{Key: "token", Value: true})
		}
		list = append(list, append(one, document.Member{Key: "from", Value: from}))
	}
	return list
}

// address is a URL without what is secret in it. A query that would have to be cut is left out.
func (w *writer) address(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	u.User, u.Fragment = nil, ""
	if c := w.set.Clean(u.String()); c != u.String() {
		u.RawQuery = ""
	}
	if strings.Contains(w.set.Clean(u.String()), redact.Mark) {
		return ""
	}
	return u.String()
}

// pagination is the extension x-seine-pagination.
func (w *writer) pagination(p *Pagination) document.Object {
	if p == nil {
		return nil
	}
	o := document.Object{{Key: "kind", Value: string(p.Kind)}}.With("in", p.In).With("name", w.set.Clean(p.Name))
	if p.Kind == PageNumber || p.Kind == PageOffset {
		o = append(o, document.Member{Key: "first", Value: p.First})
	}
	if p.Step > 0 {
		o = append(o, document.Member{Key: "step", Value: p.Step})
	}
	if p.Size != "" {
		o = append(o, document.Member{Key: "size", Value: document.Object{{Key: "in", Value: p.SizeIn}, {Key: "name", Value: w.set.Clean(p.Size)}}})
	}
	o = append(o.With("next", w.set.Clean(p.Next)).With("last", w.set.Clean(p.Last)), document.Member{Key: "rows", Value: w.set.Clean(p.Rows)})
	o = o.With("more", w.set.Clean(p.More)).With("pages", w.set.Clean(p.Pages)).With("total", w.set.Clean(p.Total)).With("evidence", string(p.Evidence))
	if p.Verified {
		o = append(o, document.Member{Key: "verified", Value: true})
	}
	return o
}

// ID is the operationId in the document.
func (api *API) ID(o *Operation) string {
	api.Document()
	return api.names[o]
}

// Verify marks the pagination of an operation as proven.
func (api *API) Verify(o *Operation) {
	doc := api.Document()
	o.Pagination.Verified = true
	paths, _ := doc.Get("paths").(document.Object)
	for _, item := range paths {
		methods, _ := item.Value.(document.Object)
		for _, m := range methods {
			op, _ := m.Value.(document.Object)
			for i := range op {
				if op[i].Key == "x-seine-pagination" && op.Get("operationId") == api.names[o] {
					op[i].Value = op[i].Value.(document.Object).With("verified", true)
				}
			}
		}
	}
}

// constant is the value of a parameter that all calls had the same, "" for none that may be shown.
func (p *param) constant(set *schema.Set, calls int) string {
	if p.calls < calls || p.text.Secret || redact.IsSecretName(p.name) || len(p.text.String.Values) != 1 {
		return ""
	}
	if v := p.text.String.Least; set.Clean(v) == v && len(v) < mostLong {
		return v
	}
	return ""
}
