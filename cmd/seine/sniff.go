package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"seine/browser"
	"seine/capture"
	"seine/capture/folder"
	"seine/capture/har"
	"seine/capture/session"
	"seine/cmd/internal/ui"
	"seine/scenarios"
	"seine/scenarios/replay"
)

func sniffCommand() *cli.Command {
	return &cli.Command{
		Name:  "sniff",
		Usage: "show what a page talks to: its media, then its JSON calls",
		UsageText: "seine sniff URL… [flags]\nseine sniff FILE.har | FOLDER [flags]\n\nseine sniff https://example.com/watch/42\nseine sniff https://example.com/watch/42 --until media --json\n" +
			"seine sniff https://example.com/watch/42 --save kept      then, without a browser: seine sniff kept",
		Flags: slices.Concat([]cli.Flag{
			&cli.BoolFlag{DisableDefaultText: true, Name: "all", Aliases: []string{"a"}, Usage: "every request, not only media and JSON", Category: catChoice},
			&cli.StringSliceFlag{Name: "filter", Usage: "only findings that meet `CONDITION`: kind=hls (dash, video, audio, subtitle, media, api, document, script …), host=*.example.com or type=json; a,b for either; repeated, all must be met", Category: catChoice},
			&cli.StringFlag{Name: "until", Usage: "stop listening once there is `WHAT`: media, api, or idle for when the page is at rest", Value: "idle", Category: catChoice},
			&cli.DurationFlag{DefaultText: "0s", Name: "wait", Usage: "go on listening for `TIME`, such as 30s, after the page has come to rest", Category: catChoice},
			&cli.DurationFlag{DefaultText: "none", Name: "max", Usage: "stop listening to a page after `TIME`, and show what was heard by then", Category: catChoice},
			saveFlag(),
			screenshotFlag("write what was seen at the end of the visit to `FILE`, as PNG"),
			tabsFlag("as many as there are processors, at most 4"),
			proxyFlag(),
		}, browserFlags(), identityFlags(), emulationFlags(), talkFlags()),
		Action:       sniffAction,
		OnUsageError: onUsageError,
	}
}

// sniffing is what the command line of sniff says.
type sniffing struct {
	c      *cli.Context
	con    *ui.Console
	every  bool
	filter filter
	flow   scenarios.Sniff
	tabs   int
	light  bool // with a headless shell of our own choice
	board  *board
	take   func(*view, *replay.Result) error // gets what a visit gave in place of being shown; nil: it is shown
}

func sniffAction(c *cli.Context) error {
	s := &sniffing{c: c, con: console(c), every: c.Bool("all")}
	if err := s.parse(); err != nil {
		return err
	}
	kept, pages, err := recordings(c)
	if err != nil {
		return err
	}
	if len(kept) > 0 && s.flow.Capture.Screenshot != "" {
		return &usageError{what: "--screenshot is of a page that is visited: what is kept in a file or folder has no more to show"}
	}
	partial := &partialError{all: len(kept) + len(pages)}
	for _, path := range kept {
		partial.add(s.con, path, s.reopen(path))
	}
	if len(pages) > 0 {
		if err := s.visit(pages, partial); err != nil {
			return err
		}
	}
	return partial.err()
}

func (s *sniffing) parse() error {
	var err error
	if s.filter, err = parseFilter(s.c.StringSlice("filter")); err != nil {
		return err
	}
	s.flow = scenarios.Sniff{Capture: scenarios.Capture{HAR: s.c.String("har"), Save: s.c.String("save"), Screenshot: s.c.String("screenshot")}, Wait: s.c.Duration("wait"), Max: s.c.Duration("max")}
	switch u := s.c.String("until"); u {
	case "idle":
	case "media", "api":
		s.flow.Until = scenarios.Until(u)
	default:
		return &usageError{what: fmt.Sprintf("--until %q is none of media, api and idle", ui.Remote(u)), try: "--until media"}
	}
	for _, name := range []string{"wait", "max"} {
		if d := s.c.Duration(name); d < 0 || d > 24*time.Hour || d == 0 && s.c.IsSet(name) {
			return &usageError{what: fmt.Sprintf("--%s %s is not between a moment and 24 hours", name, d)}
		}
	}
	if s.tabs, err = tabsOf(s.c, min(runtime.GOMAXPROCS(0), 4)); err != nil {
		return err
	}
	return keepable(s.c)
}

