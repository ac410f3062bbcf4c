// Package mp4 writes progressive MP4 files (ISO/IEC 14496-12, -14, -15) of which every byte is written once: ftyp, room
// for moov, then mdat as the samples come. The same samples give the same bytes: no wall-clock time goes in.
package mp4

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"seine/assemble/bmff"
	"seine/assemble/mux"
)

// ErrEmpty says that there is no sample to make a movie of.
var ErrEmpty = errors.New("mp4: no samples")

const (
	mdatHeader = 16 // with the 64-bit size, so that it need not be known
	freeHeader = 8

	// maxReserve bounds the room for moov: tables of some four million samples.
	maxReserve = 64 << 20
)

// Muxer places samples in a file. Its state is two numbers, so that a later process can go on: see Resume.
type Muxer struct {
	mux.File
}

// New returns a muxer on an empty file.
func New(w io.WriterAt) *Muxer { return &Muxer{File: mux.New(w)} }

// Resume returns the muxer that had this Reserved and this Size.
func Resume(w io.WriterAt, reserve, size int64) (*Muxer, error) {
	m := &Muxer{File: mux.Resume(w, reserve, size)}
	if size != 0 && (reserve < 0 || reserve > maxReserve || size < first(reserve)) || size == 0 && reserve != 0 {
		return nil, fmt.Errorf("mp4: %d bytes with %d reserved cannot be", size, reserve)
	}
	return m, nil
}

// Reserve keeps n bytes in front for moov and opens mdat. It counts once, before the first Write; 0 leaves moov to the end.
func (m *Muxer) Reserve(n int64) {
	if m.Size() != 0 {
		return
	}
	if n = min(n, maxReserve); n < freeHeader {
		n = 0
	}
	m.Open(n, first(n))
}

// first is the offset of the first sample behind a room.
func first(reserve int64) int64 { return int64(len(ftyp())) + reserve + mdatHeader }

// Finish writes the headers: moov goes to the room in front, or behind mdat when it does not fit. It returns the length of
// the finished file. It may be called again.
func (m *Muxer) Finish(tracks []Track) (size int64, err error) {
	if m.Size() == 0 || len(tracks) == 0 {
		return 0, ErrEmpty
	}
	moov := Moov(tracks)
	head := ftyp()
	room := m.Reserved() - int64(len(moov))
	size = m.Size()
	switch {
	case room == 0 || room >= freeHeader:
		head = append(head, moov...)
		head = appendFree(head, room)
	default:
		if err := m.WriteAt(moov, size); err != nil {
			return 0, err
		}
		size += int64(len(moov))
		head = appendFree(head, m.Reserved())
	}
	head = append(head, 0, 0, 0, 1, 'm', 'd', 'a', 't')
	head = binary.BigEndian.AppendUint64(head, uint64(m.Size()-first(m.Reserved())+mdatHeader))
	return size, m.WriteAt(head, 0)
}

func ftyp() []byte {
	var w bmff.Writer
	b := w.Begin("ftyp")
	w.Text("isom")
	w.U32(0x200)
	w.Text("isomiso2avc1mp41")
	w.End(b)
	return w.Buf
}

// appendFree appends a free box of n bytes, header included; n is 0 or at least freeHeader.
func appendFree(b []byte, n int64) []byte {
	if n == 0 {
		return b
	}
	b = binary.BigEndian.AppendUint32(b, uint32(n))
	b = append(b, "free"...)
	return append(b, make([]byte, n-freeHeader)...)
}
