// Package fmp4 takes fragmented MP4 and CMAF segments apart (ISO/IEC 14496-12 §8.8, ISO/IEC 23000-19, RFC 8216 §3.3): any
// codec, for sample entries are handed on as they are. Samples point into the segment; nothing is copied.
package fmp4

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"seine/assemble/bmff"
	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/demux/internal/state"
	"seine/assemble/media"
	"seine/assemble/media/wire"
)

// Demuxer reads segments in order. Its zero value is ready; it is for one goroutine.
//
// Samples stay valid as long as the segment they were read from, and keep their capacity, so that a writer may join those
// that lie side by side: nobody may append to one.
type Demuxer struct {
	// Key decrypts samples under SAMPLE-AES, in place, or is nil. Set it before each segment.
	Key *sampleaes.Key
	// Keyed says that other segments have a Key, so that what an initialization section calls encrypted need not be so here.
	Keyed bool
	// Text has tracks of subtitles read, and no others.
	Text bool

	tracks   []track
	init     []byte // what traks was read from
	own      []byte // init, when a segment brought it along
	traks    []trak
	places   []int // of traks, among tracks
	others   []string
	queue    []media.Sample
	head     int
	segment  []byte
	left     int             // bytes that samples of the segment may still have
	count    int64           // samples of the segment, empty ones included
	sealed   *ProtectedError // what the section in force calls encrypted
	cipher   *sampleaes.Cipher
	fileBase int64 // where the segment lies in its file, when base-data-offset counts from there
}

// track is a track over all initialization sections: the first picture track of one goes on with the first of another.
type track struct {
	media.Track
	next int64 // decoding time behind the last sample
}

// Looks reports whether b begins as a fragmented MP4 segment or initialization section does.
func Looks(b []byte) bool {
	if len(b) < 8 {
		return false
	}
	switch string(b[4:8]) {
	case "ftyp", "styp", "moof", "moov", "sidx", "emsg", "prft", "free", "skip", "mdat":
		return b[0] == 0 || string(b[4:8]) == "mdat"
	}
	return false
}

// Tracks lists what was found so far; Sample.Track indexes it. Another initialization section may add to it, and change
// timescales.
func (d *Demuxer) Tracks() []media.Track {
	list := make([]media.Track, len(d.tracks))
	for i := range d.tracks {
		list[i] = d.tracks[i].Track
	}
	return list
}

// Ignored names the codings of tracks that are neither picture nor sound, such as "text", by their handler (§8.4.3).
func (d *Demuxer) Ignored() []string { return slices.Clone(d.others) }

// Reset begins the next segment. init is the initialization section in force, nil to go on with the one before or with what
// the segment brings along. Both must not change while the demuxer has them. The error wraps ErrDamaged or ErrNoInit, or is a
// *ProtectedError or an *UnsupportedError.
func (d *Demuxer) Reset(init, segment []byte) error {
	d.queue, d.head = d.queue[:0], 0
	d.segment, d.left, d.count, d.fileBase = segment, len(segment), 0, -1
	d.cipher = sampleaes.New(d.Key)
	if init != nil && !bytes.Equal(init, d.init) {
		moov := find(init, "moov")
		if moov == nil {
			return ErrNoInit
		}
		if err := d.use(moov, d.keyed()); err != nil {
			return err
		}
		d.init, d.own = init, nil
	}
	if d.sealed != nil && !d.keyed() {
		return d.sealed
	}
	if !Looks(segment) {
		return damaged("the segment is no mp4")
	}
	d.reserve()
	return d.walk()
}

// reserve makes room for the samples at once, as far as the segment has a byte for each: by and by, many small ones would leave
// several times their size to the garbage collector. What is damaged, walk finds.
func (d *Demuxer) reserve() {
	total := int64(0)
	count := func(run bmff.Box) error {
		if run.Type == "trun" && len(run.Data) >= 8 {
			total += int64(binary.BigEndian.Uint32(run.Data[4:]))
		}
		return nil
	}
	within := func(kind string, f func(bmff.Box) error) func(bmff.Box) error {
		return func(b bmff.Box) error {
			if b.Type != kind {
				return nil
			}
			return each(b.Data, f)
		}
	}
	_ = each(d.segment, within("moof", within("traf", count)))
	d.queue = slices.Grow(d.queue, int(min(total, maxSamples, int64(len(d.segment)))))
}

