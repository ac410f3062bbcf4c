package hls

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"time"

	"seine/assemble/manifest"
)

// maxParts bounds the parts of one segment.
const maxParts = 1000

// Next returns the address that the next state of a list is asked for at: with the delivery directives that the list offers (RFC 8216bis
// §6.2.5), to wait for the segment behind its last one, and to leave out what is known. whole asks for all segments.
func Next(p *manifest.Playlist, address *url.URL, whole bool) *url.URL {
	if !p.Live.Blocks && (p.Live.Skips == 0 || whole) {
		return address
	}
	u := *address
	q := u.Query()
	if n := len(p.Segments); p.Live.Blocks && n > 0 {
		q.Set("_HLS_msn", strconv.FormatUint(p.Segments[n-1].Sequence+1, 10))
	}
	if p.Live.Skips > 0 && !whole {
		q.Set("_HLS_skip", "YES")
	}
	u.RawQuery = q.Encode()
	return &u
}

// control reads EXT-X-SERVER-CONTROL (RFC 8216bis §4.4.3.8). What cannot be read is not offered.
func (r *mediaReader) control(list string) {
	l := &r.list.Live
	for k, v := range attributes(list) {
		switch k {
		case "CAN-BLOCK-RELOAD":
			l.Blocks = v == "YES"
		case "CAN-SKIP-UNTIL":
			l.Skips, _ = parseDuration(v)
		case "HOLD-BACK":
			l.HoldBack, _ = parseDuration(v)
		}
	}
}

// start reads EXT-X-START (RFC 8216 §4.3.5.2).
func (r *mediaReader) start(list string) {
	for k, v := range attributes(list) {
		if k != "TIME-OFFSET" {
			continue
		}
		if f, err := strconv.ParseFloat(v, 64); err == nil && math.Abs(f) <= maxDuration.Seconds() {
			at := time.Duration(f * 1e9)
			r.list.Live.Start = &at
		}
	}
}

// skip reads EXT-X-SKIP (RFC 8216bis §4.4.5.2): the segments are those that are known, and what was in force behind them goes on.
func (r *mediaReader) skip(list string) error {
	n := uint64(0)
	for k, v := range attributes(list) {
		if k == "SKIPPED-SEGMENTS" {
			n, _ = strconv.ParseUint(v, 10, 32)
		}
	}
	if n == 0 || len(r.list.Segments) > 0 {
		return errors.New("EXT-X-SKIP leaves out nothing")
	}
	if r.earlier == nil {
		return errors.New("it is an update that leaves out the segments that were known before (EXT-X-SKIP); take _HLS_skip out of its address")
	}
	known := r.earlier.Segments
	if at := r.list.Sequence - first(known); len(known) == 0 || r.list.Sequence < first(known) || at > uint64(len(known)) || n > uint64(len(known))-at {
		return fmt.Errorf("it leaves out %d segments from %d on, not all of which are known", n, r.list.Sequence)
	}
	if n+uint64(cap(r.list.Segments)) > MaxSegments {
		return fmt.Errorf("%w: more than %d segments, with those that it leaves out", ErrTooLarge, MaxSegments)
	}
	at := r.list.Sequence - first(known)
	r.skipped = append(r.skipped, known[at:at+n]...)
	last := &r.skipped[n-1]
	r.keys, r.init = last.Keys, last.Init
	r.period = last.Period - r.list.DiscontinuitySequence
	for i := range r.skipped {
		r.total += r.skipped[i].Duration
	}
	return nil
}

// first is the number that segments begin with.
func first(segments []manifest.Segment) uint64 {
	if len(segments) == 0 {
		return 0
	}
	return segments[0].Sequence
}

// part reads EXT-X-PART (RFC 8216bis §4.4.4.9). Those of a segment that is complete are of no use: address forgets them.
func (r *mediaReader) part(list string) error {
	s := manifest.Segment{Keys: r.keys, Init: r.init, Period: r.period, Discontinuity: r.next.Discontinuity, ProgramDateTime: r.next.ProgramDateTime}
	parts := r.list.Live.Parts
	for k, v := range attributes(list) {
		var err error
		switch k {
		case "URI":
			s.URL, err = r.resolve.Media(v)
		case "DURATION":
			s.Duration, err = parseDuration(v)
		case "BYTERANGE":
			s.Range, err = partRange(v, parts)
		case "GAP":
			s.Gap = v == "YES"
		}
		if err != nil {
			return err
		}
	}
	if s.URL == "" {
		return errors.New("EXT-X-PART has no URI")
	}
	if len(parts) == maxParts {
		return fmt.Errorf("%w: more than %d parts of one segment", ErrTooLarge, maxParts)
	}
	if len(parts) > 0 { // it holds for the first part of its segment
		s.Discontinuity, s.ProgramDateTime = false, time.Time{}
	}
	r.list.Live.Parts = append(parts, s)
	return nil
}

// partRange reads the range of a part; without an offset it follows the part before.
func partRange(v string, before []manifest.Segment) (*manifest.ByteRange, error) {
	rg, implicit, err := parseRange(v)
	if err != nil || !implicit {
		return &rg, err
	}
	rg.Offset = 0
	if n := len(before); n > 0 && before[n-1].Range != nil {
		rg.Offset = before[n-1].Range.Offset + before[n-1].Range.Length
	}
	return &rg, nil
}

// parts numbers those of the segment that is not complete: they stand for the one behind the last.
func (r *mediaReader) parts() {
	p := r.list
	for i := range p.Live.Parts {
		s := &p.Live.Parts[i]
		s.Period += p.DiscontinuitySequence
		s.Sequence = p.Sequence + uint64(len(p.Segments))
	}
}
