package dash

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"seine/assemble/manifest"
)

// track is what becomes one stream of the film: a representation of each period that has one.
type track struct {
	url     *url.URL
	air     *air     // nil for what is whole
	periods []*media // nil where the period has none
	spans   []span
	// now is the moment that the list is of, start what its times count from; zero where nobody says it.
	now, start time.Time
}

// List implements manifest.Lister.
func (t *track) List(ctx context.Context, read manifest.Reader) (*manifest.Playlist, []*manifest.Playlist, error) {
	layouts, servers, err := t.layouts(ctx, read)
	if err != nil {
		return nil, nil, err
	}
	lists := make([]*manifest.Playlist, servers)
	for i := range lists {
		if lists[i], err = t.list(layouts, i); err != nil {
			return nil, nil, err
		}
	}
	return lists[0], lists[1:], nil
}

// layouts lays out all periods, and counts on how many servers each of them is.
func (t *track) layouts(ctx context.Context, read manifest.Reader) ([]*layout, int, error) {
	servers, count := maxBases, 0
	layouts := make([]*layout, len(t.periods))
	for i, m := range t.periods {
		if m == nil {
			continue
		}
		if _, err := manifest.Usable(m.keys()); err != nil {
			return nil, 0, err
		}
		servers = min(servers, len(m.bases))
		l, err := t.layout(ctx, m, read)
		if err != nil {
			return nil, 0, fmt.Errorf("representation %.60q of period %d: %w", m.id, i+1, err)
		}
		if l == nil {
			continue
		}
		if count += len(l.list); count > MaxSegments {
			return nil, 0, fmt.Errorf("%w: more than %d segments", ErrTooLarge, MaxSegments)
		}
		layouts[i] = l
	}
	return layouts, servers, nil
}

// number is what a period is called: its place, or when it begins where those that are over are forgotten.
func (t *track) number(i int) uint64 {
	if t.start.IsZero() {
		return uint64(i)
	}
	return uint64(t.spans[i].start / time.Millisecond)
}

func (t *track) layout(ctx context.Context, m *media, read manifest.Reader) (*layout, error) {
	if t.air != nil {
		return t.layoutNow(m)
	}
	return m.layout(ctx, read)
}

// list is the playlist with the addresses of one server. Each period begins with a discontinuity: its times begin anew.
func (t *track) list(layouts []*layout, server int) (*manifest.Playlist, error) {
	p := &manifest.Playlist{URL: t.url, Ended: t.ended()}
	if t.air == nil {
		p.Type = "VOD"
	}
	for i, l := range layouts {
		if l == nil {
			continue
		}
		segments, err := l.segments(t.periods[i], server, t.periods[i].keys())
		if err != nil {
			return nil, err
		}
		if err := t.dated(segments, l, t.spans[i]); err != nil {
			return nil, err
		}
		if len(p.Segments) == 0 {
			p.DiscontinuitySequence = t.number(i)
		} else if len(segments) > 0 {
			segments[0].Discontinuity = true
		}
		for k := range segments {
			segments[k].Period, segments[k].Sequence = t.number(i), uint64(len(p.Segments)+k)
			p.TargetDuration = max(p.TargetDuration, segments[k].Duration)
		}
		p.Segments = append(p.Segments, segments...)
	}
	return p, nil
}
