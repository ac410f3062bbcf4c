package browser

import (
	"bytes"
	"os"
)

// stage is where a large message is put together: a file, or memory where there is no room for one.
type stage struct {
	file   *os.File
	size   int64 // bytes in file
	memory bytes.Buffer
}

func newStage() *stage {
	f, err := os.CreateTemp("", "seine-message-")
	if err != nil {
		return &stage{}
	}
	_ = os.Remove(f.Name()) // where a system allows that: nothing is left of it whatever happens
	return &stage{file: f}
}

func (s *stage) add(b []byte) error {
	if s.file == nil {
		s.memory.Write(b)
		return nil
	}
	if _, err := s.file.WriteAt(b, s.size); err != nil {
		return s.retreat(b)
	}
	s.size += int64(len(b))
	return nil
}

// retreat goes on in memory.
func (s *stage) retreat(b []byte) error {
	before, err := s.bytes()
	s.close()
	s.file = nil
	s.memory.Write(before)
	s.memory.Write(b)
	return err
}

func (s *stage) bytes() ([]byte, error) {
	if s.file == nil {
		return s.memory.Bytes(), nil
	}
	b := make([]byte, s.size)
	_, err := s.file.ReadAt(b, 0)
	return b, err
}

func (s *stage) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}
