// Package webm writes WebM files (RFC 9559, and the WebM container guidelines) of which every byte is written once: header, room for what is known in the
// end, then clusters as they come. The same blocks give the same bytes.
package webm

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"seine/assemble/ebml"
	"seine/assemble/media"
	"seine/assemble/mux"
	"seine/assemble/mux/mp4"
)

// ErrRoom says that the tracks do not fit in front.
var ErrRoom = errors.New("webm: the room in front is too small")

const (
	// segmentHeader is the name of Segment and a length of eight bytes.
	segmentHeader = 4 + 8
	// leastRoom holds the tracks: Vorbis has headers of some KiB.
	leastRoom = 32 << 10
	maxRoom   = 64 << 20
)

// Cue is where a key picture is.
type Cue struct {
	Time   time.Duration
	Track  uint32 // ID
	Offset int64  // of its cluster in the file
}

// Muxer places clusters in a file. Its state is two numbers, so that a later process can go on: see Resume.
type Muxer struct {
	// Cues are written by Finish, in any order.
	Cues []Cue
	mux.File
}

// New returns a muxer on an empty file.
func New(w io.WriterAt) *Muxer { return &Muxer{File: mux.New(w)} }

// Resume returns the muxer that had this Reserved and this Size.
func Resume(w io.WriterAt, reserve, size int64) (*Muxer, error) {
	m := &Muxer{File: mux.Resume(w, reserve, size)}
	if size != 0 && (reserve < leastRoom || reserve > maxRoom || size < first(reserve)) || size == 0 && reserve != 0 {
		return nil, fmt.Errorf("webm: %d bytes with %d reserved cannot be", size, reserve)
	}
	return m, nil
}

// Reserve keeps n bytes in front, or more. It counts once, before the first cluster.
func (m *Muxer) Reserve(n int64) {
	if m.Size() == 0 {
		n = min(max(n, leastRoom), maxRoom)
		m.Open(n, first(n))
	}
}

// first is the offset of the first cluster behind a room.
func first(reserve int64) int64 { return segmentStart() + reserve }

// segmentStart is the offset of what Segment holds, which positions in the file count from.
func segmentStart() int64 { return int64(len(header())) + segmentHeader }

// Finish writes what stands in front. Cues that find no room there come behind the last cluster. It returns the length of the finished file, and
// may be called again. Errors are mp4.ErrEmpty and ErrRoom, beside those of the file.
func (m *Muxer) Finish(tracks []mp4.Track) (size int64, err error) {
	if m.Size() == 0 || len(tracks) == 0 {
		return 0, mp4.ErrEmpty
	}
	var length int64
	for i := range tracks {
		length = max(length, tracks[i].Start+tracks[i].Length)
	}
	size = m.Size()
	cues := m.cues()
	front, err := m.front(tracks, length, cues, 0)
	if errors.Is(err, ErrRoom) {
		if err := m.WriteAt(cues, size); err != nil {
			return 0, err
		}
		front, err = m.front(tracks, length, nil, size)
		size += int64(len(cues))
	}
	if err != nil {
		return 0, err
	}
	head := ebml.AppendSizeIn(ebml.AppendID(header(), ebml.Segment), size-segmentStart(), 8)
	return size, m.WriteAt(append(head, front...), 0)
}

// Head returns what stands in front of a file that grows.
func (m *Muxer) Head(tracks []mp4.Track) ([]byte, error) {
	if m.Size() == 0 || len(tracks) == 0 {
		return nil, mp4.ErrEmpty
	}
	front, err := m.front(tracks, 0, nil, 0)
	if err != nil {
		return nil, err
	}
	head := ebml.AppendSizeIn(ebml.AppendID(header(), ebml.Segment), ebml.Unknown, 8)
	return append(head, front...), nil
}

// front fills the room: SeekHead, Info, Tracks and cues, which may lie at an offset of the file instead.
func (m *Muxer) front(tracks []mp4.Track, length int64, cues []byte, elsewhere int64) ([]byte, error) {
	info := information(length)
	entries, err := trackEntries(tracks)
	if err != nil {
		return nil, err
	}
	at := int64(len(seekHead(0, 0, 0)))
	end := at + int64(len(info)+len(entries))
	where := end // of the cues
	if elsewhere > 0 {
		where = elsewhere - segmentStart()
	}
	b := seekHead(at, at+int64(len(info)), where)
	b = append(append(append(b, info...), entries...), cues...)
	rest := m.Reserved() - int64(len(b))
	if rest < 0 || rest == 1 {
		return nil, ErrRoom
	}
	return ebml.AppendVoid(b, rest), nil
}

func header() []byte {
	var b []byte
	for _, n := range [][2]uint32{{0x4286, 1}, {0x42F7, 1}, {0x42F2, 4}, {0x42F3, 8}} { // EBML version, read version, longest name, longest size
		b = ebml.AppendUint(b, n[0], uint64(n[1]))
	}
	b = ebml.AppendText(b, ebml.DocType, "webm")
	for _, n := range [][2]uint32{{0x4287, 4}, {0x4285, 2}} { // DocTypeVersion, DocTypeReadVersion
		b = ebml.AppendUint(b, n[0], uint64(n[1]))
	}
	return ebml.AppendBytes(nil, ebml.Header, b)
}

// seekHead has a fixed length, whatever the positions.
func seekHead(info, tracks, cues int64) []byte {
	var b []byte
	for _, e := range []struct {
		id uint32
		at int64
	}{{ebml.Info, info}, {ebml.Tracks, tracks}, {ebml.Cues, cues}} {
		s := ebml.AppendBytes(nil, ebml.SeekID, ebml.AppendID(nil, e.id))
		var at [8]byte
		for i := range at {
			at[i] = byte(e.at >> (56 - 8*i))
		}
		b = ebml.AppendBytes(b, ebml.Seek, ebml.AppendBytes(s, ebml.SeekPosition, at[:]))
	}
	return ebml.AppendBytes(nil, ebml.SeekHead, b)
}

// information is Info; length is in ticks of media.Clock, 0 when it is not known yet.
func information(length int64) []byte {
	b := ebml.AppendUint(nil, ebml.TimestampScale, uint64(time.Millisecond))
	if length > 0 {
		b = ebml.AppendFloat(b, ebml.Duration, float64(length)*1000/media.Clock)
	}
	b = ebml.AppendText(b, ebml.MuxingApp, "seine")
	return ebml.AppendBytes(nil, ebml.Info, ebml.AppendText(b, ebml.WritingApp, "seine"))
}

// cues is the index, by time.
func (m *Muxer) cues() []byte {
	list := slices.Clone(m.Cues)
	slices.SortStableFunc(list, func(a, b Cue) int { return int((a.Time - b.Time) / time.Millisecond) })
	var b []byte
	for _, c := range list {
		p := ebml.AppendUint(nil, ebml.CueTrack, uint64(c.Track))
		p = ebml.AppendUint(p, ebml.CueClusterPosition, uint64(c.Offset-segmentStart()))
		e := ebml.AppendUint(nil, ebml.CueTime, uint64(max(c.Time, 0)/time.Millisecond))
		b = ebml.AppendBytes(b, ebml.CuePoint, ebml.AppendBytes(e, ebml.CueTrackPositions, p))
	}
	return ebml.AppendBytes(nil, ebml.Cues, b)
}
