package capture

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"seine/capture/aside"
)

// store keeps bodies: in memory while they are small and together under a budget, else in files of one folder. What is small but over the
// budget goes into one file together: a page may make ten thousand requests.
type store struct {
	parent string       // folder that dir is made in
	dir    string       // ours alone: made on first use, removed by close
	claim  *aside.Claim // on dir
	single int64        // bytes: larger ones get a file of their own
	budget int64        // bytes in memory over all bodies
	most   int64        // bytes on disk over all bodies

	mu      sync.Mutex
	used    int64
	spilled int64
	files   int
	pack    *os.File
	packed  int64 // bytes in pack
}

// errFull: what was spilled has reached its limit.
var errFull = errors.New("no more is kept on disk")

// put takes ownership of b.
func (s *store) put(b []byte) Body {
	s.mu.Lock()
	defer s.mu.Unlock()
	size := int64(len(b))
	if size <= s.single && s.used+size <= s.budget {
		s.used += size
		return BodyOf(b)
	}
	name, at, err := s.spill(b)
	if err != nil {
		return Body{Reason: ReasonSpillFull, Size: size}
	}
	// Head is no window into what is about to be freed.
	return Body{Size: size, Head: append([]byte(nil), b[:min(len(b), headSize)]...), file: name, at: at}
}

func (s *store) spill(b []byte) (name string, at int64, err error) {
	if int64(len(b)) <= s.single {
		return s.append(b)
	}
	f, err := s.create()
	if err != nil {
		return "", 0, err
	}
	err = s.write(f, b)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return "", 0, err
	}
	return f.Name(), 0, nil
}

// append writes behind the other small bodies.
func (s *store) append(b []byte) (name string, at int64, err error) {
	if s.pack == nil {
		if s.pack, err = s.create(); err != nil {
			return "", 0, err
		}
	}
	if err := s.reserve(len(b)); err != nil {
		return "", 0, err
	}
	at = s.packed
	if _, err := s.pack.WriteAt(b, at); err != nil { // what a failed write left behind is written over
		s.spilled -= int64(len(b))
		return "", 0, err
	}
	s.packed += int64(len(b))
	return s.pack.Name(), at, nil
}

// create makes an empty file. The caller holds s.mu.
func (s *store) create() (*os.File, error) {
	if s.dir == "" {
		if err := s.settle(); err != nil {
			return nil, err
		}
	}
	s.files++
	return os.OpenFile(filepath.Join(s.dir, fmt.Sprintf("body-%06d", s.files)), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}

// settle makes the folder, and removes those of runs that were killed.
func (s *store) settle() error {
	claim, err := aside.Take(cmp.Or(s.parent, os.TempDir()), "seine-bodies-", nil)
	if err != nil {
		return err
	}
	if err := os.Mkdir(claim.Path(), 0o700); err != nil {
		return errors.Join(err, claim.Release())
	}
	s.claim, s.dir = claim, claim.Path()
	return nil
}

func (s *store) reserve(n int) error {
	if s.spilled+int64(n) > s.most {
		return errFull
	}
	s.spilled += int64(n)
	return nil
}

// write counts what goes to f. The caller holds s.mu.
func (s *store) write(f *os.File, b []byte) error {
	if err := s.reserve(len(b)); err != nil {
		return err
	}
	n, err := f.Write(b)
	if err != nil {
		s.spilled -= int64(len(b) - n)
	}
	return err
}

// close removes what was spilled; bodies on disk cannot be opened after it.
func (s *store) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pack != nil {
		_ = s.pack.Close()
		s.pack = nil
	}
	if s.claim == nil {
		return nil
	}
	return s.claim.Release()
}

// writer takes a body piece by piece. It is used by one goroutine at a time.
type writer struct {
	store *store
	limit int64 // bytes: of what is larger only the head is kept
	size  int64
	head  []byte
	data  []byte   // while it is small
	file  *os.File // once it is not
	lost  Reason   // why nothing is kept any more
}

func (s *store) writer(limit int64) *writer { return &writer{store: s, limit: limit} }

func (w *writer) add(b []byte) {
	w.size += int64(len(b))
	if n := headSize - len(w.head); n > 0 {
		w.head = append(w.head, b[:min(n, len(b))]...)
	}
	switch {
	case w.lost != "":
	case w.size > w.limit:
		w.drop(ReasonTooLarge)
	case w.file == nil && w.size <= w.store.single:
		w.data = append(w.data, b...)
	default:
		if err := w.spill(b); err != nil {
			w.drop(ReasonSpillFull)
		}
	}
}

func (w *writer) spill(b []byte) error {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	if w.file == nil {
		f, err := w.store.create()
		if err != nil {
			return err
		}
		w.file = f
		if err := w.store.write(f, w.data); err != nil {
			return err
		}
		w.data = nil
	}
	return w.store.write(w.file, b)
}

// drop forgets what was kept.
func (w *writer) drop(why Reason) {
	w.lost, w.data = why, nil
	if w.file == nil {
		return
	}
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	if info, err := w.file.Stat(); err == nil {
		w.store.spilled -= info.Size()
	}
	_ = w.file.Close()
	_ = os.Remove(w.file.Name())
	w.file = nil
}

// body is what has come so far. After more is added, what was given before stays as it was.
func (w *writer) body() Body {
	switch {
	case w.lost != "":
		return Body{Reason: w.lost, Size: w.size, Head: w.head}
	case w.file != nil:
		return Body{Size: w.size, Head: w.head, file: w.file.Name()}
	default:
		return BodyOf(w.data[:len(w.data):len(w.data)])
	}
}

// close is called when no more comes.
func (w *writer) close() {
	if w.file != nil {
		_ = w.file.Close()
	}
}
