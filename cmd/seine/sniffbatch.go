package main

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"seine/browser"
	"seine/capture/session"
	"seine/scenarios/replay"
)

// largeBatch is from how many pages on a headless shell is worth that some of them may have to be visited again.
const largeBatch = 8

// lightly reports whether pages are visited with a headless shell though nobody asked for one: there are many, one is installed, and nothing
// asks for the whole browser.
func lightly(c *cli.Context, pages int) bool {
	if pages < largeBatch {
		return false
	}
	for _, name := range []string{"shell", "browser", "connect", "profile", "show", "screenshot"} {
		if c.IsSet(name) {
			return false
		}
	}
	_, err := browser.FindShell(c.Context)
	return err == nil
}

// errWhole: a headless shell found nothing on the page, which may need more of a browser than that.
var errWhole = errors.New("a headless shell found nothing")

// needsWhole reports whether a page may give more to the whole browser: it failed, gave nothing, or wanted a person.
func needsWhole(res *replay.Result, err error) bool {
	switch {
	case as[*replay.NavigationError](err):
		return false // whatever asks for it
	case err != nil, res.Capture == nil, res.Capture.Challenge() != "":
		return true
	case res.Status >= 400:
		return false
	}
	for _, s := range res.Streams {
		if !s.Mentioned() {
			return false
		}
	}
	return len(res.Capture.Calls()) == 0
}

// sniffBatch is visits of several pages.
type sniffBatch struct {
	*sniffing
	conf  session.Config
	pages []string
	views []*view
	errs  []error
}

func everyPage(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// needWhole are the pages that a headless shell could do nothing with.
func (b *sniffBatch) needWhole() (list []int) {
	for i, err := range b.errs {
		if errors.Is(err, errWhole) {
			list = append(list, i)
		}
	}
	return list
}

// toWhole tells that a page is to be visited once more.
func (b *sniffBatch) toWhole(page string, err error) {
	_ = b.board.together(func() error {
		_ = b.con.Emit("again", map[string]any{"page": shown(page).String(), "try": 2, "error": err.Error()})
		b.con.Say("%s: %s; it will be visited with the whole browser", shown(page), err)
		return nil
	})
}

// run visits some of the pages with one browser.
func (b *sniffBatch) run(options browser.Options, which []int) error {
	keeper := browser.NewKeeper(b.c.Context, options, replay.SalvageLimit)
	defer func() {
		if e := keeper.Close(); e != nil {
			b.con.Logger().Debug("closing the browser", "error", e)
		}
	}()
	if _, err := keeper.Browser(); err != nil {
		return err
	}
	batch := &replay.Batch{
		Keeper: keeper, Tabs: b.tabs, Runner: replay.Runner{Session: b.conf, Secrets: b.c.Bool("with-secrets"), Version: version(), Log: b.con.Logger()},
		Again: func(n, try int, err error) { b.again(b.pages[which[n]], try, err) },
	}
	errs := batch.Run(b.c.Context, len(which), func(ctx context.Context, r *replay.Runner, n int) error {
		i := which[n]
		if b.views[i] == nil {
			b.views[i] = b.board.open(b.pages[i], b.sniffing)
		}
		err := b.page(ctx, r, b.views[i], len(b.pages))
		if errors.Is(err, errWhole) {
			b.toWhole(b.pages[i], err)
		} else if err == nil || !crashed(err) {
			b.board.close(b.views[i])
		}
		return err
	})
	for n, err := range errs {
		b.errs[which[n]] = err
	}
	return nil
}
