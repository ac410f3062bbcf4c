package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"seine/assemble"
	"seine/cmd/internal/ui"
)

func liveFlags() []cli.Flag {
	return []cli.Flag{
		&cli.DurationFlag{Name: "duration", Usage: "record so much, such as `1h30m`; without a limit to the end, or to Ctrl-C, which finishes the film", Category: catLive},
		&cli.StringFlag{Name: "until", Usage: "record until `HH:MM`, by this machine's clock", Category: catLive},
		&cli.BoolFlag{DisableDefaultText: true, Name: "from-start", Usage: "record from the first moment that the origin still has, not from now on", Category: catLive},
		&cli.DurationFlag{Name: "patience", Usage: "take a broadcast for over when nothing new has come for so long", Value: 10 * time.Minute, Category: catLive},
	}
}

// liveOf says how a broadcast is recorded.
func liveOf(c *cli.Context) (*assemble.Live, error) {
	l := &assemble.Live{FromStart: c.Bool("from-start"), Duration: c.Duration("duration"), Patience: c.Duration("patience")}
	if c.IsSet("duration") && l.Duration <= 0 {
		return nil, &usageError{what: fmt.Sprintf("--duration %v is no length of time", l.Duration), try: "--duration 1h30m"}
	}
	if c.IsSet("patience") && l.Patience <= 0 {
		return nil, &usageError{what: fmt.Sprintf("--patience %v is no length of time", l.Patience), try: "--patience 10m"}
	}
	if s := c.String("until"); s != "" {
		var err error
		if l.Until, err = nextTime(s, time.Now()); err != nil {
			return nil, err
		}
	}
	l.Stop = broadcastsOf(c.Context).stopping()
	return l, nil
}

// nextTime is when a clock shows HH:MM next.
func nextTime(text string, now time.Time) (time.Time, error) {
	t, err := time.Parse("15:04", text)
	if err != nil {
		return t, &usageError{what: fmt.Sprintf("--until %q is no time of day", ui.Remote(text)), try: "--until 20:15"}
	}
	at := time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, now.Location())
	if !at.After(now) {
		at = time.Date(now.Year(), now.Month(), now.Day()+1, t.Hour(), t.Minute(), 0, 0, now.Location())
	}
	return at, nil
}

// broadcasts are those that are being recorded: the first signal ends these, and their films are finished.
type broadcasts struct {
	stop chan struct{}

	mu      sync.Mutex
	count   int
	stopped bool
	done    func() // called when all have ended that were told to
}

type broadcastsKey struct{}

func withBroadcasts(ctx context.Context, r *broadcasts) context.Context {
	return context.WithValue(ctx, broadcastsKey{}, r)
}

func broadcastsOf(ctx context.Context) *broadcasts {
	r, _ := ctx.Value(broadcastsKey{}).(*broadcasts)
	return r
}

// stopping is closed when recordings shall end; nil when nobody tells them to.
func (r *broadcasts) stopping() <-chan struct{} {
	if r == nil {
		return nil
	}
	return r.stop
}

// end tells the recordings to end, and reports whether there were any.
func (r *broadcasts) end() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.count == 0 || r.stopped {
		return false
	}
	r.stopped = true
	close(r.stop)
	return true
}

func (r *broadcasts) began() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
}

func (r *broadcasts) ended() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.count--; r.count == 0 && r.stopped {
		r.done()
	}
}

// recorded shows how far a recording is.
func recorded(p *assemble.LiveProgress) ui.State {
	return ui.State{Live: &ui.LiveState{
		Recorded: p.Recorded, Behind: p.Behind, Window: p.Window, Bitrate: p.Bitrate, Ending: p.Ending, Waiting: p.Waiting,
	}}
}
