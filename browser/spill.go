package browser

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
)

// spill is notices in order: events in a file; those of targets, which are few and must not be lost, in memory. Once it is full, or the disk
// is, it takes no more events until it has been read to its end.
type spill struct {
	most int64 // bytes

	file     *os.File
	out      *bufio.Writer
	size     int64 // bytes, as notice.size has them
	at       int64 // where in the file the next is read
	written  int   // events
	read     int   // of these
	full     bool
	targets  []placed
	sessions []*Session
	numbers  map[*Session]uint32
}

// placed is a notice that comes behind so many events.
type placed struct {
	behind int
	notice notice
}

// spillHead begins each event in the file: whose it is, and the lengths of its method and its parameters.
type spillHead struct{ Session, Method, Params uint32 }

// add reports whether n was kept.
func (s *spill) add(n notice) bool {
	if n.kind != event {
		s.targets = append(s.targets, placed{s.written, n})
		return true
	}
	s.full = s.full || s.write(n) != nil
	return !s.full
}

func (s *spill) write(n notice) error {
	if err := s.open(); err != nil {
		return err
	}
	if s.size += n.size(); s.size > s.most {
		return io.ErrShortWrite
	}
	b := s.out.AvailableBuffer()
	for _, v := range []uint32{s.number(n.session), uint32(len(n.method)), uint32(len(n.params))} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	_, _ = s.out.Write(append(b, n.method...)) // an error stays with the writer
	if _, err := s.out.Write(n.params); err != nil {
		return err
	}
	s.written++
	return nil
}

// open makes the file, which has no name any more where a system allows that: nothing is left of it whatever happens.
func (s *spill) open() error {
	if s.file != nil {
		return nil
	}
	f, err := os.CreateTemp("", "seine-events-")
	if err != nil {
		return err
	}
	_ = os.Remove(f.Name())
	s.file, s.out, s.numbers = f, bufio.NewWriterSize(f, 256<<10), map[*Session]uint32{}
	return nil
}

func (s *spill) number(of *Session) uint32 {
	n, ok := s.numbers[of]
	if !ok {
		n = uint32(len(s.sessions))
		s.numbers[of] = n
		s.sessions = append(s.sessions, of)
	}
	return n
}

// next gives about size bytes of notices; lost is how many events could not be read.
func (s *spill) next(size int64) (list []notice, lost int) {
	if s.out != nil && s.out.Flush() != nil {
		s.full = true // what was in the buffer is gone: reading will tell how much
	}
	in := bufio.NewReaderSize(io.NewSectionReader(s.file, s.at, s.size), 64<<10) // a new one: it remembers where the file ended
	for got := int64(0); got < size && !s.empty(); {
		if len(s.targets) > 0 && s.targets[0].behind <= s.read {
			list, s.targets = append(list, s.targets[0].notice), s.targets[1:]
			continue
		}
		n, err := s.readEvent(in)
		if err != nil {
			lost, s.read = s.written-s.read, s.written
			continue
		}
		s.read++
		got += n.size()
		list = append(list, n)
	}
	return list, lost
}

func (s *spill) readEvent(in io.Reader) (notice, error) {
	var h spillHead
	if err := binary.Read(in, binary.LittleEndian, &h); err != nil {
		return notice{}, err
	}
	b := make([]byte, int(h.Method)+int(h.Params))
	if _, err := io.ReadFull(in, b); err != nil {
		return notice{}, err
	}
	s.at += int64(binary.Size(h) + len(b))
	n := notice{kind: event, session: s.sessions[h.Session], method: string(b[:h.Method])}
	if h.Params > 0 {
		n.params = jsonv2.Value(b[h.Method:])
	}
	return n, nil
}

func (s *spill) empty() bool { return s.read == s.written && len(s.targets) == 0 }

func (s *spill) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}
