package extract_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/scenarios"
	"seine/scenarios/expr"
	"seine/scenarios/extract"
)

type (
	row  = map[string]any
	list = []any
)

func query(q scenarios.Query) (*expr.Query, error) { return expr.CompileQuery(string(q)) }

func TestRows(t *testing.T) {
	const shop = `<!doctype html><base href="/shop/"><div class=item><a href="one?a=1">First <b>thing</b></a><i>1/2 €</i><img data-src=a.png></div>
		<div class=item><a href="https://other.example/two">Second<br>thing<script>no text</script></a><p>x</p><p>y</p></div>`
	price := scenarios.Column{Name: "price", Select: "i", JQ: `gsub("[^0-9/]"; "")`}
	for name, x := range map[string]struct {
		step    scenarios.Extract
		from    extract.Source
		want    list
		columns []string
	}{
		"columns of elements": {
			scenarios.Extract{Rows: ".item", Columns: []scenarios.Column{
				{Name: "name", Select: "a"},
				{Name: "link", Select: "a", Attribute: "href"},
				price,
				{Name: "picture", Select: "xpath/.//img", Attribute: "data-src"},
				{Name: "all", Select: "p", All: true},
				{Name: "html", Select: "a b", HTML: true},
			}},
			extract.Source{HTML: shop, URL: "https://site.example/x/y"},
			list{
				row{"name": "First thing", "link": "https://site.example/shop/one?a=1", "price": "1/2", "picture": "https://site.example/shop/a.png", "all": list{}, "html": "thing"},
				row{"name": "Second thing", "link": "https://other.example/two", "price": nil, "picture": nil, "all": list{"x", "y"}, "html": nil},
			},
			[]string{"name", "link", "price", "picture", "all", "html"},
		},
		"one row of the page": {
			scenarios.Extract{Columns: []scenarios.Column{{Name: "first", Select: "xpath///a[1]"}}, Cell: `ascii_upcase`},
			extract.Source{HTML: shop},
			list{row{"first": "FIRST THING"}},
			[]string{"first"},
		},
		"a table": {
			scenarios.Extract{Table: "table", Cell: `gsub("[/\\\\]"; "")`},
			extract.Source{HTML: `<table><thead><tr><th>Name<th>Price<th>Price<th></thead><tr><td>A/B<td>1<td>2<td>3<td>4<tr><td>C\D</table>`},
			list{
				row{"Name": "AB", "Price": "1", "Price 2": "2", "column 4": "3", "column 5": "4"},
				row{"Name": "CD"},
			},
			[]string{"Name", "Price", "Price 2", "column 4", "column 5"},
		},
		"cells that span others": {
			scenarios.Extract{Table: "table"},
			extract.Source{HTML: `<table><tr><th>a<th>b<th>c<tr><td rowspan=2>1<td colspan=2>2<tr><td>3<td><table><tr><td>4</table></table>`},
			list{row{"a": "1", "b": "2", "c": "2"}, row{"a": "1", "b": "3", "c": "4"}},
			[]string{"a", "b", "c"},
		},
		"JSON": {
			scenarios.Extract{JQ: `.list[] | {title, id}`, Limit: 2},
			extract.Source{JSON: row{"list": list{row{"id": 1, "title": "x", "more": 1}, row{"id": 2, "title": "y"}, row{"id": 3, "title": "z"}}}},
			list{row{"id": 1, "title": "x"}, row{"id": 2, "title": "y"}},
			[]string{"title", "id"},
		},
		"a list in JSON": {scenarios.Extract{JQ: `.`}, extract.Source{JSON: list{1, "a"}}, list{1, "a"}, nil},
		"no rows":        {scenarios.Extract{Rows: ".none", Columns: []scenarios.Column{price}}, extract.Source{HTML: shop}, list{}, []string{"price"}},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := extract.New(x.step, query)
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Rows(t.Context(), x.from)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(x.want, got.List); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(x.columns, got.Columns); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRowsMissing(t *testing.T) {
	for _, s := range []scenarios.Extract{
		{Table: "table"}, {Rows: "p", Columns: []scenarios.Column{{Name: "a", Select: "b", Required: true}}},
	} {
		e, err := extract.New(s, query)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Rows(t.Context(), extract.Source{HTML: "<p>text"}); !errors.Is(err, extract.ErrNothing) {
			t.Error(err)
		}
	}
	for _, s := range []scenarios.Extract{{Rows: "a["}, {Table: "xpath///["}, {JQ: "."}} {
		e, err := extract.New(s, query)
		if s.JQ == "" {
			if err == nil {
				t.Errorf("%+v was taken", s)
			}
			continue
		}
		if _, err := e.Rows(t.Context(), extract.Source{}); err != nil {
			t.Error(err) // null is a value
		}
	}
}

// A small text cannot make a large table.
func TestSpansAreBounded(t *testing.T) {
	e, err := extract.New(scenarios.Extract{Table: "table"}, query)
	if err != nil {
		t.Fatal(err)
	}
	page := `<table><tr>` + strings.Repeat(`<td colspan=1000 rowspan=65534>x`, 10) + strings.Repeat(`<tr><td>y`, 20_000) + `</table>`
	rows, err := e.Rows(t.Context(), extract.Source{HTML: page})
	if err != nil || len(rows.List) != 20_000 || len(rows.Columns) > 1010 {
		t.Errorf("%v, %d rows, %d columns", err, len(rows.List), len(rows.Columns))
	}
}

func FuzzRows(f *testing.F) {
	f.Add("<table><tr><td>1</table>", "table", "xpath///a")
	f.Add("<a href=x>", "a", "xpath/count(//a)")
	f.Fuzz(func(t *testing.T, page, table, path string) {
		for _, s := range []scenarios.Extract{{Table: table}, {Rows: path, Columns: []scenarios.Column{{Name: "a", Select: table, Attribute: "href"}}}} {
			if e, err := extract.New(s, query); err == nil {
				_, _ = e.Rows(t.Context(), extract.Source{HTML: page, URL: "https://a.example/"})
			}
		}
	})
}
