package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"seine/capture"
	"seine/capture/media"
	"seine/cmd/internal/ui"
)

type streamJSON struct {
	Kind       media.Kind    `json:"kind"`
	Container  string        `json:"container,omitempty"`
	URL        string        `json:"url"`
	Role       capture.Role  `json:"role,omitempty"`
	Heights    []int         `json:"heights,omitempty"`
	Variants   []variantFact `json:"variants,omitempty"`
	Codecs     []string      `json:"codecs,omitempty"`
	Seconds    float64       `json:"duration_seconds,omitempty"`
	Live       bool          `json:"live"`
	Event      bool          `json:"event,omitempty"`
	LowLatency bool          `json:"low_latency,omitempty"`
	Encrypted  bool          `json:"encrypted"`
	DRM        string        `json:"drm,omitempty"`
	KID        string        `json:"kid,omitempty"`
	Audio      []string      `json:"audio,omitempty"`
	Subtitles  []string      `json:"subtitles,omitempty"`
	Thumbnails bool          `json:"thumbnails,omitempty"`
	Size       int64         `json:"size,omitempty"`
	Estimated  bool          `json:"size_estimated,omitempty"`
	Playing    bool          `json:"playing"`
	Requests   int           `json:"requests"`
	Method     string        `json:"method,omitempty"` // if it is not GET
	Inside     string        `json:"inside,omitempty"`
	Frame      string        `json:"frame,omitempty"`
	Element    string        `json:"element,omitempty"`
	ScriptKeys []string      `json:"script_keys,omitempty"` // addresses of keys that a script made; the keys themselves are secrets
	Evidence   string        `json:"evidence"`
	Command    string        `json:"command,omitempty"`
	Withheld   string        `json:"command_lacks,omitempty"` // headers that may be secrets
}

type variantFact struct {
	URL       string `json:"url,omitempty"`
	Bandwidth int64  `json:"bandwidth,omitempty"`
	Width     int    `json:"width,omitempty"`
	Height    int    `json:"height,omitempty"`
	Codecs    string `json:"codecs,omitempty"`
}

func streamOf(s *capture.Stream) streamJSON {
	j := streamJSON{
		Kind: s.Kind, Container: s.Container, URL: s.URL, Role: s.Role, Heights: heights(s), Codecs: s.Codecs, Seconds: s.Duration.Seconds(), Live: s.Live,
		Event: s.Event, LowLatency: s.LowLatency, Encrypted: s.Encrypted, DRM: s.DRM, KID: s.KID, Audio: s.Audio, Subtitles: s.Subtitles, Thumbnails: s.Thumbnails,
		Size: s.Size, Estimated: s.Estimated, Requests: s.Requests, Inside: s.Inside, Evidence: string(s.Evidence), Command: commandFor(s, false),
	}
	if strings.HasPrefix(j.Command, "seine get ") {
		j.Withheld = withheld(s, false)
	}
	if m := s.Exchange.Request.Method; m != "GET" {
		j.Method = m
	}
	for _, v := range s.Variants {
		j.Variants = append(j.Variants, variantFact{v.URL, v.Bandwidth, v.Width, v.Height, v.Codecs})
	}
	for _, k := range s.Keys {
		j.ScriptKeys = append(j.ScriptKeys, k.URL)
	}
	if p := s.Player; p != nil {
		j.Playing, j.Frame, j.Element = p.Playing, p.Frame, p.Element
	}
	return j
}

func heights(s *capture.Stream) []int {
	var list []int
	for _, v := range s.Variants {
		if v.Height > 0 {
			list = append(list, v.Height)
		}
	}
	slices.SortFunc(list, func(a, b int) int { return cmp.Compare(b, a) })
	return slices.Compact(list)
}

func kindName(s *capture.Stream) string {
	switch {
	case s.Kind == media.Smooth:
		return "Smooth"
	case s.Container != "":
		return string(s.Kind) + " (" + ui.Remote(s.Container).Short(16) + ")"
	case s.Kind == media.Video, s.Kind == media.Audio, s.Kind == media.Subtitles, s.Kind == media.Thumbnails:
		return string(s.Kind)
	}
	return strings.ToUpper(string(s.Kind))
}

// resolutions lists all heights, of many the ends.
func resolutions(s *capture.Stream) string {
	list := heights(s)
	if len(list) == 0 && s.Height() > 0 {
		list = []int{s.Height()}
	}
	if len(list) == 0 {
		return ""
	}
	if len(list) > 4 {
		return fmt.Sprintf("%dp…%dp", list[0], list[len(list)-1])
	}
	text := fmt.Sprintf("%dp", list[0])
	for _, h := range list[1:] {
		text += fmt.Sprintf("/%dp", h)
	}
	return text
}

// describe says in a few words what a stream is.
func describe(s *capture.Stream) string {
	parts := []string{kindName(s)}
	if r := resolutions(s); r != "" {
		parts = append(parts, r)
	}
	if d := length(s); d != "" {
		parts = append(parts, d)
	}
	if s.Encrypted {
		parts = append(parts, "AES-128")
	}
	if s.DRM != "" {
		parts = append(parts, "protected by "+ui.Remote(s.DRM).Short(40))
	}
	if s.Player != nil && s.Player.Playing {
		parts = append(parts, "plays")
	}
	if role := roleName(s); role != "" {
		parts = append(parts, role)
	}
	return strings.Join(parts, " ")
}

