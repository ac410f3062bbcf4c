// Package extract makes rows of HTML and of JSON, as an extract step says. It is pure: no page, no network.
package extract

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"seine/scenarios"
	"seine/scenarios/expr"
)

// Errors of extraction.
var (
	// ErrNothing: an element is not there that must be.
	ErrNothing = errors.New("nothing there for")
	// ErrSource: what is to be read is neither HTML nor JSON of the kind that is needed.
	ErrSource = errors.New("there is nothing to read rows from")
)

// Source is what is read.
type Source struct {
	HTML string
	URL  string // of the document, for links; "": they stay as they are
	JSON any    // for a program in jq
}

// Rows are objects in order, with the names of their columns in the order of the document or step.
type Rows struct {
	List    []any
	Columns []string
}

// Extractor is a step made ready.
type Extractor struct {
	step    scenarios.Extract
	cell    *expr.Query
	jq      *expr.Query
	rows    finder
	table   finder
	columns []column
}

// New compiles what the step holds; query gives the compiled form of a program in jq.
func New(s scenarios.Extract, query func(scenarios.Query) (*expr.Query, error)) (*Extractor, error) {
	x := &Extractor{step: s}
	var errs []error
	compile := func(q scenarios.Query) *expr.Query {
		if q == "" {
			return nil
		}
		compiled, err := query(q)
		errs = append(errs, err)
		return compiled
	}
	find := func(selector string) finder {
		f, err := newFinder(selector)
		errs = append(errs, err)
		return f
	}
	x.cell, x.jq = compile(s.Cell), compile(s.JQ)
	x.rows, x.table = find(s.Rows), find(s.Table)
	for _, c := range s.Columns {
		x.columns = append(x.columns, column{Column: c, find: find(c.Select), jq: compile(c.JQ)})
	}
	return x, errors.Join(errs...)
}

// Rows reads them.
func (x *Extractor) Rows(ctx context.Context, from Source) (Rows, error) {
	rows, err := x.all(ctx, from)
	if err != nil {
		return Rows{}, err
	}
	if n := x.step.Limit; n > 0 && len(rows.List) > n {
		rows.List = rows.List[:n]
	}
	if x.cell == nil {
		return rows, nil
	}
	for i, r := range rows.List {
		if rows.List[i], err = x.cells(ctx, r); err != nil {
			return Rows{}, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	return rows, nil
}

func (x *Extractor) all(ctx context.Context, from Source) (Rows, error) {
	if x.jq != nil {
		return x.ofJSON(ctx, from.JSON)
	}
	doc, err := html.Parse(strings.NewReader(from.HTML))
	if err != nil {
		return Rows{}, fmt.Errorf("%w: %w", ErrSource, err)
	}
	base := baseOf(doc, from.URL)
	if x.table != nil {
		return x.ofTable(doc)
	}
	return x.ofElements(ctx, doc, base)
}

// cells sends each cell of a row, or what is no object as a whole, through the step's program.
func (x *Extractor) cells(ctx context.Context, row any) (any, error) {
	m, ok := row.(map[string]any)
	if !ok {
		return one(ctx, x.cell, row)
	}
	out := make(map[string]any, len(m))
	for name, v := range m {
		if v == nil {
			out[name] = nil
			continue
		}
		n, err := one(ctx, x.cell, v)
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", name, err)
		}
		out[name] = n
	}
	return out, nil
}

func one(ctx context.Context, q *expr.Query, v any) (any, error) {
	if text, ok := v.(string); ok {
		return q.OfText(ctx, text)
	}
	return q.One(ctx, v)
}

// ofJSON takes what the program gives; a single list is the list of rows.
func (x *Extractor) ofJSON(ctx context.Context, v any) (Rows, error) {
	list, err := x.jq.All(ctx, v)
	if err != nil {
		return Rows{}, err
	}
	if len(list) == 1 {
		if inner, ok := list[0].([]any); ok {
			list = inner
		}
	}
	return Rows{List: list, Columns: keysIn(x.jq.String(), list)}, nil
}

// column is a cell of each row, made ready.
type column struct {
	scenarios.Column
	find finder
	jq   *expr.Query
}

func (x *Extractor) ofElements(ctx context.Context, doc *html.Node, base *url.URL) (Rows, error) {
	elements := []*html.Node{doc}
	if x.rows != nil {
		elements = x.rows.all(doc)
	}
	out := Rows{List: make([]any, 0, len(elements))}
	for _, c := range x.columns {
		out.Columns = append(out.Columns, c.Name)
	}
	for i, e := range elements {
		row := make(map[string]any, len(x.columns))
		for _, c := range x.columns {
			v, err := c.value(ctx, e, base)
			if err != nil {
				return Rows{}, fmt.Errorf("row %d, column %s: %w", i+1, c.Name, err)
			}
			row[c.Name] = v
		}
		out.List = append(out.List, row)
	}
	return out, nil
}

// value is null where there is no such element or attribute.
func (c *column) value(ctx context.Context, row *html.Node, base *url.URL) (any, error) {
	found := []*html.Node{row}
	if c.find != nil {
		found = c.find.all(row)
	}
	list := []any{}
	for _, e := range found {
		v, ok := c.of(e, base)
		if !ok {
			continue
		}
		if c.jq != nil {
			var err error
			if v, err = one(ctx, c.jq, v); err != nil {
				return nil, err
			}
		}
		if list = append(list, v); !c.All {
			break
		}
	}
	switch {
	case len(list) == 0 && c.Required:
		return nil, fmt.Errorf("%w %s", ErrNothing, c.Select)
	case c.All:
		return list, nil
	case len(list) == 0:
		return nil, nil
	}
	return list[0], nil
}

func (c *column) of(e *html.Node, base *url.URL) (any, bool) {
	switch {
	case c.Attribute != "":
		v, ok := attribute(e, c.Attribute)
		if ok && isLink(c.Attribute) {
			v = absolute(base, v)
		}
		return v, ok
	case c.HTML:
		return inner(e), true
	}
	return Text(e), true
}
