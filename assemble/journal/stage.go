package journal

import (
	"io"
	"unsafe"

	"seine/assemble/internal/pages"
)

const (
	// block is what direct writes are aligned to, in the file and in memory, in bytes: no disk in use has larger sectors.
	block = 4 << 10
	// stageSize is how much is written at once, in bytes: a multiple of block.
	stageSize = 4 << 20
	// stages is how many there are: one is filled, one is written, one waits.
	stages = 3
	// worthDirect is the least that is written directly, in bytes. A little goes to the page cache with less ado.
	worthDirect = 64 << 10
)

// stage is memory for what is written at once. Its bytes lie in it as they will lie in the blocks of the file.
type stage struct {
	whole []byte
	own   bool   // pages
	mem   []byte // stageSize bytes of it, aligned
	at    int64  // offset in the file
	from  int    // where its bytes begin in mem
	to    int
}

func newStage() *stage {
	s := &stage{}
	s.whole, s.own = pages.Take(stageSize + pages.HugeSize)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(s.whole))) % pages.HugeSize)
	if s.own {
		pages.Huge(s.whole)
	}
	s.mem = s.whole[skip:][:stageSize:stageSize]
	return s
}

// end gives the memory back.
func (s *stage) end() {
	if s.own {
		pages.Give(s.whole)
	}
}

// open begins at an offset of the file.
func (s *stage) open(off int64) {
	s.at, s.from = off, int(off%block)
	s.to = s.from
}

// fits reports whether off is where the stage goes on.
func (s *stage) fits(off int64) bool { return s.at+int64(s.to-s.from) == off && s.to < len(s.mem) }

// take copies what there is room for and returns how much that is.
func (s *stage) take(b []byte) int {
	n := copy(s.mem[s.to:], b)
	s.to += n
	return n
}

// write writes the whole blocks to direct, if it is not nil, and all else to f. It reports whether direct did its work.
func (s *stage) write(f, direct io.WriterAt) (ok bool, err error) {
	begin, end := (s.from+block-1)/block*block, s.to/block*block
	if direct == nil || end-begin < worthDirect {
		return true, s.copy(f, s.from, s.to)
	}
	if err := s.copy(f, s.from, begin); err != nil {
		return true, err
	}
	if s.copy(direct, begin, end) != nil {
		// Whatever it is, the plain file knows better.
		return false, s.copy(f, begin, s.to)
	}
	return true, s.copy(f, end, s.to)
}

// copy writes a part of mem to its place.
func (s *stage) copy(f io.WriterAt, from, to int) error {
	if from >= to {
		return nil
	}
	_, err := f.WriteAt(s.mem[from:to], s.at+int64(from-s.from))
	return err
}
