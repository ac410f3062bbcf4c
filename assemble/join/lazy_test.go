package join

import (
	"bytes"
	"slices"
	"testing"
)

// lazy is a File that writes as late as it may.
type lazy struct {
	memory
	late [][]func()
}

// next is called before each Add.
func (l *lazy) next() {
	for len(l.late) > 1 {
		l.run()
	}
	l.late = append(l.late, nil)
}

func (l *lazy) run() {
	for _, write := range l.late[0] {
		write()
	}
	l.late = l.late[1:]
}

func (l *lazy) WriteAt(b []byte, off int64) (int, error) {
	last := len(l.late) - 1
	l.late[last] = append(l.late[last], func() { _, _ = l.memory.WriteAt(b, off) })
	return len(b), nil
}

func (l *lazy) Settle() error {
	for len(l.late) > 1 {
		l.run()
	}
	if len(l.late) == 1 {
		l.run()
		l.late = [][]func(){nil}
	}
	return nil
}

// TestLazyFile: a file that writes one part while the next is taken apart gets the same bytes. Segments are wiped once they are
// joined.
func TestLazyFile(t *testing.T) {
	for name, list := range jobs(t) {
		t.Run(name, func(t *testing.T) {
			want := &memory{}
			run(t, want, options(list), list)
			f := &lazy{}
			j := New(f, options(list))
			for _, s := range list {
				f.next()
				data := slices.Clone(s.data)
				if _, err := j.Add(s.Part, data); err != nil {
					t.Fatal(err)
				}
				clear(data)
			}
			f.next()
			if _, err := j.Finish(); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(f.b, want.b) {
				t.Errorf("the film differs: %d bytes, want %d", len(f.b), len(want.b))
			}
		})
	}
}