func length(s *capture.Stream) string {
	switch {
	case s.Live:
		return "live"
	case s.Duration > 0:
		return ui.Clock(s.Duration)
	}
	return ""
}

// roleName is empty for what a page is there for.
func roleName(s *capture.Stream) string {
	switch {
	case s.Mentioned():
		return "only mentioned"
	case s.Role == capture.RoleMain:
		return ""
	}
	return string(s.Role)
}

// notes are all that is worth knowing besides: what a person decides by comes first.
func notes(s *capture.Stream) string {
	var list []string
	add := func(when bool, text string) {
		if when {
			list = append(list, text)
		}
	}
	add(s.Player != nil && s.Player.Playing, "plays")
	add(roleName(s) != "", roleName(s))
	add(s.DRM != "", "protected by "+ui.Remote(s.DRM).Short(40))
	add(s.Encrypted, "AES-128")
	add(len(s.Keys) > 0, "key from a script")
	add(s.Event, "from its start")
	add(s.LowLatency, "low latency")
	add(len(s.Audio) > 1, "audio "+names(s.Audio))
	add(len(s.Subtitles) > 0, "subs "+names(s.Subtitles))
	add(s.Thumbnails, "thumbnails")
	add(s.Exchange.Request.Method != "GET", "by "+ui.Remote(s.Exchange.Request.Method).Short(8))
	add(s.Inside != "", "in "+s.Inside)
	add(fed(s) && s.DRM == "", "no manifest: --from-player")
	return strings.Join(list, ", ")
}

// fed is true for what only its player has as a whole.
func fed(s *capture.Stream) bool {
	return s.Kind == media.MSE || s.Kind == media.Segment && s.Player != nil && s.Player.Playing
}

func names(list []string) string {
	const most = 4
	var short []string
	for _, n := range list[:min(len(list), most)] {
		short = append(short, ui.Remote(n).Short(12))
	}
	text := strings.Join(short, ",")
	if len(list) > most {
		text += fmt.Sprintf(" +%d", len(list)-most)
	}
	return text
}

// codecNames are those that people use, by the first part of RFC 6381's.
var codecNames = map[string]string{
	"avc1": "H.264", "avc3": "H.264", "hvc1": "H.265", "hev1": "H.265", "dvh1": "Dolby Vision", "dvhe": "Dolby Vision", "av01": "AV1", "vp09": "VP9", "vp9": "VP9",
	"vp8": "VP8", "mp4a": "AAC", "opus": "Opus", "Opus": "Opus", "vorbis": "Vorbis", "ac-3": "AC-3", "ec-3": "E-AC-3", "flac": "FLAC", "fLaC": "FLAC", "mp3": "MP3",
	"stpp": "TTML", "wvtt": "WebVTT", "pcm": "PCM", "theora": "Theora",
}

func codecList(s *capture.Stream) string {
	var list []string
	for _, c := range s.Codecs {
		first, _, _ := strings.Cut(c, ".")
		name := cmp.Or(codecNames[first], ui.Remote(first).Short(8))
		if c == "mp4a.40.34" || c == "mp4a.6b" || c == "mp4a.69" {
			name = "MP3"
		}
		if !slices.Contains(list, name) && len(list) < 4 {
			list = append(list, name)
		}
	}
	return strings.Join(list, " ")
}

func sizeText(s *capture.Stream) string {
	switch {
	case s.Size == 0:
		return ""
	case s.Estimated:
		return "~" + ui.Bytes(s.Size)
	}
	return ui.Bytes(s.Size)
}

// Columns below which the table does without.
const (
	roomForCodecs = 110
	roomForSize   = 90
	mostMentioned = 5
)

func showStreams(con *ui.Console, streams []*capture.Stream) { showStreamsWith(con, streams, false) }

// showStreamsWith prints the table of what was found, and how to fetch the films; with secrets, the cookies too that they were asked with.
func showStreamsWith(con *ui.Console, streams []*capture.Stream, secrets bool) {
	if len(streams) == 0 {
		return
	}
	wide := con.Width()
	columns := []ui.Column{{Title: "MEDIA"}, {Title: "RESOLUTION"}, {Title: "CODECS"}, {Title: "DURATION", Right: true}, {Title: "SIZE", Right: true}, {Title: "NOTES"}, {Title: "URL", Flex: true}}
	leave := []bool{false, false, wide < roomForCodecs, false, wide < roomForSize, false, false}
	var rows [][]any
	mentioned := 0
	for _, s := range streams {
		if s.Mentioned() {
			if mentioned++; mentioned > mostMentioned {
				continue
			}
		}
		rows = append(rows, without(leave, []any{kindName(s), resolutions(s), codecList(s), length(s), sizeText(s), notes(s), ui.Remote(s.URL)}))
	}
	con.Print(con.Table(without(leave, columns), rows))
	if mentioned > mostMentioned {
		con.Say("%s that nothing asked for; --json lists them all.", ui.Count(mentioned-mostMentioned, "more address"))
	}
	showCommands(con, streams, secrets)
}

func without[T any](leave []bool, list []T) []T {
	var out []T
	for i, v := range list {
		if !leave[i] {
			out = append(out, v)
		}
	}
	return out
}
