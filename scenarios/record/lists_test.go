package record_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/browser/browsertest"
	"seine/scenarios/record"
)

// lists are pages with two items that are pointed at, what selects all of them, how many that are; and a field in the first, with its name.
var lists = []struct {
	name, page, a, b string
	rows             string
	n                int
	field            string
	css, called      string
}{
	{
		"a list without names", `<ul id=menu><li><a href=/1>One</a></li><li><a href=/2>Two</a></li><li><a href=/3>Three</a></li></ul><ul><li>Other</li></ul>`, "#menu li:nth-child(1) a", "#menu li:nth-child(3) a",
		"#menu > li", 3, "#menu a", "a", "name",
	},
	{
		"cards of a framework, with what it made up", `<main><div class="css-1x2y3z sc-bdVaJa"><div class="kXqPzT card"><h3 class="css-9a8b7c">A</h3><b class="price">1</b></div></div><div class="css-1x2y3z sc-bdVaJa"><div class="kXqPzT card"><h3>B</h3><b class="price">2</b></div></div></main>`, ".price", "div + div .price",
		"div.card", 2, "h3", "h3", "title",
	},
	{
		"cards in rows of a grid", `<div class=grid><div class=row><div class="col-4 tile"><p class=name>A</p></div><div class="col-4 tile"><p class=name>B</p></div></div><div class=row><div class="col-4 tile"><p class=name>C</p></div></div></div>`, ".name", ".row + .row .name",
		"div.tile", 3, ".name", "p.name", "name",
	},
	{
		"nothing but utilities", `<section aria-label=Offers id=offers><div class="p-4 flex"><span class="text-lg font-bold">A</span><span class="text-sm">1</span></div><div class="p-4 flex"><span class="text-lg font-bold">B</span><span class="text-sm">2</span></div></section><div class="p-4 flex"><span>no</span></div>`, "#offers span", "#offers div + div span",
		"#offers > div", 2, "#offers div span:nth-child(2)", "span:nth-of-type(2)", "field",
	},
	{
		"test ids", `<div><article data-testid=product class=x1abc23><a href=/p/1 data-testid=product-name>A</a></article><article data-testid=product class=x1abc23><a href=/p/2 data-testid=product-name>B</a></article></div>`, "article a", "article + article a",
		`[data-testid="product"]`, 2, "article a", `[data-testid="product-name"]`, "name",
	},
	{
		"rows of a table", `<table class=prices><thead><tr><th>Name<th>Unit price</thead><tbody><tr><td>A<td>1<tr><td>B<td>2<tr><td>C<td>3</table>`, "tbody tr:nth-child(1) td", "tbody tr:nth-child(2) td",
		"table.prices > tbody > tr", 3, "tbody tr td:nth-child(2)", "td:nth-of-type(2)", "unit_price",
	},
	{
		"microdata and a prefix", `<ol class=books><li class="book book--new" itemscope itemtype=Book><cite class=book__title>A</cite><span itemprop=author>X</span></li><li class=book itemscope itemtype=Book><cite class=book__title>B</cite><span itemprop=author>Y</span></li></ol>`, "cite", "li + li cite",
		`li[itemtype="Book"]`, 2, "[itemprop]", `[itemprop="author"]`, "author",
	},
	{
		"pictures", `<div id=wall><a class=shot href=/1><img src=/1.png alt=One></a><a class=shot href=/2><img src=/2.png alt=Two></a></div>`, "img", "a + a img",
		"a.shot", 2, "img", "img", "image",
	},
	{
		"no list at all", `<header><h1>A</h1></header><footer><p>B</p></footer>`, "h1", "p",
		"", 0, "", "", "",
	},
	{
		"one in the other", `<div class=a><p class=b>x</p></div>`, ".a", ".b",
		"", 0, "", "", "",
	},
}

// TestLists: two items are enough to select all that are like them, by words that an author has chosen where there are any.
func TestLists(t *testing.T) {
	t.Parallel()
	tab := browsertest.New(t, nil)
	p := &person{t, tab, tab.Session()}
	for _, x := range lists {
		t.Run(x.name, func(t *testing.T) {
			text := fmt.Sprintf(`(() => { document.documentElement.innerHTML = %q; const testIds = ["data-testid"]; let n = 0; const seen = new Map(), number = (e) => seen.get(e) || (seen.set(e, ++n), n);
				%s
				const $ = (s) => document.querySelector(s), rows = rowsOf($(%q), $(%q), testIds)[0];
				if (!rows) return ["", 0, "", ""];
				const e = rows.list[0].matches(%q) ? rows.list[0] : rows.list[0].querySelector(%[5]q) || $(%[5]q), f = fieldIn(rows.list, e);
				return [rows.css, rows.list.length, f.css, fieldName(e, f.row, takesOf(e)[0])]; })()`, x.page, record.ListsJS, x.a, x.b, x.field)
			if x.field == "" {
				text = strings.ReplaceAll(text, `.matches("")`, `.matches("none")`)
			}
			var got []any
			if err := json.Unmarshal([]byte(p.eval(p.on, text)), &got); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff([]any{x.rows, float64(x.n), x.css, x.called}, got); d != "" {
				t.Error(d)
			}
		})
	}
}
