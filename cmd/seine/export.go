package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/urfave/cli/v2"

	"seine/cmd/internal/ui"
	"seine/scenarios/export"
	"seine/scenarios/file"
	"seine/scenarios/program"
	"seine/scenarios/recorder"
)

// forms are what a scenario can be written as.
var forms = []string{"puppeteer", "playwright", "recorder", "yaml"}

func exportCommand() *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "write a scenario as code for Puppeteer or Playwright, as a recording of Chrome's Recorder, or as YAML",
		UsageText: "seine export FILE --to puppeteer|playwright|recorder|yaml [-o FILE] [input=value…]\n\nA recording holds the addresses and texts that come of the inputs, so that other programs can replay it.",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "to", Usage: "the `FORM`: puppeteer, playwright (modules of Node.js), recorder (JSON) or yaml", Category: catOutput},
		}, fileFlags(), talkFlags()),
		Action:       exportScenario,
		OnUsageError: onUsageError,
	}
}

func exportScenario(c *cli.Context) error {
	con := console(c)
	switch to := c.String("to"); {
	case !c.Args().Present():
		return &usageError{what: "a scenario file is missing", try: "seine export scenario.yaml --to puppeteer"}
	case !slices.Contains(forms, to):
		return &usageError{what: fmt.Sprintf("--to %q is none of puppeteer, playwright, recorder, yaml", ui.Remote(to)), try: "--to puppeteer"}
	}
	values, err := given(c.Args().Tail())
	if err != nil {
		return err
	}
	p, err := loadScenario(c, con, c.Args().First())
	if err != nil {
		return err
	}
	data, err := written(con, p, c.String("to"), values)
	if err != nil {
		return err
	}
	return emitFile(c, con, data)
}

// written is the scenario in another form. What has no counterpart there is told.
func written(con *ui.Console, p *program.Program, to string, given map[string]string) ([]byte, error) {
	switch to {
	case "yaml":
		return file.Marshal(p.Flow)
	case "recorder":
		return recording(con, p, given)
	}
	code, left, err := export.JavaScript(p, export.Driver(to))
	for _, l := range left {
		text := l.Pos.String() + ": " + l.What + " has no counterpart in " + to
		if l.Fails {
			text += ", and fails there"
		}
		con.Warn("%s", ui.Remote(text))
	}
	return code, err
}

// recording is the scenario with the values of its inputs, but for secrets: those are written as they are in the file, by reference.
func recording(con *ui.Console, p *program.Program, given map[string]string) ([]byte, error) {
	given = maps.Clone(given)
	for _, in := range p.Flow.Inputs {
		if in.Secret {
			given[in.Name] = ""
		}
	}
	values, err := p.Bind(given)
	if missing := (*program.InputError)(nil); errors.As(err, &missing) && missing.Missing {
		con.Warn("%s: what depends on inputs is written as it is", ui.Remote(missing.What))
	} else if err != nil {
		return nil, err
	}
	for _, in := range p.Flow.Inputs {
		if in.Secret {
			delete(values, in.Name)
		}
	}
	return recorder.Marshal(p.Flow, values)
}
