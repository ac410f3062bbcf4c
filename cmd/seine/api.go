package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"

	"github.com/urfave/cli/v2"

	"seine/capture"
	"seine/capture/openapi"
	"seine/cmd/internal/ui"
	"seine/scenarios/replay"
)

func apiCommand() *cli.Command {
	return &cli.Command{
		Name:  "api",
		Usage: "the hidden API of a page: its operations, and an OpenAPI document of them",
		UsageText: "seine api URL… [flags]\nseine api FILE.har | FOLDER [flags]\n\nseine api https://example.com/shop --openapi shop.yaml\n" +
			"seine api kept --why              what is taken for a call, and by which rule, without a browser",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "openapi", Usage: "write an OpenAPI 3.1 document, without secrets, to `FILE`: JSON if its name ends with .json, else YAML", Category: catOutput},
			&cli.StringFlag{Name: "html", Usage: "write one page to read, which needs nothing from anywhere, to `FILE`", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "curl", Usage: "print a command for each operation; secrets are variables of the shell", Category: catOutput},
			&cli.StringFlag{Name: "go", Usage: "write a client in Go, with types and the standard library alone, to `FILE`", Category: catOutput},
			&cli.StringFlag{Name: "http", Usage: "write requests as editors run them, in the .http format, to `FILE`", Category: catOutput},
			&cli.StringFlag{Name: "postman", Usage: "write a collection of Postman, version 2.1, to `FILE`", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "force", Usage: "replace files that seine did not write, and what was changed by hand in those that it did", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "why", Usage: "tell of each request whether it is a call of an API, and by which rule; of operations how they give pages, and where their tokens and ids come from", Category: catChoice},
			&cli.BoolFlag{DisableDefaultText: true, Name: "verify", Usage: "prove how lists are given in pages: ask for pages one and two by plain HTTP", Category: catFetch},
			&cli.StringFlag{Name: "until", Usage: "stop listening once there is `WHAT`: media, api, or idle for when the page is at rest", Value: "idle", Category: catChoice},
			&cli.DurationFlag{DefaultText: "0s", Name: "wait", Usage: "go on listening for `TIME`, such as 30s, after the page has come to rest", Category: catChoice},
			&cli.DurationFlag{DefaultText: "none", Name: "max", Usage: "stop listening to a page after `TIME`, and take what was heard by then", Category: catChoice},
			saveFlag(),
			tabsFlag("as many as there are processors, at most 4"),
			proxyFlag(),
		}, browserFlags(), identityFlags(), emulationFlags(), talkFlags()),
		Subcommands:  []*cli.Command{apiDiffCommand()},
		Action:       apiAction,
		OnUsageError: onUsageError,
	}
}

// errNoCalls: nothing that was heard is an API.
var errNoCalls = errors.New("no call of an API was heard")

// apis is what the command line of api says, and all that was heard.
type apis struct {
	sniffing
	mu    sync.Mutex
	heard map[string]*capture.Capture // by argument
	open  []func() error
}

func apiAction(c *cli.Context) error {
	if os.Getenv("GOMEMLIMIT") == "" {
		defer debug.SetMemoryLimit(debug.SetMemoryLimit(openapi.Memory))
	}
	a := &apis{sniffing: sniffing{c: c, con: console(c)}, heard: map[string]*capture.Capture{}}
	defer func() {
		for _, end := range a.open {
			_ = end()
		}
	}()
	if err := errors.Join(a.parse(), a.writable()); err != nil {
		return err
	}
	a.take = a.taken
	kept, pages, err := recordings(c)
	if err != nil {
		return err
	}
	partial := &partialError{all: len(kept) + len(pages)}
	for _, path := range kept {
		partial.add(a.con, path, a.recorded(path))
	}
	if len(pages) > 0 {
		if err := a.visit(pages, partial); err != nil {
			return err
		}
	}
	if err := partial.err(); err != nil && len(a.heard) == 0 {
		return err
	}
	return errors.Join(partial.err(), a.tell(slices.Concat(kept, pages)))
}

// recordings tells the arguments that are kept from those that are to be visited.
func recordings(c *cli.Context) (kept, pages []string, err error) {
	var urls []string
	for _, arg := range c.Args().Slice() {
		is, err := isRecording(arg)
		switch {
		case err != nil:
			return nil, nil, err
		case is:
			kept = append(kept, arg)
		default:
			urls = append(urls, arg)
		}
	}
	pages, err = targetsOf(c, urls, len(kept) == 0)
	return kept, pages, err
}

