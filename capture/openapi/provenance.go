package openapi

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"seine/capture"
	"seine/capture/internal/form"
	"seine/capture/openapi/lexical"
	"seine/capture/openapi/schema"
	"seine/capture/redact"
)

// SourceKind is what a value stood in.
type SourceKind string

// The kinds.
const (
	SourceAnswer SourceKind = "answer" // JSON
	SourceCookie SourceKind = "cookie"
	SourceHeader SourceKind = "header"
	SourceHTML   SourceKind = "html"   // an attribute of an element
	SourceScript SourceKind = "script" // the text of a script, in a page or by itself
)

// Source is where a value came from.
type Source struct {
	Kind      SourceKind
	Operation *Operation // that answered with it; nil: what gave it is no call of the API
	Method    string
	URL       string // of what is no call; without a query that is secret
	Sample    string // id of an exchange that gave it
	// At is, of an answer, a JSON pointer, with * for any element of an array; of a cookie and a header its name; of HTML a CSS selector;
	// of a script the text before the value.
	At        string
	Attribute string // of HTML
}

// Need is a value that calls of an operation carry, and that the server gave before.
type Need struct {
	In     string // header, cookie, query, path or body
	Name   string // of the parameter; in a body its JSON pointer
	Prefix string // what a header has before the value, such as "Bearer "
	Token  bool   // it lets the call in, so that it must be fresh; else it is an id
	Count  int    // calls that carried it
	From   Source
}

// carried is a value as a call has it.
type carried struct {
	in, name, prefix, value string
	token                   bool
}

// given is a place where a wanted value stood.
type given struct {
	from *capture.Exchange
	call *call // nil: it is none
	hop  *capture.Hop
	kind SourceKind
	at   string
	attr string
}

// provenance looks for the values that calls carry in what came before.
type provenance struct {
	wanted map[string]bool
	seen   map[string][]given
	calls  map[*capture.Exchange]*call
}

// Bounds of what is looked for.
const (
	mostWanted   = 500_000
	mostGiven    = 4
	mostCarriers = 200      // calls of an operation that are asked where their values are from
	mostPageText = 64 << 20 // bytes of pages and scripts that are looked through, in all
	shortestText = 8
)

func newProvenance(calls []*call) *provenance {
	p := &provenance{map[string]bool{}, map[string][]given{}, map[*capture.Exchange]*call{}}
	for _, c := range calls {
		if c.body == &c.from.Body {
			p.calls[c.from] = c
		}
		for _, v := range c.carries() {
			p.want(v.value)
		}
		for _, s := range c.path {
			if v := decodeSegment(s); lexical.Of(v).Strong() {
				p.want(v)
			}
		}
	}
	return p
}

func (p *provenance) want(value string) {
	if len(p.wanted) < mostWanted && value != redact.Mark && len(value) <= 8000 {
		p.wanted[value] = true
	}
}

// schemeWords stand before what lets in.
var schemeWords = regexp.MustCompile(`^(?i:bearer|token|jwt|apikey|oauth) `)

// carries are the values of a call that a server may have given.
func (c *call) carries() []carried {
	var list []carried
	for name, values := range c.req.Header {
		if len(values) == 0 || !c.names.auth(name) && c.names.usual(name) {
			continue
		}
		prefix := schemeWords.FindString(values[0])
		if value := values[0][len(prefix):]; c.names.auth(name) && len(value) >= 6 || machineMade(name, value) {
			list = append(list, carried{"header", http.CanonicalHeaderKey(name), prefix, value, c.names.auth(name)})
		}
	}
	for _, k := range cookiesOf(c.req.Header) {
		if !c.names.follows(k.name) && (c.names.session(k.name) || csrfName.MatchString(k.name) || machineMade(k.name, k.value)) {
			list = append(list, carried{"cookie", k.name, "", k.value, c.names.session(k.name) || csrfName.MatchString(k.name)})
		}
	}
	for _, q := range pairs(c.query) {
		list = c.carry(list, "query", q.name, q.name, q.value)
	}
	if sent, _ := c.sent(); sent != nil {
		scalars(sent, "", 6, func(at string, v *schema.Value) {
			if v.Kind == schema.String || v.Kind == schema.Integer {
				list = c.carry(list, "body", at, lastName(at), v.Text)
			}
		})
	}
	return list
}

