package main

import (
	"fmt"

	"seine/assemble"
	"seine/assemble/manifest"
	"seine/cmd/internal/ui"
)

type variantJSON struct {
	Height    int     `json:"height,omitempty"`
	Width     int     `json:"width,omitempty"`
	Bandwidth int64   `json:"bandwidth,omitempty"`
	FrameRate float64 `json:"frame_rate,omitempty"`
	Codecs    string  `json:"codecs,omitempty"`
	URL       string  `json:"url"`
	Chosen    bool    `json:"chosen"`
}

type soundJSON struct {
	Language string `json:"language,omitempty"`
	Name     string `json:"name,omitempty"`
	Group    string `json:"group"`
	Default  bool   `json:"default"`
	Chosen   bool   `json:"chosen"`
}

// showChoice prints what --quality and --audio can choose from, with the choice marked.
func showChoice(con *ui.Console, in *assemble.Inspection) error {
	if in.Presentation == nil {
		con.Print("One quality only: the address is that of a media playlist.")
		for i := range in.Streams {
			if err := con.Emit("variant", variantJSON{URL: in.Streams[i].URL.String(), Chosen: true}); err != nil {
				return err
			}
		}
		return nil
	}
	var rows [][]any
	for i := range in.Presentation.Variants {
		v := &in.Presentation.Variants[i]
		j := variantJSON{v.Height, v.Width, v.Bandwidth, v.FrameRate, v.Codecs, v.URL.String(), chosenVariant(in, v)}
		if err := con.Emit("variant", j); err != nil {
			return err
		}
		rows = append(rows, []any{mark(j.Chosen), resolution(v), rate(v.Bandwidth), ui.Remote(v.Codecs)})
	}
	con.Print(con.Table([]ui.Column{{Title: ""}, {Title: "PICTURE"}, {Title: "BIT RATE", Right: true}, {Title: "CODECS", Flex: true}}, rows))
	return showSounds(con, in)
}

func showSounds(con *ui.Console, in *assemble.Inspection) error {
	var rows [][]any
	for i := range in.Presentation.Renditions {
		r := &in.Presentation.Renditions[i]
		if r.Type != manifest.Audio {
			continue
		}
		j := soundJSON{r.Language, r.Name, r.Group, r.Default, chosenRendition(in, r)}
		if err := con.Emit("audio", j); err != nil {
			return err
		}
		rows = append(rows, []any{mark(j.Chosen), ui.Remote(r.Language), ui.Remote(r.Group), ui.Remote(r.Name)})
	}
	if len(rows) > 0 {
		con.Print("\n" + con.Table([]ui.Column{{Title: ""}, {Title: "SOUND"}, {Title: "GROUP"}, {Title: "NAME", Flex: true}}, rows))
	}
	return nil
}

func chosenVariant(in *assemble.Inspection, v *manifest.Variant) bool {
	for _, s := range in.Streams {
		if s.Variant != nil && s.Variant.URL.String() == v.URL.String() {
			return true
		}
	}
	return false
}

func chosenRendition(in *assemble.Inspection, r *manifest.Rendition) bool {
	for _, s := range in.Streams {
		if s.Rendition != nil && s.Rendition.URL != nil && r.URL != nil && s.Rendition.URL.String() == r.URL.String() {
			return true
		}
	}
	return false
}

func mark(chosen bool) string {
	if chosen {
		return "→"
	}
	return ""
}

func resolution(v *manifest.Variant) string {
	if v.Height == 0 {
		return "?"
	}
	s := fmt.Sprintf("%dp  %d×%d", v.Height, v.Width, v.Height)
	if v.FrameRate > 0 {
		s += fmt.Sprintf("  %.4g fps", v.FrameRate)
	}
	return s
}

func rate(bps int64) string {
	switch {
	case bps == 0:
		return "?"
	case bps < 1_000_000:
		return fmt.Sprintf("%d kb/s", bps/1000)
	}
	return fmt.Sprintf("%.1f Mb/s", float64(bps)/1e6)
}
