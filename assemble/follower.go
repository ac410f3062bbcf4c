package assemble

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"seine/assemble/fetch"
	"seine/assemble/hls"
	"seine/assemble/live"
	"seine/assemble/manifest"
	"seine/assemble/plan"
)

// follower looks at the list of one stream, again and again. All but window is for its goroutine.
type follower struct {
	rec    *recording
	stream int
	track  live.Track
	pace   live.Pace
	list   *manifest.Playlist // its latest state
	ages   []time.Duration    // of its segments: how long the list up to their ends is
	missed *live.Piece        // what others have in front of its beginning
	whole  bool               // updates of the list are of no use
	server int                // which of its addresses is asked
	at     time.Duration      // how much was taken
	parts  int                // how many
	window atomic.Int64
}

func newFollower(rec *recording, stream int) *follower {
	f := &follower{rec: rec, stream: stream}
	f.look(rec.run.plan.Streams[stream].Playlist)
	return f
}

// textual reports whether it follows subtitles, which are not of the film itself.
func (f *follower) textual() bool { return f.rec.run.plan.Streams[f.stream].Text() }

// state is how far back the origin goes. It is safe for concurrent use.
func (f *follower) state() time.Duration { return time.Duration(f.window.Load()) }

// follow ends when the list does, the job wants no more of it, or ctx has ended. The state of the list at hand was taken, with news or without, when it
// began.
func (f *follower) follow(ctx context.Context, news bool, began time.Time) {
	for {
		if f.done() || !news && f.tired(f.rec.patience(), nil) {
			return
		}
		next := f.pace.Read(f.list, news, began)
		if f.track.Odd() {
			next = f.pace.Soon(began)
		}
		for {
			if !f.sleep(ctx, time.Until(next)) {
				return
			}
			began = time.Now()
			if f.rec.feed.Len() > live.MaxPending {
				next = f.pace.Soon(began)
				continue
			}
			list, err := f.read(ctx)
			if err == nil {
				news = f.take(list, began)
				break
			}
			if ctx.Err() == nil && f.hopeless(ctx, err) {
				return
			}
			next = time.Now().Add(f.pace.Failed(f.list.TargetDuration))
		}
	}
}

// sleep waits; false when the recording has ended.
func (f *follower) sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
		return !f.rec.stopped.Load()
	case <-ctx.Done():
		f.last()
		return false
	}
}

// look makes a state of the list the one at hand.
func (f *follower) look(list *manifest.Playlist) {
	f.list, f.ages = list, f.ages[:0]
	var age time.Duration
	for i := range list.Segments {
		age += list.Segments[i].Duration
		f.ages = append(f.ages, age)
	}
	f.window.Store(int64(age))
}

// take hands on what is new in a state of the list.
func (f *follower) take(list *manifest.Playlist, now time.Time) (news bool) {
	f.look(list)
	f.rec.begin(f)
	epoch := f.track.Epoch()
	pieces := f.track.Take(list, now)
	if f.track.Epoch() != epoch {
		f.rec.source.inits.forget()
	}
	f.relist(now)
	if list.Ended {
		f.rec.ended.CompareAndSwap(false, f.stream < f.rec.run.plan.Films())
		f.cut()
	}
	f.lead(pieces)
	if len(pieces) == 0 {
		return false
	}
	if f.missed != nil {
		pieces, f.missed = slices.Insert(pieces, 0, *f.missed), nil
	}
	f.rec.waits(nil)
	var items []live.Item
	for i := range pieces {
		if f.enough(&pieces[i], now) {
			break
		}
		it, err := f.itemOf(&pieces[i], now)
		if err != nil {
			f.rec.fail(err)
			break
		}
		f.at += pieces[i].Duration
		items = append(items, it)
	}
	f.rec.feed.Add(items...)
	return true
}

