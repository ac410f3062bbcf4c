package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"seine/browser"
	"seine/scenarios"
)

// ErrStep: a page can do nothing with a step of this kind.
var ErrStep error = lasting("no step for a page")

// Do runs a step that works on the page, and gives the value that it names, if any. Paginate goes on to the next page, or piece, and
// gives whether there is one. A page that has crashed is said by browser.ErrTabCrashed and browser.ErrBrowserGone.
func (p *Page) Do(ctx context.Context, s scenarios.Step) (any, error) {
	if p.stage.Slow > 0 {
		if err := wait(ctx, nil, p.stage.Slow); err != nil {
			return nil, err
		}
	}
	p.matches, p.near = nil, nil
	asks := p.visit.recorder.Progress().Exchanges
	p.soiled = p.soiled || !plain(s)
	value, err := p.living(ctx, func(ctx context.Context) (value any, err error) {
		done, err := p.fresh(ctx, s)
		if err != nil {
			return nil, err
		}
		defer func() { done(err) }()
		if acts(s) {
			p.answers.forget(p.visit.recorder)
		}
		return p.eventful(ctx, s)
	})
	switch {
	case err != nil || !mayNavigate(s):
		p.asks = -1
	case p.asks < 0 || p.visit.recorder.Unanswered(p.asks) == 0: // else what the step before has asked for is on its way, too
		p.asks = asks
	}
	if err == nil {
		p.done.add(s)
		p.tellMatches(s)
	}
	return value, err
}

// eventful runs a step, and waits for what it says it brings about.
func (p *Page) eventful(ctx context.Context, s scenarios.Step) (any, error) {
	files := asserted(s, "download")
	if len(files) == 0 {
		return p.moving(ctx, s)
	}
	kept, stop, err := p.downloads(ctx, files)
	if err != nil {
		return nil, err
	}
	defer stop()
	value, err := p.moving(ctx, s)
	if code := (*NavigationError)(nil); errors.As(err, &code) && code.Code == "net::ERR_ABORTED" {
		err = nil // an address that is a file
	}
	if err != nil {
		return nil, err
	}
	return value, kept(ctx)
}

// moving runs a step, and waits for the navigation that it must bring about, or may.
func (p *Page) moving(ctx context.Context, s scenarios.Step) (any, error) {
	if len(asserted(s, "navigation")) == 0 {
		return p.settled(ctx, s)
	}
	moved, stop, err := p.navigations(ctx, s)
	if err != nil {
		return nil, err
	}
	defer stop()
	value, err := p.step(ctx, s)
	if err != nil {
		return nil, err
	}
	return value, moved(ctx)
}

// settled runs a step, and lets a navigation that it begins come to its document.
func (p *Page) settled(ctx context.Context, s scenarios.Step) (any, error) {
	if !mayNavigate(s) {
		return p.step(ctx, s)
	}
	settle, stop := p.settling(s)
	defer stop()
	value, err := p.step(ctx, s)
	if err == nil {
		settle(ctx)
	}
	return value, err
}

// living runs do while the page lives, and says what became of it.
func (p *Page) living(ctx context.Context, do func(context.Context) (any, error)) (any, error) {
	v := p.visit
	limited, stop := v.whileOpen(ctx)
	defer stop()
	value, err := do(limited)
	if err != nil && ctx.Err() != nil {
		_ = v.runner.Browser.Ping(context.WithoutCancel(ctx)) // what comes of it, the tab will say
	}
	if gone := v.gone(); gone != nil && err != nil && !errors.Is(err, gone) {
		return nil, fmt.Errorf("%w (%w)", gone, err)
	}
	return value, err
}

// acts reports whether a step may make the page ask for something.
func acts(s scenarios.Step) bool {
	switch s.(type) {
	case scenarios.Dialog, scenarios.WaitForElement, scenarios.WaitForExpression, scenarios.WaitForRequest, scenarios.Listen, scenarios.Assert, scenarios.Screenshot, scenarios.PDF, scenarios.Capture, scenarios.Grab:
		return false
	}
	return true
}

