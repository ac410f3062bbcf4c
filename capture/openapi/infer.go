// Package openapi makes a specification of the API behind a page from what the page was heard to ask for: exchanges become calls, calls become
// operations, operations an OpenAPI 3.1 document. It reads and writes nothing but its arguments, and the order of the exchanges does not change
// the outcome.
package openapi

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"seine/capture"
	"seine/capture/openapi/document"
	"seine/capture/openapi/schema"
	"seine/capture/redact"
)

// Options of Infer. The zero value is usable.
type Options struct {
	Title   string // of the document; "": the host's name
	Version string // of seine, for the document
}

// API is what was found.
type API struct {
	Operations []*Operation // by host, path and method
	Decisions  []Decision   // one for each exchange, in their order
	Unread     int          // answers whose content could not be read, so that nothing is told of it
	options    Options
	schemes    schemes
	clean      *redact.Cleaner
	tenants    map[string][]string // origins that are one service, by the first of them
	built      document.Object
	names      map[*Operation]string
}

// Memory is what the garbage collector is best told to keep to (debug.SetMemoryLimit) where there may be a hundred thousand exchanges: all are looked at
// together.
const Memory = 360 << 20

// Infer finds the API in a capture. Bodies are read twice.
func Infer(c *capture.Capture, o Options) *API {
	api := &API{options: o, schemes: schemes{}}
	var calls []*call
	for i, e := range c.Exchanges {
		d := decide(e)
		api.Decisions = append(api.Decisions, d)
		if d.Call {
			calls = append(calls, callsOf(e, cmp.Or(e.ID, fmt.Sprintf("#%d", i+1)))...)
		}
	}
	inOrder(calls)
	asked := newNames()
	for _, one := range calls {
		one.names = asked
	}
	secrets := secretsOf(c, calls, asked)
	f := &inference{shapes: &shapes{}, origins: &origins{wanted: map[string]bool{}, seen: map[string][]origin{}}}
	for _, one := range calls {
		f.origins.want(one)
	}
	from := newProvenance(calls)
	for _, one := range calls {
		values, format := one.glance()
		if format == formatOther && one.unread() {
			api.Unread++
		}
		one.shape = f.shapes.of(values)
		f.origins.note(one, values)
		from.note(one, values)
		secrets.values(values)
	}
	api.clean = secrets.Cleaner()
	f.secret = secrets.has
	f.hides = memo(func(s string) bool { return api.clean.Text(s, false) != s })
	api.tenants = f.joinTenants(calls)
	list := f.templates(calls)
	*f = inference{} // what has found the templates is not needed any more
	api.operations(list)
	api.schemes.csrfSources(calls, c)
	from.around(c.Exchanges)
	from.settle(api)
	return api
}

// templated is a call with the template of its path.
type templated struct {
	c      *call
	path   string
	params []*PathParam
}

// templates resolves the trie of each host.
func (f *inference) templates(calls []*call) []templated {
	roots := map[string]*place{}
	for _, c := range calls {
		if roots[c.origin] == nil {
			roots[c.origin] = newPlace("")
		}
		roots[c.origin].add(c)
	}
	var list []templated
	for _, origin := range slices.Sorted(maps.Keys(roots)) {
		root := roots[origin]
		f.resolve(root, above{root: true})
		root.list("", nil, &list)
	}
	slices.SortStableFunc(list, func(a, b templated) int {
		return cmp.Or(a.c.started.Compare(b.c.started), strings.Compare(a.c.address, b.c.address), strings.Compare(a.c.method, b.c.method), strings.Compare(a.c.id, b.c.id))
	})
	return list
}

func (p *place) list(path string, params []*PathParam, list *[]templated) {
	for _, calls := range p.calls {
		for _, c := range calls {
			*list = append(*list, templated{c, cmp.Or(path, "/"), params})
		}
	}
	for _, k := range p.children() {
		s := literalSegment(k.segment)
		below := params
		if k.param != nil {
			s = k.prefix + "{" + k.param.Name + "}"
			below = append(params[:len(params):len(params)], k.param)
			for i, text := range strings.Split(k.suffix, "{}") {
				if i > 0 {
					s += "{" + k.more[i-1].Name + "}"
					below = append(below, k.more[i-1])
				}
				s += text
			}
		}
		k.list(path+"/"+s, below, list)
	}
}

// literalSegment keeps a fixed segment from being taken for a template, or for a query or fragment.
func literalSegment(s string) string {
	return strings.NewReplacer("{", "%7B", "}", "%7D", "?", "%3F", "#", "%23").Replace(s)
}

