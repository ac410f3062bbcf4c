package main

import (
	"fmt"
	"strings"

	"seine/assemble"
	"seine/assemble/plan"
	"seine/cmd/internal/ui"
)

type planJSON struct {
	URL      string        `json:"url"`
	Seconds  float64       `json:"duration_seconds"`
	Size     int64         `json:"estimated_bytes,omitempty"`
	Segments int           `json:"segments"`
	Live     bool          `json:"live,omitempty"` // the list still grows: this is what it has now
	Streams  []plannedJSON `json:"streams"`
	Islands  []islandJSON  `json:"islands"`
	Skipped  bool          `json:"islands_skipped"`
	Looked   int           `json:"segments_looked_at"`
	Warnings []string      `json:"warnings"`
}

type plannedJSON struct {
	Stream          string  `json:"stream"`
	URL             string  `json:"url"`
	Takes           string  `json:"takes"`
	Width           int     `json:"width,omitempty"`
	Height          int     `json:"height,omitempty"`
	Bandwidth       int64   `json:"bandwidth,omitempty"`
	Codecs          string  `json:"codecs,omitempty"`
	Language        string  `json:"language,omitempty"`
	Name            string  `json:"name,omitempty"`
	Default         bool    `json:"default"`
	Segments        int     `json:"segments"`
	Seconds         float64 `json:"duration_seconds"`
	Offset          float64 `json:"offset_seconds"`
	Discontinuities int     `json:"discontinuities"`
	Gaps            int     `json:"gaps"`
	Encryption      string  `json:"encryption,omitempty"`
	Keys            int     `json:"keys"`
	Mirrors         int     `json:"mirrors"`
}

type islandJSON struct {
	Start   float64  `json:"start_seconds"`
	Seconds float64  `json:"duration_seconds"`
	Clips   int      `json:"clips"`
	Why     []string `json:"why"`
}

// showPlan prints what a run would do.
func showPlan(con *ui.Console, in *assemble.Inspection) error {
	p := in.Plan
	if p == nil {
		return nil
	}
	j := planJSON{
		URL: in.URL, Seconds: p.Duration.Seconds(), Size: p.Bytes(), Segments: len(p.Parts), Streams: []plannedJSON{},
		Live: p.Live, Islands: islandsOf(p.Islands), Skipped: p.Skipped, Looked: in.Looked, Warnings: append([]string{}, in.Warnings...),
	}
	var rows [][]any
	for i := range p.Streams {
		s := planned(p, i)
		j.Streams = append(j.Streams, s)
		rows = append(rows, []any{
			ui.Remote(s.Stream), ui.Remote(picture(&s)), ui.Remote(s.Language), s.Segments, ui.Clock(p.Lasts(i)), ui.Remote(odd(&s)), ui.Remote(s.Codecs),
		})
	}
	if err := con.Emit("plan", j); err != nil {
		return err
	}
	con.Print(con.Table([]ui.Column{
		{Title: "STREAM"}, {Title: "TAKES"}, {Title: "LANGUAGE"}, {Title: "SEGMENTS", Right: true}, {Title: "LENGTH", Right: true}, {Title: "NOTES"}, {Title: "CODECS", Flex: true},
	}, rows))
	showIslands(con, p)
	facts := []string{ui.Clock(p.Duration), ui.Count(len(p.Parts), "segment")}
	if j.Size > 0 {
		facts = append(facts, "about "+ui.Bytes(j.Size))
	}
	fetched := "Nothing of it was fetched."
	if in.Looked > 0 {
		fetched = fmt.Sprintf("Of these, %d were looked at to tell adverts; nothing was kept.", in.Looked)
	}
	what := "The film"
	if p.Live {
		what = "On air now"
	}
	con.Print("\n" + what + ": " + strings.Join(facts, " · ") + ". " + fetched)
	for _, w := range in.Warnings {
		con.Warn("%s", ui.Remote(w))
	}
	return nil
}

func planned(p *plan.Plan, i int) plannedJSON {
	s, o := &p.Streams[i], p.Outline(i)
	j := plannedJSON{
		Stream: s.Name(), URL: s.URL.String(), Takes: "picture and sound", Language: s.Language, Name: s.Title, Default: s.Default,
		Segments: o.Segments, Seconds: o.Duration.Seconds(), Offset: o.Offset.Seconds(), Discontinuities: o.Discontinuities, Gaps: o.Gaps,
		Encryption: o.Encryption, Keys: o.Keys, Mirrors: o.Mirrors,
	}
	if s.Gives != 0 {
		j.Takes = s.Gives.String()
	}
	if v := s.Variant; v != nil {
		j.Width, j.Height, j.Bandwidth, j.Codecs = v.Width, v.Height, v.Bandwidth, v.Codecs
	}
	return j
}

func picture(s *plannedJSON) string {
	if s.Height > 0 {
		return fmt.Sprintf("%s  %dp", s.Takes, s.Height)
	}
	return s.Takes
}

// odd is what is worth a word about a stream.
func odd(s *plannedJSON) string {
	var list []string
	if s.Encryption != "" {
		list = append(list, s.Encryption+", "+ui.Count(s.Keys, "key"))
	}
	if s.Offset > 0 {
		list = append(list, fmt.Sprintf("begins %.1f s in", s.Offset))
	}
	for _, c := range []struct {
		n    int
		what string
	}{{s.Discontinuities, "cut"}, {s.Gaps, "gap"}, {s.Mirrors, "mirror"}} {
		if c.n > 0 {
			list = append(list, ui.Count(c.n, c.what))
		}
	}
	return strings.Join(list, "; ")
}

func islandsOf(list []plan.Island) []islandJSON {
	out := []islandJSON{}
	for _, i := range list {
		out = append(out, islandJSON{i.Start.Seconds(), i.Duration.Seconds(), i.Clips, i.Why})
	}
	return out
}

func showIslands(con *ui.Console, p *plan.Plan) {
	if len(p.Islands) == 0 {
		return
	}
	var rows [][]any
	for _, i := range p.Islands {
		rows = append(rows, []any{ui.Clock(i.Start), ui.Clock(i.Duration), ui.Count(i.Clips, "clip"), ui.Remote(strings.Join(i.Why, "; "))})
	}
	title := "ADVERTS?"
	if p.Skipped {
		title = "LEFT OUT"
	}
	con.Print("\n" + con.Table([]ui.Column{{Title: title, Right: true}, {Title: "LENGTH", Right: true}, {Title: "CLIPS"}, {Title: "WHY", Flex: true}}, rows))
}
