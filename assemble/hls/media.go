package hls

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/grafov/m3u8"

	"seine/assemble/internal/address"
	"seine/assemble/manifest"
)

const (
	maxSegmentDuration = 24 * time.Hour
	maxDuration        = 1000 * 24 * time.Hour
)

// mediaReader is the state of a media playlist between two lines: what is in force, and what waits for the next address.
type mediaReader struct {
	lines   *lineCounter
	number  int
	resolve *address.Resolver
	list    *manifest.Playlist
	err     error
	keys    []manifest.Key
	init    *manifest.InitSection
	period  uint64
	inf     bool
	next    manifest.Segment
	total   time.Duration
	cue     cue
	ranges  dateRanges
	// earlier is a state of the list that is known already, or nil; skipped are the segments that this one takes from it.
	earlier *manifest.Playlist
	skipped []manifest.Segment
}

func decodeMedia(n *normalized, base *url.URL, earlier *manifest.Playlist) (*manifest.Playlist, error) {
	g, err := m3u8.NewMediaPlaylist(0, uint(n.segments))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	r := &mediaReader{
		lines: &lineCounter{numbers: n.lines}, resolve: address.New(base), earlier: earlier,
		list: &manifest.Playlist{URL: base, Warnings: n.warnings, Segments: make([]manifest.Segment, 0, n.segments)},
	}
	if err := grafovDecode(g, n.text, r.note); err != nil {
		return nil, err
	}
	if r.err != nil {
		return nil, r.err
	}
	return r.list, r.join(g)
}

// join lays grafov's segments beside ours: it owns the addresses, we own the rest. Sequence numbers are counted
// here, because its tag may come after the first segment.
func (r *mediaReader) join(g *m3u8.MediaPlaylist) error {
	p := r.list
	if int(g.Count()) != len(p.Segments) {
		return fmt.Errorf("%w: %d segments counted, %d decoded", ErrMalformed, len(p.Segments), g.Count())
	}
	if p.Sequence > 1<<62 || p.DiscontinuitySequence > 1<<62 {
		return fmt.Errorf("%w: its sequence numbers are too large", ErrMalformed)
	}
	for i := range p.Segments {
		s := &p.Segments[i]
		u, err := r.resolve.Media(g.Segments[i].URI)
		if err != nil {
			return fmt.Errorf("segment %d: %w", i+1, err)
		}
		s.URL = u
		s.Sequence = p.Sequence + uint64(len(r.skipped)+i)
		s.Period += p.DiscontinuitySequence
	}
	p.Segments = append(r.skipped, p.Segments...)
	for i := len(r.skipped); i < len(p.Segments); i++ {
		if err := fixRange(p.Segments, i); err != nil {
			return err
		}
	}
	r.parts()
	r.adverts()
	p.Ended = g.Closed || p.Type == "VOD"
	return nil
}

// fixRange fills in an offset that was left to the segment before (RFC 8216 §4.3.2.2): it must be of the same resource.
func fixRange(segments []manifest.Segment, i int) error {
	s := &segments[i]
	if s.Range == nil || s.Range.Offset >= 0 {
		return nil
	}
	if i == 0 || segments[i-1].Range == nil || segments[i-1].URL != s.URL {
		return fmt.Errorf("%w: segment %d: a byte range without offset does not follow another of the same file", ErrMalformed, i+1)
	}
	before := segments[i-1].Range
	if s.Range.Length > 1<<62-before.Offset-before.Length {
		return fmt.Errorf("%w: segment %d: byte ranges beyond any file", ErrMalformed, i+1)
	}
	s.Range.Offset = before.Offset + before.Length
	return nil
}

// note takes one line. The first error ends the reading.
func (r *mediaReader) note(line string) {
	r.number = r.lines.next()
	if r.err != nil || line == "" {
		return
	}
	var err error
	if line[0] != '#' {
		err = r.address()
	} else {
		err = r.tag(line)
	}
	if err != nil {
		r.err = fmt.Errorf("%w: line %d: %w", ErrMalformed, r.number, err)
	}
}

func (r *mediaReader) address() error {
	s := r.next
	s.Keys, s.Init, s.Period = r.keys, r.init, r.period
	r.total += s.Duration
	if r.total > maxDuration {
		return fmt.Errorf("the film would last more than %v", maxDuration)
	}
	s.Advert = r.cue.take(s.Duration)
	r.list.Segments = append(r.list.Segments, s)
	r.next, r.inf = manifest.Segment{}, false
	r.list.Live.Parts = r.list.Live.Parts[:0]
	return nil
}

func (r *mediaReader) tag(line string) error {
	name, value, _ := strings.Cut(line, ":")
	switch name {
	case "#EXTINF":
		return r.extinf(value)
	case "#EXT-X-BYTERANGE":
		return r.byteRange(value)
	case "#EXT-X-KEY":
		return r.key(value)
	case "#EXT-X-MAP":
		return r.initSection(value)
	case "#EXT-X-GAP":
		r.next.Gap = true
	case "#EXT-X-DISCONTINUITY":
		r.next.Discontinuity = true
		r.period++
	case "#EXT-X-PROGRAM-DATE-TIME":
		r.next.ProgramDateTime = r.date(value)
	case "#EXT-X-DATERANGE":
		r.dateRange(value)
	case "#EXT-X-CUE-OUT", "#EXT-X-CUE-OUT-CONT", "#EXT-X-CUE-IN", "#EXT-X-SCTE35":
		r.cue.tag(name, value, len(r.list.Segments))
	case "#EXT-X-SKIP":
		return r.skip(value)
	case "#EXT-X-PART":
		return r.part(value)
	case "#EXT-X-SERVER-CONTROL":
		r.control(value)
	case "#EXT-X-START":
		r.start(value)
	default:
		return r.header(name, strings.TrimSpace(value))
	}
	return nil
}

// header reads the tags that hold for the whole list (RFC 8216 §4.3.3).
func (r *mediaReader) header(name, value string) (err error) {
	p := r.list
	switch name {
	case "#EXT-X-MEDIA-SEQUENCE":
		p.Sequence, err = strconv.ParseUint(value, 10, 64)
	case "#EXT-X-DISCONTINUITY-SEQUENCE":
		p.DiscontinuitySequence, err = strconv.ParseUint(value, 10, 64)
	case "#EXT-X-TARGETDURATION":
		p.TargetDuration, err = parseDuration(value)
	case "#EXT-X-PLAYLIST-TYPE":
		p.Type = strings.ToUpper(value)
	case "#EXT-X-I-FRAMES-ONLY":
		return fmt.Errorf("it is a list of single pictures for fast forward (I-FRAMES-ONLY), not a film")
	}
	if err != nil {
		return fmt.Errorf("%s has the value %s", name[1:], address.Short(value))
	}
	return nil
}

func (r *mediaReader) extinf(value string) (err error) {
	if r.inf {
		return nil // as grafov: the first one counts
	}
	r.inf = true
	number, _, _ := strings.Cut(value, ",")
	r.next.Duration, err = parseDuration(strings.TrimSpace(number))
	return err
}

// parseDuration reads decimal seconds.
func parseDuration(s string) (time.Duration, error) {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f >= 0) || f > maxSegmentDuration.Seconds() {
		return 0, fmt.Errorf("bad duration %s", address.Short(s))
	}
	return time.Duration(f*1e9 + 0.5), nil
}

func (r *mediaReader) byteRange(value string) error {
	rg, implicit, err := parseRange(value)
	if err != nil {
		return err
	}
	if implicit {
		rg.Offset = -1 // until the segment before is known
	}
	r.next.Range = &rg
	return nil
}
