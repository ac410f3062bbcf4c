package capture

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// store keeps bodies: in memory while they are small and together under a budget, else as files in one folder.
type store struct {
	parent string // folder that dir is made in
	dir    string // ours alone: made on first use, removed by close
	single int64  // bytes: larger ones go to disk
	budget int64  // bytes in memory over all bodies

	mu    sync.Mutex
	used  int64
	files int
}

// put takes ownership of b.
func (s *store) put(b []byte) Body {
	body := BodyOf(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	if int64(len(b)) <= s.single && s.used+int64(len(b)) <= s.budget {
		s.used += int64(len(b))
		return body
	}
	file, err := s.spill(b)
	if err != nil {
		return Body{Reason: ReasonSpillFull, Size: int64(len(b))}
	}
	body.Head = append([]byte(nil), body.Head...) // not a window into what is about to be freed
	body.data, body.file = nil, file
	return body
}

func (s *store) spill(b []byte) (string, error) {
	if s.dir == "" {
		dir, err := os.MkdirTemp(s.parent, "seine-capture-")
		if err != nil {
			return "", err
		}
		s.dir = dir
	}
	s.files++
	name := filepath.Join(s.dir, fmt.Sprintf("body-%06d", s.files))
	if err := os.WriteFile(name, b, 0o600); err != nil {
		_ = os.Remove(name)
		return "", err
	}
	return name, nil
}

// close removes what was spilled; bodies on disk cannot be opened after it.
func (s *store) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}
