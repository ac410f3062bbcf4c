package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/capture/session"
	"seine/cmd/internal/ui"
	"seine/scenarios/engine"
	"seine/scenarios/heal"
	"seine/scenarios/library"
	"seine/scenarios/program"
	"seine/scenarios/replay"
)

func runCommand() *cli.Command {
	return &cli.Command{
		Name:  "run",
		Usage: "run a scenario file, or a ready scenario, once or for each of its inputs",
		UsageText: "seine run FILE | NAME [input=value …] [-d FOLDER]\n\nseine run site.yaml -d out\nseine run shop.yaml --input customers.csv -d out      one run for each row\n" +
			"seine run market base=https://example.com pages=199 -d out\n\nReady scenarios: " + strings.Join(library.Names(), ", "),
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "input", Usage: "one run for each row of the CSV or JSON lines `FILE`; its columns are inputs", Category: catChoice},
			&cli.StringFlag{Name: "dir", Aliases: []string{"d"}, Usage: "write files to `FOLDER`", Value: ".", Category: catOutput},
			&cli.StringFlag{Name: "trace", Usage: "write what was done to the page `FILE`: each step with pictures, requests, console, and where the time went", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "heal", Usage: "where a step's first selector no longer holds and another one does, write that one first into the scenario's file", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "fresh", Usage: "begin anew, and forget what a run that was not finished has done", Category: catOutput},
			&cli.StringFlag{Name: "upload-root", Usage: "let upload steps take files from `FOLDER`, and from nowhere else", Category: catOutput},
			&cli.BoolFlag{DisableDefaultText: true, Name: "allow-js", Usage: "let steps run JavaScript that stands in the scenario", Category: catBrowser},
			&cli.IntFlag{Name: "workers", Aliases: []string{"j"}, Usage: "`N` runs at once where they need no browser", DefaultText: "what the scenario says, or 8", Category: catFetch},
			&cli.IntFlag{Name: "tabs", Usage: "`N` pages at once", DefaultText: "what the scenario says, or as many as pay off", Category: catBrowser},
			&cli.BoolFlag{DisableDefaultText: true, Name: "watch", Usage: "show the browser's window, as --show does", Category: catBrowser},
			&cli.DurationFlag{DefaultText: "0s", Name: "slow", Usage: "wait for `TIME`, such as 500ms, before each step on a page", Category: catBrowser},
			&cli.BoolFlag{DisableDefaultText: true, Name: "allow-private", Usage: "let what pages name lead into your own network", Category: catFetch},
			proxyFlag(),
		}, browserFlags(), identityFlags(), emulationFlags(), talkFlags()),
		Action:       runScenario,
		OnUsageError: onUsageError,
	}
}

// runError: some runs failed, and each was told of. If all did, it is what the first one is.
type runError struct {
	failed, all int
	first       error
	noun        string // in the plural
}

func (e *runError) Error() string {
	if e.all == 1 {
		return e.first.Error()
	}
	return fmt.Sprintf("%d of %d %s failed", e.failed, e.all, e.noun)
}

func (e *runError) Unwrap() error {
	if e.failed < e.all {
		return nil
	}
	return e.first
}

// leftOutError: all runs came to their end, but without items that the scenario lets go.
type leftOutError struct{ n int }

func (e *leftOutError) Error() string {
	if e.n == 1 {
		return "1 item was left out, and told of"
	}
	return fmt.Sprintf("%d items were left out, and told of", e.n)
}

func runScenario(c *cli.Context) error {
	con := console(c)
	p, values, err := scenarioOf(c, con)
	if err != nil {
		return err
	}
	for _, n := range []struct {
		need program.Need
		has  bool
	}{{program.NeedsJavaScript, c.Bool("allow-js")}, {program.NeedsUploads, c.IsSet("upload-root")}} {
		if p.Needs(n.need) && !n.has {
			return &usageError{what: fmt.Sprintf("the scenario runs only with %s: see `seine check %s`", n.need, ui.Remote(c.Args().First()))}
		}
	}
	o, err := engineOptions(c, con)
	if err != nil {
		return err
	}
	o.Given, o.Table, o.AllowJS, o.Fresh, o.Workers, o.Tabs = values, c.String("input"), c.Bool("allow-js"), c.Bool("fresh"), c.Int("workers"), c.Int("tabs")
	name := c.String("trace")
	var t *tracing
	if name != "" {
		t = newTracing(c, p, values)
		o.Witness = t
	}
	report, stale, err := runProgram(c, con, p, o)
	if t != nil { // of a run that was interrupted too
		err = errors.Join(err, t.write(con, name))
	}
	if err != nil {
		return err
	}
	err = healing(c, con, p, stale)
	return errors.Join(sayReport(c, con, report), err)
}

