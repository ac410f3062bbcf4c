package manifest

import "time"

// Dates returns the wall clock of each segment's first sample, as far as the stated dates reach forward and, before the first of
// them, backward (RFC 8216 §6.3.3); nil when the playlist states none.
func (p *Playlist) Dates() []time.Time {
	first := -1
	list := make([]time.Time, len(p.Segments))
	for i := range p.Segments {
		s := &p.Segments[i]
		switch {
		case !s.ProgramDateTime.IsZero():
			list[i] = s.ProgramDateTime
			if first < 0 {
				first = i
			}
		case first >= 0:
			list[i] = list[i-1].Add(p.Segments[i-1].Duration)
		}
	}
	if first < 0 {
		return nil
	}
	for i := first - 1; i >= 0; i-- {
		list[i] = list[i+1].Add(-p.Segments[i].Duration)
	}
	return list
}
