package journal

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// Data is a part file that knows what the present part has written. It is for one goroutine.
type Data struct {
	File
	start, end int64
	crc        uint32
	straight   bool
	// Err is the first error of the file itself: disk full, permission.
	Err error
}

// Begin starts a part.
func (d *Data) Begin() { d.start, d.end, d.crc, d.straight = -1, -1, 0, true }

// WriteAt writes, and sums up what it writes.
func (d *Data) WriteAt(b []byte, off int64) (int, error) {
	n, err := d.File.WriteAt(b, off)
	if err != nil && d.Err == nil {
		d.Err = err
	}
	switch {
	case d.start < 0:
		d.start, d.end = off, off
	case off != d.end:
		d.straight = false
		d.start, d.end = min(d.start, off), max(d.end, off)
	}
	if d.straight {
		d.crc = crc32.Update(d.crc, castagnoli, b[:n])
	}
	d.end = max(d.end, off+int64(n))
	return n, err
}

// Record returns what the part that Begin started has left in the file, which is now size bytes long. Bytes that were not
// written in one go, or lie beyond size, are read back.
func (d *Data) Record(part int, size int64, data []byte) (Record, error) {
	r := Record{Part: part, Start: size, Size: size, Data: data}
	if d.start < 0 || d.start >= size {
		return r, nil
	}
	r.Start, r.CRC = d.start, d.crc
	if d.straight && d.end == size {
		return r, nil
	}
	var err error
	r.CRC, err = sum(d.File, r.Start, r.Size)
	return r, err
}

// Verify reads back what the records speak of and returns how many of them, from the first, are true.
func Verify(f io.ReaderAt, records []Record) (int, error) {
	for i, r := range records {
		crc, err := sum(f, r.Start, r.Size)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return i, nil // shorter than it should be
		}
		if err != nil {
			return i, fmt.Errorf("reading the unfinished file: %w", err)
		}
		if crc != r.CRC {
			return i, nil
		}
	}
	return len(records), nil
}

func sum(f io.ReaderAt, start, end int64) (uint32, error) {
	h := crc32.New(castagnoli)
	n, err := io.Copy(h, io.NewSectionReader(f, start, end-start))
	if err == nil && n < end-start {
		err = io.ErrUnexpectedEOF
	}
	return h.Sum32(), err
}
