package main

import (
	"cmp"
	"fmt"
	"strings"

	"seine/assemble"
	"seine/assemble/manifest"
	"seine/assemble/media"
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
	Mirrors   int     `json:"mirrors,omitempty"`
}

type renditionJSON struct {
	Language string `json:"language,omitempty"`
	Name     string `json:"name,omitempty"`
	Group    string `json:"group"`
	Default  bool   `json:"default"`
	Chosen   bool   `json:"chosen"`

	Channels        string `json:"channels,omitempty"`
	Characteristics string `json:"characteristics,omitempty"`
	Forced          bool   `json:"forced,omitempty"`
	Service         string `json:"service,omitempty"`
	Mirrors         int    `json:"mirrors,omitempty"`
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
		j := variantJSON{v.Height, v.Width, v.Bandwidth, v.FrameRate, v.Codecs, v.URL.String(), chosenVariant(in, v), len(v.Mirrors)}
		if err := con.Emit("variant", j); err != nil {
			return err
		}
		rows = append(rows, []any{mark(j.Chosen), resolution(v), rate(v.Bandwidth), ui.Remote(v.Codecs)})
	}
	con.Print(con.Table([]ui.Column{{Title: ""}, {Title: "PICTURE"}, {Title: "BIT RATE", Right: true}, {Title: "CODECS", Flex: true}}, rows))
	return showRenditions(con, in)
}

// renditionEvents are the names of the events, and what a table calls them.
var renditionEvents = []struct {
	kind         manifest.MediaType
	event, title string
}{
	{manifest.Audio, "audio", "SOUND"},
	{manifest.Subtitles, "subtitles", "SUBTITLES"},
	{manifest.ClosedCaptions, "captions", "CAPTIONS"},
	{manifest.Video, "video", "VIEW"},
}

func showRenditions(con *ui.Console, in *assemble.Inspection) error {
	for _, e := range renditionEvents {
		var rows [][]any
		for i := range in.Presentation.Renditions {
			r := &in.Presentation.Renditions[i]
			if r.Type != e.kind {
				continue
			}
			j := renditionJSON{
				Language: r.Language, Name: r.Name, Group: r.Group, Default: r.Default, Chosen: chosenRendition(in, r), Channels: r.Channels,
				Characteristics: r.Characteristics, Forced: r.Forced, Service: r.Service, Mirrors: len(r.Mirrors),
			}
			if err := con.Emit(e.event, j); err != nil {
				return err
			}
			rows = append(rows, []any{mark(j.Chosen), ui.Remote(r.Language), ui.Remote(r.Group), ui.Remote(about(r)), ui.Remote(r.Name)})
		}
		if len(rows) > 0 {
			con.Print("\n" + con.Table([]ui.Column{{Title: ""}, {Title: e.title}, {Title: "GROUP"}, {Title: "NOTES"}, {Title: "NAME", Flex: true}}, rows))
		}
	}
	return nil
}

// characteristics are those that Apple's HLS documents name, in words.
var characteristics = map[string]string{
	"public.accessibility.describes-video":                 "describes the picture",
	"public.accessibility.describes-music-and-sound":       "describes sounds",
	"public.accessibility.transcribes-spoken-dialog":       "transcribes speech",
	"public.easy-to-read":                                  "easy to read",
	"public.accessibility.enhances-speech-intelligibility": "clearer speech",
	"public.machine-generated":                             "made by a machine",
}

// about is what is stated of a rendition, in short.
func about(r *manifest.Rendition) string {
	var list []string
	if r.Default {
		list = append(list, "default")
	}
	if r.Channels != "" {
		list = append(list, r.Channels+" ch")
	}
	if r.Forced {
		list = append(list, "forced")
	}
	if r.Service != "" {
		list = append(list, r.Service)
	}
	for c := range strings.SplitSeq(r.Characteristics, ",") {
		if c = strings.TrimSpace(c); c != "" {
			list = append(list, cmp.Or(characteristics[c], c))
		}
	}
	return strings.Join(list, ", ")
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
		switch {
		case s.Rendition != nil && s.Rendition.URL != nil && r.URL != nil && s.Rendition.URL.String() == r.URL.String():
			return true
		case s.Variant != nil && r.URL == nil && r.Type == manifest.Audio && s.Variant.Audio == r.Group && s.Gives != media.Video && s.Language == r.Language:
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
