package capture

import "time"

// PageTimes are the landmarks of the visited page's first document. A zero time means that it was not reached.
type PageTimes struct {
	Content time.Time // DOMContentLoaded
	Load    time.Time // its load event
}

type pageEvent struct {
	Timestamp float64 `json:"timestamp"`
}

// landmark notes when something first happened to the tab's own page. Before the first request there was only about:blank.
func (r *Recorder) landmark(s Session, at *time.Time, ev *pageEvent) {
	if at.IsZero() && s.Kind() == "page" && len(r.list) > 0 && r.list[0].session == s.ID() {
		*at = r.wall(ev.Timestamp)
	}
}

func (r *Recorder) contentLoaded(s Session, ev *pageEvent) { r.landmark(s, &r.times.Content, ev) }
func (r *Recorder) pageLoaded(s Session, ev *pageEvent)    { r.landmark(s, &r.times.Load, ev) }

// Follower tells exchanges once each, as they come to their end. The zero value has told none.
type Follower struct {
	next int // all before it are told
	told map[int]bool
}

// Settled gives the exchanges that have come to their end, their bodies read, and that f has not given yet.
func (r *Recorder) Settled(f *Follower) []*Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*Exchange
	if f.told == nil {
		f.told = map[int]bool{}
	}
	for i := f.next; i < len(r.list); i++ {
		x := r.list[i]
		if f.told[i] || !x.Done || x.Body.Reason == ReasonPending {
			continue
		}
		f.told[i] = true
		e := x.snapshot()
		list = append(list, &e)
	}
	for f.told[f.next] {
		delete(f.told, f.next)
		f.next++
	}
	return list
}
