package replay

import (
	"context"
	_ "embed"
	"fmt"
)

//go:embed js/behaviours/start.js
var startJS string

// mutedStart starts a player that has its film, without sound: browsers let a page do that by itself.
type mutedStart struct{}

func (mutedStart) name() string   { return "muted start" }
func (mutedStart) script() string { return startJS }

func (mutedStart) act(ctx context.Context, _ *visit, r reason) error {
	// Not awaited: it may never end, and whether it plays is seen.
	_, err := r.frame.run(ctx, fmt.Sprintf("((m) => { m.muted = true; m.play().catch(() => {}); })(__found[%d])", r.index), false)
	return err
}
