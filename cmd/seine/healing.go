package main

import (
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"seine/cmd/internal/ui"
	"seine/scenarios"
	"seine/scenarios/file"
	"seine/scenarios/heal"
	"seine/scenarios/program"
)

// staleJSON is a list whose first selector no longer holds, for machines.
type staleJSON struct {
	At    string             `json:"at"`
	Step  string             `json:"step"`
	Field string             `json:"field"`
	Old   scenarios.Selector `json:"old"`
	New   scenarios.Selector `json:"new"`
	Votes int                `json:"votes"`
	All   int                `json:"all"`
}

// healedJSON is a file that was written anew, for machines.
type healedJSON struct {
	File  string     `json:"file"`
	Lines []hunkJSON `json:"lines"`
}

type hunkJSON struct {
	From   int      `json:"from"`
	Before []string `json:"before"`
	After  []string `json:"after"`
}

// healing tells which selectors no longer hold, and with --heal writes what does hold first into the files.
func healing(c *cli.Context, con *ui.Console, p *program.Program, stale []heal.Stale) error {
	if len(stale) == 0 {
		return nil
	}
	var moves []file.Move
	for _, s := range stale {
		moves = append(moves, s.Move)
		if err := con.Emit("stale", staleJSON{s.Step.String(), s.Type, s.Field, s.Old, s.New, s.Votes, s.All}); err != nil {
			return err
		}
		con.Warn("%s: %s: %s no longer holds, %s does (%d of %s)", ui.Remote(s.Step.String()), s.Type,
			ui.Remote(heal.Written(s.Old)), ui.Remote(heal.Written(s.New)), s.Votes, ui.Count(s.All, "time"))
	}
	if !c.Bool("heal") {
		con.Say("With --heal what holds is written first into the file.")
		return nil
	}
	list, err := p.Healed(moves)
	for _, h := range list {
		if e := heal.Write(h); e != nil {
			err = errors.Join(err, e)
			continue
		}
		err = errors.Join(err, sayHealed(con, h))
	}
	if err != nil {
		return fmt.Errorf("not all could be healed: %w", err)
	}
	return nil
}

// sayHealed shows the lines that changed.
func sayHealed(con *ui.Console, h program.Healed) error {
	out := healedJSON{File: h.File}
	con.Say("%s is healed:", ui.Remote(h.File))
	for _, d := range heal.Diff(h) {
		out.Lines = append(out.Lines, hunkJSON(d))
		for i, line := range d.Before {
			con.Say("%5d - %s", d.From+i, ui.Remote(line))
		}
		for i, line := range d.After {
			con.Say("%5d + %s", d.From+i, ui.Remote(line))
		}
	}
	return con.Emit("healed", out)
}