func (a *apis) recorded(path string) error {
	c, end, err := openRecording(path)
	if err != nil {
		return err
	}
	a.open = append(a.open, end)
	a.heard[path] = c
	return nil
}

// taken keeps what a visit gave; several end at once.
func (a *apis) taken(v *view, res *replay.Result) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.heard[v.page] = res.Capture
	return nil
}

// all is one capture of all, in the order of the arguments. Ids of several captures may be the same, so they get a number.
func (a *apis) all(names []string) *capture.Capture {
	if len(a.heard) == 1 {
		for _, c := range a.heard {
			return c
		}
	}
	all := &capture.Capture{}
	for i, name := range names {
		c := a.heard[name]
		if c == nil {
			continue
		}
		all.Cookies = append(all.Cookies, c.Cookies...)
		for n, e := range c.Exchanges {
			x := *e
			if x.ID == "" {
				x.ID = fmt.Sprintf("#%d", n+1)
			}
			x.ID = fmt.Sprintf("%d/%s", i+1, x.ID)
			all.Exchanges = append(all.Exchanges, &x)
		}
	}
	return all
}

// tell prints the operations, and writes what was asked for.
func (a *apis) tell(names []string) error {
	heard := a.all(names)
	found := openapi.Infer(heard, openapi.Options{Version: version()})
	if a.c.Bool("why") {
		a.why(found)
	}
	if a.c.Bool("verify") {
		if err := a.verify(found, heard); err != nil {
			return err
		}
	}
	if !a.c.Bool("curl") {
		a.show(found)
	}
	if a.c.Bool("why") {
		a.provenance(found)
	}
	if len(found.Operations) == 0 {
		return errNoCalls
	}
	return a.write(found)
}

type operationJSON struct {
	Server     string   `json:"server"`
	Method     string   `json:"method"`
	Path       string   `json:"path"`
	Name       string   `json:"name,omitempty"` // of GraphQL, JSON-RPC and actions
	Style      string   `json:"style"`
	Statuses   []int    `json:"statuses"`
	Count      int      `json:"count"`
	Samples    []string `json:"samples"`
	Confidence float64  `json:"confidence"`
	ID         string   `json:"operation"`

	Pagination *pagesJSON `json:"pagination,omitempty"`
	Needs      []needJSON `json:"needs,omitempty"`
}

func (a *apis) show(found *openapi.API) {
	var rows [][]any
	server := ""
	for _, o := range found.Operations {
		_ = a.con.Emit("operation", operationJSON{o.Origin, o.Method, o.Path, o.Name, string(o.Style), append([]int{}, o.Statuses...), o.Count, o.Samples, o.Confidence, found.ID(o), pagingOf(o.Pagination), needsOf(found, o)})
		if o.Origin != server {
			server = o.Origin
			rows = append(rows, []any{"", "", "", "", ui.Remote(server)})
		}
		statuses := strings.Trim(fmt.Sprint(o.Statuses), "[]")
		rows = append(rows, []any{ui.Remote(o.Method), statuses, o.Count, fmt.Sprintf("%.0f %%", 100*o.Confidence), ui.Remote("  " + o.Key())})
	}
	if len(rows) > 0 {
		a.con.Print(a.con.Table([]ui.Column{{Title: "METHOD"}, {Title: "STATUS"}, {Title: "SAMPLES", Right: true}, {Title: "SURE", Right: true}, {Title: "PATH", Flex: true}}, rows))
	}
	if n := found.Unread; n > 0 {
		a.con.Warn("%s could not be read, so that its content is not described", ui.Count(n, "answer"))
	}
}

type decisionJSON struct {
	Call   bool   `json:"call"`
	Rule   string `json:"rule"`
	Why    string `json:"why"`
	Method string `json:"method"`
	URL    string `json:"url"`
}

func (a *apis) why(found *openapi.API) {
	var rows [][]any
	for _, d := range found.Decisions {
		if isData(d.Exchange) {
			continue
		}
		_ = a.con.Emit("decision", decisionJSON{d.Call, d.Rule, d.Why, d.Exchange.Request.Method, d.Exchange.Request.URL})
		is := "no"
		if d.Call {
			is = "yes"
		}
		rows = append(rows, []any{is, d.Rule, ui.Remote(d.Why), ui.Remote(d.Exchange.Request.Method), ui.Remote(d.Exchange.Request.URL)})
	}
	if len(rows) > 0 {
		a.con.Print(a.con.Table([]ui.Column{{Title: "CALL"}, {Title: "RULE"}, {Title: "WHY"}, {Title: "METHOD"}, {Title: "URL", Flex: true}}, rows) + "\n")
	}
}
