package dash

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"seine/assemble/manifest"
)

// media is one representation of one period, with all that the elements around it say.
type media struct {
	id        string
	bandwidth int64
	common
	addressing
	bases bases
	span  span
}

// layout is where the bytes of a representation are, as the manifest says it.
type layout struct {
	init  *place
	list  []place
	scale scale
}

// place is one segment: an address below a base, "" for the base itself, and a range, nil for all.
type place struct {
	ref   string
	bytes *manifest.ByteRange
	piece
}

// layout lays the segments out. Those of an index come by read.
func (m *media) layout(ctx context.Context, read manifest.Reader) (*layout, error) {
	switch {
	case m.Template != nil:
		return m.Template.layout(m)
	case m.List != nil:
		return m.List.layout(m)
	case m.Base != nil:
		return m.Base.layout(ctx, m, read)
	}
	return (&segmentBase{}).layout(ctx, m, read)
}

func (t *template) layout(m *media) (*layout, error) {
	s, err := t.scale()
	if err != nil {
		return nil, err
	}
	most := -1
	if t.Timeline == nil && t.Duration == nil {
		most = 1
	}
	pieces, err := t.pieces(s, m.span.length, most)
	if err != nil {
		return nil, err
	}
	return t.lay(m, s, pieces)
}

// lay fills in the template for some pieces.
func (t *template) lay(m *media, s scale, pieces []piece) (_ *layout, err error) {
	v := values{id: m.id, bandwidth: m.bandwidth}
	l := &layout{scale: s}
	if l.init, err = t.start(v); err != nil {
		return nil, err
	}
	if t.Media == "" {
		return nil, fmt.Errorf("%w: a SegmentTemplate has no media", ErrMalformed)
	}
	l.list = make([]place, len(pieces))
	for i, p := range pieces {
		v.number, v.time = p.number, p.time
		ref, err := fill(t.Media, v)
		if err != nil {
			return nil, err
		}
		l.list[i] = place{ref: ref, piece: p}
	}
	return l, nil
}

// start is the initialization section, nil for none.
func (t *template) start(v values) (*place, error) {
	if t.First == "" {
		return t.Init.place()
	}
	ref, err := fill(t.First, v)
	return &place{ref: ref}, err
}

func (l *segmentList) layout(m *media) (*layout, error) {
	if l.Link != "" {
		return nil, errLinked
	}
	s, err := l.scale()
	if err != nil {
		return nil, err
	}
	out := &layout{scale: s}
	if out.init, err = l.Init.place(); err != nil {
		return nil, err
	}
	if len(l.URLs) == 0 {
		return nil, fmt.Errorf("%w: a SegmentList without SegmentURL", ErrEmpty)
	}
	pieces, err := l.pieces(s, m.span.length, len(l.URLs))
	if err != nil {
		return nil, err
	}
	first := uint64(1)
	if l.StartNumber != nil {
		first = *l.StartNumber
	}
	for _, p := range pieces {
		i := p.number - first
		if i >= uint64(len(l.URLs)) {
			return nil, fmt.Errorf("%w: the SegmentTimeline names number %d, the SegmentList has %d segments from %d on", ErrMalformed, p.number, len(l.URLs), first)
		}
		r, err := parseRange(l.URLs[i].Range)
		if err != nil {
			return nil, err
		}
		out.list = append(out.list, place{ref: l.URLs[i].Media, bytes: r, piece: p})
	}
	return out, nil
}

// layout is that of one file. Without an index it is one segment.
func (b *segmentBase) layout(ctx context.Context, m *media, read manifest.Reader) (*layout, error) {
	s, err := b.scale()
	if err != nil {
		return nil, err
	}
	out := &layout{scale: s}
	if out.init, err = b.Init.place(); err != nil {
		return nil, err
	}
	index, err := b.index()
	if err != nil {
		return nil, err
	}
	if index == nil {
		length := max(m.span.length, 0)
		if out.init != nil && out.init.ref == "" {
			out.init = nil // it lies in front of the media, in the same file
		}
		out.list = []place{{piece: piece{time: s.offset, duration: s.count(length), number: 1}}}
		return out, nil
	}
	address, err := m.bases.media(0, index.ref)
	if err != nil {
		return nil, err
	}
	segments, err := readIndex(ctx, address, *index.bytes, out.init, m.span.length, read)
	if err != nil {
		return nil, err
	}
	out.list, out.scale, err = segments.within(m.span, s)
	return out, err
}

// index is where the index is, nil for nowhere.
func (b *segmentBase) index() (*place, error) {
	if b.IndexRange != "" {
		r, err := parseRange(b.IndexRange)
		return &place{bytes: r}, err
	}
	if b.Index == nil || b.Index.Range == "" {
		return nil, nil
	}
	return b.Index.place()
}

func (w *where) place() (*place, error) {
	if w == nil {
		return nil, nil
	}
	r, err := parseRange(w.Range)
	return &place{ref: w.URL, bytes: r}, err
}

// parseRange reads byte-range-spec (RFC 9110 §14.1.2) with both ends: nil for "".
func parseRange(s string) (*manifest.ByteRange, error) {
	if s == "" {
		return nil, nil
	}
	a, b, _ := strings.Cut(s, "-")
	first, err := strconv.ParseInt(strings.TrimSpace(a), 10, 64)
	last, err2 := strconv.ParseInt(strings.TrimSpace(b), 10, 64)
	if err != nil || err2 != nil || first < 0 || last < first || last == math.MaxInt64 {
		return nil, fmt.Errorf("%w: the byte range %.60q", ErrMalformed, s)
	}
	return &manifest.ByteRange{Offset: first, Length: last - first + 1}, nil
}

// segments are those of a layout at the addresses of one base.
func (l *layout) segments(m *media, base int, keys []manifest.Key) ([]manifest.Segment, error) {
	zero, err := l.scale.duration(l.scale.offset)
	if err != nil {
		return nil, err
	}
	var init *manifest.InitSection
	if l.init != nil {
		init = &manifest.InitSection{Range: l.init.bytes}
		if init.URL, err = m.bases.media(base, l.init.ref); err != nil {
			return nil, err
		}
	}
	list := make([]manifest.Segment, len(l.list))
	for i := range l.list {
		p := &l.list[i]
		lasts, err := l.scale.duration(p.duration)
		if err != nil {
			return nil, err
		}
		if i == len(l.list)-1 && m.span.length >= 0 { // it may reach beyond the period; its media counts
			begins, err := l.scale.duration(p.time - min(p.time, l.scale.offset))
			if err != nil {
				return nil, err
			}
			lasts = min(lasts, max(m.span.length-begins, time.Millisecond))
		}
		list[i] = manifest.Segment{Duration: lasts, Range: p.bytes, Init: init, Keys: keys, Zero: zero, Doubtful: p.doubtful}
		if list[i].URL, err = m.bases.media(base, p.ref); err != nil {
			return nil, err
		}
	}
	return list, nil
}
