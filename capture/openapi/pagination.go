package openapi

import (
	"cmp"
	"strings"

	"seine/capture/openapi/schema"
)

// PageKind is how the next page of a list is asked for.
type PageKind string

// The kinds.
const (
	PageNumber PageKind = "page"   // a number that grows by one
	PageOffset PageKind = "offset" // how many rows to leave out
	PageCursor PageKind = "cursor" // a value of the answer before
	PageLink   PageKind = "link"   // the answer's header Link with rel=next (RFC 8288)
	PageNext   PageKind = "next"   // an address in the answer
)

// Evidence is why it is taken to be so.
type Evidence string

// What there may be, the best first.
const (
	EvidenceSeen    Evidence = "seen"    // a later call did so, or the answer names the next page
	EvidenceNamed   Evidence = "named"   // a parameter is called so
	EvidenceGuessed Evidence = "guessed" // the answer has the value, and no call was heard that sent it back
)

// Pagination says how an operation gives a long list in pages. What stands in the answer is told by JSON pointers (RFC 6901).
type Pagination struct {
	Kind     PageKind
	In       string // of the parameter: query, path or body; of link and next empty
	Name     string // of the parameter; in a body its JSON pointer
	First    int    // of page and offset: the first page's value
	Step     int    // of offset: what is added for each page where no parameter says how many rows it has; 0: as many as came
	SizeIn   string // of the parameter that says how many rows a page has; "" for none
	Size     string
	Next     string // of cursor and next: where the value stands
	Last     string // of a cursor that is a member of the last row: where it stands in the row
	Rows     string // where the list stands; "" is the whole answer
	More     string // where it says whether there is more
	Pages    string // where it says how many pages there are
	Total    string // where it says how many rows there are
	Evidence Evidence
	Verified bool // page two was asked for, and gave other rows
}

// pageSeen is what one call tells of pages.
type pageSeen struct {
	sent     map[slot]string
	envelope map[string]schema.Value // scalars beside the rows, by pointer
	last     map[string]string       // of the last row
	rows     string
	count    int // rows, -1: there is no list
	link     bool
}

// slot is a parameter: in and name.
type slot struct{ in, name string }

// What is kept of one operation, and of one of its calls.
const (
	mostPagesSeen = 60
	mostScalars   = 200
)

// seePage keeps what a call and its answer tell of pages. Calls come in their order.
func (o *Operation) seePage(c *call, s sub, values []schema.Value) {
	if len(o.pages) >= mostPagesSeen || c.status/100 != 2 || len(values) != 1 {
		return
	}
	p := &pageSeen{sent: map[slot]string{}, envelope: map[string]schema.Value{}, count: -1}
	for _, q := range pairs(c.query) {
		p.sent[slot{"query", q.name}] = q.value
	}
	if sent, _ := c.sent(); sent != nil {
		if picked := s.pick([]schema.Value{*sent}); len(picked) == 1 {
			scalars(&picked[0], "", 4, func(at string, v *schema.Value) { p.sent[slot{"body", at}] = v.Text })
		}
	}
	for i, part := range o.Params {
		if value := o.valueOf(c, i); value != "" {
			p.sent[slot{"path", part.Name}] = value
		}
	}
	v := &values[0]
	if at, list := rowsOf(v, "", 4); list != nil {
		p.rows, p.count = at, len(list.Items)
		if n := len(list.Items); n > 0 && list.Items[n-1].Kind == schema.Object {
			p.last = map[string]string{}
			scalars(&list.Items[n-1], "", 2, func(at string, v *schema.Value) { p.last[at] = v.Text })
		}
	}
	scalars(v, "", 5, func(at string, v *schema.Value) { p.envelope[at] = *v })
	p.link = c.from.Response != nil && c.body == &c.from.Body && NextLink(c.from.Response.Header.Values("Link")) != ""
	o.pages = append(o.pages, p)
}

// valueOf is what a call has in the place of the template's nth parameter.
func (o *Operation) valueOf(c *call, n int) string {
	at := 0
	for i, part := range strings.Split(strings.TrimPrefix(o.Path, "/"), "/") {
		if !strings.Contains(part, "{") || i >= len(c.path) {
			continue
		}
		if at == n {
			prefix, rest, _ := strings.Cut(part, "{")
			_, suffix, _ := strings.Cut(rest, "}")
			return decodeSegment(strings.TrimSuffix(strings.TrimPrefix(c.path[i], prefix), suffix))
		}
		at++
	}
	return ""
}

// scalars visits those that stand in objects, with their pointers, no deeper than depth and no more than are kept.
func scalars(v *schema.Value, at string, depth int, visit func(at string, v *schema.Value)) {
	left := mostScalars
	var walk func(v *schema.Value, at string, depth int)
	walk = func(v *schema.Value, at string, depth int) {
		if v.Kind != schema.Object {
			if v.Kind != schema.Array && v.Kind != schema.Cut && at != "" && left > 0 && len(v.Text) <= 4000 {
				left--
				visit(at, v)
			}
			return
		}
		if depth == 0 {
			return
		}
		for i := range v.Fields {
			walk(&v.Fields[i].Value, at+"/"+escapePointer(v.Fields[i].Name), depth-1)
		}
	}
	walk(v, at, depth)
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// escapePointer is a name in a JSON pointer (RFC 6901 §3).
func escapePointer(name string) string { return pointerEscapes.Replace(name) }

// rowsOf finds the list that an answer is about: arrays of objects before others, then the longest, then the nearest, then by name.
func rowsOf(v *schema.Value, at string, depth int) (string, *schema.Value) {
	if v.Kind == schema.Array {
		return at, v
	}
	if v.Kind != schema.Object || depth == 0 {
		return "", nil
	}
	best, where := (*schema.Value)(nil), ""
	for i := range v.Fields {
		p, list := rowsOf(&v.Fields[i].Value, at+"/"+escapePointer(v.Fields[i].Name), depth-1)
		if list != nil && (best == nil || betterRows(p, list, where, best)) {
			best, where = list, p
		}
	}
	return where, best
}

func betterRows(p string, list *schema.Value, q string, than *schema.Value) bool {
	objects := func(v *schema.Value) int {
		if len(v.Items) > 0 && v.Items[0].Kind == schema.Object {
			return 1
		}
		return 0
	}
	return cmp.Or(objects(list)-objects(than), len(list.Items)-len(than.Items), strings.Count(q, "/")-strings.Count(p, "/"), strings.Compare(q, p)) > 0
}

// lastName is the last part of a pointer, or the whole name.
func lastName(p string) string {
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(p[strings.LastIndex(p, "/")+1:])
}

func (p slot) last() string {
	if p.in == "body" {
		return lastName(p.name)
	}
	return p.name
}
