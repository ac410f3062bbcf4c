package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"seine/cmd/internal/ui"
	"seine/scenarios/library"
	"seine/scenarios/program"
	"seine/testdata/sites"
)

// demoInputs are where each ready scenario has its site.
func demoInputs(name, base string) map[string]string {
	switch name {
	case "live":
		return map[string]string{"page": base + "/live/1/"}
	case "movie":
		return map[string]string{"page": base + "/movie/harbour"}
	case "pricelist":
		return map[string]string{"address": base + "/market/prices?page={page}"}
	case "book":
		return map[string]string{"catalogue": base + "/novel/api/catalogue?book=1", "chapter": base + `/novel/api/chapter?data={"book":1,"chapter":{id}}`}
	case "login":
		return map[string]string{"base": base + "/shop", "password": sites.ShopPassword}
	}
	return map[string]string{"base": base + "/" + name}
}

// demoScenario runs a ready scenario on the built-in site.
func demoScenario(c *cli.Context, con *ui.Console, name, base string) error {
	if c.Args().Len() > 1 || !slices.Contains(library.Names(), name) {
		return &usageError{what: fmt.Sprintf("there is no ready scenario %q; there are %s", ui.Remote(strings.Join(c.Args().Slice(), " ")), strings.Join(library.Names(), ", ")), try: "seine demo market"}
	}
	if c.Bool("compare") {
		if name != "market" {
			return &usageError{what: "--compare is of the market", try: "seine demo market --compare"}
		}
		return compare(c, con, base)
	}
	p, err := program.Load(name+".yaml", program.Options{Read: library.Files.ReadFile})
	if err != nil {
		return err
	}
	o, err := engineOptions(c, con)
	if err != nil {
		return err
	}
	o.Given, o.Fresh = demoInputs(name, base), true
	line := "$ seine run " + name
	for k, v := range o.Given {
		if k == "password" {
			v = "…"
		}
		line += " " + k + "=" + v
	}
	con.Say("%s\n%s\n", p.Flow.Description, con.Strong(line))
	report, _, err := runProgram(c, con, p, o)
	if err != nil {
		return err
	}
	return sayReport(c, con, report)
}

// way is how the market is fetched.
type way struct {
	name string
	text func(string) string // makes the scenario's text
}

var ways = []way{
	{"one page after the other", func(s string) string { return strings.ReplaceAll(s, "workers: 50", "workers: 1") }},
	{"50 at once", func(s string) string { return s }},
	{"rendered by the browser", rendered.Replace},
}

// rendered has Chrome open each page, in as many tabs as pay off.
var rendered = strings.NewReplacer(
	"        - request:\n            url: ${.base}/prices\n            query:\n              page: ${.page}\n            as: answer\n", "        - navigate: ${.base}/prices?page=${.page}\n",
	"            from: ${.answer}\n", "",
)

// wayJSON is a line of the comparison, for machines.
type wayJSON struct {
	Way     string  `json:"way"`
	Seconds float64 `json:"seconds"`
	Rows    int     `json:"rows"`
}

// compare fetches the market in each way and prints how long it took.
func compare(c *cli.Context, con *ui.Console, base string) error {
	text, err := library.Files.ReadFile("market.yaml")
	if err != nil {
		return err
	}
	con.Say("%d pages of %d rows; the server takes %d ms for each page.\n", sites.MarketPages, sites.MarketPerPage, pageDelay.Milliseconds())
	var rows [][]any
	first := time.Duration(0)
	for _, w := range ways {
		took, err := timed(c, con, w, text, base)
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		if first == 0 {
			first = took
		}
		if err := con.Emit("compared", wayJSON{w.name, took.Seconds(), sites.MarketPages * sites.MarketPerPage}); err != nil {
			return err
		}
		rows = append(rows, []any{w.name, fmt.Sprintf("%.1f s", took.Seconds()), fmt.Sprintf("%.1f ×", first.Seconds()/took.Seconds())})
	}
	con.Print(con.Table([]ui.Column{{Title: "MARKET"}, {Title: "TIME", Right: true}, {Title: "AS FAST", Right: true}}, rows))
	return nil
}

// timed makes one table of all pages, in a folder of its own.
func timed(c *cli.Context, con *ui.Console, w way, text []byte, base string) (time.Duration, error) {
	dir, err := os.MkdirTemp("", "seine-market-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	p, err := program.Load("market.yaml", program.Options{Read: func(string) ([]byte, error) { return []byte(w.text(string(text))), nil }})
	if err != nil {
		return 0, err
	}
	o, err := engineOptions(c, con)
	if err != nil {
		return 0, err
	}
	o.Given, o.Dir = demoInputs("market", base), dir
	con.Say("%s …", w.name)
	began := time.Now()
	report, _, err := runProgram(c, con, p, o)
	took := time.Since(began)
	switch {
	case err != nil:
		return 0, err
	case len(report.Failed) > 0:
		return 0, report.Failed[0].Err
	}
	table, err := os.ReadFile(filepath.Join(dir, "prices.csv"))
	if err != nil {
		return 0, err
	}
	if n, want := strings.Count(string(table), "\n")-1, sites.MarketPages*sites.MarketPerPage; n != want {
		return 0, fmt.Errorf("the table has %d rows of %d", n, want)
	}
	return took, nil
}
