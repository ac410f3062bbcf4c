// Package webm takes WebM segments apart (RFC 9559, and the WebM container guidelines): clusters of VP8, VP9, AV1, Opus and Vorbis. What decoders
// need is handed on as a sample entry, so that it can go into an mp4 as well. Samples point into the segment; nothing is copied.
package webm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"seine/assemble/demux/internal/state"
	"seine/assemble/ebml"
	"seine/assemble/media"
	"seine/assemble/media/wire"
)

// Errors of the demuxer.
var (
	// ErrDamaged says that elements contradict themselves or each other; the text says which.
	ErrDamaged = errors.New("damaged WebM")
	// ErrNoInit says that neither an initialization section nor the segment itself describes the tracks.
	ErrNoInit = errors.New("WebM without an initialization section")
	// ErrState says that a saved state cannot be read.
	ErrState = errors.New("webm: damaged saved state")
)

const (
	// maxTracks bounds the tracks of one file.
	maxTracks = 16
	// maxSamples bounds the frames of one segment; one of leastFrame bytes on the average, head included, is the least that makes sense.
	maxSamples = 1 << 20
	leastFrame = 5
	// MaxInit bounds an initialization section, in bytes.
	MaxInit = 4 << 20
)

// Demuxer reads segments in order. Its zero value is ready; it is for one goroutine.
//
// Samples stay valid as long as the segment they were read from, and keep their capacity: nobody may append to one.
type Demuxer struct {
	tracks []media.Track
	init   []byte // what head was read from
	own    []byte // init, when a segment brought it along
	head   *head
	others []string
	queue  []media.Sample
	next   int
	most   int // frames of the segment

	current block    // at hand
	frames  [][]byte // its
	sizes   []int
}

// Looks reports whether b begins as a WebM segment or initialization section does.
func Looks(b []byte) bool {
	return bytes.HasPrefix(b, []byte{0x1A, 0x45, 0xDF, 0xA3}) || bytes.HasPrefix(b, []byte{0x1F, 0x43, 0xB6, 0x75})
}

// Complete reports whether a segment ends where its last element does.
func Complete(b []byte) bool {
	whole := true
	err := ebml.Each(b, func(e ebml.Element) error {
		if e.ID == ebml.Segment && !e.Cut {
			return ebml.Each(e.Data, func(e ebml.Element) error {
				whole = whole && !e.Cut
				return nil
			})
		}
		whole = whole && !e.Cut
		return nil
	})
	return whole && err == nil
}

// CheckInit reports why an initialization section cannot be used: the errors are those of Reset.
func CheckInit(b []byte) error { return new(Demuxer).use(b) }

// Tracks lists what was found so far; Sample.Track indexes it.
func (d *Demuxer) Tracks() []media.Track { return slices.Clone(d.tracks) }

// Ignored names the codings of tracks that are left out, such as "S_TEXT/WEBVTT".
func (d *Demuxer) Ignored() []string { return slices.Clone(d.others) }

// Reset begins the next segment. init is the initialization section in force, nil to go on with the one before or with what the segment brings
// along. The error wraps ErrDamaged or ErrNoInit, or is one of package fmp4.
func (d *Demuxer) Reset(init, segment []byte) error {
	d.queue, d.next = d.queue[:0], 0
	if init != nil && !bytes.Equal(init, d.init) {
		if err := d.use(init); err != nil {
			return err
		}
		d.init, d.own = init, nil
	}
	d.most = min(maxSamples, len(segment)/leastFrame)
	if !Looks(segment) {
		return damaged("the segment is no WebM")
	}
	return d.walk(segment)
}

// use puts an initialization section in force.
func (d *Demuxer) use(init []byte) error {
	h, err := parseHead(init)
	if err != nil {
		return err
	}
	if len(h.entries) == 0 {
		return damaged("there is neither picture nor sound in it")
	}
	var taken []int
	for i := range h.entries {
		e := &h.entries[i]
		at := slices.IndexFunc(d.tracks, func(t media.Track) bool { return t.Kind == e.track.Kind })
		if at < 0 || slices.Contains(taken, at) {
			if at = len(d.tracks); at == maxTracks {
				return damaged("more than %d tracks", maxTracks)
			}
			d.tracks = append(d.tracks, media.Track{})
		}
		d.tracks[at], e.place = e.track, at
		taken = append(taken, at)
	}
	for _, o := range h.others {
		if len(d.others) < maxTracks && !slices.Contains(d.others, o) {
			d.others = append(d.others, o)
		}
	}
	d.head = h
	return nil
}

