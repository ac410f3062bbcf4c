// Package journal remembers, beside a part file, which parts of a film are finished, so that a process killed at any
// moment is followed by one that fetches nothing twice but what was under way.
//
// A journal is a row of frames: length, CRC-32 (ISO/IEC 3309) and payload. The first holds the identity of the plan, each other one a
// part, or several that count only together. A later record of a part takes the place of an earlier one. What a crash left of a
// frame is cut off, never trusted; and each record is only believed once the bytes that it speaks of have been read back.
package journal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
)

// ErrChanged: the journal belongs to another plan.
var ErrChanged = errors.New("the unfinished file belongs to another film or choice")

const (
	magic = "seine\x00\x00\x04"
	// maxFrame bounds one frame; a part's record takes a few bytes for each of its samples.
	maxFrame  = 64 << 20
	frameHead = 8
)

// File is what a journal is kept in; *os.File is one.
type File interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
}

// Header tells whose journal it is.
type Header struct {
	// Identity of the plan, and Likeness, which plans that differ in nothing but addresses share.
	Identity, Likeness [32]byte
	// Mode that the finished file will get.
	Mode fs.FileMode
	// Learned is what the plan was made of beside the playlists, nil for nothing; at most 4 MiB.
	Learned []byte
	// Origin is what the caller wants to know of the film later; at most 1 MiB.
	Origin []byte
}

// Record is one finished part.
type Record struct {
	Part int
	// Missing is true for a part that could not be had.
	Missing bool
	// Start and Size are the offsets in the part file where the part's own bytes begin and end; all are before Size.
	Start, Size int64
	// CRC is the CRC-32 (ISO/IEC 3309) of those bytes.
	CRC uint32
	// Print tells the part's own bytes, as they came, from those of another film: see PrintOf. Zero for a missing part.
	Print Print
	// Data is what the joiner wants to hear again.
	Data []byte
}

// Journal is for one goroutine.
type Journal struct {
	file File
	// ends holds the offset behind the header and behind each frame, counts the records up to there.
	ends   []int64
	counts []int
	buf    []byte
}

// Open reads a journal. An empty file, or one whose header was never finished, becomes a new journal with header h. Another
// likeness is ErrChanged; whether another identity is another film, the caller finds out. Records come back in the order in which they
// were written, without what a crash tore: see Current.
func Open(f File, h Header) (*Journal, Header, []Record, error) {
	j := &Journal{file: f}
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, 1<<62), 1<<16)
	head := make([]byte, len(magic))
	n, err := io.ReadFull(r, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, h, nil, err
	}
	if n > 0 && string(head[:n]) != magic[:n] {
		return nil, h, nil, fmt.Errorf("%w: it was made by another program or version", ErrChanged)
	}
	payload, err := readFrame(r)
	found, ok := decodeHeader(payload)
	if n < len(magic) || err != nil || !ok {
		return j, h, nil, j.create(h)
	}
	if found.Likeness != h.Likeness {
		return nil, h, nil, ErrChanged
	}
	j.end(int64(len(magic)+frameHead+len(payload)), 0)
	return j, found, j.read(r), nil
}

// Read returns header and records of a journal that nobody writes, or is about to. ErrChanged: it is none.
func Read(f io.ReaderAt) (Header, []Record, error) {
	r := bufio.NewReaderSize(io.NewSectionReader(f, 0, 1<<62), 1<<16)
	h, err := ReadHeader(r)
	if err != nil {
		return h, nil, err
	}
	j := &Journal{}
	j.end(0, 0)
	return h, j.read(r), nil
}

// ReadHeader returns the header of a journal. ErrChanged: it is none.
func ReadHeader(r io.Reader) (Header, error) {
	head := make([]byte, len(magic))
	if _, err := io.ReadFull(r, head); err != nil || string(head) != magic {
		return Header{}, fmt.Errorf("%w: it was made by another program or version", ErrChanged)
	}
	payload, err := readFrame(r)
	h, ok := decodeHeader(payload)
	if err != nil || !ok {
		return Header{}, fmt.Errorf("%w: its header is damaged", ErrChanged)
	}
	return h, nil
}