func (c *call) carry(list []carried, in, name, last, value string) []carried {
	token := (c.names.secret(last) || csrfName.MatchString(last) || in == "query" && c.names.key(last)) && isKey(pair{last, value})
	if token || machineMade(last, value) {
		list = append(list, carried{in, name, "", value, token})
	}
	return list
}

// machineMade: nobody types such a value, and it is long enough to be no chance.
func machineMade(name, value string) bool {
	switch k := lexical.Of(value); k {
	case lexical.UUID, lexical.ULID, lexical.ObjectID, lexical.Hash, lexical.Random:
		return len(value) >= shortestText
	case lexical.Integer, lexical.Coded:
		return len(value) >= 4 && identifying.MatchString(name)
	}
	return false
}

// note looks for wanted values in the answer of a call. Calls are noted in their order.
func (p *provenance) note(c *call, values []schema.Value) {
	for i := range values {
		w := pointerWalk{found: func(at, field string, v *schema.Value) {
			if len(v.Text) >= shortestText || identifying.MatchString(field) {
				p.give(v.Text, given{from: c.from, call: c, kind: SourceAnswer, at: at})
			}
		}, wanted: p.wanted}
		w.walk(&values[i])
	}
}

func (p *provenance) give(value string, g given) {
	list := p.seen[value]
	same := func(x given) bool { return x.from == g.from && x.kind == g.kind && x.at == g.at }
	if len(list) < mostGiven && !slices.ContainsFunc(list, same) {
		p.seen[value] = append(list, g)
	}
}

// pointerWalk visits the scalars of a value that are wanted, with pointers that are made for these alone.
type pointerWalk struct {
	wanted map[string]bool
	found  func(at, field string, v *schema.Value)
	parts  []string
}

func (w *pointerWalk) walk(v *schema.Value) {
	switch v.Kind {
	case schema.Array:
		w.parts = append(w.parts, "*")
		for i := range v.Items {
			w.walk(&v.Items[i])
		}
		w.parts = w.parts[:len(w.parts)-1]
	case schema.Object:
		for i := range v.Fields {
			w.parts = append(w.parts, v.Fields[i].Name)
			w.walk(&v.Fields[i].Value)
			w.parts = w.parts[:len(w.parts)-1]
		}
	case schema.String, schema.Integer:
		if len(w.parts) == 0 || !w.wanted[v.Text] {
			return
		}
		var b strings.Builder
		field := ""
		for _, part := range w.parts {
			b.WriteString("/" + escapePointer(part))
			if part != "*" {
				field = part
			}
		}
		w.found(b.String(), field, v)
	}
}

// around looks for wanted values in what stands beside the answers of calls: headers, cookies, pages and scripts.
func (p *provenance) around(list []*capture.Exchange) {
	room := int64(mostPageText)
	for _, e := range inTime(list) {
		for i := range e.Redirects {
			p.headers(e, &e.Redirects[i], e.Redirects[i].Response.Header)
		}
		if e.Response == nil {
			continue
		}
		p.headers(e, nil, e.Response.Header)
		if p.calls[e] == nil && e.Body.Size <= min(room, maxBody) && scripted(e) {
			if text, err := e.Body.Bytes(maxBody); err == nil {
				room -= int64(len(text))
				p.text(e, string(text))
			}
		}
	}
}

func inTime(list []*capture.Exchange) []*capture.Exchange {
	return slices.SortedStableFunc(slices.Values(list), func(a, b *capture.Exchange) int {
		return cmp.Or(a.Started.Compare(b.Started), strings.Compare(a.Request.URL, b.Request.URL), strings.Compare(a.ID, b.ID))
	})
}

