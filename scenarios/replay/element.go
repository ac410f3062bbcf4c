package replay

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"time"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"

	"seine/scenarios"
)

//go:embed js/query.js
var queryJS string

// ErrSelector: a selector is no CSS.
var ErrSelector = errors.New("not a valid selector")

// lookAgain bounds how long a change that the network does not show can stay unseen.
const lookAgain = 200 * time.Millisecond

func (v *visit) waitForElement(ctx context.Context, s scenarios.WaitForElement) error {
	_, err := v.find(ctx, s.Selectors, max(s.Wanted(), 1), s.Visible == nil || *s.Visible)
	return err
}

func (v *visit) clickStep(ctx context.Context, s scenarios.Click) error {
	f, err := v.find(ctx, s.Selectors, 1, true)
	if err != nil {
		return err
	}
	element, err := f.found(ctx, 0)
	if err != nil {
		return err
	}
	var offset *point
	if s.OffsetX != nil && s.OffsetY != nil {
		offset = &point{*s.OffsetX, *s.OffsetY}
	}
	return v.click(ctx, f, element, offset)
}

// find waits until a frame has at least count elements for one of the selectors; the frame keeps them.
func (v *visit) find(ctx context.Context, selectors []scenarios.Selector, count int, visible bool) (frame, error) {
	list, err := jsonv2.Marshal(selectors)
	if err != nil {
		return frame{}, err
	}
	call := fmt.Sprintf("%s(%s, %t)", strings.TrimSpace(queryJS), list, visible)
	for {
		changed := v.recorder.Changed()
		for _, f := range v.frames(ctx) {
			n, err := evaluate[int](ctx, f, call)
			if thrown := (*scriptError)(nil); errors.As(err, &thrown) {
				return frame{}, fmt.Errorf("%w: %s: %w", ErrSelector, list, err)
			}
			if err == nil && n >= count {
				return f, nil
			}
		}
		if err := wait(ctx, changed, lookAgain); err != nil {
			return frame{}, fmt.Errorf("no element for %s: %w", list, err)
		}
	}
}

// wait returns when changed is closed or, at the latest, after d; an error means that ctx is over.
func wait(ctx context.Context, changed <-chan struct{}, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-changed:
	case <-t.C:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}
