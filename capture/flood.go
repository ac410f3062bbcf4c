package capture

import "strconv"

type eventsLost struct {
	Events int `json:"events"`
}

// eventsLost: whoever hands us the browser's events could not keep all of them. Of what was under way a piece may be among them.
func (r *Recorder) eventsLost(s Session, ev *eventsLost) {
	r.heard.notes = append(r.heard.notes, Note{Kind: NoteLost, Text: strconv.Itoa(ev.Events), Target: Target{Kind: s.Kind()}})
	for _, x := range r.list {
		if x.live != nil && x.live.w.lost == "" {
			x.live.w.drop(ReasonFlood)
		}
	}
}
