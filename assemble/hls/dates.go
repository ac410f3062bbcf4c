package hls

import (
	"fmt"
	"strings"
	"time"

	"seine/assemble/internal/address"
	"seine/assemble/manifest"
)

// maxDateRanges bounds EXT-X-DATERANGE.
const maxDateRanges = 10_000

// dateLayouts are ISO 8601 dates as packagers write them; fractions of seconds are read by all.
var dateLayouts = []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00"}

func parseDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// date reads EXT-X-PROGRAM-DATE-TIME (RFC 8216 §4.3.2.6). One that cannot be read is no reason to refuse the film.
func (r *mediaReader) date(value string) time.Time {
	t, ok := parseDate(value)
	if !ok {
		r.warn("line %d: the date %s cannot be read", r.number, address.Short(value))
	}
	return t
}

func (r *mediaReader) warn(format string, args ...any) {
	if len(r.list.Warnings) < maxWarnings {
		r.list.Warnings = append(r.list.Warnings, fmt.Sprintf(format, args...))
	}
}

// dateRanges finds the ranges again that later tags complete.
type dateRanges struct {
	byID map[string]int
	// endOnNext are those that end where the next of their class begins.
	endOnNext map[int]bool
}

// dateRange reads EXT-X-DATERANGE (RFC 8216bis §4.4.5.1). Tags of one ID are of one range: the second may bring its end.
func (r *mediaReader) dateRange(list string) {
	var id string
	for k, v := range attributes(list) {
		if k == "ID" {
			id = v
		}
	}
	at, known := r.ranges.byID[id]
	if !known {
		if len(r.list.DateRanges) == maxDateRanges {
			return
		}
		if r.ranges.byID == nil {
			r.ranges = dateRanges{byID: map[string]int{}, endOnNext: map[int]bool{}}
		}
		at = len(r.list.DateRanges)
		r.ranges.byID[id] = at
		r.list.DateRanges = append(r.list.DateRanges, manifest.DateRange{ID: id})
	}
	r.ranges.endOnNext[at] = readRange(&r.list.DateRanges[at], list) || r.ranges.endOnNext[at]
}

func readRange(d *manifest.DateRange, list string) (endOnNext bool) {
	var end time.Time
	var planned time.Duration
	for k, v := range attributes(list) {
		switch k {
		case "CLASS":
			d.Class = v
		case "START-DATE":
			if t, ok := parseDate(v); ok {
				d.Start = t
			}
		case "END-DATE":
			end, _ = parseDate(v)
		case "DURATION":
			d.Duration, _ = parseDuration(v)
		case "PLANNED-DURATION":
			planned, _ = parseDuration(v)
		case "SCTE35-OUT":
			d.Out = true
		case "END-ON-NEXT":
			endOnNext = v == "YES"
		}
	}
	if d.Duration == 0 && !end.IsZero() && end.After(d.Start) {
		d.Duration = end.Sub(d.Start)
	}
	if d.Duration == 0 {
		d.Duration = planned
	}
	return endOnNext
}

// endRanges settles END-ON-NEXT: the range ends where the next one of its class begins.
func (r *mediaReader) endRanges() {
	list := r.list.DateRanges
	next := map[string]time.Time{} // of each class
	for i := len(list) - 1; i >= 0; i-- {
		d := &list[i]
		if n, ok := next[d.Class]; ok && r.ranges.endOnNext[i] && n.After(d.Start) {
			d.Duration = n.Sub(d.Start)
		}
		next[d.Class] = d.Start
	}
}
