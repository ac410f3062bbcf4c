package assemble

import (
	"context"
	"errors"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/live"
)

const (
	// liveTries is how often a part is asked for before its list is looked at again.
	liveTries = 2
	// leastHold is how long at least a part is asked for that cannot be had, while those behind it can and wait for it.
	leastHold = 15 * time.Second
	// endPatience is how long parts are asked for that fail when the recording has ended.
	endPatience = 10 * time.Second
	// mostBackoff bounds the pause between two tries.
	mostBackoff = 5 * time.Second
)

// errLost: a segment that had left the list.
var errLost = errors.New("it was gone from the list before the list could be read")

// fetch gets part i, for as long as the origin can be taken to have it. An outage is no reason to give up: when it ends, the origin still has what its
// window holds.
func (rec *recording) fetch(ctx context.Context, i int, l *fetch.Lane) (*fetch.Body, error) {
	began, pause := time.Now(), 250*time.Millisecond
	for try := 1; ; try++ {
		changed := rec.feed.Changed()
		generation := rec.channel.generation()
		it := rec.feed.Item(i)
		if it.Lost != nil {
			return nil, it.Lost
		}
		body, err := rec.source.get(ctx, i, l)
		if err == nil {
			rec.came(i)
			return body, nil
		}
		if it = rec.feed.Item(i); it.Lost != nil {
			return nil, it.Lost
		}
		if ctx.Err() != nil || errors.Is(err, ErrDRM) || errors.Is(err, ErrUnsupported) || rec.givesUp(i, &it, try, began, err) {
			return nil, err
		}
		rec.waits(err)
		rec.run.report.update(func(p *Progress) { p.Retries++ })
		err = l.Rest(ctx, func() error {
			if refusal(err) && try > 1 {
				rec.renew(ctx, generation)
			}
			return rec.pause(ctx, &it, i, changed, pause)
		}, func() []string { return rec.addresses(i) })
		if err != nil {
			return nil, err
		}
		pause = min(2*pause, mostBackoff)
	}
}

// renew gets new addresses, for as long as parts are asked for when the recording has ended.
func (rec *recording) renew(ctx context.Context, generation int) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(rec.late, cancel)()
	rec.channel.renew(ctx, generation)
}

// pause waits, but not for longer than until the part has another address.
func (rec *recording) pause(ctx context.Context, was *live.Item, i int, changed <-chan struct{}, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return nil
		case <-changed:
			changed = rec.feed.Changed()
			if it := rec.feed.Item(i); it.Part.URL != was.Part.URL || it.Lost != nil {
				return nil
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// came notes that a part is there.
func (rec *recording) came(i int) {
	rec.latest.Store(int64(time.Since(rec.began)))
	for {
		n := rec.newest.Load()
		if int64(i) <= n || rec.newest.CompareAndSwap(n, int64(i)) {
			break
		}
	}
	rec.waits(nil)
}

// maxCrowd is how many parts may wait for one that does not come: less than the pool lets wait.
const maxCrowd = 100

// maxTarget bounds what a list says of its target duration, where that is taken for a measure of patience.
const maxTarget = 30 * time.Second

// givesUp reports whether a part is missing for good: the origin cannot have it any more; or those behind it come, and it does not; or so many wait
// for it that none of those can.
func (rec *recording) givesUp(i int, it *live.Item, try int, began time.Time, err error) bool {
	now := time.Now()
	rec.mu.Lock()
	ended := rec.stopTime
	rec.mu.Unlock()
	if !ended.IsZero() && ended.Before(began) {
		ended = began
	}
	target := min(rec.run.plan.Streams[it.Part.Stream].Playlist.TargetDuration, maxTarget)
	definite := definite(err) && try >= 3
	switch passed := rec.newest.Load() > int64(i); {
	case !it.Until.IsZero() && now.After(it.Until):
		return true
	case !ended.IsZero() && now.Sub(ended) > endPatience:
		return true
	case passed && definite:
		return now.Sub(began) > min(2*target, leastHold)
	case passed:
		return now.Sub(began) > max(3*target, leastHold)
	}
	return definite && now.Sub(began) > 2*leastHold && rec.feed.Behind(i) >= maxCrowd
}