// cut takes back what the clock promised and the list, which is whole now, has not.
func (f *follower) cut() {
	n := len(f.list.Segments)
	if n == 0 || f.rec.run.plan.Streams[f.stream].Lister == nil {
		return
	}
	end := f.list.Segments[n-1].Sequence
	f.rec.feed.Each(f.stream, f.track.Epoch(), func(it *live.Item) {
		if it.Part.Sequence > end {
			it.Lost = errBeyond
		}
	})
}

// enough reports whether a piece lies beyond what the job wants.
func (f *follower) enough(p *live.Piece, now time.Time) bool {
	l := f.rec.run.job.Live
	if l.Duration > 0 && f.at >= l.Duration {
		return true
	}
	if l.Until.IsZero() {
		return false
	}
	if !p.ProgramDateTime.IsZero() && p.ProgramDateTime.Sub(now).Abs() < maxSkew {
		now = p.ProgramDateTime
	}
	return !now.Before(l.Until)
}

// maxSkew is how far the clock of a channel may be from ours; one that is further off is not believed.
const maxSkew = 10 * time.Minute

// done reports whether nothing of the list is wanted any more.
func (f *follower) done() bool {
	l := f.rec.run.job.Live
	switch {
	case f.rec.stopped.Load(), f.list.Ended, f.rec.onAir.Load() == 0:
		return true
	case l.Duration > 0 && f.at >= l.Duration:
		return true
	case l.Until.IsZero():
		return false
	}
	now := time.Now()
	if dates := f.list.Dates(); dates != nil && dates[len(dates)-1].Sub(now).Abs() < maxSkew {
		now = dates[len(dates)-1]
	}
	return !now.Before(l.Until)
}

// last, when the recording was stopped, hands on the parts of a segment that will be completed without us.
func (f *follower) last() {
	now := time.Now()
	var items []live.Item
	for _, s := range f.list.Live.Parts {
		it, err := f.itemOf(&live.Piece{Segment: s, Epoch: f.track.Epoch()}, now)
		if err != nil {
			break
		}
		f.at += s.Duration
		items = append(items, it)
	}
	f.rec.feed.Add(items...)
}

// itemOf makes a part of a piece.
func (f *follower) itemOf(p *live.Piece, now time.Time) (live.Item, error) {
	it := live.Item{Epoch: p.Epoch, Period: p.Period, Date: p.ProgramDateTime, Part: plan.Part{
		Stream: f.stream, Segment: f.parts, Sequence: p.Sequence, Start: f.at, Duration: p.Duration,
		Discontinuity: p.Discontinuity, Period: f.rec.periods.of(p.Epoch, p.Period), Gap: p.Gap, Zero: p.Zero,
	}}
	f.parts++
	if p.Lost > 0 {
		it.Part.Sequence += p.Lost - 1 // a recording that is continued goes on behind it
		it.Lost = errLost
		if p.Lost > 1 {
			it.Lost = fmt.Errorf("it and %d before it were gone from the list before the list could be read", p.Lost-1)
		}
		return it, nil
	}
	return it, f.address(&it, &p.Segment, now)
}

// address puts in where a segment is, and for how long.
func (f *follower) address(it *live.Item, s *manifest.Segment, now time.Time) error {
	key, init, err := plan.Needs(s)
	if err != nil {
		return err
	}
	it.Part.URL, it.Part.Range, it.Part.Key, it.Part.Init = s.URL, s.Range, key, init
	it.Until = now.Add(f.lifetime(s.Sequence))
	return nil
}

// lifetime is how long the origin can be taken to have a segment: until it leaves the list, and for as long as the list lasts behind that (RFC 8216
// §6.2.2).
func (f *follower) lifetime(sequence uint64) time.Duration {
	n := len(f.ages)
	if n == 0 {
		return leastHold
	}
	at, _ := slices.BinarySearchFunc(f.list.Segments, sequence, func(s manifest.Segment, n uint64) int { return cmp.Compare(s.Sequence, n) })
	return max(f.ages[n-1]+2*min(f.list.TargetDuration, maxTarget)+f.ages[min(at, n-1)], leastHold)
}

