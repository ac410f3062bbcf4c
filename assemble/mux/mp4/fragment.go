package mp4

import (
	"errors"
	"fmt"

	"seine/assemble/bmff"
)

// Run is what one fragment has of a track: samples that share a sample entry (§8.8.6, §8.8.8).
type Run struct {
	// Track is the ID of its track, from 1.
	Track uint32
	// Start is the decoding time of the first sample, in ticks of the track.
	Start uint64
	// Entry is an index into Track.Codecs.
	Entry uint32
	// Offset is where the samples lie behind the fragment's moof and the header of its mdat.
	Offset  int64
	Samples []Sample
}

// ErrFragment says that a fragment is too large.
var ErrFragment = errors.New("mp4: a fragment of more than 4 GiB")

// Fragment returns what stands in front of the media of a movie fragment: moof, and the header of an mdat of so many bytes (§8.8.4).
func Fragment(number uint32, runs []Run, media int64) ([]byte, error) {
	if media > 1<<32-1-freeHeader {
		return nil, fmt.Errorf("%w: %d bytes", ErrFragment, media)
	}
	length := len(moof(number, runs, 0)) + freeHeader
	w := &bmff.Writer{Buf: moof(number, runs, int64(length))}
	w.U32(uint32(media + freeHeader))
	w.Text("mdat")
	return w.Buf, nil
}

func moof(number uint32, runs []Run, from int64) []byte {
	w := &bmff.Writer{}
	b := w.Begin("moof")
	h := w.Full("mfhd", 0, 0)
	w.U32(number)
	w.End(h)
	for i := range runs {
		traf(w, &runs[i], from)
	}
	w.End(b)
	return w.Buf
}

// Flags of tfhd (§8.8.7) and trun (§8.8.8).
const (
	hasEntry      = 0x2
	fromMoof      = 0x20000
	hasOffset     = 0x1
	eachDuration  = 0x100
	eachSize      = 0x200
	eachFlags     = 0x400
	eachOffset    = 0x800
	dependsNot    = 0x2000000 // sample_depends_on 2: a key picture
	dependsNotKey = 0x1010000 // sample_depends_on 1, not a sync sample
	maxRun        = 1<<31 - 1 // of data_offset
)

func traf(w *bmff.Writer, r *Run, from int64) {
	b := w.Begin("traf")
	h := w.Full("tfhd", 0, hasEntry|fromMoof)
	w.U32(r.Track)
	w.U32(r.Entry + 1)
	w.End(h)
	t := w.Full("tfdt", 1, 0)
	w.U64(r.Start)
	w.End(t)
	n := w.Full("trun", 1, hasOffset|eachDuration|eachSize|eachFlags|eachOffset)
	w.U32(uint32(len(r.Samples)))
	w.U32(uint32(min(from+r.Offset, maxRun)))
	for i := range r.Samples {
		s := &r.Samples[i]
		w.U32(s.Duration)
		w.U32(s.Size)
		if s.Key {
			w.U32(dependsNot)
		} else {
			w.U32(dependsNotKey)
		}
		w.U32(uint32(s.Composition))
	}
	w.End(n)
	w.End(b)
}

// Head returns what stands before the first sample as long as a file consists of fragments: a movie without samples, in the room for moov.
// The tracks have an ID each. It returns ErrEmpty when there is nothing, and ErrRoom when the room is too small.
func (m *Muxer) Head(tracks []Track) ([]byte, error) {
	if m.Size() == 0 || len(tracks) == 0 {
		return nil, ErrEmpty
	}
	moov := movie(tracks, true)
	room := m.Reserved() - int64(len(moov))
	if room < freeHeader {
		return nil, ErrRoom
	}
	head := appendFree(append(ftyp(), moov...), room)
	return appendFree(head, mdatHeader), nil // where the header of the one mdat will be
}

// ErrRoom says that moov does not fit in its place.
var ErrRoom = errors.New("mp4: the room in front is too small")

// mvex says that fragments follow (§8.8.1, §8.8.3).
func mvex(w *bmff.Writer, tracks []Track) {
	b := w.Begin("mvex")
	for i := range tracks {
		t := w.Full("trex", 0, 0)
		w.U32(tracks[i].id(i))
		w.U32(1)
		w.Zero(12)
		w.End(t)
	}
	w.End(b)
}
