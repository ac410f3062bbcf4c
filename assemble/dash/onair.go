package dash

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	"seine/assemble/manifest"
)

// air is what a dynamic MPD says of its broadcast (§5.3.1.2, §5.4).
type air struct {
	start  time.Time     // availabilityStartTime
	window time.Duration // timeShiftBufferDepth, negative for all
	ends   time.Duration // mediaPresentationDuration, negative when it is not known
	update time.Duration // minimumUpdatePeriod, negative when it will not change
}

// maxOnAir bounds the segments of one representation that are listed at once: the latest count.
const maxOnAir = 20_000

// timeForms are xs:dateTime as packagers write it; without a zone it is UTC (§5.3.1.2 asks for one).
var timeForms = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"}

func parseTime(s string) (time.Time, bool) {
	for _, form := range timeForms {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// broadcast reads the attributes of a dynamic MPD; nil for a static one.
func (m *mpd) broadcast() (*air, error) {
	if m.Type != "dynamic" {
		return nil, nil
	}
	a := &air{window: unknown, ends: unknown, update: unknown}
	var ok bool
	if a.start, ok = parseTime(m.Start); !ok {
		return nil, fmt.Errorf("%w: availabilityStartTime=%.64q", ErrMalformed, m.Start)
	}
	for _, d := range []struct {
		text, name string
		to         *time.Duration
	}{{m.Window, "timeShiftBufferDepth", &a.window}, {m.Duration, "mediaPresentationDuration", &a.ends}, {m.Update, "minimumUpdatePeriod", &a.update}} {
		n, stated, err := parseDuration(d.text, d.name)
		if err != nil {
			return nil, err
		}
		if stated {
			*d.to = n
		}
	}
	return a, nil
}

// describe is what those who follow the broadcast want to know.
func (a *air) describe(m *mpd, base *url.URL) *manifest.Broadcast {
	b := &manifest.Broadcast{Start: a.start, Update: a.update}
	for _, l := range m.Locations {
		if u, err := newBases(base)[0].Parse(l); err == nil {
			b.Locations = append(b.Locations, u)
		}
	}
	for _, t := range m.Clocks {
		b.Clocks = append(b.Clocks, manifest.Clock{Scheme: t.Scheme, Value: t.Value})
	}
	return b
}

// At implements manifest.LiveLister.
func (t *track) At(now, start time.Time) manifest.Lister {
	c := *t
	c.now, c.start = now, start
	if t.air != nil {
		c.start = t.air.start
	}
	return &c
}

// onAir reports how much of a period is there now: between two times of it. ok is false when nothing is.
func (t *track) onAir(s span) (from, to time.Duration, ok bool) {
	elapsed := t.now.Sub(t.air.start)
	to = elapsed - s.start
	if s.length >= 0 {
		to = min(to, s.length)
	}
	if t.air.window >= 0 {
		from = max(elapsed-t.air.window-s.start, 0)
	}
	return from, to, to > 0 && from < to
}

// layoutNow is the layout of a period of a broadcast: what there is of it by now. nil: nothing.
func (t *track) layoutNow(m *media) (*layout, error) {
	from, to, ok := t.onAir(m.span)
	if !ok {
		return nil, nil
	}
	switch {
	case m.Template != nil:
		return m.Template.layoutNow(m, from, to)
	case m.List != nil:
		c := *m
		c.span.length = to
		return c.List.layout(&c)
	}
	return nil, fmt.Errorf("a broadcast in single files is %w", errUnsupported)
}

func (t *template) layoutNow(m *media, from, to time.Duration) (*layout, error) {
	if t.Timeline == nil && t.Duration == nil {
		return nil, fmt.Errorf("%w: neither a duration nor a SegmentTimeline says how long the segments of a broadcast are", ErrMalformed)
	}
	s, err := t.scale()
	if err != nil {
		return nil, err
	}
	var pieces []piece
	if t.Timeline == nil {
		pieces, err = t.evenNow(s, from, to)
	} else {
		pieces, err = t.pieces(s, to+timelineAhead, -1)
		begin := s.offset + s.count(from)
		pieces = slices.DeleteFunc(pieces, func(p piece) bool { return p.time+p.duration <= begin })
	}
	if err != nil {
		return nil, err
	}
	return t.lay(m, s, pieces[max(len(pieces)-maxOnAir, 0):])
}

// timelineAhead is how far beyond now a SegmentTimeline is believed: what it lists is there, whatever our clock says.
const timelineAhead = time.Minute

// evenNow lists the segments of one duration that are complete between two times of their period (§5.3.9.5.3), the latest maxOnAir.
func (m *multiple) evenNow(s scale, from, to time.Duration) ([]piece, error) {
	d := *m.Duration
	if d == 0 {
		return nil, fmt.Errorf("%w: segments of no duration", ErrMalformed)
	}
	number := uint64(1)
	if m.StartNumber != nil {
		number = *m.StartNumber
	}
	end := s.count(to) / d // complete ones
	if m.EndNumber != nil && *m.EndNumber >= number {
		end = min(end, *m.EndNumber-number+1)
	}
	first := s.count(from) / d
	if end > maxOnAir {
		first = max(first, end-maxOnAir)
	}
	var list []piece
	for i := first; i < end; i++ {
		list = append(list, piece{time: s.offset + i*d, duration: d, number: number + i})
	}
	return list, nil
}

// dated gives the segments of a period the wall clock.
func (t *track) dated(segments []manifest.Segment, l *layout, s span) error {
	if t.start.IsZero() {
		return nil
	}
	for i := range segments {
		at, err := l.scale.duration(l.list[i].time - min(l.list[i].time, l.scale.offset))
		if err != nil {
			return err
		}
		segments[i].ProgramDateTime = t.start.Add(s.start + at)
	}
	return nil
}

// ended reports whether the broadcast is over by what its manifest says.
func (t *track) ended() bool {
	return t.air == nil || t.air.ends >= 0 && t.now.Sub(t.air.start) >= t.air.ends
}
