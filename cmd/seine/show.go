package main

import (
	"fmt"
	"strings"
	"time"

	"seine/assemble"
	"seine/cmd/internal/ui"
)

// showFilm prints what became of a film: the path first, then what it is.
func showFilm(con *ui.Console, v *assemble.Verdict, took time.Duration) {
	if v.Finished || v.Segments > 0 || len(v.Missing) > 0 {
		_ = con.Emit("film", filmOf(v, took))
	}
	for _, w := range v.Warnings {
		con.Warn("%s", ui.Remote(w))
	}
	for i, g := range v.Missing {
		if i == 0 && !v.Finished {
			continue // the error tells of the first
		}
		if i == 10 {
			con.Warn("missing: %s more; --json lists them all", ui.Count(len(v.Missing)-i, "segment"))
			break
		}
		con.Warn("missing: %s at %s: %s", g.Duration.Round(time.Millisecond), ui.Clock(g.Start), ui.Remote(g.Reason))
	}
	if !v.Finished {
		if v.Segments > 0 && strings.HasSuffix(v.Path, ".part") { // else it is a finished film that could not be repaired
			con.Say("What came (%s) is kept in %s; the same command goes on from there.", ui.Count(v.Segments, "segment"), ui.Remote(v.Path))
		}
		return
	}
	con.Print(ui.Remote(v.Path).String())
	inside := showSubtitles(con, v)
	facts := []string{ui.Bytes(v.Size)}
	if len(v.Tracks) > 0 {
		facts = []string{ui.Clock(v.Duration), ui.Bytes(v.Size)}
	}
	for _, t := range v.Tracks {
		facts = append(facts, describeTrack(t))
	}
	facts = append(facts, inside...)
	con.Say("  %s", con.Good("✓")+" "+strings.Join(facts, " · "))
	what := "segment"
	if len(v.Tracks) == 0 {
		what = "part"
	}
	notes := []string{ui.Count(v.Segments, what) + " in " + seconds(took)}
	if v.Resumed > 0 {
		notes = append(notes, fmt.Sprintf("%d of them from an earlier run", v.Resumed))
	}
	if v.Filled > 0 {
		notes = append(notes, fmt.Sprintf("%d filled in", v.Filled))
	}
	if v.Renewals > 0 {
		notes = append(notes, fmt.Sprintf("addresses renewed %s", times(v.Renewals)))
	}
	if v.Retries > 0 {
		notes = append(notes, ui.Count(v.Retries, "retry"))
	}
	con.Say("    %s", con.Faint(strings.Join(notes, ", ")))
}

// gapsError: a film that was finished without some of its segments, as the user allowed.
type gapsError struct {
	path         string
	missing, all int
}

// gapsOf is the error of a film with gaps that is finished nevertheless, err of any other.
func gapsOf(v *assemble.Verdict, err error) error {
	if err != nil || !v.Finished || len(v.Missing) == 0 {
		return err
	}
	return &gapsError{v.Path, len(v.Missing), v.Segments + len(v.Missing)}
}

func (e *gapsError) Error() string {
	return fmt.Sprintf("the film lacks %d of its %s; `seine repair %s` fills the gaps once they can be had", e.missing, ui.Count(e.all, "segment"), ui.Remote(e.path))
}

func (e *gapsError) Unwrap() error { return assemble.ErrIncomplete }

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func seconds(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return ui.Clock(d)
}

func describeTrack(t assemble.Track) string {
	var parts []string
	if t.Kind == "video" {
		parts = append(parts, fmt.Sprintf("%d×%d", t.Width, t.Height))
	} else {
		parts = append(parts, fmt.Sprintf("%d Hz, %s", t.SampleRate, channels(t.Channels)))
	}
	if t.Language != "" {
		parts = append(parts, ui.Remote(t.Language).String())
	}
	return t.Kind + " " + t.Codec + " " + strings.Join(parts, " ")
}

func channels(n int) string {
	switch n {
	case 1:
		return "mono"
	case 2:
		return "stereo"
	}
	return fmt.Sprintf("%d channels", n)
}

