// Package journal remembers, beside a part file, which parts of a film are finished, so that a process killed at any
// moment is followed by one that fetches nothing twice but what was under way.
//
// A journal is a row of frames: length, CRC-32C and payload. The first holds the identity of the plan, each other one a
// part. What a crash left of a frame is cut off, never trusted; and each record is only believed once the bytes that it
// speaks of have been read back.
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
	magic = "seine\x00\x00\x01"
	// maxFrame bounds one frame; a part's record takes a few bytes for each of its samples.
	maxFrame  = 64 << 20
	frameHead = 8
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// File is what a journal is kept in; *os.File is one.
type File interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
}

// Header tells whose journal it is.
type Header struct {
	// Identity of the plan.
	Identity [32]byte
	// Mode that the finished file will get.
	Mode fs.FileMode
}

// Record is one finished part.
type Record struct {
	Part int
	// Missing is true for a part that could not be had.
	Missing bool
	// Start and Size are the offsets in the part file where the part's own bytes begin and end; all are before Size.
	Start, Size int64
	// CRC is the CRC-32C of those bytes.
	CRC uint32
	// Data is what the joiner wants to hear again.
	Data []byte
}

// Journal is for one goroutine.
type Journal struct {
	file File
	// ends holds the offset behind the header and behind each record.
	ends []int64
	buf  []byte
}

// Open reads a journal. An empty file, or one whose header was never finished, becomes a new journal with header h. Another
// identity is ErrChanged. Records come back in order from part 0, without what a crash tore.
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
	if n < len(magic) || err != nil || len(payload) != headerSize {
		return j, h, nil, j.create(h)
	}
	found := decodeHeader(payload)
	if found.Identity != h.Identity {
		return nil, h, nil, ErrChanged
	}
	j.ends = append(j.ends, int64(len(magic)+frameHead+len(payload)))
	return j, found, j.read(r), nil
}

func (j *Journal) create(h Header) error {
	if err := j.file.Truncate(0); err != nil {
		return err
	}
	b := appendFrame([]byte(magic), encodeHeader(h))
	if _, err := j.file.WriteAt(b, 0); err != nil {
		return err
	}
	j.ends = []int64{int64(len(b))}
	return nil
}

// read returns the records up to the first that is torn or out of order.
func (j *Journal) read(r io.Reader) []Record {
	var records []Record
	size := int64(0)
	for {
		payload, err := readFrame(r)
		if err != nil {
			return records
		}
		rec, ok := decodeRecord(payload)
		if !ok || rec.Part != len(records) || rec.Start < size || rec.Size < rec.Start {
			return records
		}
		size = rec.Size
		records = append(records, rec)
		j.ends = append(j.ends, j.ends[len(j.ends)-1]+int64(frameHead+len(payload)))
	}
}

// Len is the number of records.
func (j *Journal) Len() int { return len(j.ends) - 1 }

// Keep forgets all but the first n records, and what was torn behind them.
func (j *Journal) Keep(n int) error {
	if err := j.file.Truncate(j.ends[n]); err != nil {
		return err
	}
	j.ends = j.ends[:n+1]
	return nil
}

// Append adds the next part. After an error the journal is as before.
func (j *Journal) Append(r Record) error {
	j.buf = appendFrame(j.buf[:0], encodeRecord(r))
	end := j.ends[len(j.ends)-1]
	if _, err := j.file.WriteAt(j.buf, end); err != nil {
		return errors.Join(err, j.file.Truncate(end))
	}
	j.ends = append(j.ends, end+int64(len(j.buf)))
	return nil
}

func appendFrame(b, payload []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(payload, castagnoli))
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
	if int64(len(payload)) != n || crc32.Checksum(payload, castagnoli) != binary.BigEndian.Uint32(head[4:]) {
		return nil, errTorn
	}
	return payload, nil
}
