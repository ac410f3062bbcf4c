package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/input"

	"seine/browser"
	"seine/scenarios"
)

const (
	dragSteps = 10                     // moves of the pointer on its way
	dragBegin = 300 * time.Millisecond // for a page to make a drag and drop of it
)

// drag takes an element and lets it go elsewhere. Where the page makes an HTML drag and drop of it, its data go along: the browser's own
// handling is intercepted, for it would wait for a real pointer.
func (p *Page) drag(ctx context.Context, s scenarios.Drag) error {
	from, to, err := p.dragWay(ctx, s)
	if err != nil {
		return err
	}
	if err := from.page.Call(ctx, "Input.setInterceptDrags", map[string]any{"enabled": true}, nil); err != nil {
		return err
	}
	defer func() {
		_ = from.page.Call(context.WithoutCancel(ctx), "Input.setInterceptDrags", map[string]any{"enabled": false}, nil)
	}()
	intercepted, stop := from.page.Subscribe("Input.dragIntercepted")
	defer stop()
	if _, err := from.frame.run(ctx, kit+".watchDrag()", false); err != nil {
		return err
	}
	if err := p.move(ctx, from.page, from.at, 0); err != nil {
		return err
	}
	if err := p.leftButton(ctx, from.page, from.at, input.DispatchMouseEventTypeMousePressed); err != nil {
		return err
	}
	data, err := p.pull(ctx, from, to, intercepted)
	if err != nil {
		return errors.Join(err, p.leftButton(context.WithoutCancel(ctx), from.page, p.at, input.DispatchMouseEventTypeMouseReleased))
	}
	if data != nil {
		return p.drop(ctx, from.page, to, data)
	}
	return p.leftButton(ctx, from.page, to, input.DispatchMouseEventTypeMouseReleased)
}

// dragWay finds both ends, as they are when both are in sight.
func (p *Page) dragWay(ctx context.Context, s scenarios.Drag) (from aim, to point, err error) {
	if s.To != nil {
		w := wants{Seen: true, Offset: offsetOf(s.X, s.Y)}
		if _, err = p.ready(ctx, s.Place, s.To, w); err != nil {
			return from, to, err
		}
	}
	if from, err = p.ready(ctx, s.Place, s.Selectors, pressable); err != nil {
		return from, to, err
	}
	if s.To == nil {
		return from, point{from.at.x + orZero(s.X), from.at.y + orZero(s.Y)}, nil
	}
	// To come to the first may have scrolled the second one.
	scrolled, err := p.whereNow(ctx, s)
	return from, scrolled, err
}

// whereNow is the drag's end without scrolling to it.
func (p *Page) whereNow(ctx context.Context, s scenarios.Drag) (point, error) {
	f, err := p.document(ctx, s.Place)
	if err != nil {
		return point{}, err
	}
	if n, _, err := p.first(ctx, f, s.To); err != nil || n == 0 {
		return point{}, errors.Join(fmt.Errorf("%s: %w: it is no longer there", writtenOut(s.To), ErrElement), err)
	}
	where, err := tell[struct{ X, Y float64 }](ctx, f, fmt.Sprintf("where(%s)", literal(offsetOf(s.X, s.Y))))
	if err != nil {
		return point{}, err
	}
	_, to, err := inPage(ctx, f, point{where.X, where.Y})
	return to, err
}

func offsetOf(x, y *float64) *offset {
	if x == nil || y == nil {
		return nil
	}
	return &offset{*x, *y}
}

func orZero(f *float64) float64 {
	if f == nil {
		return 0
	}
	return *f
}

func (p *Page) leftButton(ctx context.Context, s *browser.Session, at point, kind input.DispatchMouseEventType) error {
	e := input.DispatchMouseEventParams{Type: kind, X: at.x, Y: at.y, Button: input.MouseButtonLeft, ClickCount: 1, Modifiers: p.keys.modifiers}
	if kind == input.DispatchMouseEventTypeMousePressed {
		e.Buttons = 1
	}
	if err := send(ctx, s, input.CommandDispatchMouseEvent, e); err != nil {
		return fmt.Errorf("dragging: %w", err)
	}
	return nil
}

// pull moves the pointer on its way. Data are those of a drag and drop that the page began; the pointer then moves no further.
func (p *Page) pull(ctx context.Context, from aim, to point, intercepted <-chan jsonv2.Value) (data jsonv2.Value, err error) {
	for i := range dragSteps {
		part := float64(i+1) / dragSteps
		at := point{from.at.x + (to.x-from.at.x)*part, from.at.y + (to.y-from.at.y)*part}
		// The move that begins a drag and drop is not answered before that ends.
		e := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: at.x, Y: at.y, Button: input.MouseButtonLeft, Buttons: 1, Modifiers: p.keys.modifiers}
		answer, err := from.page.Send(ctx, input.CommandDispatchMouseEvent, e)
		if err != nil {
			return nil, err
		}
		p.at = at
		select {
		case data = <-intercepted:
			return data, nil
		case <-answer:
		case <-from.page.Done():
			return nil, browser.ErrDetached
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		if data, err = p.began(ctx, from, intercepted); data != nil || err != nil {
			return data, err
		}
	}
	return nil, nil
}

// began waits for the data where the page has begun a drag and drop.
func (p *Page) began(ctx context.Context, from aim, intercepted <-chan jsonv2.Value) (jsonv2.Value, error) {
	for {
		state, err := tell[string](ctx, from.frame, "drag")
		if err != nil || state == "" || state == "prevented" {
			return nil, nil
		}
		late := time.NewTimer(dragBegin)
		select {
		case data := <-intercepted:
			late.Stop()
			return data, nil
		case <-late.C:
			if state == "begun" {
				return nil, nil
			}
		case <-ctx.Done():
			late.Stop()
			return nil, context.Cause(ctx)
		}
	}
}

// drop ends a drag and drop (Input.dispatchDragEvent).
func (p *Page) drop(ctx context.Context, s *browser.Session, to point, intercepted jsonv2.Value) error {
	var ev struct {
		Data *input.DragData `json:"data"`
	}
	if err := jsonv2.Unmarshal(intercepted, &ev, jsonv2.AllowInvalidUTF8(true)); err != nil {
		return err
	}
	for _, kind := range []input.DispatchDragEventType{"dragEnter", "dragOver", "dragOver", "drop"} {
		e := input.DispatchDragEventParams{Type: kind, X: to.x, Y: to.y, Data: ev.Data, Modifiers: p.keys.modifiers}
		if _, err := cdp.Call(ctx, cdp.Session(s), input.DispatchDragEvent, e); err != nil {
			return fmt.Errorf("dropping: %w", err)
		}
	}
	p.at = to
	return p.leftButton(ctx, s, to, input.DispatchMouseEventTypeMouseReleased)
}
