package replay

import (
	"context"
	"errors"
	"time"

	"seine/capture"
	"seine/capture/media"
	"seine/scenarios"
)

// What ends the steps before the last ones.
var (
	errEnough = errors.New("what was waited for was heard")
	errMax    = errors.New("the visit's time is up")
)

// listenEvery is how often news are looked for at most: a page that loads has hundreds in a second.
const listenEvery = 10 * time.Millisecond

// bounded ends with ctx, when the visit's time is up, or when enough was heard.
func (v *visit) bounded(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := func() bool { return true }
	if v.flow.Max > 0 {
		t := time.AfterFunc(v.flow.Max, func() { cancel(errMax) })
		stop = t.Stop
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-v.heard:
			cancel(errEnough)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { stop(); cancel(context.Canceled); <-done }
}

// shortLull is how long nothing must begin or end for what came together to be there; it is waited for no longer than for rest.
const shortLull = 100 * time.Millisecond

// lull waits for what comes along with what was waited for, unless nothing is left to be told.
func (v *visit) lull(ctx context.Context) {
	for began := time.Now(); time.Since(began) < quiet; {
		if _, last := v.recorder.Activity(); time.Since(last) > shortLull || closed(v.whole) || wait(ctx, v.whole, shortLull/2) != nil {
			return
		}
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// over says whether the steps before the last ones have had their time.
func over(ctx context.Context) bool {
	cause := context.Cause(ctx)
	return errors.Is(cause, errEnough) || errors.Is(cause, errMax)
}

// listening tells what is heard as it is heard.
type listening struct {
	v       *visit
	follow  capture.Follower
	spotted map[string]bool // URLs of streams
	looked  time.Time       // when streams were last looked for
	took    time.Duration   // how long that took
	news    bool            // media came since
}

// listen starts to tell. Stop waits until all is told. Who grabs a film is told nothing: the film is all that matters.
func (v *visit) listen(ctx context.Context) (stop func()) {
	if v.flow.Until == scenarios.UntilIdle && (v.grabs() || v.runner.Observe == nil) {
		return func() {}
	}
	l := &listening{v: v, spotted: map[string]bool{}}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			changed := v.recorder.Changed()
			l.hear(false)
			_ = wait(ctx, changed, time.Minute)
			_ = wait(ctx, nil, listenEvery)
		}
	}()
	return func() {
		cancel()
		<-done
		l.hear(true)
	}
}

// hear tells what is new. Last says that nothing more will come.
func (l *listening) hear(last bool) {
	for _, e := range l.v.recorder.Settled(&l.follow) {
		l.v.tell(Heard{e})
		if media.Classify(capture.InputOf(e)).Kind != media.None {
			l.news = true
		}
		if l.v.flow.Until == scenarios.UntilAPI && len((&capture.Capture{Exchanges: []*capture.Exchange{e}}).Calls()) > 0 {
			once(l.v.heard)
		}
	}
	if l.news && l.v.flow.Until == scenarios.UntilMedia && !closed(l.v.whole) {
		l.glance()
	}
	if last && l.v.result.Capture != nil {
		l.tell(l.v.result.Streams)
		return
	}
	// To fold streams costs the more the more was heard: it may take a fifth of the time.
	if l.news && (last || !closed(l.v.whole) && time.Since(l.looked) > 4*l.took) {
		l.spot()
	}
}

// glance looks for what is waited for where that takes no time.
func (l *listening) glance() {
	for _, s := range l.snapshot().Loaded() {
		l.meets(s)
	}
}

// meets ends the steps if s is what is waited for.
func (l *listening) meets(s *capture.Stream) {
	if l.v.flow.Until != scenarios.UntilMedia || !isFilm(s) {
		return
	}
	once(l.v.heard)
	if s.Whole() {
		once(l.v.whole)
	}
}

func (l *listening) snapshot() *capture.Capture {
	c := l.v.recorder.Snapshot()
	l.v.mu.Lock()
	defer l.v.mu.Unlock()
	c.Players = capture.WithBuffers(l.v.players, c.Sources)
	return c
}

// tell tells the streams that were not told yet.
func (l *listening) tell(list []*capture.Stream) {
	for _, s := range list {
		l.meets(s)
		if !l.spotted[s.URL] {
			l.spotted[s.URL] = true
			l.v.tell(Spotted{s})
		}
	}
}

func (l *listening) spot() {
	began := time.Now()
	c := l.snapshot()
	l.tell(c.Streams())
	l.looked, l.took, l.news = time.Now(), time.Since(began), false
}

// isFilm reports whether a stream is what --until media waits for.
func isFilm(s *capture.Stream) bool {
	switch s.Kind {
	case media.Subtitles, media.Segment, media.Thumbnails:
		return false
	}
	return !s.Mentioned() && s.Role != capture.RoleThumbnail && s.Role != capture.RoleTracker
}

func once(c chan struct{}) {
	if !closed(c) {
		close(c)
	}
}