// walk reads the elements of a segment, which may be a whole file.
func (d *Demuxer) walk(b []byte) error {
	whole := b
	for len(b) > 0 {
		e, rest, err := ebml.Next(b)
		if err != nil {
			return damaged("%v, at byte %d of %d", err, len(whole)-len(b), len(whole))
		}
		switch e.ID {
		case ebml.Segment: // what it holds is what follows
			rest = b[len(b)-len(e.Data)-len(rest):]
		case ebml.Tracks:
			if err := d.bring(whole[:len(whole)-len(rest)]); err != nil {
				return err
			}
		case ebml.Cluster:
			if d.head == nil {
				return ErrNoInit
			}
			if e.Cut {
				return damaged("a cluster of %d bytes has %d", e.Size, len(e.Data))
			}
			data := e.Data
			if e.Size == ebml.Unknown {
				data, rest = unbounded(e.Data)
			}
			if err := d.cluster(data); err != nil {
				return err
			}
		}
		b = rest
	}
	if d.head == nil {
		return ErrNoInit
	}
	d.measure()
	return nil
}

// measure gives sounds the time until the next one where nothing else says how long they are (Vorbis); the last one is taken to be as long as the one
// before.
func (d *Demuxer) measure() {
	var last [maxTracks]*media.Sample
	var length [maxTracks]uint32
	for i := range d.queue {
		s := &d.queue[i]
		if d.tracks[s.Track].Kind != media.Audio || s.Duration > 0 {
			continue
		}
		if p := last[s.Track]; p != nil && s.PTS > p.PTS {
			p.Duration = uint32(min(s.PTS-p.PTS, math.MaxUint32))
			length[s.Track] = p.Duration
		}
		last[s.Track] = s
	}
	for i, p := range last {
		if p != nil {
			p.Duration = length[i]
		}
	}
}

// unbounded splits what follows the head of a cluster of unknown size at the next element that lies beside it.
func unbounded(b []byte) (data, rest []byte) {
	at := b
	for len(at) > 0 {
		if id, _, err := ebml.ID(at); err != nil || ebml.Top(id) {
			break
		}
		_, after, err := ebml.Next(at)
		if err != nil {
			break
		}
		at = after
	}
	return b[:len(b)-len(at)], at
}

// bring takes an initialization section that stands in the segment itself.
func (d *Demuxer) bring(init []byte) error {
	if bytes.Equal(init, d.init) {
		return nil
	}
	if len(init) > MaxInit {
		return damaged("a header of %d bytes", len(init))
	}
	if err := d.use(init); err != nil {
		return err
	}
	d.init = bytes.Clone(init)
	d.own = d.init
	return nil
}

// Next returns the next sample of the segment, io.EOF at its end.
func (d *Demuxer) Next() (media.Sample, error) {
	if d.next == len(d.queue) {
		return media.Sample{}, io.EOF
	}
	d.next++
	return d.queue[d.next-1], nil
}

// Flush drops the samples at hand; clusters are whole, so nothing is carried over.
func (d *Demuxer) Flush() { d.queue, d.next = d.queue[:0], 0 }

// AppendState appends what the next segment depends on, except an initialization section that Reset was given.
func (d *Demuxer) AppendState(b []byte) []byte {
	b = wire.Bytes(b, d.own)
	b = wire.Int(b, int64(len(d.tracks)))
	for i := range d.tracks {
		b = state.AppendTrack(b, &d.tracks[i])
	}
	return state.AppendNames(b, d.others)
}

// RestoreState makes d what it was when AppendState wrote b; the next Reset gives the initialization section again. The error
// wraps ErrState; d is then empty.
func (d *Demuxer) RestoreState(b []byte) error {
	*d = Demuxer{queue: d.queue[:0]}
	r := wire.NewReader(b)
	own := r.Bytes()
	for n := state.Count(r, maxTracks); n > 0 && r.Err() == nil; n-- {
		d.tracks = append(d.tracks, state.Track(r))
	}
	d.others = state.Names(r, maxTracks)
	err := r.Err()
	if err == nil && r.Len() != 0 {
		err = wire.ErrDamaged
	}
	if err == nil && len(own) > 0 {
		if err = d.use(own); err == nil {
			d.init, d.own = own, own
		}
	}
	if err != nil {
		*d = Demuxer{}
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	return nil
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrDamaged, fmt.Sprintf(format, args...))
}
