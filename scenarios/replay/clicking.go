package replay

import (
	"context"
	"errors"
	"fmt"
)

// clicking clicks the middle of what its script found: consent, play button, player, poster, embed.
type clicking struct{ kind, js string }

func (c clicking) name() string   { return c.kind }
func (c clicking) script() string { return c.js }

func (c clicking) act(ctx context.Context, v *visit, r reason) error { return v.clickFound(ctx, r) }

// errLeads: in the element's middle lies a link to another page, or an advert.
var errLeads = errors.New("it is a link to another page")

// clickFound clicks the element of r.
func (v *visit) clickFound(ctx context.Context, r reason) error {
	// Only once it is in view can be known what lies over it.
	call := fmt.Sprintf("__found[%[1]d].scrollIntoViewIfNeeded(), __seine.leaves(__found[%[1]d])", r.index)
	if leads, err := evaluate[bool](ctx, r.frame, call); err == nil && leads {
		return errLeads
	}
	element, err := r.frame.found(ctx, r.index)
	if err != nil {
		return err
	}
	return v.click(ctx, r.frame, element, nil)
}
