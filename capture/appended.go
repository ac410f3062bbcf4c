package capture

import (
	"math"
	"os"
	"slices"
)

// Bounds of what is kept of appended media; its bytes count with those of bodies, see Options.MaxDisk.
const (
	maxCopies  = 64 // SourceBuffers
	maxAppends = 1 << 20
)

// Appended is all that scripts gave to one SourceBuffer, in order, of a Recorder with Options.Copies.
type Appended struct {
	Source  *MediaSource // as it was then; the buffer is one of its Buffers
	Index   int          // in Source.Buffers
	Type    string       // of the beginning
	File    string       // all bytes, one append behind the other; until the Recorder is closed
	Size    int64
	Appends []Append
	Lost    error // why not all of it is in the file: nothing after that is
}

// Append is one call of appendBuffer (W3C Media Source Extensions §5.2).
type Append struct {
	At, Size int64   // in the file
	Offset   float64 // timestampOffset, in seconds
	Sequence bool    // mode is "sequence": times are not those of the media
	From, To float64 // appendWindow, in seconds; To may be +Inf
	Reset    bool    // abort or changeType came before it: the rest of an unfinished segment is not to come
}

// Sources lists the media sources so far.
func (r *Recorder) Sources() []*MediaSource {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.heard.sources.snapshot()
}

// Appended lists what was appended so far.
func (r *Recorder) Appended() []Appended {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []Appended
	for _, c := range r.heard.sources.copies {
		a := c.Appended
		source := *c.Source
		source.Buffers = slices.Clone(source.Buffers)
		a.Source, a.Appends = &source, slices.Clip(a.Appends)
		list = append(list, a)
	}
	return list
}

// copied is an Appended in the making.
type copied struct {
	Appended
	file   *os.File
	store  *store
	reset  bool
	missed int64 // bytes of the present append that have not come yet
}

func newCopied(s *store, source *MediaSource, index int) *copied {
	return &copied{Appended: Appended{Source: source, Index: index, Type: source.Buffers[index].Type}, store: s}
}

// hear takes news of the buffer; nobody needs to ask whether it is copied.
func (c *copied) hear(m *hookMessage) {
	switch {
	case c == nil:
	case m.Kind == "append":
		c.begin(m)
	case m.Kind == "more":
		c.more(m.B64)
	case m.Kind == "abort", m.Kind == "change":
		c.reset = true
	}
}

// begin takes an append, or the first piece of one.
func (c *copied) begin(m *hookMessage) {
	switch {
	case c.Lost != nil:
		return
	case c.missed != 0 || m.Bytes < 0 || len(c.Appends) >= maxAppends:
		c.Lost = errPiece
		return
	}
	to := m.To
	if to < 0 {
		to = math.Inf(1)
	}
	c.missed = m.Bytes
	c.Appends = append(c.Appends, Append{At: c.Size, Size: m.Bytes, Offset: m.Offset, Sequence: m.Order, From: m.From, To: to, Reset: c.reset})
	c.reset = false
	c.more(m.B64)
}

// more takes the next piece.
func (c *copied) more(b []byte) {
	if c.Lost != nil {
		return
	}
	n := int64(len(b))
	if n > c.missed {
		c.Lost = errPiece
		return
	}
	if c.Lost = c.write(b); c.Lost == nil {
		c.missed -= n
		c.Size += n
	}
}

func (c *copied) write(b []byte) (err error) {
	c.store.mu.Lock()
	defer c.store.mu.Unlock()
	if c.file == nil {
		if c.file, err = c.store.create(); err != nil {
			return err
		}
		c.File = c.file.Name()
	}
	return c.store.write(c.file, b)
}

func (c *copied) close() error {
	if c.file == nil {
		return nil
	}
	return c.file.Close()
}
