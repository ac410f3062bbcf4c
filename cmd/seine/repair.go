package main

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/cmd/internal/ui"
	"seine/scenarios"
	"seine/scenarios/replay"
)

func repairCommand() *cli.Command {
	return &cli.Command{
		Name:      "repair",
		Usage:     "fill the gaps of a film, or go on with an unfinished one",
		UsageText: "seine repair FILE… [flags]\n\nseine repair film.mp4\nseine repair film.mp4 --url https://example.com/watch/42",
		Description: "A film that was finished with --allow-gaps has its gaps on record, in FILE.gaps beside it. Only what is missing is fetched, from where\n" +
			"the film came from; headers given with -H are not on record and must be given again. The film stays as it is until the repaired one takes its place.",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "url", Usage: "take the film from `URL`, where it is now: a page, or a playlist as before", Category: catFetch},
		}, headerFlags(), browserFlags(), fetchFlags(), talkFlags()),
		Action: func(c *cli.Context) error {
			con := console(c)
			if !c.Args().Present() {
				return &usageError{what: "the name of a film is missing", try: "seine repair film.mp4"}
			}
			if c.String("url") != "" && c.Args().Len() > 1 {
				return &usageError{what: "--url is of one film, but there are several; repair them one by one"}
			}
			return each(c.Context, c.Args().Slice(), con, func(file string) error { return repair(c, con, file) })
		},
		OnUsageError: onUsageError,
	}
}

// recipe is what is kept with a film that lacks parts: how it was asked for. Headers, which may be secrets, are left out.
type recipe struct {
	Command   string `json:"command"` // grab or get
	URL       string `json:"url"`
	Quality   string `json:"quality,omitempty"`
	Audio     string `json:"audio,omitempty"`
	Referer   string `json:"referer,omitempty"`
	UserAgent string `json:"user_agent,omitempty"`
}

func recipeOf(c *cli.Context, command, url string) recipe {
	return recipe{command, url, c.String("quality"), c.String("audio"), c.String("referer"), c.String("user-agent")}
}

// encode gives what Job.Origin keeps.
func (r recipe) encode() []byte {
	b, err := json.Marshal(r)
	if err != nil {
		panic(err) // strings always encode
	}
	return b
}

func repair(c *cli.Context, con *ui.Console, file string) error {
	m, err := assemble.Recall(file)
	if err != nil {
		return err
	}
	var rec recipe
	if err := json.Unmarshal(m.Origin, &rec); err != nil || rec.Command != "grab" && rec.Command != "get" {
		return &usageError{what: fmt.Sprintf("%s does not say where it came from", ui.Remote(file)), try: "seine repair FILE --url https://example.com/…"}
	}
	if rec.URL, err = where(c, &rec); err != nil {
		return err
	}
	con.Say("%s lacks %s", ui.Remote(file), ui.Count(m.Missing, "segment"))
	job, err := jobOf(c, con)
	if err != nil {
		return err
	}
	job.Output, job.Choice.Quality, job.Choice.Audio, job.Origin = file, rec.Quality, rec.Audio, rec.encode()
	if rec.Command == "grab" {
		return withRunner(c, con, job, func(r *replay.Runner) error {
			return visit(c, con, r, rec.URL, scenarios.Grab{Output: file, Repair: true})
		})
	}
	for name, value := range map[string]string{"referer": rec.Referer, "user-agent": rec.UserAgent} {
		if value != "" && !c.IsSet(name) {
			if err := c.Set(name, value); err != nil {
				return err
			}
		}
	}
	return fetchFrom(c, con, job, rec.URL, assemble.Repair)
}

// where is the film's address: the one given now, else the one on record.
func where(c *cli.Context, rec *recipe) (string, error) {
	if u := c.String("url"); u != "" {
		return address(u)
	}
	return address(rec.URL)
}
