package ttml

import (
	"encoding/xml"
	"time"
)

// span is when an element is active. Its end is Open where nothing ends it.
type span struct{ begin, end time.Duration }

// time settles when an element is active, within the one above (TTML2 §12.2): begin and end count from where that one begins, or in a
// sequence from where the element before ends. false: a time cannot be understood.
func (e *element) time(c *clock, above *element, list []xml.Attr) bool {
	e.seq = attribute(list, "timeContainer") == "seq"
	from := above.span.begin
	if above.seq {
		from = max(from, above.next)
	}
	e.span = span{from, above.span.end}
	for _, a := range []struct {
		name string
		set  func(time.Duration)
	}{
		{"begin", func(d time.Duration) { e.span.begin = from + d }},
		{"end", func(d time.Duration) { e.span.end = min(e.span.end, from+d) }},
		{"dur", func(d time.Duration) { e.span.end = min(e.span.end, e.span.begin+d) }},
	} {
		text := attribute(list, a.name)
		if text == "" || text == "indefinite" {
			continue
		}
		d, ok := c.parse(text)
		if !ok {
			return false
		}
		a.set(d)
	}
	e.span.begin = min(e.span.begin, Open)
	e.next = e.span.begin
	above.next = e.span.end
	return true
}
