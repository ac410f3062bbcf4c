package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/browser"
	"seine/capture"
	"seine/capture/session"
	"seine/cmd/internal/ui"
	"seine/scenarios"
	"seine/scenarios/replay"
)

func grabCommand() *cli.Command {
	return &cli.Command{
		Name:      "grab",
		Usage:     "fetch the film that a page plays, as an mp4",
		UsageText: "seine grab URL… [-o FILE | -d FOLDER] [flags]\n\nseine grab https://example.com/watch/42\nseine grab https://example.com/watch/42 --quality 720p -o film.mp4\nseine grab https://example.com/watch/42 --list",
		Flags:     slices.Concat(choiceFlags(), subtitleFlags(), outputFlags(), liveFlags(), []cli.Flag{archiveFlag(), fromPlayerFlag(), saveFlag(), tabsFlag("1"), screenshotFlag("write what was seen to `FILE`, as PNG, where no film was found")}, browserFlags(), identityFlags(), emulationFlags(), fetchFlags(), talkFlags()),
		Action: func(c *cli.Context) error {
			con := console(c)
			pages, err := targets(c)
			if err != nil {
				return err
			}
			job, err := jobOf(c, con)
			if err == nil {
				err = playerChooses(c)
			}
			if err != nil {
				return err
			}
			return grabAll(c, con, job, pages)
		},
		OnUsageError: onUsageError,
	}
}

func fromPlayerFlag() cli.Flag {
	return &cli.BoolFlag{
		DisableDefaultText: true, Name: "from-player", Category: catFetch,
		Usage: "take the film from the page's own player, which is played fast to its end: the last resort, where no playlist can be fetched",
	}
}

// playerChooses refuses flags that ask for what is the player's to decide.
func playerChooses(c *cli.Context) error {
	for _, name := range []string{"quality", "audio", "subs", "embed-subs", "skip-ads", "list", "dry-run"} {
		if c.Bool("from-player") && c.IsSet(name) {
			return &usageError{what: fmt.Sprintf("--from-player takes what the page's player plays, of its own choice, and only playing it shows what that is; leave out --%s", name)}
		}
	}
	return nil
}

// withRunner starts the browser and ends it, whatever happens.
func withRunner(c *cli.Context, con *ui.Console, job assemble.Job, pages []string, do func(*replay.Runner) error) error {
	options, runner, err := prepare(c, con, job, pages)
	if err != nil {
		return err
	}
	b, err := browser.Launch(c.Context, options)
	if err != nil {
		return err
	}
	defer func() {
		if e := b.Close(); e != nil {
			con.Logger().Debug("closing the browser", "error", e)
		}
	}()
	runner.Browser = b
	return do(&runner)
}

// prepare reads how to start the browser, and what its visits share.
func prepare(c *cli.Context, con *ui.Console, job assemble.Job, pages []string) (browser.Options, replay.Runner, error) {
	r := replay.Runner{
		Fetch: job, Session: session.Config{AllowPrivate: c.Bool("allow-private")},
		Secrets: c.Bool("with-secrets"), Version: version(), Log: con.Logger(),
	}
	options, err := browserOptions(c, con, pages)
	if err != nil {
		return options, r, err
	}
	if r.Session.Cookies, err = cookiesOf(c, con); err != nil {
		return options, r, err
	}
	if err := setProxy(c, &r.Session); err != nil {
		return options, r, err
	}
	if c.String("connect") == "" {
		con.Say("Starting the browser …")
	}
	return options, r, nil
}

// grab gives the film that a page plays, if it came to one.
func grab(ctx context.Context, c *cli.Context, con *ui.Console, r *replay.Runner, page string) (*assemble.Verdict, error) {
	r.Fetch.Origin = recipeOf(c, "grab", bare(page)).encode()
	if c.Bool("from-player") {
		r.Fetch.Origin = nil // what a player is given cannot be asked for again
	}
	return visit(ctx, c, con, r, page, scenarios.Grab{Output: c.String("output"), Dir: c.String("dir"), List: looksOnly(c), FromPlayer: c.Bool("from-player"), Screenshot: c.String("screenshot")})
}

func visit(ctx context.Context, c *cli.Context, con *ui.Console, r *replay.Runner, page string, step scenarios.Grab) (*assemble.Verdict, error) {
	began := time.Now()
	watcher := &watcher{con: con, casts: broadcastsOf(c.Context), silent: looksOnly(c)}
	defer watcher.end()
	r.Observe = watcher.event
	con.Say("Visiting %s", shown(page))
	flow := scenarios.GrabFlow(bare(page), step, scenarios.Capture{HAR: c.String("har"), Save: c.String("save")})
	res, err := r.Run(ctx, flow)
	watcher.end()
	if looksOnly(c) && res.Inspection != nil {
		return nil, listGrab(con, res, c.Bool("dry-run"), err)
	}
	if res.Film != nil {
		showFilm(con, res.Film, time.Since(began))
		return res.Film, gapsOf(res.Film, err)
	}
	return nil, err
}

