package assemble

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestBeginTogether cuts a recording off when it has a picture and no sound yet: the sound begins with that picture all the same, or has a gap in its
// place where the origin has it no more.
func TestBeginTogether(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		window int
		away   int // pieces that are published before it goes on
		reset  int
		gap    func(pieces int) bool // in front of the sound
	}{
		"still there": {window: 40, away: 8, gap: func(n int) bool { return n == 0 }},
		"gone":        {window: 16, away: 24, gap: func(n int) bool { return n > 0 }},
		"begun anew":  {window: 16, away: 6, reset: 40, gap: func(n int) bool { return n == 1 }}, // nobody knows of more
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBroadcast(t)
			b.from, b.window, b.reset, b.total = 30, c.window, c.reset, 80
			job := b.job(t, "master.m3u8")
			cutBeforeSound(t, b, job)
			first := firstPiece(t, job.Output)
			for at := max(b.edge(), c.reset); b.edge() < at+c.away; {
				<-time.After(b.every)
			}
			v, err := Run(t.Context(), job)
			if err != nil || !v.Finished {
				t.Fatalf("%v, %+v", err, v)
			}
			front := 0
			for _, g := range v.Missing {
				if g.Sequence > 80 {
					t.Errorf("missing: %+v", g)
				}
				if g.Stream == "audio" {
					front += int(g.Duration / livePiece)
				}
			}
			want := b.total - max(first+front, c.reset)
			if times, _ := timesOf(t, v.Path, "v"); len(times) != 12*want || !c.gap(front) {
				t.Errorf("%d pictures of %d pieces, and %d missing", len(times), want, front)
			}
			decodes(t, v.Path)
		})
	}
}

// cutBeforeSound records until there is a picture, and no sound yet.
func cutBeforeSound(t *testing.T, b *broadcast, job Job) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b.down = func(path string, _ time.Duration) bool {
		return ctx.Err() == nil && strings.HasPrefix(path, "/sound/piece")
	}
	done := make(chan error, 1)
	go func() {
		_, err := Run(ctx, job)
		done <- err
	}()
	for firstPiece(t, job.Output) < 0 {
		select {
		case err := <-done:
			t.Fatalf("it ended: %v", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}