type filmJSON struct {
	Path      string          `json:"path"`
	Finished  bool            `json:"finished"`
	Live      bool            `json:"live,omitempty"`
	Size      int64           `json:"size"`
	Seconds   float64         `json:"duration_seconds"`
	Planned   float64         `json:"planned_seconds"`
	Tracks    []trackJSON     `json:"tracks"`
	Subtitles []subtitlesJSON `json:"subtitles"`
	Segments  int             `json:"segments"`
	Resumed   int             `json:"resumed"`
	Filled    int             `json:"filled"`
	Renewals  int             `json:"renewals"`
	Retries   int             `json:"retries"`
	Received  int64           `json:"received_bytes"`
	Took      float64         `json:"took_seconds"`
	Missing   []gapJSON       `json:"missing"`
	Islands   []islandJSON    `json:"islands"`
	Skipped   bool            `json:"islands_skipped"`
	Warnings  []string        `json:"warnings"`
}

type trackJSON struct {
	Kind       string  `json:"kind"`
	Codec      string  `json:"codec"`
	Language   string  `json:"language,omitempty"`
	Name       string  `json:"name,omitempty"`
	Default    bool    `json:"default"`
	Start      float64 `json:"start_seconds"`
	Seconds    float64 `json:"duration_seconds"`
	Planned    float64 `json:"planned_seconds"`
	Samples    int     `json:"samples"`
	Segments   int     `json:"segments"`
	Expected   int     `json:"segments_planned"`
	Width      int     `json:"width,omitempty"`
	Height     int     `json:"height,omitempty"`
	SampleRate int     `json:"sample_rate,omitempty"`
	Channels   int     `json:"channels,omitempty"`

	Holes []holeJSON `json:"holes"` // without samples, whatever the reason
}

type holeJSON struct {
	Start   float64 `json:"start_seconds"`
	Seconds float64 `json:"duration_seconds"`
}

type gapJSON struct {
	Stream   string  `json:"stream"`
	Sequence uint64  `json:"sequence"`
	Start    float64 `json:"start_seconds"`
	Seconds  float64 `json:"duration_seconds"`
	Reason   string  `json:"reason"`
}

func filmOf(v *assemble.Verdict, took time.Duration) filmJSON {
	f := filmJSON{
		Path: v.Path, Finished: v.Finished, Live: v.Live, Size: v.Size, Seconds: v.Duration.Seconds(), Planned: v.Planned.Seconds(), Segments: v.Segments,
		Resumed: v.Resumed, Filled: v.Filled, Renewals: v.Renewals, Retries: v.Retries, Received: v.Bytes, Took: took.Seconds(), Tracks: []trackJSON{}, Subtitles: subtitlesOf(v.Subtitles), Missing: []gapJSON{},
		Islands: islandsOf(v.Islands), Skipped: v.Skipped, Warnings: append([]string{}, v.Warnings...),
	}
	for i := range v.Tracks {
		f.Tracks = append(f.Tracks, trackOf(&v.Tracks[i]))
	}
	for i, g := range v.Missing {
		if i == 0 && !v.Finished {
			continue // the error tells of the first
		}
		f.Missing = append(f.Missing, gapJSON{g.Stream, g.Sequence, g.Start.Seconds(), g.Duration.Seconds(), g.Reason})
	}
	return f
}

func trackOf(t *assemble.Track) trackJSON {
	j := trackJSON{
		Kind: t.Kind, Codec: t.Codec, Language: t.Language, Name: t.Name, Default: t.Default, Start: t.Start.Seconds(), Seconds: t.Duration.Seconds(), Planned: t.Planned.Seconds(),
		Samples: t.Samples, Segments: t.Segments, Expected: t.SegmentsPlanned, Width: t.Width, Height: t.Height,
		SampleRate: t.SampleRate, Channels: t.Channels, Holes: []holeJSON{},
	}
	for _, h := range t.Holes {
		j.Holes = append(j.Holes, holeJSON{h.Start.Seconds(), h.Duration.Seconds()})
	}
	return j
}