// engineOptions are what the flags of every command say.
func engineOptions(c *cli.Context, con *ui.Console) (engine.Options, error) {
	o := engine.Options{Dir: cmp.Or(c.String("dir"), "."), Session: session.Config{AllowPrivate: c.Bool("allow-private"), UserAgent: c.String("user-agent")}}
	var err error
	if o.Session.Cookies, err = cookiesOf(c, con); err != nil {
		return o, err
	}
	return o, setProxy(c, &o.Session)
}

// runProgram shows how far it is while it runs, and gives what the pages no longer have besides. The browser is started when a step first
// needs a page.
func runProgram(c *cli.Context, con *ui.Console, p *program.Program, o engine.Options) (engine.Report, []heal.Stale, error) {
	b := newRunBoard(con)
	defer b.end()
	o.Observe = b.event
	st, err := newRunStage(c, con, p, o.Session, b)
	if err != nil {
		return engine.Report{}, nil, err
	}
	defer st.close()
	if o.Stage = engine.StageOf[*replay.Page](st); st.shared {
		o.Tabs = 1
	}
	report, err := engine.Run(c.Context, p, o)
	return report, b.votes.Stale(), err
}

// scenarioOf reads the scenario and the inputs of the command line.
func scenarioOf(c *cli.Context, con *ui.Console) (*program.Program, map[string]string, error) {
	if !c.Args().Present() {
		return nil, nil, &usageError{what: "a scenario file is missing", try: "seine run scenario.yaml"}
	}
	values, err := given(c.Args().Tail())
	if err != nil {
		return nil, nil, err
	}
	name := c.Args().First()
	if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) && slices.Contains(library.Names(), name) {
		if c.Bool("heal") {
			return nil, nil, &usageError{what: fmt.Sprintf("%s is a ready scenario, and no file that could be healed", name)}
		}
		p, err := program.Load(name+".yaml", program.Options{Read: library.Files.ReadFile})
		return p, values, err
	}
	p, err := loadScenario(c, con, name)
	return p, values, err
}

// runJSON is the end of a scenario, for machines.
type runJSON struct {
	Runs    int `json:"runs"`
	Done    int `json:"done"`
	Resumed int `json:"resumed"`
	Failed  int `json:"failed"`
	Skipped int `json:"skipped"`
	Rows    int `json:"rows"`
	Files   int `json:"files"`
}

func sayReport(c *cli.Context, con *ui.Console, r engine.Report) error {
	if err := con.Emit("done", runJSON{r.Runs, r.Done, r.Resumed, len(r.Failed), len(r.Skipped), r.Rows, r.Files}); err != nil {
		return err
	}
	for _, f := range r.Failed {
		if r.Runs > 1 {
			con.Fail(ui.Remote(f.What + ": " + f.Err.Error()).String())
		}
		if f.Kept != "" {
			con.Say("What its page looked like is in %s", ui.Remote(f.Kept))
		}
	}
	text := fmt.Sprintf("%s in %s", ui.Count(r.Files, "file"), ui.Remote(filepath.Clean(c.String("dir"))))
	if r.Runs > 1 {
		text = fmt.Sprintf("%d of %d runs, %s", r.Done, r.Runs, text)
	}
	if r.Resumed > 0 {
		text += fmt.Sprintf(", %d done before", r.Resumed)
	}
	if n := len(r.Skipped); n > 0 {
		text += fmt.Sprintf(", %s left out", ui.Count(n, "item"))
	}
	status := "ok"
	if len(r.Failed) > 0 || len(r.Skipped) > 0 {
		status = "partial"
	}
	con.Print(con.Status(status) + " " + text)
	switch {
	case len(r.Failed) > 0:
		return &runError{len(r.Failed), r.Runs, r.Failed[0].Err, "runs"}
	case len(r.Skipped) > 0:
		return &leftOutError{len(r.Skipped)}
	}
	return nil
}
