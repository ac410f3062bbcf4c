package replay

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"

	"seine/browser"
	"seine/scenarios"
)

// clicks of an element: what click and doubleClick share.
type clicks struct {
	at             scenarios.Place
	selectors      []scenarios.Selector
	x, y           *float64
	button, device string
	held           time.Duration
	times          int
}

func (p *Page) click(ctx context.Context, s scenarios.Click) error {
	return p.presses(ctx, clicks{s.Place, s.Selectors, s.OffsetX, s.OffsetY, s.Button, s.DeviceType, s.Duration, 1})
}

func (p *Page) doubleClick(ctx context.Context, s scenarios.DoubleClick) error {
	return p.presses(ctx, clicks{s.Place, s.Selectors, s.OffsetX, s.OffsetY, s.Button, s.DeviceType, s.Duration, 2})
}

func (p *Page) hover(ctx context.Context, s scenarios.Hover) error {
	aim, err := p.ready(ctx, s.Place, s.Selectors, wants{Seen: true, Hit: true})
	if err != nil {
		return err
	}
	return p.move(ctx, aim.page, aim.at, 0)
}

// buttons are Recorder's names, Chrome's, and the bit of Buttons.
var buttons = map[string]struct {
	button input.MouseButton
	bit    int64
}{
	"": {input.MouseButtonLeft, 1}, "primary": {input.MouseButtonLeft, 1}, "secondary": {input.MouseButtonRight, 2},
	"auxiliary": {input.MouseButtonMiddle, 4}, "back": {input.MouseButtonBack, 8}, "forward": {input.MouseButtonForward, 16},
}

// presses clicks an element. Where the element is not what was hit in the end, nothing was clicked, and it is tried again.
func (p *Page) presses(ctx context.Context, c clicks) error {
	w := pressable
	w.Offset = offsetOf(c.x, c.y)
	return waiting(ctx, writtenOut(c.selectors), func(ctx context.Context) (string, error) {
		s, err := p.ready(ctx, c.at, c.selectors, w)
		if err != nil {
			return "", err
		}
		return p.pressOn(ctx, s, c)
	})
}

// pressOn clicks, and says what took the click in place of the element.
func (p *Page) pressOn(ctx context.Context, s aim, c clicks) (missing string, err error) {
	if _, err := s.frame.run(ctx, kit+".guard()", false); err != nil {
		return "", err
	}
	if err := p.dispatch(ctx, s, c); err != nil {
		return "", err
	}
	verdict, err := tell[string](ctx, s.frame, "release()")
	if err == nil && strings.HasPrefix(verdict, "covered") {
		return "it is " + verdict, nil
	}
	return "", nil // a document that went away was clicked
}

func (p *Page) dispatch(ctx context.Context, s aim, c clicks) error {
	if c.device == "touch" {
		return p.tap(ctx, s, c)
	}
	if err := p.move(ctx, s.page, s.at, 0); err != nil {
		return err
	}
	b := buttons[c.button]
	var answers []<-chan *cdproto.Message
	for n := range c.times {
		e := input.DispatchMouseEventParams{
			Type: input.DispatchMouseEventTypeMousePressed, X: s.at.x, Y: s.at.y, Button: b.button, Buttons: b.bit, ClickCount: int64(n + 1), Modifiers: p.keys.modifiers,
		}
		if c.device == "pen" {
			e.PointerType = input.DispatchMouseEventPointerTypePen
		}
		pressed, err := s.page.Send(ctx, input.CommandDispatchMouseEvent, e)
		if err != nil {
			return fmt.Errorf("pressing the button: %w", err)
		}
		if c.held > 0 {
			if err := wait(ctx, nil, c.held); err != nil {
				return err
			}
		}
		// What is not to be held is let go in one breath: an element that moves must have no time to slip away in between.
		e.Type, e.Buttons = input.DispatchMouseEventTypeMouseReleased, 0
		released, err := s.page.Send(ctx, input.CommandDispatchMouseEvent, e)
		if err != nil {
			return fmt.Errorf("letting the button go: %w", err)
		}
		answers = append(answers, pressed, released)
	}
	for _, answer := range answers {
		if err := answered(ctx, s.page, answer); err != nil {
			return fmt.Errorf("pressing the button: %w", err)
		}
	}
	return nil
}

// send waits for the answer, but for no longer than the page lives: a click may close it.
func send(ctx context.Context, s *browser.Session, method string, params any) error {
	answer, err := s.Send(ctx, method, params)
	if err != nil {
		return err
	}
	return answered(ctx, s, answer)
}

func answered(ctx context.Context, s *browser.Session, answer <-chan *cdproto.Message) error {
	select {
	case m := <-answer:
		if m.Error != nil {
			return m.Error
		}
	case <-s.Done():
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// tap is a click by a finger.
func (p *Page) tap(ctx context.Context, s aim, c clicks) error {
	for range c.times {
		touch := map[string]any{"type": "touchStart", "touchPoints": []any{map[string]any{"x": s.at.x, "y": s.at.y}}, "modifiers": p.keys.modifiers}
		if err := send(ctx, s.page, input.CommandDispatchTouchEvent, touch); err != nil {
			return fmt.Errorf("touching: %w", err)
		}
		if c.held > 0 {
			if err := wait(ctx, nil, c.held); err != nil {
				return err
			}
		}
		if err := send(ctx, s.page, input.CommandDispatchTouchEvent, map[string]any{"type": "touchEnd", "touchPoints": []any{}}); err != nil {
			return fmt.Errorf("touching: %w", err)
		}
	}
	return nil
}

// move moves the pointer, with these buttons held.
func (p *Page) move(ctx context.Context, s *browser.Session, to point, held int64) error {
	e := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: to.x, Y: to.y, Buttons: held, Modifiers: p.keys.modifiers}
	if held != 0 {
		e.Button = input.MouseButtonLeft
	}
	if _, err := cdp.Call(ctx, cdp.Session(s), input.DispatchMouseEvent, e); err != nil {
		return fmt.Errorf("moving the pointer: %w", err)
	}
	p.at = to
	return nil
}
