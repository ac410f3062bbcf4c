package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/assemble/plan"
	"seine/cmd/internal/ui"
	"seine/scenarios"
	"seine/scenarios/replay"
)

func repairCommand() *cli.Command {
	return &cli.Command{
		Name:  "repair",
		Usage: "fill the gaps of a film, or go on with an unfinished one",
		UsageText: "seine repair FILE… [flags]\n\nseine repair film.mp4\nseine repair film.mp4 --url https://example.com/watch/42\n" +
			"cat list.m3u8 | seine repair film.mp4 --url -",
		Description: "A film that was finished with --allow-gaps has its gaps on record, in FILE.gaps beside it. Only what is missing is fetched, from where\n" +
			"the film came from: an address, a playlist in a file, or a HAR file. What is not on record must be given again: headers (-H, or the command\n" +
			"with --curl), a password (--user), and a playlist from stdin (--url -). The film stays as it is until the repaired one takes its place.",
		Flags: slices.Concat([]cli.Flag{
			&cli.StringFlag{Name: "url", Usage: "take the film from `URL`, where it is now: a page, or a playlist as before (a file, or - for stdin)", Category: catFetch},
			&cli.StringFlag{Name: "curl", Usage: "take the film from where a curl `COMMAND` does, as browsers copy it", Category: catFetch},
		}, headerFlags(), browserFlags(), identityFlags(), emulationFlags(), fetchFlags(), talkFlags()),
		Action: func(c *cli.Context) error {
			con := console(c)
			if !c.Args().Present() {
				return &usageError{what: "the name of a film is missing", try: "seine repair film.mp4"}
			}
			for _, name := range []string{"url", "curl"} {
				if c.String(name) != "" && c.Args().Len() > 1 {
					return &usageError{what: "--" + name + " is of one film, but there are several; repair them one by one"}
				}
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
	AudioOnly bool   `json:"audio_only,omitempty"`
	SkipAds   bool   `json:"skip_ads,omitempty"`
	Subs      string `json:"subs,omitempty"`
	SubFormat string `json:"sub_format,omitempty"`
	EmbedSubs bool   `json:"embed_subs,omitempty"`
	Base      string `json:"base,omitempty"` // of a playlist that is a file
	Referer   string `json:"referer,omitempty"`
	UserAgent string `json:"user_agent,omitempty"`
	Headers   bool   `json:"headers,omitempty"` // there were some
}

func recipeOf(c *cli.Context, command, url string) recipe {
	var subs assemble.Job
	if err := setSubtitles(c, &subs); err != nil {
		subs = assemble.Job{} // told before
	}
	return recipe{
		Command: command, Subs: subs.Choice.Subs, SubFormat: subs.SubsFormat, EmbedSubs: subs.EmbedSubs, URL: url, Quality: c.String("quality"), Audio: c.String("audio"), AudioOnly: c.Bool("audio-only"), SkipAds: c.Bool("skip-ads"),
		Referer: c.String("referer"), UserAgent: c.String("user-agent"), Headers: c.IsSet("header") || c.IsSet("user"),
	}
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
	if strings.Contains(file, "://") {
		return &usageError{what: fmt.Sprintf("%s is an address, not the file of a film", ui.Remote(file)), try: "seine repair FILE --url " + ui.Remote(file).String()}
	}
	m, err := assemble.Recall(file)
	if err != nil {
		return err
	}
	var rec recipe
	if err := json.Unmarshal(m.Origin, &rec); err != nil || rec.Command != "grab" && rec.Command != "get" {
		return &usageError{what: fmt.Sprintf("%s does not say where it came from", ui.Remote(file)), try: "seine repair FILE --url https://example.com/…"}
	}
	if err := where(c, &rec, file); err != nil {
		return err
	}
	con.Say("%s lacks %s", ui.Remote(file), ui.Count(m.Missing, "segment"))
	job, err := jobOf(c, con)
	if err != nil {
		return err
	}
	job.Output, job.Origin = file, rec.encode()
	job.Choice = plan.Choice{Quality: rec.Quality, Audio: rec.Audio, AudioOnly: rec.AudioOnly, SkipAds: rec.SkipAds, Subs: rec.Subs}
	job.SubsFormat, job.EmbedSubs = rec.SubFormat, rec.EmbedSubs
	if rec.Command == "grab" {
		return withRunner(c, con, job, []string{rec.URL}, func(r *replay.Runner) error {
			_, err := visit(c.Context, c, con, r, rec.URL, scenarios.Grab{Output: file, Repair: true})
			return err
		})
	}
	for name, value := range map[string]string{"referer": rec.Referer, "user-agent": rec.UserAgent} {
		if value != "" && !c.IsSet(name) {
			if err := c.Set(name, value); err != nil {
				return err
			}
		}
	}
	in, err := again(c, &rec)
	if err != nil {
		return err
	}
	if rec.Headers && !c.IsSet("header") && !c.IsSet("user") && in.command == nil {
		con.Say("It was asked for with headers or a password, which are not on record: give them again with -H, --user or --curl if need be")
	}
	return fetchFrom(c, con, job, &in, assemble.Repair)
}

// where settles the film's address: the one given now, else the one on record.
func where(c *cli.Context, rec *recipe, file string) error {
	now := c.String("url")
	switch {
	case c.IsSet("curl") && (rec.Command == "grab" || now != ""):
		return &usageError{what: "--curl is for a film that came from a playlist, in place of --url"}
	case c.IsSet("curl"):
		return nil
	case now == "" && rec.URL == "-":
		return &usageError{what: fmt.Sprintf("the playlist of %s came from stdin and is not on record", ui.Remote(file)), try: "seine repair FILE --url list.m3u8"}
	case now != "":
		rec.URL = now
	}
	if rec.Command == "get" && (rec.URL == "-" || isFile(rec.URL)) {
		return nil
	}
	rec.Base = ""
	u, err := address(rec.URL)
	rec.URL = u
	return err
}

// again is the input that a film came from.
func again(c *cli.Context, rec *recipe) (input, error) {
	if c.IsSet("curl") {
		return curled(c)
	}
	return inputOf(c, rec.URL, rec.Base)
}
