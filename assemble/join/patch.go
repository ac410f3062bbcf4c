package join

import (
	"bytes"
	"fmt"
	"slices"

	"seine/assemble/media"
)

// Patch puts parts into a film that were missing when it was joined. It walks through all parts in order: each is kept as it is on
// record, or renewed with its bytes, which go to the end of the file. What a part became depends on the parts of its stream before
// it: behind a renewed one, parts must be renewed until the stream is settled again, as a rule one more.
type Patch struct {
	was, now *Joiner
	stale    [maxStreams]bool // the demuxer of now is behind its state
}

// NewPatch begins on the file that the records of all parts, in their order, speak of. Errors are those of Restore.
func NewPatch(f File, o Options, records [][]byte) (*Patch, error) {
	p := &Patch{was: New(f, o), now: New(f, o)}
	var reserve, size int64
	for i, b := range records {
		d, err := decode(b)
		if err != nil {
			return nil, fmt.Errorf("record %d of %d: %w", i+1, len(records), err)
		}
		reserve, size = max(reserve, d.reserve), max(size, d.size)
	}
	return p, p.now.resume(reserve, size)
}

// Keep takes the record of the next part as it is; its stream must be settled, or the part would not fit. Errors are those of
// Restore.
func (p *Patch) Keep(record []byte) error {
	d, err := p.was.replay(record)
	if err != nil {
		return err
	}
	p.now.apply(d)
	p.stale[d.part.Stream] = true
	return nil
}

// Renew joins the next part anew in place of what record says of it, and returns the new record. Errors are those of Restore
// and Add; after one of Add, the same part may come again.
func (p *Patch) Renew(part Part, data, record []byte) (renewed []byte, err error) {
	d, err := decode(record)
	if err != nil {
		return nil, err
	}
	if p.stale[part.Stream] {
		if err := p.now.streams[part.Stream].rollback(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrRecord, err)
		}
		p.stale[part.Stream] = false
	}
	p.now.heritage = d.reserve
	renewed, err = p.now.Add(part, data)
	p.now.heritage = 0
	if err != nil {
		return nil, err
	}
	_, err = p.was.replay(record)
	return renewed, err
}

// Size returns the length of the file now.
func (p *Patch) Size() int64 { return p.now.Size() }

// Settled reports whether the parts that come next in a stream are what they would be had none been renewed.
func (p *Patch) Settled(stream int) bool {
	a, b := &p.was.streams[stream], &p.now.streams[stream]
	if a.begun != b.begun || a.period != b.period || !bytes.Equal(a.state, b.state) {
		return false
	}
	if p.was.holeBehind(stream) != p.now.holeBehind(stream) {
		return false
	}
	for i := stream * maxTracks; i < (stream+1)*maxTracks; i++ {
		if !p.was.tables[i].continues(p.now.tables[i]) {
			return false
		}
	}
	return true
}

// holeBehind is the missing time at the end of a stream, which the next part may jump over.
func (j *Joiner) holeBehind(stream int) int64 {
	if q := j.periods[j.streams[stream].period]; q != nil {
		return q.streams[stream].after
	}
	return 0
}

// continues reports whether samples that follow would be booked alike in both.
func (t *table) continues(o *table) bool {
	if t == nil || o == nil || len(t.samples) == 0 || len(o.samples) == 0 {
		return (t == nil || len(t.samples) == 0) == (o == nil || len(o.samples) == 0)
	}
	return t.kind == o.kind && t.timescale == o.timescale && t.edited == o.edited && t.shift == o.shift &&
		t.samples[len(t.samples)-1].dts == o.samples[len(o.samples)-1].dts &&
		t.spans[len(t.spans)-1].period == o.spans[len(o.spans)-1].period &&
		slices.EqualFunc(t.codecs, o.codecs, media.Codec.Equal)
}

// Joiner ends the patch and returns the film, to be finished.
func (p *Patch) Joiner() (*Joiner, error) {
	for s, stale := range p.stale {
		if stale && s < len(p.now.streams) {
			if err := p.now.streams[s].rollback(); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrRecord, err)
			}
		}
	}
	return p.now, nil
}
