package replay

import (
	"context"
	_ "embed"
	"errors"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"seine/capture"
	"seine/capture/media"
	"seine/scenarios"
)

//go:embed js/players.js
var playersJS string

const (
	quiet    = 500 * time.Millisecond  // without a request that begins or ends, and the page is at rest
	busyFew  = 2                       // requests under way that do not keep a page from being at rest: long polls
	restless = 8 * time.Second         // a page that is never at rest is looked at after this long all the same
	patience = 3 * time.Second         // for a page that counts down before it builds its player
	grace    = 1500 * time.Millisecond // for other players to start once one plays
	mostTry  = 16                      // things done in one visit
)

// play makes a player start. What a page does by itself is waited for first; then the behaviours that find a reason act, one at a time.
// While something plays that may be only a part of the film, nothing is clicked.
func (v *visit) play(ctx context.Context) error {
	var idle time.Time // since when there is nothing to click
	for {
		if err := v.rest(ctx); err != nil {
			return v.overtime(ctx, err)
		}
		if v.enough() {
			return nil
		}
		playing := v.plays()
		if v.tryNext(ctx, playing) {
			idle = time.Time{}
			continue
		}
		if playing {
			return nil
		}
		if idle.IsZero() {
			idle = time.Now()
		}
		if !v.stirs(ctx, patience-time.Since(idle)) {
			return v.overtime(ctx, context.Cause(ctx))
		}
	}
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
		if v.sure() {
			return nil
		}
		v.look(ctx)
		inFlight, last := v.recorder.Activity() // not before: looking takes time, in which the page goes on
		if v.playsKnown() && playing.IsZero() {
			playing = time.Now()
		}
		switch {
		case !playing.IsZero() && (time.Since(playing) > grace || !v.waiting):
			return nil
		case inFlight <= busyFew && time.Since(last) > quiet && time.Since(began) > quiet && !v.waiting && !v.wake(ctx):
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

// sure reports whether the only player there is fetches the only film, which then need not be seen to play: its first segment may be large. A
// visit that is kept is heard on.
func (v *visit) sure() bool {
	if !v.grabs() || v.kept() || wantsCopies(v.flow) || len(v.players) != 1 || v.players[0].Error != "" {
		return false
	}
	c := v.soFar()
	if _, protected := c.Protected(); protected {
		return false
	}
	films := slices.DeleteFunc(c.Loaded(), func(s *capture.Stream) bool { return !isFilm(s) })
	return len(films) == 1 && films[0].Role != capture.RoleAdvert && films[0].Sure()
}

// kept reports whether what was heard is to be written.
func (v *visit) kept() bool {
	return slices.ContainsFunc(v.flow.Steps, func(s scenarios.Step) bool {
		c, ok := s.(scenarios.Capture)
		return ok && (c.HAR != "" || c.Save != "" || c.Screenshot != "")
	})
}

// look reads the page's title and the media elements of every frame.
func (v *visit) look(ctx context.Context) {
	var players []capture.Player
	v.waiting = false
	frames := v.frames(ctx)
	v.inFront(ctx, frames)
	for _, f := range frames {
		seen, err := evaluate[document](ctx, f, playersJS)
		if err != nil {
			continue // the frame is on its way to another document
		}
		if !f.nested {
			v.title = seen.Title
		}
		for _, p := range seen.Players {
			p.FrameID, p.Frame = string(f.id), f.url
			players = append(players, p.Player)
			v.waiting = v.waiting || p.Loading
		}
	}
	v.mu.Lock()
	v.players = players
	v.mu.Unlock()
}

// inFront puts the tab's own page before popups that have opened: Chrome lets no player start that nobody can see.
func (v *visit) inFront(ctx context.Context, frames []frame) {
	popups := 0
	for _, f := range frames {
		if f.popup {
			popups++
		}
	}
	if popups > v.popups {
		if _, err := cdp.Call(ctx, cdp.Session(v.tab.Session()), page.BringToFront, cdp.Empty{}); err != nil {
			v.log.Debug("bringing the page to the front", "error", err)
		}
	}
	v.popups = popups
}

// enough is true once there is nothing more to be won: a film plays whose address is known, or a manifest of one is known that the
// browser could not play by itself but we may fetch.
func (v *visit) enough() bool {
	return v.anyStream(func(s *capture.Stream) bool {
		switch s.Kind {
		case media.HLS, media.DASH, media.Smooth:
			return true
		case media.MSE, media.Segment:
			return false
		}
		return s.Player != nil && s.Player.Playing
	})
}

// plays is enough, or a player that a script feeds with a film whose manifest is not known.
func (v *visit) plays() bool {
	return v.anyStream(func(s *capture.Stream) bool {
		return s.Player != nil && s.Player.Playing || s.Kind == media.HLS || s.Kind == media.DASH || s.Kind == media.Smooth
	})
}

// soFar is what was heard of the page that is there now, with its players as they were last looked at.
func (v *visit) soFar() *capture.Capture {
	c := v.present(v.recorder.Snapshot())
	c.Players = capture.WithBuffers(v.players, c.Sources)
	return c
}

// anyStream looks for one among those that are no advert, and no clip that runs without sound and for ever.
func (v *visit) anyStream(is func(*capture.Stream) bool) bool {
	c := v.soFar()
	if wantsCopies(v.flow) && slices.ContainsFunc(c.Players, func(p capture.Player) bool { return p.Playing && fed(&p) }) {
		return true
	}
	return slices.ContainsFunc(c.Loaded(), func(s *capture.Stream) bool {
		if p := s.Player; s.Role == capture.RoleAdvert || p != nil && p.Playing && p.Muted && p.Loop && !p.Controls {
			return false
		}
		return is(s)
	})
}

func (v *visit) playsKnown() bool {
	return slices.ContainsFunc(v.players, func(p capture.Player) bool { return p.Playing }) && v.plays()
}

// document is what players.js tells of one.
type document struct {
	Title   string   `json:"title"`
	Players []player `json:"players"`
}

// grabs reports whether a film is to be fetched.
func (v *visit) grabs() bool {
	return slices.ContainsFunc(v.flow.Steps, func(s scenarios.Step) bool { _, ok := s.(scenarios.Grab); return ok })
}

// player is what it tells of one media element.
type player struct {
	capture.Player
	Loading bool `json:"loading"`
}

// stirs waits a while for a page that has nothing to click to do something by itself. A page may do nothing that the
// network shows, and build a button when its count is down: so it ends early, and often.
func (v *visit) stirs(ctx context.Context, left time.Duration) bool {
	return left > 0 && wait(ctx, v.recorder.Changed(), min(left, quiet)) == nil
}
