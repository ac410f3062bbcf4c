package replay

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"time"

	"seine/capture"
	"seine/capture/media"
)

//go:embed js/players.js
var playersJS string

//go:embed js/behaviours.js
var behavioursJS string

const (
	quiet    = 500 * time.Millisecond  // without a request that begins or ends, and the page is at rest
	busyFew  = 2                       // requests under way that do not keep a page from being at rest: long polls
	restless = 8 * time.Second         // a page that is never at rest is looked at after this long all the same
	patience = 3 * time.Second         // for a page that counts down before it builds its player
	grace    = 1500 * time.Millisecond // for other players to start once one plays
	mostTry  = 12                      // clicks in one visit
)

// play makes a player start. What a page does by itself is waited for first; then what stands before the player
// is clicked away, then what looks like its button, then the player itself, each once.
func (v *visit) play(ctx context.Context) error {
	for len(v.result.Tried) <= mostTry {
		if err := v.rest(ctx); err != nil {
			return v.overtime(ctx, err)
		}
		if v.enough() {
			return nil
		}
		if len(v.result.Tried) < mostTry && v.tryNext(ctx) {
			continue
		}
		if !v.stirs(ctx) {
			return v.overtime(ctx, context.Cause(ctx))
		}
	}
	return nil
}

// overtime: that the time is up is no error here, what was found by then is the result; that the user or the tab has
// ended is one.
func (v *visit) overtime(ctx context.Context, err error) error {
	if gone := v.tab.Err(); gone != nil {
		return gone
	}
	if err == nil || errors.Is(context.Cause(ctx), errStepTimeout) {
		return nil
	}
	return err
}

// rest waits until the page plays or has come to rest.
func (v *visit) rest(ctx context.Context) error {
	began := time.Now()
	var playing time.Time
	for {
		changed := v.recorder.Changed()
		inFlight, last := v.recorder.Activity()
		v.look(ctx)
		if v.playsKnown() && playing.IsZero() {
			playing = time.Now()
		}
		switch {
		case !playing.IsZero() && (time.Since(playing) > grace || !v.waiting):
			return nil
		case inFlight <= busyFew && time.Since(last) > quiet && time.Since(began) > quiet && !v.waiting:
			return nil
		case time.Since(began) > restless:
			return nil
		}
		if err := wait(ctx, changed, lookAgain); err != nil {
			return err
		}
		// Many events come at once; looking at each would cost the page more than it tells us.
		if err := wait(ctx, nil, lookAgain/4); err != nil {
			return err
		}
		if v.tab.Err() != nil {
			return v.tab.Err()
		}
	}
}

// look reads the media elements of every frame.
func (v *visit) look(ctx context.Context) {
	var players []capture.Player
	v.waiting = false
	for _, f := range v.frames(ctx) {
		list, err := evaluate[[]player](ctx, f, playersJS)
		if err != nil {
			continue // the frame is on its way to another document
		}
		for _, p := range list {
			p.FrameID, p.Frame = string(f.id), f.url
			players = append(players, p.Player)
			v.waiting = v.waiting || p.Loading
		}
	}
	v.players = players
}

// enough is true once there is nothing more to be won by clicking: something plays, or a stream is known that the
// browser could not play by itself but we may fetch.
func (v *visit) enough() bool {
	c := v.recorder.Snapshot()
	c.Players = v.players
	return slices.ContainsFunc(c.Streams(), func(s *capture.Stream) bool {
		return s.Player != nil && s.Player.Playing || s.Kind == media.HLS || s.Kind == media.DASH || s.Kind == media.Smooth
	})
}

func (v *visit) playsKnown() bool {
	return slices.ContainsFunc(v.players, func(p capture.Player) bool { return p.Playing }) && v.enough()
}

// player is what players.js tells of one media element.
type player struct {
	capture.Player
	Loading bool `json:"loading"`
}

type candidate struct {
	Kind  string  `json:"kind"`
	What  string  `json:"what"`
	Score float64 `json:"score"`
}

// tryNext clicks the most promising thing of all frames. It is false when there is none.
func (v *visit) tryNext(ctx context.Context) bool {
	var best candidate
	var where frame
	for _, f := range v.frames(ctx) {
		list, err := evaluate[[]candidate](ctx, f, behavioursJS)
		if err == nil && len(list) > 0 && list[0].Score > best.Score {
			best, where = list[0], f
		}
	}
	if best.Score == 0 {
		return false
	}
	a := Attempt{Kind: best.Kind, What: best.What, URL: where.url}
	if err := v.clickFound(ctx, where); err != nil {
		a.Err = err.Error()
	}
	v.result.Tried = append(v.result.Tried, a)
	v.tell(Tried{a})
	return true
}

// clickFound clicks the first element that the frame has found, and marks it as tried.
func (v *visit) clickFound(ctx context.Context, f frame) error {
	if _, err := f.run(ctx, "globalThis.__tried.add(globalThis.__found[0])", false); err != nil {
		return fmt.Errorf("the element is gone: %w", err)
	}
	element, err := f.found(ctx, 0)
	if err != nil {
		return err
	}
	return v.click(ctx, f, element, nil)
}

// stirs waits a while for a page that has nothing to click to do something by itself.
func (v *visit) stirs(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	select {
	case <-v.recorder.Changed():
		return true
	case <-ctx.Done():
		return false
	}
}
