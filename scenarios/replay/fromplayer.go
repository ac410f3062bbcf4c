package replay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"seine/assemble"
	"seine/assemble/appended"
	"seine/assemble/local"
	"seine/assemble/plan"
	"seine/capture"
	"seine/scenarios"
)

// ErrPlays: a script feeds the page's player, so that the film may be had from there: scenarios.Grab.FromPlayer.
var ErrPlays = errors.New("the page's player plays it")

// wantsCopies says whether a flow takes a film from the page's player. What is appended must be kept from the first byte on.
func wantsCopies(f scenarios.UserFlow) bool {
	return slices.ContainsFunc(f.Steps, func(s scenarios.Step) bool {
		g, ok := s.(scenarios.Grab)
		return ok && g.FromPlayer
	})
}

// fromPlayer takes the film from the page's player, which is played to its end, and makes a file of it.
func (v *visit) fromPlayer(ctx context.Context, s scenarios.Grab) error {
	d, err := v.playOut(ctx)
	if gone := v.tab.Err(); gone != nil {
		return gone
	}
	if err != nil {
		return err
	}
	if err := v.unprotected(); err != nil {
		return err
	}
	v.quieten(ctx)
	film, err := v.appended(d)
	if err != nil {
		return err
	}
	return v.assembleAppended(ctx, film, s)
}

// mostFilms bounds what one page may play in turn: adverts, mostly.
const mostFilms = 10

// playOut plays the film of the page's player to its end. Where the page puts another in its place, it is that which is wanted.
func (v *visit) playOut(ctx context.Context) (d *drive, err error) {
	ctx, stop := v.whileOpen(ctx)
	defer stop()
	v.bears = slow // the player has a lot to do, and there is nobody else to hear
	for range mostFilms {
		if d, err = v.findFed(ctx); err != nil {
			return nil, err
		}
		if err = d.drive(ctx); err == nil && d.replaced(ctx) {
			err = errGone
		}
		if !errors.Is(err, errGone) {
			return d, err
		}
	}
	return nil, err
}

// unprotected refuses a player that uses Encrypted Media Extensions: what it was given is of no use.
func (v *visit) unprotected() error {
	if system, used := v.recorder.Snapshot().Protected(); used {
		return fmt.Errorf("%w: the page asked for a licence of %s", assemble.ErrDRM, cmp.Or(system, "a DRM system"))
	}
	return nil
}

// findFed waits for a player that a script feeds: one that plays before others, then the largest.
func (v *visit) findFed(ctx context.Context) (*drive, error) {
	for began := time.Now(); ; {
		if err := v.unprotected(); err != nil {
			return nil, err
		}
		changed := v.recorder.Changed()
		v.look(ctx)
		players := capture.WithBuffers(v.players, v.recorder.Sources())
		players = slices.DeleteFunc(players, func(p capture.Player) bool { return !fed(&p) })
		slices.SortStableFunc(players, func(a, b capture.Player) int {
			return cmp.Or(-compare(a.Playing, b.Playing), -cmp.Compare(a.Area, b.Area))
		})
		if len(players) > 0 {
			return &drive{visit: v, player: players[0]}, nil
		}
		if time.Since(began) > restless {
			return nil, fmt.Errorf("%w: no player on the page is fed by a script", v.nothing())
		}
		if err := wait(ctx, changed, lookAgain); err != nil {
			return nil, err
		}
	}
}

func compare(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// fed says whether scripts have given a player anything.
func fed(p *capture.Player) bool {
	return slices.ContainsFunc(p.Buffers, func(b capture.Buffer) bool { return b.Bytes > 0 })
}

// appended writes playlists of what the player was given.
func (v *visit) appended(d *drive) (appended.Film, error) {
	var buffers []appended.Buffer
	dir := ""
	for _, a := range v.recorder.Appended() {
		if !d.feeds(a.Source) || a.Size == 0 {
			continue
		}
		if a.Lost != nil {
			return appended.Film{}, fmt.Errorf("%w: keeping what the player was given: %w", assemble.ErrOutput, a.Lost)
		}
		b := appended.Buffer{Type: a.Type, File: a.File}
		for _, one := range a.Appends {
			b.Appends = append(b.Appends, appended.Append{At: one.At, Size: one.Size, Offset: one.Offset, Sequence: one.Sequence, From: one.From, To: one.To, Reset: one.Reset})
		}
		buffers, dir = append(buffers, b), filepath.Dir(a.File)
	}
	film, err := appended.Write(dir, buffers, appended.Span{From: d.begin, To: d.end})
	switch {
	case errors.Is(err, appended.ErrNothing):
		err = kindOf{err, ErrNoMedia}
	case errors.Is(err, appended.ErrUnsupported):
		err = kindOf{err, ErrUnsupported}
	}
	for _, w := range film.Warnings {
		v.log.Warn(w)
	}
	return film, err
}

// kindOf is an error that says all there is to say, and is one of ours as well.
type kindOf struct {
	error
	is error
}

func (e kindOf) Unwrap() []error { return []error{e.error, e.is} }

// assembleAppended makes the film of files that are here already. Nothing in their playlists leads out of their folder.
func (v *visit) assembleAppended(ctx context.Context, film appended.Film, s scenarios.Grab) error {
	files, err := local.Open(film.Playlist, nobody{})
	if err != nil {
		return fmt.Errorf("%w: %w", assemble.ErrOutput, err)
	}
	defer files.Close()
	job := v.job(assemble.Source{URL: files.URL(), Client: files}, s)
	job.Choice, job.Rate = plan.Choice{AudioOnly: job.Choice.AudioOnly}, 0
	verdict, err := assemble.Run(ctx, job)
	v.result.Film = &verdict
	return err
}

// orPlays adds to what cannot be fetched that it plays all the same.
func (v *visit) orPlays(err error) error {
	c := v.result.Capture
	plays := slices.ContainsFunc(c.Players, func(p capture.Player) bool { return fed(&p) })
	if !plays || errors.Is(err, assemble.ErrDRM) {
		return err
	}
	return fmt.Errorf("%w; %w", err, ErrPlays)
}
