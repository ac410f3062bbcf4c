package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/cmd/internal/ui"
	"seine/scenarios/program"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "check scenario files without running them",
		UsageText: "seine check FILE… [--upload-root FOLDER]\n\nYAML, JSON of the same form, and recordings of Chrome's Recorder.",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "upload-root", Usage: "look for the files of uploads in `FOLDER`", Category: catOutput},
		}, talkFlags()),
		Action:       check,
		OnUsageError: onUsageError,
	}
}

// checked is a scenario without mistakes, for machines.
type checked struct {
	File   string   `json:"file"`
	Name   string   `json:"name"`
	Steps  int      `json:"steps"`
	Inputs []string `json:"inputs"`
	Needs  []string `json:"needs"`
}

func check(c *cli.Context) error {
	con := console(c)
	if !c.Args().Present() {
		return &usageError{what: "a scenario file is missing", try: "seine check scenario.yaml"}
	}
	names := c.Args().Slice()
	partial := &partialError{all: len(names), noun: "files"}
	for _, name := range names {
		p, err := loadScenario(c, con, name)
		if err == nil {
			err = sayChecked(con, name, p)
		}
		partial.add(con, name, err)
	}
	return partial.err()
}

// sayChecked says what there is to know before it is run.
func sayChecked(con *ui.Console, name string, p *program.Program) error {
	out := checked{File: name, Name: p.Flow.Title, Steps: len(p.Flow.Steps), Inputs: []string{}, Needs: []string{}}
	text := ui.Remote(name).String() + ": " + ui.Count(len(p.Flow.Steps), "step")
	for _, in := range p.Flow.Inputs {
		out.Inputs = append(out.Inputs, in.Name)
	}
	if len(out.Inputs) > 0 {
		text += ", inputs " + strings.Join(out.Inputs, ", ")
	}
	for _, n := range []program.Need{program.NeedsJavaScript, program.NeedsUploads} {
		if p.Needs(n) {
			out.Needs = append(out.Needs, string(n))
		}
	}
	if len(out.Needs) > 0 {
		text += "; it runs only with " + strings.Join(out.Needs, " and ")
	}
	if err := con.Emit("scenario", out); err != nil {
		return err
	}
	con.Print(con.Status("ok") + " " + text)
	for _, n := range p.Notes {
		con.Say("  %s", ui.Remote(n.Pos.String()+": needs "+string(n.Need)))
	}
	return nil
}
