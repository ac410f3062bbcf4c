package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/browser"
	"seine/cmd/internal/ui"
	"seine/scenarios/replay"
)

// grabAll fetches the films of pages, one after the other or several at once. One that fails does not take the others with it; one whose tab
// or browser crashed is tried again.
func grabAll(c *cli.Context, con *ui.Console, job assemble.Job, pages []string) error {
	tabs, err := tabsOf(c, 1)
	if err == nil {
		err = keepable(c)
	}
	if err != nil {
		return err
	}
	known, err := archived(c)
	if err != nil {
		return err
	}
	defer known.Close()
	if pages = known.without(con, pages); len(pages) == 0 {
		return nil
	}
	options, runner, err := prepare(c, con, job, pages)
	if err != nil {
		return err
	}
	keeper := browser.NewKeeper(c.Context, options, replay.SalvageLimit)
	defer func() {
		if e := keeper.Close(); e != nil {
			con.Logger().Debug("closing the browser", "error", e)
		}
	}()
	if _, err := keeper.Browser(); err != nil {
		return err
	}
	consoles := perPage(con, pages, tabs)
	partial := &partialError{all: len(pages)}
	batch := &replay.Batch{Keeper: keeper, Tabs: tabs, Runner: runner, Again: func(page, try int, err error) { tryAgain(consoles[page], pages[page], try, err) }}
	var telling sync.Mutex
	var names titles
	errs := batch.Run(c.Context, len(pages), func(ctx context.Context, r *replay.Runner, i int) error {
		r.Name = func(dir, name string) string { return names.claim(dir, name, bare(pages[i])) }
		film, err := grab(ctx, c, consoles[i], r, pages[i])
		if err == nil {
			err = known.add(pages[i], film)
		}
		if ctx.Err() == nil && (err == nil || !crashed(err)) { // else it is tried again
			telling.Lock()
			defer telling.Unlock()
			partial.add(con, pages[i], err)
		}
		return err
	})
	if c.Err() != nil {
		return errors.Join(errs...)
	}
	for i, err := range errs {
		if err != nil && crashed(err) {
			partial.add(con, pages[i], err)
		}
	}
	return partial.err()
}

// perPage gives each page a console of its own where several are at work at once.
func perPage(con *ui.Console, pages []string, tabs int) []*ui.Console {
	list := make([]*ui.Console, len(pages))
	for i, page := range pages {
		list[i] = con
		if tabs > 1 && len(pages) > 1 {
			list[i] = con.About(shown(page).String(), fmt.Sprintf("[%d] ", i+1))
		}
	}
	return list
}

func tryAgain(con *ui.Console, page string, try int, err error) {
	_ = con.Emit("again", map[string]any{"page": shown(page).String(), "try": try, "error": sentence(err)})
	con.Warn("%s: %s; trying again (%d of 3)", shown(page), ui.Remote(sentence(err)), try)
}

func saveFlag() cli.Flag {
	return &cli.StringFlag{Name: "save", Usage: "keep all that was heard in `FOLDER`, which seine sniff opens again, without secrets (its screenshot is left as it is)", Category: catBrowser}
}

func tabsFlag(usual string) cli.Flag {
	return &cli.IntFlag{Name: "tabs", Usage: "visit `N` pages at once", DefaultText: usual, Category: catBrowser}
}

// tabsOf is how many pages are visited at once.
func tabsOf(c *cli.Context, usual int) (int, error) {
	n := c.Int("tabs")
	switch {
	case !c.IsSet("tabs"):
		return usual, nil
	case n < 1 || n > 32:
		return 0, &usageError{what: fmt.Sprintf("--tabs %d is not between 1 and 32", n)}
	}
	return n, nil
}
