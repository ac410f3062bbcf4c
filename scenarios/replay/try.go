package replay

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
)

//go:embed js/behaviours.js
var behavioursJS string

type candidate struct {
	Kind  string  `json:"kind"`
	What  string  `json:"what"`
	Score float64 `json:"score"`
}

// tryNext clicks the most promising thing of all frames. It is false when there is none.
func (v *visit) tryNext(ctx context.Context) bool {
	for {
		best, where := v.best(ctx)
		if best.Score == 0 {
			return false
		}
		err := v.clickFound(ctx, where)
		if errors.Is(err, errLeads) {
			continue
		}
		a := Attempt{Kind: best.Kind, What: best.What, URL: where.url}
		if err != nil {
			a.Err = err.Error()
		}
		v.result.Tried = append(v.result.Tried, a)
		v.tell(Tried{a})
		return true
	}
}

func (v *visit) best(ctx context.Context) (best candidate, where frame) {
	for _, f := range v.frames(ctx) {
		if f.popup {
			continue // mostly advertisements
		}
		list, err := evaluate[[]candidate](ctx, f, behavioursJS)
		if err == nil && len(list) > 0 && list[0].Score > best.Score {
			best, where = list[0], f
		}
	}
	return best, where
}

// errLeads: in the element's middle lies a link to another page.
var errLeads = errors.New("it is a link to another page")

// clickFound clicks the first element that the frame has found, and marks it as tried.
func (v *visit) clickFound(ctx context.Context, f frame) error {
	if _, err := f.run(ctx, "globalThis.__tried.add(globalThis.__found[0])", false); err != nil {
		return fmt.Errorf("the element is gone: %w", err)
	}
	// Only once it is in view can be known what lies over it.
	if leads, err := evaluate[bool](ctx, f, "__found[0].scrollIntoViewIfNeeded(), __leaves(__found[0])"); err == nil && leads {
		return errLeads
	}
	element, err := f.found(ctx, 0)
	if err != nil {
		return err
	}
	return v.click(ctx, f, element, nil)
}
