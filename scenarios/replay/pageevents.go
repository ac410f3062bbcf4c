package replay

import (
	"context"
	"fmt"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"

	"seine/scenarios"
)

// navigations listens, before a step, for the navigation that it must bring about. The function waits for it, and until the document was
// read. As in Chrome's Recorder, address and title are not compared: they often hold what is another each time.
func (p *Page) navigations(ctx context.Context, s scenarios.Step) (moved func(context.Context) error, stop func(), err error) {
	session, err := p.session(ctx, targetOf(s))
	if err != nil {
		return nil, nil, err
	}
	loaded, stopLoaded := session.Subscribe("Page.domContentEventFired")
	navigated, stopNavigated := session.Subscribe("Page.frameNavigated")
	within, stopWithin := session.Subscribe("Page.navigatedWithinDocument")
	at, _ := placeOf(s)
	frames := len(at.Frame) > 0 || len(at.InFrame) > 0
	wait := func(ctx context.Context) error {
		for {
			select {
			case params, ok := <-navigated:
				if !ok {
					return nil // the target ended: it was closed by where it went to
				}
				if !frames && inFrame(params) {
					continue
				}
				if !frames && !restored(params) {
					select {
					case <-loaded:
					case <-ctx.Done():
						return fmt.Errorf("the document that was navigated to did not come to its end: %w", context.Cause(ctx))
					}
				}
				return nil
			case <-within:
				return nil
			case <-ctx.Done():
				return fmt.Errorf("no navigation followed, though the step says so: %w", context.Cause(ctx))
			}
		}
	}
	return wait, func() { stopLoaded(); stopNavigated(); stopWithin() }, nil
}

// inFrame reports whether Page.frameNavigated is of a frame in the page.
func inFrame(params jsonv2.Value) bool {
	var ev struct {
		Frame struct {
			ParentID string `json:"parentId"`
		} `json:"frame"`
	}
	return jsonv2.Unmarshal(params, &ev, jsonv2.AllowInvalidUTF8(true)) == nil && ev.Frame.ParentID != ""
}

// restored reports whether a document came out of the back/forward cache: it is there as it was, and is not read again.
func restored(params jsonv2.Value) bool {
	var ev struct {
		Type string `json:"type"`
	}
	return jsonv2.Unmarshal(params, &ev, jsonv2.AllowInvalidUTF8(true)) == nil && ev.Type == "BackForwardCacheRestore"
}

func targetOf(s scenarios.Step) string {
	at, _ := placeOf(s)
	return at.Target
}

// placeOf is where a step works.
func placeOf(s scenarios.Step) (at scenarios.Place, ok bool) {
	switch s := s.(type) {
	case scenarios.Click:
		return s.Place, true
	case scenarios.DoubleClick:
		return s.Place, true
	case scenarios.Hover:
		return s.Place, true
	case scenarios.Drag:
		return s.Place, true
	case scenarios.Change:
		return s.Place, true
	case scenarios.Select:
		return s.Place, true
	case scenarios.Press:
		return s.Place, true
	case scenarios.Upload:
		return s.Place, true
	case scenarios.Scroll:
		return s.Place, true
	case scenarios.WaitForElement:
		return s.Place, true
	case scenarios.WaitForExpression:
		return s.Place, true
	case scenarios.KeyDown:
		return scenarios.Place{Target: s.Target}, true
	case scenarios.KeyUp:
		return scenarios.Place{Target: s.Target}, true
	case scenarios.Navigate:
		return scenarios.Place{Target: s.Target}, true
	case scenarios.History:
		return scenarios.Place{Target: s.Target}, true
	case scenarios.Close:
		return scenarios.Place{Target: s.Target}, true
	}
	return at, false
}
