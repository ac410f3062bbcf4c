package main

import (
	"cmp"
	"fmt"
	"mime"
	"slices"
	"strings"

	"seine/capture"
	"seine/capture/media"
	"seine/cmd/internal/ui"
	"seine/scenarios/replay"
)

type callJSON struct {
	Page   string `json:"page"`
	Method string `json:"method"`
	Status int    `json:"status"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	URL    string `json:"url"`
	Target string `json:"target"`
	Reason string `json:"body_missing,omitempty"`
}

func callOf(page string, e *capture.Exchange) callJSON {
	return callJSON{shown(page).String(), e.Request.Method, e.Status(), mediaType(e), e.Body.Size, e.URL(), e.Target.Kind, string(e.Body.Reason)}
}

// isData: nothing that the page talks to. Most are pictures of Chrome's own player.
func isData(e *capture.Exchange) bool { return strings.HasPrefix(e.URL(), "data:") }

// showCalls tells what was not told while it was heard, and prints the table.
func (v *view) showCalls(c *capture.Capture) error {
	list, title := c.Calls(), "JSON CALLS"
	if v.every {
		list, title = c.Exchanges, "REQUESTS"
	}
	con := v.b.con
	var rows [][]any
	for _, e := range list {
		if isData(e) || !v.filter.exchange(e) {
			continue
		}
		if err := v.call(e); err != nil {
			return err
		}
		rows = append(rows, []any{ui.Remote(e.Request.Method), status(e), ui.Remote(mediaType(e)), size(e), ui.Remote(e.URL())})
	}
	if len(rows) == 0 {
		if len(v.filter) == 0 {
			con.Say("No JSON calls were heard.")
		}
		return nil
	}
	con.Print("\n" + con.Table([]ui.Column{{Title: title}, {Title: "STATUS", Right: true}, {Title: "TYPE"}, {Title: "SIZE", Right: true}, {Title: "URL", Flex: true}}, rows))
	return nil
}

// call tells of a call once.
func (v *view) call(e *capture.Exchange) error {
	if e.ID != "" && v.calledOut[e.ID] {
		return nil
	}
	v.calledOut[e.ID] = true
	return v.b.con.Emit("call", callOf(v.page, e))
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
	system, used := res.Capture.Protected()
	system = cmp.Or(media.System(system), system)
	if err := con.Emit("summary", map[string]any{"page": shown(res.Capture.Page).String(), "title": res.Capture.Title, "status": res.Status, "counts": n, "drm": drmJSON{System: system, Used: used}, "tried": append([]replay.Attempt{}, res.Tried...), "incidents": append([]replay.Incident{}, res.Incidents...)}); err != nil {
		return err
	}
	if name := res.Capture.Challenge(); name != "" {
		con.Warn("in place of the page came a test for a person (%s)", name)
	}
	if res.Status >= 400 {
		con.Warn("the page itself answered with status %d", res.Status)
	}
	for _, i := range res.Incidents {
		con.Warn("%s", ui.Remote(i.String()))
	}
	if used {
		con.Warn("%s", protection(system, used))
	} else if system != "" {
		con.Say("%s", protection(system, used))
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
	if n.RequestsCut > 0 {
		text += fmt.Sprintf("; %s more than are kept", ui.Count(n.RequestsCut, "request"))
	}
	if n.EventsLost > 0 {
		text += fmt.Sprintf("; the page made %s more than could be written down", ui.Count(n.EventsLost, "event"))
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