// relist gives parts that are still to be fetched the addresses that the list has for them now.
func (f *follower) relist(now time.Time) {
	segments := f.list.Segments
	if len(segments) == 0 {
		return
	}
	first := segments[0].Sequence
	f.rec.feed.Each(f.stream, f.track.Epoch(), func(it *live.Item) {
		if n := it.Part.Sequence - first; it.Part.Sequence >= first && n < uint64(len(segments)) && segments[n].Sequence == it.Part.Sequence {
			_ = f.address(it, &segments[n], now) // what cannot be used stays what it was
		}
	})
}

// read gets the next state of the list.
func (f *follower) read(ctx context.Context) (*manifest.Playlist, error) {
	s, vars := f.rec.channel.stream(f.stream)
	if s.Lister != nil {
		return f.rec.channel.listed(ctx, f.stream)
	}
	addresses := append([]*url.URL{s.URL}, s.Mirrors...)
	u := addresses[f.server%len(addresses)]
	list, err := f.readList(ctx, u, vars)
	if errors.Is(err, ErrMalformed) && !f.whole && f.list.Live.Skips > 0 {
		f.whole = true // an update did not fit what is known
		list, err = f.readList(ctx, u, vars)
	}
	if err != nil {
		f.server++
		return nil, err
	}
	f.whole = false
	return list, nil
}

func (f *follower) readList(ctx context.Context, u *url.URL, vars map[string]string) (*manifest.Playlist, error) {
	name := "the playlist of the " + f.rec.run.plan.Streams[f.stream].Name() + " stream"
	body, err := f.rec.side.Get(ctx, fetch.Request{Kind: fetch.Playlist, Name: name, URL: hls.Next(f.list, u, f.whole).String(), Look: lookAt, Tries: 1})
	if err != nil {
		return nil, err
	}
	defer body.Release()
	doc, err := hls.Update(body.Data, body.URL, vars, f.list)
	if err = named(name, body.URL, err); err == nil && doc.Playlist == nil {
		err = marked{fmt.Errorf("%s (%s): it names variants now, not segments", name, short(body.URL)), ErrMalformed}
	}
	return doc.Playlist, err
}

// gone is how long at least nothing must come of a list of which there may be no more.
func (f *follower) gone() time.Duration {
	return max(goneTime, 3*min(f.list.TargetDuration, maxTarget))
}

// goneTime is how long a list may be refused until the broadcast counts as over.
const goneTime = 30 * time.Second

// hopeless reports whether a list that could not be read will not come any more. Addresses that are refused are renewed before that.
func (f *follower) hopeless(ctx context.Context, err error) bool {
	rec := f.rec
	if errors.Is(err, ErrDRM) {
		rec.fail(err)
		return true
	}
	rec.waits(err)
	if refusal(err) && f.pace.Failures() >= 1 {
		rec.channel.renew(ctx, rec.channel.generation())
	}
	patience := rec.patience()
	if definite(err) {
		patience = min(patience, f.gone())
	}
	return f.tired(patience, err)
}

// tired reports whether nothing has come for too long.
func (f *follower) tired(patience time.Duration, err error) bool {
	if f.rec.ended.Load() { // another list has ended
		patience = min(patience, f.gone())
	}
	idle := time.Since(f.rec.began) - time.Duration(f.rec.latest.Load())
	if idle < patience {
		return false
	}
	why := "it gave nothing new"
	if err != nil {
		why = reason(err)
	}
	f.rec.mu.Lock()
	defer f.rec.mu.Unlock()
	if f.rec.over == "" {
		f.rec.over = fmt.Sprintf("the broadcast counts as over after %s: %s", idle.Round(time.Second), why)
	}
	return true
}

func (rec *recording) patience() time.Duration {
	if p := rec.run.job.Live.Patience; p > 0 {
		return p
	}
	return defaultPatience
}
