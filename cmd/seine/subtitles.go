package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/cmd/internal/ui"
)

func subtitleFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "subs", Usage: "languages of the subtitles, such as `en` or en,de, all or none; cc, or cc1 to cc4, looks for closed captions (CEA-608) in the pictures", DefaultText: "none", Category: catChoice},
		&cli.StringFlag{Name: "sub-format", Usage: "write the subtitles beside the film as `srt` or vtt", Value: assemble.SRT, Category: catOutput},
		&cli.BoolFlag{DisableDefaultText: true, Name: "embed-subs", Usage: "put the subtitles into the film, not beside it; all there are, unless --subs says which", Category: catOutput},
	}
}

// setSubtitles adds to a job what the flags say of subtitles.
func setSubtitles(c *cli.Context, job *assemble.Job) error {
	job.Choice.Subs, job.EmbedSubs = c.String("subs"), c.Bool("embed-subs")
	switch format := strings.ToLower(c.String("sub-format")); format {
	case "", assemble.SRT, assemble.VTT:
		job.SubsFormat = format
	default:
		return &usageError{what: fmt.Sprintf("--sub-format %q is not srt or vtt", ui.Remote(c.String("sub-format"))), try: "--sub-format vtt"}
	}
	if job.EmbedSubs && c.IsSet("sub-format") {
		return &usageError{what: "--sub-format is of files beside the film, and --embed-subs puts the subtitles into it; leave one of them out"}
	}
	if job.EmbedSubs && !c.IsSet("subs") {
		job.Choice.Subs = "all"
	}
	return nil
}

type subtitlesJSON struct {
	Path     string `json:"path,omitempty"` // empty: in the film
	Format   string `json:"format"`
	Language string `json:"language,omitempty"`
	Name     string `json:"name,omitempty"`
	Channel  string `json:"channel,omitempty"`
	Forced   bool   `json:"forced"`
	Hearing  bool   `json:"hard_of_hearing"`
	Cues     int    `json:"cues"`
	Dropped  int    `json:"dropped_cues"`
	Segments int    `json:"segments"`
	Expected int    `json:"segments_planned"`
}

func subtitlesOf(list []assemble.Subtitles) []subtitlesJSON {
	out := []subtitlesJSON{}
	for _, s := range list {
		out = append(out, subtitlesJSON{s.Path, s.Format, s.Language, s.Name, s.Channel, s.Forced, s.HardOfHearing, s.Cues, s.Dropped, s.Segments, s.SegmentsPlanned})
	}
	return out
}

// showSubtitles prints the files beside a film; those inside are told of with its tracks.
func showSubtitles(con *ui.Console, v *assemble.Verdict) (inside []string) {
	for _, s := range v.Subtitles {
		if s.Path != "" {
			con.Print(ui.Remote(s.Path).String())
			continue
		}
		what := "subtitles"
		for _, more := range []string{s.Language, s.Channel} {
			if more != "" {
				what += " " + ui.Remote(more).String()
			}
		}
		inside = append(inside, what)
	}
	return inside
}