// step does what works on elements; the rest is for others.
func (p *Page) step(ctx context.Context, s scenarios.Step) (any, error) {
	switch s := s.(type) {
	case scenarios.Click:
		return nil, p.click(ctx, s)
	case scenarios.DoubleClick:
		return nil, p.doubleClick(ctx, s)
	case scenarios.Hover:
		return nil, p.hover(ctx, s)
	case scenarios.Drag:
		return nil, p.drag(ctx, s)
	case scenarios.Scroll:
		return nil, p.scroll(ctx, s)
	case scenarios.Change:
		return nil, p.change(ctx, s)
	case scenarios.Select:
		return nil, p.selects(ctx, s)
	case scenarios.Upload:
		return nil, p.upload(ctx, s)
	case scenarios.KeyDown:
		return nil, p.keyDown(ctx, s)
	case scenarios.KeyUp:
		return nil, p.keyUp(ctx, s)
	case scenarios.Press:
		return nil, p.press(ctx, s)
	case scenarios.Dialog:
		p.dialog(s)
		return nil, nil
	case scenarios.WaitForElement:
		return nil, p.waitForElement(ctx, s)
	case scenarios.WaitForExpression:
		return nil, p.waitForExpression(ctx, s)
	case scenarios.WaitForRequest:
		return p.waitForRequest(ctx, s)
	case scenarios.Assert:
		return nil, p.assert(ctx, s)
	}
	return p.pageStep(ctx, s)
}

// pageStep does what works on the page as a whole.
func (p *Page) pageStep(ctx context.Context, s scenarios.Step) (any, error) {
	switch s := s.(type) {
	case scenarios.Navigate:
		return nil, p.navigate(ctx, s)
	case scenarios.History:
		return nil, p.history(ctx, s)
	case scenarios.SetViewport:
		return nil, p.setViewport(ctx, s)
	case scenarios.EmulateNetworkConditions:
		return nil, p.slowNetwork(ctx, s)
	case scenarios.Close:
		return nil, p.shut(ctx, s)
	case scenarios.Screenshot:
		return nil, p.picture(ctx, s)
	case scenarios.PDF:
		return nil, p.print(ctx, s)
	case scenarios.Paginate:
		return p.paginate(ctx, s)
	case scenarios.Play, scenarios.Listen, scenarios.Capture:
		ctx, cancel := early(ctx)
		defer cancel()
		placed, err := p.placed(s)
		if err != nil {
			return nil, err
		}
		return nil, p.visit.step(ctx, placed)
	case scenarios.Grab:
		return p.grab(ctx, s)
	case scenarios.CustomStep:
		return nil, fmt.Errorf("%w: %q is a step of another program", ErrStep, s.Name)
	}
	return nil, fmt.Errorf("%w: %s", ErrStep, s.Type())
}

// early ends a little before ctx: for steps that take it for no error that their time is up.
func early(ctx context.Context) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	left := time.Until(end)
	return context.WithDeadlineCause(ctx, end.Add(-min(left/10, time.Second)), errStepTimeout)
}

// session is the page that a target names: the main one, or a popup by its address, which is waited for.
func (p *Page) session(ctx context.Context, target string) (*browser.Session, error) {
	for {
		if s := p.open(target); s != nil {
			return s, p.awake(ctx, s)
		}
		if err := wait(ctx, nil, pace); err != nil {
			return nil, fmt.Errorf("%w %s: %w", errPopup, target, err)
		}
	}
}

func (p *Page) open(target string) *browser.Session {
	main := p.visit.tab.Session()
	if target == "" || target == "main" {
		return main
	}
	if s := p.visit.opened.find(target, main); s != nil {
		return s
	}
	if main.URL() == target {
		return main
	}
	return nil
}

// awake has a page take the keyboard and draw itself though its window is not in front (Emulation.setFocusEmulationEnabled).
func (p *Page) awake(ctx context.Context, s *browser.Session) error {
	if p.focused[s] {
		return nil
	}
	if err := s.Call(ctx, "Emulation.setFocusEmulationEnabled", map[string]any{"enabled": true}, nil); err != nil {
		return err
	}
	p.focused[s] = true
	return nil
}
