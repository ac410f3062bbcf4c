package replay

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"

	"seine/scenarios"
)

// isFrameAddress tells an address, with * for anything, from a selector of a frame's element.
func isFrameAddress(pattern string) bool {
	return strings.HasPrefix(pattern, "*/") || strings.HasPrefix(pattern, "/") || strings.Contains(pattern, "://") || strings.HasPrefix(pattern, "about:")
}

// framed finds the frame that a pattern names among those in f.
func (p *Page) framed(ctx context.Context, f frame, pattern string) (frame, error) {
	if !isFrameAddress(pattern) {
		n, err := match(ctx, f, scenarios.Selector{pattern})
		if err != nil {
			return f, err
		}
		if n == 0 {
			return f, fmt.Errorf("%w: there is no %s", errFrame, pattern)
		}
		return p.owned(ctx, f, 0)
	}
	n, err := tell[int](ctx, f, "frames()")
	if err != nil {
		return f, err
	}
	if strings.HasPrefix(pattern, "/") {
		pattern = "*" + pattern
	}
	wanted := glob(pattern, false)
	var addresses []string
	for i := range n {
		inner, err := p.child(ctx, f, i)
		if err != nil {
			continue
		}
		url, err := evaluate[string](ctx, inner, "location.href")
		if err == nil && wanted.MatchString(url) {
			return inner, nil
		}
		addresses = append(addresses, url)
	}
	return f, fmt.Errorf("%w: none is at %s; there are %q", errFrame, pattern, addresses)
}

// framePath is how a place names its frame, for people.
func framePath(at scenarios.Place) string {
	if len(at.InFrame) > 0 {
		return strings.Join(at.InFrame, " › ")
	}
	return fmt.Sprint(at.Frame)
}

// inFrame goes down to the frame of a place.
func (p *Page) inFrame(ctx context.Context, f frame, at scenarios.Place) (frame, error) {
	var err error
	if len(at.InFrame) > 0 {
		for _, pattern := range at.InFrame {
			if f, err = p.framed(ctx, f, pattern); err != nil {
				return f, fmt.Errorf("frame %s: %w", framePath(at), err)
			}
		}
		return f, nil
	}
	for depth, i := range at.Frame {
		if f, err = p.child(ctx, f, i); err != nil {
			return f, fmt.Errorf("frame %v: %w", at.Frame[:depth+1], err)
		}
	}
	return f, nil
}

// pageOf is the document of a target itself.
func (p *Page) pageOf(ctx context.Context, target string) (frame, error) {
	s := p.open(target)
	if s == nil {
		return frame{}, fmt.Errorf("%w %s", errPopup, target)
	}
	if err := p.awake(ctx, s); err != nil {
		return frame{}, err
	}
	return frame{session: s, id: cdp.FrameID(s.TargetID()), bears: scriptLimit}, nil
}