func scripted(e *capture.Exchange) bool {
	t := mediaType(e.ContentType())
	return t == "text/html" || strings.HasSuffix(t, "javascript") || isJSONType(t) || t == "application/xhtml+xml"
}

func (p *provenance) headers(e *capture.Exchange, hop *capture.Hop, h http.Header) {
	for name, values := range h {
		for _, v := range values {
			if name == "Set-Cookie" {
				pair, _, _ := strings.Cut(v, ";")
				if key, value, ok := strings.Cut(pair, "="); ok && value != "" {
					p.cookie(e, hop, strings.TrimSpace(key), value)
				}
			} else if len(v) >= shortestText && p.wanted[v] {
				p.give(v, given{from: e, call: p.calls[e], hop: hop, kind: SourceHeader, at: name})
			}
		}
	}
}

// cookie takes the value as it stands, and as it is said: scripts send back what they have decoded.
func (p *provenance) cookie(e *capture.Exchange, hop *capture.Hop, name, value string) {
	for _, v := range []string{value, form.Unescape(value)} {
		if p.wanted[v] {
			p.give(v, given{from: e, call: p.calls[e], hop: hop, kind: SourceCookie, at: name})
		}
	}
}

var (
	tokens     = regexp.MustCompile(`[A-Za-z0-9_.+/=~%|-]{8,}`)
	nameBefore = regexp.MustCompile(`[A-Za-z_$][\w$.-]{0,60}["']?\s{0,3}[:=]\s{0,3}["'` + "`" + `]?$`)
)

// text looks for wanted values that nothing else gave.
func (p *provenance) text(e *capture.Exchange, text string) {
	for _, at := range tokens.FindAllStringIndex(text, -1) {
		value, from := text[at[0]:at[1]], at[0]
		if !p.wanted[value] {
			i := strings.IndexByte(value, '=')
			if i < 0 || !p.wanted[value[i+1:]] || len(value)-i-1 < shortestText {
				continue
			}
			value, from = value[i+1:], from+i+1
		}
		if g, ok := placeIn(text, from); ok {
			g.from = e
			p.give(value, g)
		}
	}
}

var (
	tagStart  = regexp.MustCompile(`^<([A-Za-z][A-Za-z0-9-]{0,30})\b`)
	lastAttr  = regexp.MustCompile(`([A-Za-z_:][\w:.-]{0,60})\s*=\s*["']?$`)
	attrNamed = regexp.MustCompile(`(?i)\b(name|property|id|itemprop)\s*=\s*(?:"([^"]{1,80})"|'([^']{1,80})'|([^\s"'>]{1,80}))`)
)

// placeIn tells what a value at an offset stands in: the attribute of an element, or behind a name in a script.
func placeIn(text string, at int) (given, bool) {
	const most = 600
	before := text[max(0, at-most):at]
	if open := strings.LastIndexByte(before, '<'); open >= 0 && !strings.Contains(before[open:], ">") {
		if tag, attr := tagStart.FindStringSubmatch(before[open:]), lastAttr.FindStringSubmatch(before); tag != nil && attr != nil {
			end := strings.IndexByte(text[at:], '>')
			whole := before[open:] + text[at:at+max(0, min(end, most))]
			return given{kind: SourceHTML, at: selectorOf(strings.ToLower(tag[1]), strings.ToLower(attr[1]), whole), attr: strings.ToLower(attr[1])}, true
		}
	}
	if name := nameBefore.FindString(before); name != "" {
		return given{kind: SourceScript, at: name}, true
	}
	return given{}, false
}

// selectorOf is CSS that tells the element from others like it.
func selectorOf(tag, attr, whole string) string {
	for _, m := range attrNamed.FindAllStringSubmatch(whole, 20) {
		if name := strings.ToLower(m[1]); name != attr {
			return tag + `[` + name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(cmp.Or(m[2], m[3], m[4])) + `"]`
		}
	}
	return tag + `[` + attr + `]`
}
