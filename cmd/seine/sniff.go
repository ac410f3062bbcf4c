package main

import (
	"cmp"
	"fmt"
	"mime"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/capture"
	"seine/cmd/internal/ui"
	"seine/scenarios"
	"seine/scenarios/replay"
)

func sniffCommand() *cli.Command {
	return &cli.Command{
		Name:      "sniff",
		Usage:     "show what a page talks to: its media, then its JSON calls",
		UsageText: "seine sniff URL… [flags]\n\nseine sniff https://example.com/watch/42\nseine sniff https://example.com/watch/42 --har page.har --json",
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{DisableDefaultText: true, Name: "all", Aliases: []string{"a"}, Usage: "every request, not only media and JSON", Category: catChoice},
			proxyFlag(),
		}, browserFlags(), identityFlags(), emulationFlags(), talkFlags()),
		Action: func(c *cli.Context) error {
			con := console(c)
			pages, err := targets(c)
			if err != nil {
				return err
			}
			return withRunner(c, con, assemble.Job{}, pages, func(r *replay.Runner) error {
				return each(c.Context, pages, con, func(page string) error { return sniff(c, con, r, page) })
			})
		},
		OnUsageError: onUsageError,
	}
}

func sniff(c *cli.Context, con *ui.Console, r *replay.Runner, page string) error {
	w := &watcher{con: con, silent: true}
	r.Observe = w.event
	con.Say("Visiting %s", shown(page))
	res, err := r.Run(c.Context, scenarios.SniffFlow(bare(page), c.String("har")))
	if res.Capture == nil {
		return err
	}
	showStreamsWith(con, res.Streams, c.Bool("with-secrets"))
	if e := showCalls(con, res.Capture, c.Bool("all")); e != nil {
		return e
	}
	if e := showCounts(con, res); e != nil {
		return e
	}
	return err
}

type callJSON struct {
	Method string `json:"method"`
	Status int    `json:"status"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	URL    string `json:"url"`
	Target string `json:"target"`
	Reason string `json:"body_missing,omitempty"`
}

func showCalls(con *ui.Console, c *capture.Capture, all bool) error {
	list, title := c.Calls(), "JSON CALLS"
	if all {
		list, title = c.Exchanges, "REQUESTS"
	}
	var rows [][]any
	for _, e := range list {
		if strings.HasPrefix(e.URL(), "data:") {
			continue // nothing that the page talks to: most are pictures of Chrome's own player
		}
		j := callJSON{e.Request.Method, e.Status(), mediaType(e), e.Body.Size, e.URL(), e.Target.Kind, string(e.Body.Reason)}
		if err := con.Emit("call", j); err != nil {
			return err
		}
		rows = append(rows, []any{j.Method, status(e), ui.Remote(j.Type), size(e), ui.Remote(j.URL)})
	}
	if len(rows) == 0 {
		con.Say("No JSON calls were heard.")
		return nil
	}
	con.Print("\n" + con.Table([]ui.Column{{Title: title}, {Title: "STATUS", Right: true}, {Title: "TYPE"}, {Title: "SIZE", Right: true}, {Title: "URL", Flex: true}}, rows))
	return nil
}

func mediaType(e *capture.Exchange) string {
	t, _, err := mime.ParseMediaType(e.ContentType())
	if err != nil {
		return cmp.Or(e.ContentType(), "?")
	}
	return t
}

func status(e *capture.Exchange) string {
	if e.Status() == 0 {
		return cmp.Or(e.Failure, "…")
	}
	return fmt.Sprint(e.Status())
}

func size(e *capture.Exchange) string {
	if e.Body.Reason != "" && e.Body.Size == 0 {
		return "–"
	}
	return ui.Bytes(e.Body.Size)
}

// showCounts says how complete the capture is: nothing is lost in silence.
func showCounts(con *ui.Console, res *replay.Result) error {
	n := res.Capture.Count()
	if err := con.Emit("summary", map[string]any{"page": shown(res.Capture.Page).String(), "title": res.Capture.Title, "status": res.Status, "counts": n, "tried": append([]replay.Attempt{}, res.Tried...)}); err != nil {
		return err
	}
	if res.Status >= 400 {
		con.Warn("the page itself answered with status %d", res.Status)
	}
	if len(res.Streams) == 0 {
		con.Say("No media was found.")
	}
	text := fmt.Sprintf("%d requests, %d bodies", n.Exchanges, n.Bodies)
	for _, r := range slices.Sorted(missing(n.Missing)) {
		text += fmt.Sprintf(", %d %s", n.Missing[capture.Reason(r)], r)
	}
	if n.Messages+n.MessagesCut > 0 {
		text += fmt.Sprintf("; %s", ui.Count(n.Messages, "message"))
	}
	if n.MessagesCut > 0 {
		text += fmt.Sprintf(", %d more were not kept", n.MessagesCut)
	}
	for _, r := range slices.Sorted(missing(n.SentMissing)) {
		text += fmt.Sprintf("; of what was sent, %d: %s", n.SentMissing[capture.Reason(r)], r)
	}
	con.Say("\n%s", con.Faint(text))
	return nil
}

func missing(why map[capture.Reason]int) func(func(string) bool) {
	return func(yield func(string) bool) {
		for r := range why {
			if !yield(string(r)) {
				return
			}
		}
	}
}