// operations makes them of calls, in the order of these.
func (api *API) operations(list []templated) {
	byKey := map[string]*Operation{}
	split := splitByAction(list)
	for _, t := range list {
		for _, s := range t.c.subs {
			o := &Operation{Origin: t.c.origin, Method: t.c.method, Path: t.path, Name: s.key, Params: t.params}
			if split[o.key()] {
				o.Name, o.action = t.c.action.value, t.c.action
			}
			if old := byKey[o.key()]; old != nil {
				o = old
			} else {
				byKey[o.key()] = o
				api.Operations = append(api.Operations, o)
				o.security = map[string]int{}
			}
			o.add(t.c, s)
			for _, name := range api.schemes.see(t.c) {
				o.security[name]++
			}
		}
	}
	for _, o := range api.Operations {
		o.Confidence, o.Pagination, o.pages = o.confidence(), o.paginated(), nil
	}
	slices.SortFunc(api.Operations, func(a, b *Operation) int {
		return cmp.Or(strings.Compare(a.Origin, b.Origin), strings.Compare(a.Path, b.Path), strings.Compare(a.Name, b.Name), methodOrder(a.Method)-methodOrder(b.Method), strings.Compare(a.Method, b.Method))
	})
}

var methods = []string{"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"}

func methodOrder(m string) int {
	if i := slices.Index(methods, m); i >= 0 {
		return i
	}
	return len(methods)
}

// splitByAction says which operations are several, told apart by a parameter that all their calls have, with different values.
func splitByAction(list []templated) map[string]bool {
	values, bad := map[string]map[pair]bool{}, map[string]bool{}
	for _, t := range list {
		o := Operation{Origin: t.c.origin, Method: t.c.method, Path: t.path}
		k := o.key()
		if t.c.action.name == "" || t.c.subs[0].key != "" {
			bad[k] = true
			continue
		}
		if values[k] == nil {
			values[k] = map[pair]bool{}
		}
		for p := range values[k] {
			bad[k] = bad[k] || p.name != t.c.action.name
		}
		values[k][t.c.action] = true
	}
	split := map[string]bool{}
	for k, v := range values {
		split[k] = len(v) >= 2 && !bad[k]
	}
	return split
}

// confidence is the least of the template's parameters, less a part that halves with each sample.
func (o *Operation) confidence() float64 {
	sure := 1.0
	for _, p := range o.Params {
		sure = min(sure, p.Sure)
	}
	rest := 0.3
	for range min(o.Count-1, 10) {
		rest /= 2
	}
	return float64(int(sure*(1-rest)*100)) / 100
}

// secrets are what must not be shown.
type secrets struct {
	*redact.Secrets
	known map[string]bool
	heard map[[2]string]bool // headers that were taken
	names *names
}

func secretsOf(c *capture.Capture, calls []*call, asked *names) *secrets {
	s := &secrets{redact.New(), map[string]bool{}, map[[2]string]bool{}, asked}
	for _, k := range c.Cookies {
		s.value(k.Value)
	}
	for _, e := range c.Exchanges {
		for i := range e.Redirects {
			s.spoken(&e.Redirects[i].Request, &e.Redirects[i].Response)
		}
		s.spoken(&e.Request, e.Response)
	}
	for _, one := range calls {
		if u, err := url.Parse(one.address); err == nil && u.User != nil {
			password, _ := u.User.Password()
			s.value(password)
		}
		if v, _ := one.sent(); v != nil {
			s.values([]schema.Value{*v})
		}
	}
	return s
}

// spoken takes the secrets of what stands before the bodies.
func (s *secrets) spoken(req *capture.Request, res *capture.Response) {
	s.headers(req.Header)
	if res != nil {
		s.headers(res.Header)
	}
	_, query, _ := strings.Cut(req.URL, "?")
	for _, p := range pairs(query) {
		if s.names.secret(p.name) {
			s.value(p.value)
		}
	}
}

func (s *secrets) headers(list http.Header) {
	for name, values := range list {
		for _, v := range values {
			h := [2]string{name, v}
			if s.heard[h] {
				continue
			}
			if s.Header(name, v); len(s.heard) < mostHeard {
				s.heard[h] = true
			}
		}
	}
}

// mostHeard bounds how many headers are remembered, so as not to be read again.
const mostHeard = 100_000

func (s *secrets) value(v string) {
	s.Value(v)
	if isKey(pair{"", v}) {
		s.known[v] = true
	}
}

func (s *secrets) has(v string) bool { return s.known[v] }

// values takes the secrets of bodies, by the names of their members.
func (s *secrets) values(list []schema.Value) {
	for i := range list {
		list[i].Walk(func(_, field string, v *schema.Value) {
			if v.Kind == schema.String && field != "" && s.names.secret(field) && isKey(pair{field, v.Text}) {
				s.value(v.Text)
			} else if v.Kind == schema.String && strings.Contains(v.Text, "?") && strings.Contains(v.Text, "://") {
				s.Text(v.Text, false)
			}
		})
	}
}

func pathOf(e *capture.Exchange) string {
	u, err := url.Parse(e.Request.URL)
	if err != nil {
		return e.Request.URL
	}
	return u.EscapedPath()
}
