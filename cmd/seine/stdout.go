package main

import (
	"errors"
	"io"
	"sync"
	"syscall"
)

// errReaderGone is the cause of a context that ended because nobody reads stdout any more, as behind `| head`.
var errReaderGone = errors.New("nobody reads the output any more")

// sink is stdout. It remembers the first error of a write, so that results which nobody got are no success; and when the reader
// has gone, it ends the work in order, as a signal does.
type sink struct {
	io.Writer
	gone func(error)

	mu  sync.Mutex
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	if err == nil {
		return n, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	if errors.Is(err, syscall.EPIPE) {
		s.gone(errReaderGone)
	}
	return n, err
}

// Fd lets the console see whether it is a terminal.
func (s *sink) Fd() uintptr {
	if f, ok := s.Writer.(interface{ Fd() uintptr }); ok {
		return f.Fd()
	}
	return ^uintptr(0)
}

func (s *sink) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}
