package plan

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"seine/assemble/manifest"
)

// Sentinels of Build.
var (
	// ErrEmpty marks a playlist without segments.
	ErrEmpty = errors.New("nothing to download")
)

// Part is one segment in its place in the film.
type Part struct {
	// Stream is the index of Plan.Streams.
	Stream int
	// Segment is the number of the segment within its stream, from 0.
	Segment int
	// Sequence is the media sequence number.
	Sequence uint64
	URL      string
	// Mirrors are addresses of the same bytes on other servers. The key is that of URL.
	Mirrors []string
	Range   *manifest.ByteRange
	// Key is nil for clear media.
	Key *manifest.Key
	// Init is the initialization section that comes before the segment, nil for none; parts that share one share the pointer.
	Init *Init
	// Start is its place in the film: when its stream begins, and the durations before it.
	Start, Duration time.Duration
	// Begins is Start in the film that nothing is left out of.
	Begins        time.Duration
	Discontinuity bool
	// Period counts the discontinuities so far; the streams agree on it.
	Period int
	// Doubtful is true when the last segment of a period may not exist.
	Doubtful bool
	// Zero is what the samples' own clock shows when the period begins, as far as the manifest says that.
	Zero time.Duration
	// Gap is true when the origin says that the segment does not exist; Advert when the playlist marks it as spliced in.
	Gap, Advert bool
}

// Init is an initialization section (RFC 8216 §4.3.2.5).
type Init struct {
	URL string
	// Mirrors are addresses of the same bytes on other servers.
	Mirrors []string
	Range   *manifest.ByteRange
	// Key is nil for a clear one.
	Key *manifest.Key
}

// Plan is the film before it is made.
type Plan struct {
	Streams []Stream
	// Parts is ordered by start time, then stream.
	Parts []Part
	// Offsets say when each stream begins, at 0 or later.
	Offsets []time.Duration
	// Duration is the end of the last part that is no subtitles.
	Duration time.Duration
	// Islands are what looks spliced in, see Islands; Skipped is true when they are left out.
	Islands []Island
	Skipped bool
	// Live is true when a list still grows; Parts are what it has now.
	Live bool
	// Codings are what Learn was told.
	Codings Codings
}

// Build lays out the parts of streams whose playlists have been read. It refuses what cannot become a film: errors wrap
// ErrEmpty, manifest.ErrDRM or manifest.ErrUnsupported.
func Build(streams []Stream) (*Plan, error) {
	p := &Plan{Streams: streams}
	first := firstPeriod(streams[:films(streams)])
	for i := range streams {
		parts, err := streamParts(i, &streams[i], first)
		if err != nil {
			return nil, err
		}
		p.Parts = append(p.Parts, parts...)
		p.Live = p.Live || !streams[i].Playlist.Ended && !streams[i].Text() // subtitles end with the film
	}
	p.Offsets = make([]time.Duration, films(streams))
	if !slices.ContainsFunc(streams[:films(streams)], func(s Stream) bool { return len(s.Playlist.Segments) == 0 }) {
		p.Offsets = align(streams[:films(streams)])
	}
	p.Offsets = alignTexts(streams, p.Offsets)
	for i := range p.Parts {
		p.Parts[i].Start += p.Offsets[p.Parts[i].Stream]
		p.Parts[i].Begins = p.Parts[i].Start
	}
	p.order()
	p.last()
	p.place()
	p.Islands = Islands(p)
	return p, nil
}

// order sorts the parts and adds up how long the film is.
func (p *Plan) order() {
	p.Duration = 0
	for i := range p.Parts {
		if p.Streams[p.Parts[i].Stream].Text() {
			continue
		}
		p.Duration = max(p.Duration, p.Parts[i].Start+p.Parts[i].Duration)
	}
	slices.SortStableFunc(p.Parts, func(a, b Part) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Segment, b.Segment))
	})
}

// Lasts is how long a stream is, without what is skipped.
func (p *Plan) Lasts(stream int) (sum time.Duration) {
	for i := range p.Parts {
		if p.Parts[i].Stream == stream {
			sum += p.Parts[i].Duration
		}
	}
	return sum
}

// firstPeriod is what the streams' common count of discontinuities begins at (RFC 8216 §6.2.2).
func firstPeriod(streams []Stream) uint64 {
	first := streams[0].Playlist.DiscontinuitySequence
	for i := range streams {
		first = min(first, streams[i].Playlist.DiscontinuitySequence)
	}
	return first
}

func streamParts(index int, s *Stream, first uint64) ([]Part, error) {
	list := s.Playlist
	if len(list.Segments) == 0 && list.Ended && !s.Text() {
		return nil, fmt.Errorf("%w: the playlist of the %s stream has no segments", ErrEmpty, s.Name())
	}
	parts := make([]Part, len(list.Segments))
	var start time.Duration
	var inits inits
	for i := range list.Segments {
		seg := &list.Segments[i]
		key, err := manifest.Usable(seg.Keys)
		if err != nil {
			return nil, fmt.Errorf("segment %d of the %s stream: %w", i+1, s.Name(), err)
		}
		init, err := inits.of(seg.Init)
		if err != nil {
			return nil, fmt.Errorf("the initialization section of segment %d of the %s stream: %w", i+1, s.Name(), err)
		}
		parts[i] = Part{
			Stream: index, Segment: i, Sequence: seg.Sequence, URL: seg.URL, Range: seg.Range, Key: key, Init: init,
			Start: start, Duration: seg.Duration, Discontinuity: seg.Discontinuity,
			Period: int(max(seg.Period, first) - first), Gap: seg.Gap, Advert: seg.Advert, Doubtful: seg.Doubtful, Zero: seg.Zero,
		}
		start += seg.Duration
	}
	addMirrors(parts, s)
	return parts, nil
}

// Needs returns the key and the initialization section of a segment, nil for none; errors are those of manifest.Usable.
func Needs(s *manifest.Segment) (*manifest.Key, *Init, error) {
	key, err := manifest.Usable(s.Keys)
	if err != nil {
		return nil, nil, err
	}
	init, err := new(inits).of(s.Init)
	return key, init, err
}

// inits makes one Init of the sections that follow one another and are the same.
type inits struct {
	from *manifest.InitSection
	init *Init
}

func (n *inits) of(s *manifest.InitSection) (*Init, error) {
	if s == n.from {
		return n.init, nil
	}
	n.from, n.init = s, nil
	if s == nil {
		return nil, nil
	}
	key, err := manifest.Usable(s.Keys)
	if err == nil {
		n.init = &Init{URL: s.URL, Range: s.Range, Key: key}
	}
	return n.init, err
}

// Host is the host and port that the part comes from.
func (p *Part) Host() string {
	u, err := url.Parse(p.URL)
	if err != nil {
		return ""
	}
	return u.Host
}
