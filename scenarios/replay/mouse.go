package replay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"

	"seine/browser"
)

// errNoBox means that an element has no area to click: it is not rendered, or outside of what can be scrolled to.
var errNoBox = errors.New("the element has no visible area")

// point is a place in CSS pixels of the viewport of the page that a session belongs to.
type point struct{ x, y float64 }

// click scrolls the element into view and clicks it, at offset from its top left corner or, without one, in its middle.
func (v *visit) click(ctx context.Context, f frame, element runtime.RemoteObjectID, offset *point) error {
	ctx, cancel := context.WithTimeoutCause(ctx, f.bears, errSilent)
	defer cancel()
	s := cdp.Session(f.session)
	if _, err := cdp.Call(ctx, s, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{ObjectID: element}); err != nil {
		return fmt.Errorf("%w: %w", errNoBox, err)
	}
	pageSession, p, err := settledPlace(ctx, f.session, element, offset)
	if err != nil {
		return err
	}
	return press(ctx, pageSession, p)
}

// settledPlace waits until the element stands still in sight: other processes hear of scrolling later, and pages move
// things into place.
func settledPlace(ctx context.Context, s *browser.Session, element runtime.RemoteObjectID, offset *point) (*browser.Session, point, error) {
	const (
		pace = 40 * time.Millisecond
		most = 25 // looks; what then still moves is clicked where it is
	)
	var last point
	for n := 0; ; n++ {
		pageSession, p, err := place(ctx, s, element, offset)
		if err != nil {
			return nil, p, err
		}
		if n == most || n > 0 && p == last && inSight(ctx, pageSession, p) {
			return pageSession, p, nil
		}
		last = p
		if err := wait(ctx, nil, pace); err != nil {
			return nil, p, err
		}
	}
}

func inSight(ctx context.Context, pageSession *browser.Session, p point) bool {
	m, err := cdp.Call(ctx, cdp.Session(pageSession), page.GetLayoutMetrics, cdp.Empty{})
	if err != nil || m.CSSLayoutViewport == nil {
		return true
	}
	return p.x >= 0 && p.y >= 0 && p.x < float64(m.CSSLayoutViewport.ClientWidth) && p.y < float64(m.CSSLayoutViewport.ClientHeight)
}

// place is where the element is now, in its page's viewport.
func place(ctx context.Context, s *browser.Session, element runtime.RemoteObjectID, offset *point) (*browser.Session, point, error) {
	quads, err := cdp.Call(ctx, cdp.Session(s), dom.GetContentQuads, dom.GetContentQuadsParams{ObjectID: element})
	if err != nil || len(quads.Quads) == 0 || len(quads.Quads[0]) != 8 {
		return nil, point{}, errors.Join(errNoBox, err)
	}
	q := quads.Quads[0]
	p := point{(q[0] + q[4]) / 2, (q[1] + q[5]) / 2}
	if offset != nil {
		p = point{q[0] + offset.x, q[1] + offset.y}
	}
	return toPage(ctx, s, p)
}

// toPage translates a point of an out-of-process frame's viewport into one of its page's, frame by frame: input goes to
// the page, which finds the frame under the pointer by itself.
func toPage(ctx context.Context, s *browser.Session, p point) (*browser.Session, point, error) {
	for s.Kind() == "iframe" && s.Parent() != nil {
		parent := s.Parent()
		owner, err := cdp.Call(ctx, cdp.Session(parent), dom.GetFrameOwner, dom.GetFrameOwnerParams{FrameID: cdp.FrameID(s.TargetID())})
		if err != nil {
			return nil, p, fmt.Errorf("finding the frame in its page: %w", err)
		}
		box, err := cdp.Call(ctx, cdp.Session(parent), dom.GetBoxModel, dom.GetBoxModelParams{BackendNodeID: owner.BackendNodeID})
		if err != nil || box.Model == nil || len(box.Model.Content) < 2 {
			return nil, p, errors.Join(errNoBox, err)
		}
		p.x += box.Model.Content[0]
		p.y += box.Model.Content[1]
		s = parent
	}
	return s, p, nil
}

// press moves the pointer there, presses the primary button and lets it go, as a person does.
func press(ctx context.Context, s *browser.Session, p point) error {
	const primary = 1 // bit field of Buttons
	for _, e := range []input.DispatchMouseEventParams{
		{Type: input.DispatchMouseEventTypeMouseMoved, X: p.x, Y: p.y},
		{Type: input.DispatchMouseEventTypeMousePressed, X: p.x, Y: p.y, Button: input.MouseButtonLeft, Buttons: primary, ClickCount: 1},
		{Type: input.DispatchMouseEventTypeMouseReleased, X: p.x, Y: p.y, Button: input.MouseButtonLeft, ClickCount: 1},
	} {
		if _, err := cdp.Call(ctx, cdp.Session(s), input.DispatchMouseEvent, e); err != nil {
			return fmt.Errorf("clicking: %w", err)
		}
	}
	return nil
}
