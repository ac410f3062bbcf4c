package replay

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
)

var (
	//go:embed js/behaviours/scroll.js
	scrollJS string
	//go:embed js/behaviours/scrolldown.js
	scrollDownJS string
)

const (
	mostTurns = 25                     // of the wheel, in one attempt
	turn      = 600                    // CSS pixels
	turnPause = 100 * time.Millisecond // for the page to move, and to see what has come into view
	mostStill = 3                      // turns in a row that move nothing
	near      = 8                      // CSS pixels
	turnLimit = 2 * time.Second        // for a page that is busy
)

// scrolling brings into view what begins only when it is seen.
type scrolling struct{}

func (scrolling) name() string   { return "scroll" }
func (scrolling) script() string { return scrollJS }

func (scrolling) act(ctx context.Context, v *visit, r reason) error {
	if !r.frame.nested {
		if err := v.wheel(ctx, r); err != nil {
			return err
		}
	}
	// What the wheel did not reach lies in a box of its own, or in a frame.
	element, err := r.frame.found(ctx, r.index)
	if err != nil {
		return err
	}
	if _, err = cdp.Call(ctx, cdp.Session(r.frame.session), dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{ObjectID: element}); err != nil {
		return fmt.Errorf("%w: %w", errNoBox, err)
	}
	return nil
}

// scrollingDown goes to the end of the page.
type scrollingDown struct{}

func (scrollingDown) name() string   { return "scroll down" }
func (scrollingDown) script() string { return scrollDownJS }

func (scrollingDown) act(ctx context.Context, v *visit, r reason) error { return v.wheel(ctx, r) }

// left is how far the page is to be scrolled yet, in CSS pixels, and where it is.
type left struct {
	By float64 `json:"by"`
	At float64 `json:"at"`
	X  float64 `json:"x"`
	Y  float64 `json:"y"`
}

// wheel turns the wheel until the element of r is in the middle of the window, or the page at its end.
func (v *visit) wheel(ctx context.Context, r reason) error {
	look := fmt.Sprintf(`((e) => {
  const b = e.getBoundingClientRect(), end = e === document.scrollingElement;
  return { by: end ? e.scrollHeight - innerHeight - scrollY : b.y + Math.min(b.height, innerHeight) / 2 - innerHeight / 2, at: scrollY, x: 4, y: innerHeight / 2 };
})(__found[%d])`, r.index)
	last, still := left{At: -1}, 0
	for range mostTurns {
		l, err := evaluate[left](ctx, r.frame, look)
		if err != nil {
			return fmt.Errorf("the element is gone: %w", err)
		}
		if still++; l.At != last.At {
			still = 0
		}
		if l.By > -near && l.By < near || still == mostStill {
			return nil
		}
		last = l
		if err := v.turnBy(ctx, l); err != nil {
			return err
		}
		if err := wait(ctx, nil, turnPause); err != nil {
			return err
		}
	}
	return nil
}

func (v *visit) turnBy(ctx context.Context, l left) error {
	ctx, cancel := context.WithTimeout(ctx, turnLimit)
	defer cancel()
	// Both deltas are needed, and the typed parameters leave out what is zero.
	wheel := map[string]any{"type": input.DispatchMouseEventTypeMouseWheel, "x": l.X, "y": l.Y, "deltaX": 0, "deltaY": max(-turn, min(turn, l.By))}
	if err := v.tab.Session().Call(ctx, input.CommandDispatchMouseEvent, wheel, nil); err != nil {
		return fmt.Errorf("turning the wheel: %w", err)
	}
	return nil
}
