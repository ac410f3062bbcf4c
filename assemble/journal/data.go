package journal

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
)

// Data is a part file that is written behind the back of the one who fills it, and that knows what each part has written. It is for one
// goroutine, beside its own, which Close ends.
type Data struct {
	File
	piece *Piece
	jobs  chan job
	gone  chan struct{}

	all sync.WaitGroup // writes under way

	mu  sync.Mutex
	err error
}

// job is one write. Its bytes belong to Data until it is done.
type job struct {
	b     []byte
	off   int64
	piece *Piece
}

// queued is how many writes may wait: more than a part has, as a rule.
const queued = 256

// Piece is what one part writes.
type Piece struct {
	data       *Data
	start, end int64
	crc        uint32
	straight   bool
	writes     sync.WaitGroup
}

// NewData returns a writer of f, which is to be closed.
func NewData(f File) *Data {
	d := &Data{File: f, jobs: make(chan job, queued), gone: make(chan struct{})}
	d.Begin()
	go func() {
		defer close(d.gone)
		for j := range d.jobs {
			d.write(j)
		}
	}()
	return d
}

// Close waits for all writes and ends the goroutine. It does not close the file.
func (d *Data) Close() {
	close(d.jobs)
	<-d.gone
}

func (d *Data) write(j job) {
	defer d.all.Done()
	defer j.piece.writes.Done()
	if d.Err() != nil {
		return // the file is lost already
	}
	if _, err := d.File.WriteAt(j.b, j.off); err != nil {
		d.mu.Lock()
		d.err = err
		d.mu.Unlock()
	}
}

// Err is the first error of the file itself: disk full, permission.
func (d *Data) Err() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err
}

// Begin starts a part: what is written from now on is its piece.
func (d *Data) Begin() *Piece {
	d.piece = &Piece{data: d, start: -1, end: -1, straight: true}
	return d.piece
}

// WriteAt takes b, which must not change until the piece at hand is done, and sums it up. The error is that of an earlier write.
func (d *Data) WriteAt(b []byte, off int64) (int, error) {
	if err := d.Err(); err != nil {
		return 0, err
	}
	p := d.piece
	p.writes.Add(1)
	d.all.Add(1)
	d.jobs <- job{b, off, p}
	switch {
	case p.start < 0:
		p.start, p.end = off, off
	case off != p.end:
		p.straight = false
		p.start, p.end = min(p.start, off), max(p.end, off)
	}
	if p.straight {
		p.crc = crc32.Update(p.crc, castagnoli, b)
	}
	p.end = max(p.end, off+int64(len(b)))
	return len(b), nil
}

// Settle waits for all writes. The error is that of the file.
func (d *Data) Settle() error {
	d.all.Wait()
	return d.Err()
}

// Wait returns when the piece is in the file.
func (p *Piece) Wait() error {
	p.writes.Wait()
	return p.data.Err()
}

// Record waits, and adds to r what the part has left in the file, which is then size bytes long. Bytes that were not written in one
// go, or lie beyond size, are read back.
func (p *Piece) Record(r Record, size int64) (Record, error) {
	r.Start, r.Size = size, size
	if err := p.Wait(); err != nil {
		return r, err
	}
	if p.start < 0 || p.start >= size {
		return r, nil
	}
	r.Start, r.CRC = p.start, p.crc
	if p.straight && p.end == size {
		return r, nil
	}
	var err error
	r.CRC, err = sum(p.data.File, r.Start, r.Size)
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