func listGrab(con *ui.Console, res *replay.Result, dry bool, err error) error {
	showStreams(con, res.Streams)
	con.Print("")
	show := showChoice
	if dry {
		show = showPlan
	}
	if e := show(con, res.Inspection); e != nil {
		return e
	}
	return err
}

// watcher turns the events of a run into messages and progress.
type watcher struct {
	con      *ui.Console
	silent   bool // the streams are shown elsewhere
	progress *ui.Progress
	player   bool // it is that of a player
	renewing bool
	casts    *broadcasts // that of the process, nil for none
	live     bool        // a broadcast is recorded
	ending   bool
}

func (w *watcher) event(e replay.Event) {
	switch e := e.(type) {
	case replay.StepStarted:
		_ = w.con.Emit("step", map[string]any{"number": e.Number, "type": e.Type})
	case replay.Tried:
		_ = w.con.Emit("tried", e.Attempt)
		w.con.Say("%s", attempted(e.Attempt))
	case replay.Protected:
		_ = w.con.Emit("drm", drmJSON{System: e.System, Used: e.Used})
		w.con.Say("  %s", protection(e.System, e.Used))
	case replay.Found:
		w.found(e.Streams)
	case replay.Playing:
		w.playing(e)
	case replay.Fetching:
		w.fetching(e.Output, e.Progress)
	}
}

// attempted says what was done to make a player start.
func attempted(a replay.Attempt) string {
	text := "  " + a.Did() + ": " + ui.Remote(a.What).Short(60)
	if a.Err != "" {
		text += ", in vain: " + ui.Remote(a.Err).Short(100)
	}
	return text
}

func (w *watcher) found(streams []*capture.Stream) {
	for i, s := range streams {
		_ = w.con.Emit("stream", streamOf(s))
		if i < 5 && !w.silent {
			what := "  found " + describe(s) + "  "
			w.con.Say("%s%s", what, ui.Remote(s.URL).Short(w.con.Room(len([]rune(what)))))
		}
	}
}

func (w *watcher) playing(p replay.Playing) {
	if w.progress == nil {
		w.con.Say("Playing the film, and keeping what the player is given")
		w.progress, w.player = w.con.Progress("player"), true
	}
	w.progress.Set(ui.State{Done: int(p.Played.Seconds()), Total: int(p.Total.Seconds()), Unit: "seconds", Bytes: p.Bytes})
}

func (w *watcher) fetching(output string, p assemble.Progress) {
	if w.player {
		w.end()
		w.player = false
	}
	if p.Parts == 0 && p.Retries == 0 && p.Live == nil && w.progress == nil {
		return // the playlists are still being read: there may be nothing to fetch
	}
	if w.progress == nil {
		verb := "Fetching"
		if p.Live != nil {
			verb = "Recording"
		}
		w.con.Say("%s into %s", verb, ui.Remote(output))
		w.progress = w.con.Progress(output)
	}
	w.recording(p.Live)
	if p.Renewing && !w.renewing {
		w.con.Say("  segments are refused: asking for new addresses")
	}
	w.renewing = p.Renewing
	w.progress.Set(stateOf(p))
}

// recording has the first signal end a broadcast, and says what it does.
func (w *watcher) recording(p *assemble.LiveProgress) {
	if p == nil {
		return
	}
	if !w.live {
		w.live = true
		if w.casts != nil {
			w.casts.began()
		}
		w.con.Say("  Ctrl-C ends the recording and finishes the film")
	}
	if p.Ending && !w.ending {
		w.ending = true
		w.con.Say("  finishing")
	}
}

func (w *watcher) end() {
	if w.live && w.casts != nil {
		w.casts.ended()
		w.live = false
	}
	if w.progress != nil {
		w.progress.End()
		w.progress = nil
	}
}

func stateOf(p assemble.Progress) ui.State {
	if p.Live != nil {
		s := recorded(p.Live)
		s.Bytes, s.Retries, s.Live.Gaps = p.Bytes, p.Retries, p.Missing
		return s
	}
	return ui.State{Done: p.Done, Total: p.Parts, Unit: "segments", Bytes: p.Bytes, Retries: p.Retries}
}
