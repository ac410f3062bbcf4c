package main

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/browser"
	"seine/cmd/internal/ui"
)

func browserCommand() *cli.Command {
	return &cli.Command{
		Name: "browser", HideHelpCommand: true,
		UsageText: "seine browser install | list | doctor [flags]",
		Usage:     "install, list and examine the browsers that seine can drive",
		Subcommands: []*cli.Command{
			{
				Name: "install", Usage: "put a browser on this machine",
				UsageText: "seine browser install [--yes]\n\nBy the system's package manager where you may, else Chrome for Testing into your own cache folder.",
				Flags: slices.Concat([]cli.Flag{
					&cli.BoolFlag{DisableDefaultText: true, Name: "yes", Aliases: []string{"y"}, Usage: "do not ask", Category: catBrowser},
					&cli.BoolFlag{DisableDefaultText: true, Name: "shell", Usage: "a headless shell: smaller and faster, but it cannot show a window", Category: catBrowser},
					&cli.BoolFlag{DisableDefaultText: true, Name: "if-missing", Usage: "do nothing where there is a browser already", Category: catBrowser},
				}, talkFlags()),
				Action: browserInstall, OnUsageError: onUsageError,
			},
			{
				Name: "list", Usage: "show the browsers of this machine, the one that is used first",
				UsageText: "seine browser list [--json]",
				Flags:     talkFlags(), Action: browserList, OnUsageError: onUsageError,
			},
			{
				Name: "doctor", Usage: "find out whether a browser works here, and what to do if not",
				UsageText: "seine browser doctor [--screenshot FILE]",
				Flags: slices.Concat([]cli.Flag{
					&cli.StringFlag{Name: "screenshot", Usage: "keep the picture of the page that was loaded in `FILE` (PNG)", Category: catBrowser},
				}, browserFlags()[:4], talkFlags()),
				Action: browserDoctor, OnUsageError: onUsageError,
			},
		},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return unknownCommand(c, c.Command.Subcommands)
			}
			return cli.ShowSubcommandHelp(c)
		},
		OnUsageError: onUsageError,
	}
}

func browserInstall(c *cli.Context) error {
	con := console(c)
	if c.Bool("if-missing") {
		if found, err := browser.Find(c.Context); err == nil {
			con.Say("%s is here already: %s", name(found), found.Path)
			return nil
		}
	}
	var bar *ui.Progress
	in := browser.Installer{
		Shell: c.Bool("shell"), Out: c.App.ErrWriter, In: c.App.Reader,
		Confirm: func(w browser.Way) bool { return c.Bool("yes") || confirm(c, con, w) },
		Progress: func(p browser.Progress) {
			if bar == nil {
				con.Say("Downloading %s", ui.Remote(p.What))
				bar = con.Progress(p.What)
			}
			bar.Set(ui.State{Bytes: p.Done, TotalBytes: p.Total})
		},
	}
	found, err := in.Install(c.Context)
	if bar != nil {
		bar.End()
	}
	if errors.Is(err, browser.ErrNoWay) {
		for _, w := range in.Plan(c.Context) {
			con.Warn("%s: %s", w.Name, ui.Remote(w.Blocked))
		}
	}
	if err != nil {
		return err
	}
	if err := con.Emit("browser", candidateOf(found)); err != nil {
		return err
	}
	con.Print(fmt.Sprintf("%s %s", con.Status("ok"), name(found)+": "+found.Path))
	return nil
}

// confirm asks the person; where nobody can answer, the answer is no.
func confirm(c *cli.Context, con *ui.Console, w browser.Way) bool {
	if w.Note != "" {
		con.Say("%s", w.Note)
	}
	fmt.Fprintf(c.App.ErrWriter, "To be run: %s\nGo on? [y/N] ", w)
	answer, _ := bufio.NewReader(c.App.Reader).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	if answer == "" {
		fmt.Fprintln(c.App.ErrWriter)
	}
	return answer == "y" || answer == "yes"
}

type candidateJSON struct {
	Path    string `json:"path"`
	Name    string `json:"name"`
	Version string `json:"version"`
	Origin  string `json:"origin"`
	Shell   bool   `json:"headless_shell"`
	Problem string `json:"problem,omitempty"`
}

func candidateOf(f browser.Candidate) candidateJSON {
	return candidateJSON{f.Path, f.Name, f.Version, string(f.Origin), f.HeadlessShell, f.Problem}
}

func name(f browser.Candidate) string {
	return ui.Remote(strings.TrimSpace(f.Name + " " + f.Version)).String()
}

func browserList(c *cli.Context) error {
	con := console(c)
	var rows [][]any
	used := false
	for _, f := range browser.Candidates(c.Context) {
		if err := con.Emit("browser", candidateOf(f)); err != nil {
			return err
		}
		chosen := !used && f.Usable()
		used = used || chosen
		note := string(f.Origin)
		if f.Problem != "" {
			note = f.Problem
		}
		rows = append(rows, []any{mark(chosen), ui.Remote(name(f)), ui.Remote(f.Path), ui.Remote(note)})
	}
	if len(rows) > 0 {
		con.Print(con.Table([]ui.Column{{Title: ""}, {Title: "BROWSER"}, {Title: "PATH"}, {Title: "FOUND BY", Flex: true}}, rows))
	}
	if !used {
		return browser.ErrNotFound
	}
	return nil
}

// errUnhealthy: doctor found something that keeps a browser from working.
var errUnhealthy = errors.New("the browser does not work here yet; the lines above say why")

func browserDoctor(c *cli.Context) error {
	con := console(c)
	con.Say("Looking at this machine; this takes a few seconds.")
	options, err := browserOptions(c, con, nil)
	if err != nil {
		return err
	}
	report := browser.Doctor(c.Context, options)
	for _, k := range report.Checks {
		err := con.Emit("check", map[string]string{"name": k.Name, "status": string(k.Status), "found": k.Found, "advice": k.Advice})
		if err != nil {
			return err
		}
		con.Print(fmt.Sprintf("%s %-13s %s", con.Status(string(k.Status)), k.Name, ui.Remote(k.Found)))
		if k.Advice != "" {
			con.Print(fmt.Sprintf("  %-13s → %s", "", ui.Remote(k.Advice)))
		}
	}
	if file := c.String("screenshot"); file != "" && len(report.Screenshot) > 0 {
		if err := os.WriteFile(file, report.Screenshot, 0o644); err != nil {
			return err
		}
		con.Say("The page as it was loaded: %s", file)
	}
	if !report.Healthy() {
		return errUnhealthy
	}
	return nil
}
