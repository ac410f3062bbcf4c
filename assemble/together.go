package assemble

import (
	"math"
	"sync"
	"time"

	"seine/assemble/live"
	"seine/assemble/manifest"
	"seine/assemble/plan"
)

// together has the streams of a recording begin with the same moment of the broadcast, though each list has its own numbers. One stream leads: the
// first, or what an earlier recording began with. It is safe for concurrent use.
type together struct {
	leader int
	origin *live.Item // that the earlier recording began with, nil for none

	mu    sync.Mutex
	place *place // nil as long as the leader's list has not been understood
}

// place is a moment of the broadcast, by the leader's list.
type place struct {
	list  *manifest.Playlist
	index int // of the segment that begins then
	epoch int
	at    time.Duration // where that is in the film
}

func (s *together) set(p place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.place == nil {
		s.place = &p
	}
}

func (s *together) get() *place {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.place
}

// leads is told of the first part of the film that an earlier recording has.
func (s *together) leads(it *live.Item) {
	if s.origin == nil {
		s.leader, s.origin = it.Part.Stream, it
	}
}

// begin has a stream of which nothing was taken begin, as soon as it is known where.
func (rec *recording) begin(f *follower) {
	if f.track.Begun() || len(f.list.Segments) == 0 {
		return
	}
	if s := &rec.start; f.stream == s.leader {
		p := place{list: f.list}
		if !rec.run.job.Live.FromStart {
			p.index = live.Edge(f.list)
		}
		s.set(p)
	}
	if p := rec.start.get(); p != nil {
		f.begin(p)
	}
}

// takeFirst takes what the lists have at the beginning, and reports for each whether that was anything. All of it is known before the first part is
// fetched, so that picture and sound come in turn.
func (rec *recording) takeFirst(now time.Time) (news []bool) {
	news = make([]bool, len(rec.followers))
	leader := rec.start.leader
	news[leader] = rec.followers[leader].take(rec.followers[leader].list, now)
	for i, f := range rec.followers {
		if i != leader {
			news[i] = f.take(f.list, now)
		}
	}
	return news
}

// begin has the stream begin at a place. What of the film is in front of that it does not have.
func (f *follower) begin(p *place) {
	index := live.With(f.list, p.list, p.index)
	f.track.Begin(f.list, index, p.epoch)
	if p.at <= 0 {
		return
	}
	if f.textual() {
		f.at = p.at
		return
	}
	first := f.list.Segments[min(index, len(f.list.Segments)-1)]
	f.missed = &live.Piece{Lost: 1, Epoch: p.epoch, Segment: manifest.Segment{Sequence: first.Sequence - 1, Period: first.Period, Duration: p.at}}
}

// shownSequence is the media sequence number of a part. What is missing in front of number 0 has that, too.
func shownSequence(p *plan.Part) uint64 {
	if p.Sequence == math.MaxUint64 {
		return 0
	}
	return p.Sequence
}

// lead says where streams begin that an earlier recording had nothing of, or as near to that as the leader's list still goes back. What is new in the
// list has not been added yet.
func (f *follower) lead(pieces []live.Piece) {
	s := &f.rec.start
	if f.stream != s.leader || s.origin == nil || f.track.Odd() || len(f.list.Segments) == 0 {
		return
	}
	p := place{list: f.list, epoch: f.track.Epoch(), at: f.at}
	if len(pieces) > 0 && pieces[0].Lost > 0 {
		p.at += pieces[0].Duration
		pieces = pieces[1:]
	}
	old := f.list.Segments // that the film has
	for i := range old {
		if len(pieces) > 0 && old[i].Sequence == pieces[0].Sequence {
			old = old[:i]
			break
		}
	}
	for i := range old {
		if p.epoch == s.origin.Epoch && old[i].Sequence < s.origin.Part.Sequence {
			p.index = i + 1
			continue
		}
		p.at -= old[i].Duration
	}
	s.set(p)
}