// walk reads the boxes of the segment.
func (d *Demuxer) walk() error {
	for rest := d.segment; len(rest) > 0; {
		box, after, err := bmff.Next(rest)
		if err != nil {
			return damaged("a box reaches beyond the segment, at byte %d of %d", len(d.segment)-len(rest), len(d.segment))
		}
		switch box.Type {
		case "moov":
			if err := d.bring(rest[:len(rest)-len(after)], box.Data); err != nil {
				return err
			}
		case "moof":
			if d.traks == nil {
				return ErrNoInit
			}
			f := fragment{d: d, at: int64(len(d.segment) - len(rest))}
			if err := each(box.Data, f.box); err != nil {
				return err
			}
		}
		rest = after
	}
	if d.init == nil {
		return ErrNoInit
	}
	return nil
}

// bring takes an initialization section that stands in the segment itself.
func (d *Demuxer) bring(box, moov []byte) error {
	if bytes.Equal(box, d.init) {
		return nil
	}
	if len(box) > MaxInit {
		return damaged("a header of %d bytes", len(box))
	}
	if err := d.use(moov, d.keyed()); err != nil {
		return err
	}
	d.init = bytes.Clone(box)
	d.own = d.init
	return nil
}

// use puts an initialization section in force.
func (d *Demuxer) use(moov []byte, keyed bool) error {
	h, err := parseMoov(moov, d.Text, keyed)
	if err != nil {
		return err
	}
	if len(h.traks) == 0 {
		return damaged("there is %s in it", d.lacks())
	}
	d.traks, d.places, d.sealed = h.traks, d.places[:0], h.sealed
	for i := range h.traks {
		at := d.find(h.traks[i].Kind)
		if at < 0 && len(d.tracks) == maxTracks {
			return damaged("more than %d tracks", maxTracks)
		}
		if at < 0 {
			at = len(d.tracks)
			d.tracks = append(d.tracks, track{})
		}
		d.tracks[at].Track = h.traks[i].Track
		d.places = append(d.places, at)
	}
	for _, o := range h.others {
		if len(d.others) < maxTracks && !slices.Contains(d.others, o) {
			d.others = append(d.others, o)
		}
	}
	return nil
}

// lacks says what an initialization section without a track lacks.
func (d *Demuxer) lacks() string {
	if d.Text {
		return "no subtitle"
	}
	return "neither picture nor sound"
}

// find returns the first track of a kind that no track of the section at hand has taken.
func (d *Demuxer) find(k media.Kind) int {
	for i := range d.tracks {
		if d.tracks[i].Kind == k && !slices.Contains(d.places, i) {
			return i
		}
	}
	return -1
}

// Next returns the next sample of the segment, io.EOF at its end.
func (d *Demuxer) Next() (media.Sample, error) {
	if d.head == len(d.queue) {
		return media.Sample{}, io.EOF
	}
	d.head++
	return d.queue[d.head-1], nil
}

// Flush drops the samples at hand; fragments are whole, so nothing is carried over.
func (d *Demuxer) Flush() { d.queue, d.head = d.queue[:0], 0 }

// AppendState appends what the next segment depends on, except an initialization section that Reset was given.
func (d *Demuxer) AppendState(b []byte) []byte {
	b = wire.Bytes(b, d.own)
	b = wire.Int(b, int64(len(d.tracks)))
	for i := range d.tracks {
		b = wire.Int(state.AppendTrack(b, &d.tracks[i].Track), d.tracks[i].next)
	}
	return state.AppendNames(b, d.others)
}

// RestoreState makes d what it was when AppendState wrote b; the next Reset gives the initialization section again. The error
// wraps ErrState; d is then empty.
func (d *Demuxer) RestoreState(b []byte) error {
	*d = Demuxer{Key: d.Key, Keyed: d.Keyed, Text: d.Text, queue: d.queue[:0]}
	r := wire.NewReader(b)
	own := r.Bytes()
	for n := state.Count(r, maxTracks); n > 0 && r.Err() == nil; n-- {
		d.tracks = append(d.tracks, track{Track: state.Track(r), next: r.Int()})
	}
	d.others = state.Names(r, maxTracks)
	err := r.Err()
	if err == nil && r.Len() != 0 {
		err = wire.ErrDamaged
	}
	if err == nil && len(own) > 0 {
		err = d.again(own)
	}
	if err != nil {
		*d = Demuxer{}
		return fmt.Errorf("%w: %w", ErrState, err)
	}
	return nil
}

// again puts a section in force that a segment had brought along.
func (d *Demuxer) again(own []byte) error {
	if err := d.use(find(own, "moov"), true); err != nil { // Reset refuses it without a key
		return err
	}
	d.init, d.own = own, own
	return nil
}

// Shift is the presentation time of composition time 0 of a track, in its ticks, as its edit list says: documents in samples of
// subtitles state times of their own, which it does not touch (ISO/IEC 14496-30 §4.2).
func (d *Demuxer) Shift(track int) int64 {
	for i, place := range d.places {
		if place == track {
			return d.traks[i].shift
		}
	}
	return 0
}
