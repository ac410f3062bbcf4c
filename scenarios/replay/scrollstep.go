package replay

import (
	"context"
	"fmt"

	"seine/scenarios"
)

// scroll scrolls the page, or an element, to a place; without one the element is brought into view.
func (p *Page) scroll(ctx context.Context, s scenarios.Scroll) error {
	if s.Selectors == nil {
		return waiting(ctx, "scrolling", func(ctx context.Context) (string, error) {
			f, err := p.document(ctx, s.Place)
			if err != nil {
				return "", err
			}
			_, err = f.run(ctx, fmt.Sprintf(`scrollTo({ left: %s, top: %s, behavior: "instant" })`, coordinate(s.X, "scrollX"), coordinate(s.Y, "scrollY")), false)
			return "", err
		})
	}
	return waiting(ctx, writtenOut(s.Selectors), func(ctx context.Context) (string, error) {
		var at aim
		missing, err := p.pick(ctx, s.Place, s.Selectors, wants{Seen: true}, &at)
		if err != nil || missing != "" {
			return missing, err
		}
		if s.X == nil && s.Y == nil {
			return p.reach(ctx, &at, wants{})
		}
		_, err = at.frame.run(ctx, fmt.Sprintf(`__steps.el.scrollTo({ left: %s, top: %s, behavior: "instant" })`, coordinate(s.X, "__steps.el.scrollLeft"), coordinate(s.Y, "__steps.el.scrollTop")), false)
		return "", err
	})
}

// coordinate is where to, or where it is.
func coordinate(to *float64, is string) string {
	if to == nil {
		return is
	}
	return literal(*to)
}
