package journal

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"sync"
)

// Data is a part file that is written in large pieces behind the back of the one who fills it, and that knows what each part has
// written. It is for one goroutine, beside its own, which Close ends.
type Data struct {
	file   File
	direct io.WriterAt
	piece  *Piece

	stage *stage      // being filled, nil for none
	made  int         // stages
	sent  int64       // counts the stages that went to full
	full  chan *stage // to be written, in this order
	free  chan *stage
	gone  chan struct{}

	mu      sync.Mutex
	changed sync.Cond // one more is written
	written int64     // counts the stages that came out of full
	err     error
}

// Piece is what one part writes.
type Piece struct {
	data       *Data
	start, end int64
	crc        uint32
	straight   bool
	last       int64 // which stage, counted from 1, has its last byte
}

// NewData returns a writer of f, which is to be closed. What fills whole blocks of 4096 bytes it gives to direct instead, if that is
// not nil: the same file, past the page cache. Where that fails, it is not tried again.
func NewData(f File, direct io.WriterAt) *Data {
	d := &Data{
		file: f, direct: direct, gone: make(chan struct{}),
		full: make(chan *stage, stages), free: make(chan *stage, stages),
	}
	d.changed.L = &d.mu
	d.Begin()
	go d.run()
	return d
}

// Close waits for all writes and ends the goroutine. It does not close the file.
func (d *Data) Close() {
	d.seal()
	close(d.full)
	<-d.gone
	for range d.made {
		(<-d.free).end()
	}
}

// run writes what is full.
func (d *Data) run() {
	defer close(d.gone)
	for s := range d.full {
		err := d.Err()
		if err == nil { // otherwise the file is lost already
			var ok bool
			if ok, err = s.write(d.file, d.direct); !ok {
				d.direct = nil
			}
		}
		d.mu.Lock()
		d.err = err
		d.written++
		d.changed.Broadcast()
		d.mu.Unlock()
		d.free <- s
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

// WriteAt takes a copy of b and sums it up. The error is that of an earlier write.
func (d *Data) WriteAt(b []byte, off int64) (int, error) {
	if err := d.Err(); err != nil {
		return 0, err
	}
	d.piece.note(b, off)
	for rest := b; len(rest) > 0; {
		if d.stage == nil || !d.stage.fits(off) {
			d.open(off)
		}
		n := d.stage.take(rest)
		rest, off = rest[n:], off+int64(n)
	}
	d.piece.last = d.sent + 1
	return len(b), nil
}

// open begins a stage at an offset of the file.
func (d *Data) open(off int64) {
	d.seal()
	if d.made < stages && len(d.free) == 0 {
		d.made++
		d.stage = newStage()
	} else {
		d.stage = <-d.free
	}
	d.stage.open(off)
}

// seal has the stage written that is being filled.
func (d *Data) seal() {
	if d.stage != nil {
		d.sent++
		d.full <- d.stage
		d.stage = nil
	}
}

// Flush returns when all is in the file. The error is that of the file.
func (d *Data) Flush() error {
	d.seal()
	return d.wait(d.sent)
}

func (d *Data) wait(stage int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.written < stage {
		d.changed.Wait()
	}
	return d.err
}

// ReadAt reads what was written.
func (d *Data) ReadAt(b []byte, off int64) (int, error) {
	if err := d.Flush(); err != nil {
		return 0, err
	}
	return d.file.ReadAt(b, off)
}

// Truncate cuts the file, or makes it longer, once all is in it.
func (d *Data) Truncate(size int64) error {
	if err := d.Flush(); err != nil {
		return err
	}
	return d.file.Truncate(size)
}

// note tells the piece of a write.
func (p *Piece) note(b []byte, off int64) {
	switch {
	case p.start < 0:
		p.start, p.end = off, off
	case off != p.end:
		p.straight = false
		p.start, p.end = min(p.start, off), max(p.end, off)
	}
	if p.straight {
		p.crc = crc32.Update(p.crc, crc32.IEEETable, b)
	}
	p.end = max(p.end, off+int64(len(b)))
}

// Written reports whether the piece is in the file, or never will be.
func (p *Piece) Written() bool {
	p.data.mu.Lock()
	defer p.data.mu.Unlock()
	return p.data.written >= p.last || p.data.err != nil
}

// Wait returns when the piece is in the file.
func (p *Piece) Wait() error {
	if p.last > p.data.sent {
		p.data.seal()
	}
	return p.data.wait(p.last)
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
	r.CRC, err = sum(p.data, r.Start, r.Size)
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
	h := crc32.NewIEEE()
	n, err := io.Copy(h, io.NewSectionReader(f, start, end-start))
	if err == nil && n < end-start {
		err = io.ErrUnexpectedEOF
	}
	return h.Sum32(), err
}
