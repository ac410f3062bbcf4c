package replay

import (
	"context"
	_ "embed"
	"fmt"
	"time"
)

//go:embed js/behaviours/seek.js
var seekJS string

// places are the parts of the whole that a player is sent to.
var places = []float64{0.5, 0.9}

const (
	mostSeeks = 2
	seekLimit = 2 * time.Second // for the player to be there
)

// seeking sends a player to where it must load more.
type seeking struct{}

func (seeking) name() string   { return "seek" }
func (seeking) script() string { return seekJS }

func (seeking) act(ctx context.Context, v *visit, r reason) error {
	to := places[min(r.Before, len(places)-1)]
	if _, err := r.frame.run(ctx, fmt.Sprintf("((m) => { m.currentTime = m.duration * %g; })(__found[%d])", to, r.index), false); err != nil {
		return fmt.Errorf("seeking: %w", err)
	}
	for began := time.Now(); time.Since(began) < seekLimit; {
		changed := v.recorder.Changed()
		if v.enough() {
			return nil
		}
		there, err := evaluate[bool](ctx, r.frame, fmt.Sprintf("((m) => !m.seeking && m.readyState > 2)(__found[%d])", r.index))
		if err != nil || there {
			return nil
		}
		if err := wait(ctx, changed, lookAgain); err != nil {
			return err
		}
	}
	return nil
}