func (j *Journal) create(h Header) error {
	if err := j.file.Truncate(0); err != nil {
		return err
	}
	b := appendFrame([]byte(magic), encodeHeader(h))
	if _, err := j.file.WriteAt(b, 0); err != nil {
		return err
	}
	j.ends, j.counts = nil, nil
	j.end(int64(len(b)), 0)
	return nil
}

func (j *Journal) end(offset int64, records int) {
	j.ends, j.counts = append(j.ends, offset), append(j.counts, records)
}

// read returns the records up to the first that is torn or out of order.
func (j *Journal) read(r io.Reader) []Record {
	var records []Record
	for parts, size := 0, int64(0); ; {
		payload, err := readFrame(r)
		if err != nil {
			return records
		}
		frame, ok := decodeRecords(payload)
		for _, rec := range frame {
			ok = ok && rec.Part <= parts && rec.Start >= size && rec.Size >= rec.Start
			parts, size = max(parts, rec.Part+1), rec.Size
		}
		if !ok {
			return records
		}
		records = append(records, frame...)
		j.end(j.ends[len(j.ends)-1]+int64(frameHead+len(payload)), len(records))
	}
}

// Current returns the latest record of each part, from part 0 on.
func Current(records []Record) []Record {
	var list []Record
	for _, r := range records {
		if r.Part == len(list) {
			list = append(list, r)
		} else {
			list[r.Part] = r
		}
	}
	return list
}

// Len is the number of records.
func (j *Journal) Len() int { return j.counts[len(j.counts)-1] }

// Keep forgets all but the first n records, and what was torn behind them. Of records that count together, all stay or none: it
// returns how many are left.
func (j *Journal) Keep(n int) (int, error) {
	frames := len(j.counts)
	for j.counts[frames-1] > n {
		frames--
	}
	if err := j.file.Truncate(j.ends[frames-1]); err != nil {
		return 0, err
	}
	j.ends, j.counts = j.ends[:frames], j.counts[:frames]
	return j.Len(), nil
}

// Append adds records of the next parts, in one go, so that as little as can be is in the file and not on record if the process is killed. After an error
// the journal is as before.
func (j *Journal) Append(list ...Record) error {
	frames := make([][]Record, len(list))
	for i := range list {
		frames[i] = list[i : i+1]
	}
	return j.append(frames)
}

// AppendTogether adds records that count only together, of parts that are on record already. After an error the journal is as before.
func (j *Journal) AppendTogether(list ...Record) error { return j.append([][]Record{list}) }

func (j *Journal) append(frames [][]Record) error {
	first, counted := len(j.ends), j.Len()
	begin := j.ends[first-1]
	j.buf = j.buf[:0]
	for _, records := range frames {
		j.buf = appendFrame(j.buf, encodeRecords(records))
		counted += len(records)
		j.end(begin+int64(len(j.buf)), counted)
	}
	if _, err := j.file.WriteAt(j.buf, begin); err != nil {
		j.ends, j.counts = j.ends[:first], j.counts[:first]
		return errors.Join(err, j.file.Truncate(begin))
	}
	return nil
}

func appendFrame(b, payload []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(payload))
	return append(b, payload...)
}

var errTorn = errors.New("torn frame")

// readFrame allocates no more than the file holds.
func readFrame(r io.Reader) ([]byte, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := int64(binary.BigEndian.Uint32(head[:]))
	if n > maxFrame {
		return nil, errTorn
	}
	payload, err := io.ReadAll(io.LimitReader(r, n))
	if err != nil {
		return nil, err
	}
	if int64(len(payload)) != n || crc32.ChecksumIEEE(payload) != binary.BigEndian.Uint32(head[4:]) {
		return nil, errTorn
	}
	return payload, nil
}
