package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"seine/browser"
	"seine/capture/session"
	"seine/cmd/internal/ui"
	"seine/scenarios"
	"seine/scenarios/engine"
	"seine/scenarios/program"
	"seine/scenarios/record"
	"seine/scenarios/replay"
)

// record lasts until the person ends it.
func (t *taping) record(rec *record.Recording, options browser.Options) error {
	// The browser outlives a signal for as long as the last step is written.
	life, end := context.WithCancel(context.WithoutCancel(t.c.Context))
	defer end()
	keeper := browser.NewKeeper(life, options, replay.SalvageLimit)
	defer func() {
		if err := keeper.Close(); err != nil {
			t.con.Logger().Debug("closing the browser", "error", err)
		}
	}()
	ear, err := t.observer(rec)
	if err != nil {
		return err
	}
	if t.screen != nil {
		defer func() { _ = t.screen.Close() }()
	}
	t.con.Say("Starting the browser …")
	b, err := keeper.Browser()
	if err != nil {
		return err
	}
	tab, done, err := t.open(keeper, ear)
	if err != nil {
		return err
	}
	defer done()
	if err := rec.Begin(t.c.Context, tab); err != nil {
		return err
	}
	t.invite()
	return t.tape(rec, tab, b)
}

// tape writes until the tab is closed or the person says so here.
func (t *taping) tape(rec *record.Recording, tab *browser.Tab, b *browser.Browser) error {
	ctx, stop := context.WithCancel(t.c.Context)
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	defer context.AfterFunc(tab.Life(), stop)()
	work.Go(func() { t.untilStopped(ctx, stop) })
	if !t.c.Bool("no-toolbar") {
		work.Go(func() { rec.ServeToolbar(ctx, t.toolbar(stop)) })
	}
	f := record.NewFile(t.output)
	t.keep.Saved = t.saved
	err := rec.Keep(ctx, f, t.keep)
	t.last(rec)
	rec.Verify(context.WithoutCancel(t.c.Context), tab)
	err = errors.Join(err, rec.Save(f, t.keep))
	if gone := t.gone(tab, b); gone != nil {
		return errors.Join(fmt.Errorf("%w; what was recorded until then is in %s", gone, ui.Remote(t.output)), err)
	}
	return err
}

// saved says that the file cannot be written, as soon as that is so, and that it can again.
func (t *taping) saved(err error) {
	if err != nil && !t.unsaved {
		t.con.Warn("%v; it goes on, and is tried again with each step", err)
	} else if err == nil && t.unsaved {
		t.con.Say("%s is written again", ui.Remote(t.output))
	}
	t.unsaved = err != nil
}

// toolbar is what the one in the pages has. Beside a remote screen it has what that has not.
func (t *taping) toolbar(stop func()) record.ToolbarOptions {
	return record.ToolbarOptions{Stop: stop, Bare: t.screen != nil, Taken: t.keep.Before.Flow}
}

// gone is nil where the person closed the tab, its window or the browser.
func (t *taping) gone(tab *browser.Tab, b *browser.Browser) error {
	err := record.Ended(tab)
	if !errors.Is(err, browser.ErrBrowserGone) {
		return err
	}
	<-b.Done() // how it ended is known in a moment
	if err = b.Err(); errors.Is(err, browser.ErrQuit) {
		return nil
	}
	return err
}

// open opens the tab that is recorded. Where there is a file to go on with, that is played in it first.
func (t *taping) open(keeper *browser.Keeper, ear browser.Observer) (*browser.Tab, func(), error) {
	cookies, err := cookiesOf(t.c, t.con)
	if err != nil {
		return nil, nil, err
	}
	st := &lastingStage{Stage: &replay.Stage{
		Keeper: keeper, UploadRoot: t.c.String("upload-root"), Profile: t.c.IsSet("profile"),
		Runner: replay.Runner{Session: session.Config{}, Version: version(), Log: t.con.Logger(), Also: ear},
	}}
	if t.keep.Before.Data != nil {
		err = t.again(st, cookies)
	} else {
		_, err = st.Open(t.c.Context, ".", cookies, nil)
	}
	if err != nil {
		st.close()
		return nil, nil, err
	}
	return st.page.Tab(), st.close, nil
}

// again plays the file in a tab that stays.
func (t *taping) again(st *lastingStage, cookies []session.Cookie) error {
	p, err := loadScenario(t.c, t.con, t.c.String("append"))
	if err != nil {
		return err
	}
	o := engine.Options{Given: t.given, Dir: ".", Stage: engine.StageOf[*lastingPage](st), AllowJS: t.c.Bool("allow-js"), Fresh: true, Tabs: 1, Session: session.Config{Cookies: cookies}}
	report, err := engine.Run(t.c.Context, p, o)
	switch {
	case err != nil:
		return err
	case len(report.Failed) > 0:
		return report.Failed[0].Err
	case st.page == nil:
		return &usageError{what: fmt.Sprintf("%s opens no page that could be gone on with", ui.Remote(t.c.String("append")))}
	}
	t.con.Say("Played %s", ui.Remote(t.c.String("append")))
	return nil
}

// lastingStage opens pages that stay open when their run has ended.
type lastingStage struct {
	*replay.Stage
	page *lastingPage
}

type lastingPage struct{ *replay.Page }

// Close leaves the page to who goes on with it.
func (*lastingPage) Close() error { return nil }

// Open is that of replay.Stage.
func (s *lastingStage) Open(ctx context.Context, dir string, cookies []session.Cookie, storage []session.Storage) (*lastingPage, error) {
	p, err := s.Stage.Open(ctx, dir, cookies, storage)
	if err != nil {
		return nil, err
	}
	s.close()
	s.page = &lastingPage{p}
	return s.page, nil
}

func (s *lastingStage) close() {
	if s.page != nil {
		_ = s.page.Page.Close()
	}
}

// replay plays what was recorded, if it is wanted, and tells what came of it.
func (t *taping) replay() error {
	if !t.asked() {
		return nil
	}
	t.outlast()
	p, err := loadScenario(t.c, t.con, t.output)
	if err != nil {
		return err
	}
	if lacks := t.lacks(p.Flow.Inputs); len(lacks) > 0 {
		t.con.Say("It needs %s, which the file does not hold: seine run %s %s=…", strings.Join(lacks, ", "), ui.Remote(t.output), strings.Join(lacks, "=… "))
		return nil
	}
	dir, err := os.MkdirTemp("", "seine-check-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	o, err := engineOptions(t.c, t.con)
	if err != nil {
		return err
	}
	o.Given, o.Dir, o.Fresh, o.AllowJS, o.Tabs = t.given, dir, true, t.c.Bool("allow-js"), 1
	return t.check(p, o)
}

func (t *taping) check(p *program.Program, o engine.Options) error {
	report, stale, err := runProgram(t.c, t.con, p, o)
	if err == nil && len(report.Failed) > 0 {
		err = report.Failed[0].Err
	}
	if err != nil {
		return fmt.Errorf("played once, it does not hold: %w", err)
	}
	t.con.Print(t.con.Status("ok") + fmt.Sprintf(" played once: %s", ui.Count(len(p.Flow.Steps), "step")))
	if len(stale) > 0 {
		t.con.Say("Of %s the first selector did not hold and another one did: seine run %s --heal puts that first", ui.Count(len(stale), "step"), ui.Remote(t.output))
	}
	return nil
}

// lacks are the inputs that have no value.
func (t *taping) lacks(inputs []scenarios.Input) []string {
	need := map[string]bool{}
	for _, in := range inputs {
		if _, ok := t.given[in.Name]; in.Required && !ok {
			need[in.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(need))
}