// reopen shows what an earlier visit gave.
func (s *sniffing) reopen(path string) error {
	c, closeIt, err := openRecording(path)
	if err != nil {
		return err
	}
	defer func() { _ = closeIt() }()
	secrets := s.c.Bool("with-secrets")
	if s.flow.Capture.HAR != "" {
		if err := har.WriteFile(s.flow.Capture.HAR, c, har.Options{Secrets: secrets, Version: version()}); err != nil {
			return err
		}
	}
	if s.flow.Capture.Save != "" {
		if err := folder.Save(s.flow.Capture.Save, c, folder.Options{Secrets: secrets, Version: version()}); err != nil {
			return err
		}
	}
	b := &board{con: s.con, all: 1}
	return s.show(b.open(c.Page, s), replay.Kept(c))
}

// visit shows what pages give, several at once.
func (s *sniffing) visit(pages []string, partial *partialError) error {
	options, err := browserOptions(s.c, s.con, pages)
	if err != nil {
		return err
	}
	conf := session.Config{}
	if conf.Cookies, err = cookiesOf(s.c, s.con); err != nil {
		return err
	}
	if s.c.String("connect") == "" {
		s.con.Say("Starting the browser …")
	}
	s.board = &board{con: s.con, live: s.con.Live(), all: len(pages)}
	defer s.board.live.End()
	b := &sniffBatch{sniffing: s, conf: conf, pages: pages, views: make([]*view, len(pages)), errs: make([]error, len(pages))}
	if s.light = lightly(s.c, len(pages)); s.light {
		s.con.Say("Visiting %d pages with a headless shell, which takes half as much; --shell=false for the whole browser", len(pages))
		options.Shell = true
	}
	if err := b.run(options, everyPage(len(pages))); err != nil {
		return err
	}
	if more := b.needWhole(); s.light && len(more) > 0 && s.c.Err() == nil {
		s.light, options.Shell = false, false
		if err := b.run(options, more); err != nil {
			return err
		}
	}
	s.board.live.End()
	if s.c.Err() != nil {
		return errors.Join(b.errs...)
	}
	for i, err := range b.errs {
		if v := b.views[i]; err != nil && crashed(err) && v != nil && v.rest != nil {
			err = errors.Join(err, s.show(v, v.rest))
		}
		partial.add(s.con, pages[i], err)
	}
	return nil
}

func crashed(err error) bool {
	return errors.Is(err, browser.ErrTabCrashed) || errors.Is(err, browser.ErrBrowserGone)
}

func (s *sniffing) again(page string, try int, err error) {
	_ = s.board.together(func() error {
		tryAgain(s.con, page, try, err)
		return nil
	})
}

// page makes one visit and prints what it gave. What a crashed page gave is printed when it has been tried for the last time.
func (s *sniffing) page(ctx context.Context, r *replay.Runner, v *view, pages int) error {
	v.again()
	r.Observe = v.event
	if pages == 1 {
		s.con.Say("Visiting %s", shown(v.page))
	}
	res, err := r.Run(ctx, scenarios.SniffFlow(bare(v.page), s.flow))
	if s.light && ctx.Err() == nil && needsWhole(res, err) {
		return errWhole
	}
	if res.Capture == nil || err != nil && !answered(res.Capture) {
		return err
	}
	if err != nil && crashed(err) {
		v.rest = res
		return err
	}
	return errors.Join(s.show(v, res), err)
}

// answered is false where no server said anything.
func answered(c *capture.Capture) bool {
	return slices.ContainsFunc(c.Exchanges, func(e *capture.Exchange) bool { return e.Response != nil && !isData(e) })
}

// show prints what a visit gave.
func (s *sniffing) show(v *view, res *replay.Result) error {
	return v.b.together(func() error {
		if s.take != nil {
			return s.take(v, res)
		}
		if v.b.all == 1 {
			v.b.live.End()
		} else {
			s.con.Print("\n" + shown(v.page).String())
		}
		list := s.filter.streams(res.Streams)
		for _, x := range list {
			v.stream(x, false)
		}
		showStreamsWith(s.con, list, s.c.Bool("with-secrets"))
		if err := v.showCalls(res.Capture); err != nil {
			return err
		}
		if s.flow.Capture.Save != "" {
			s.con.Say("Kept in %s; seine sniff %s shows it again.", ui.Remote(s.flow.Capture.Save), ui.Remote(s.flow.Capture.Save))
		}
		if f := s.flow.Capture.Screenshot; f != "" {
			s.con.Say("What was seen is in %s", ui.Remote(f))
		}
		return showCounts(s.con, res)
	})
}
