package journal

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// disk is a memory that takes whole blocks alone, as O_DIRECT does, and breaks behind so many writes.
type disk struct {
	*memory
	t     *testing.T
	left  int
	bytes int
}

var errDisk = errors.New("the disk refuses")

func (d *disk) WriteAt(b []byte, off int64) (int, error) {
	if off%block != 0 || len(b)%block != 0 || uintptr(unsafe.Pointer(&b[0]))%block != 0 {
		d.t.Errorf("%d bytes at %d, in memory at %p", len(b), off, b)
	}
	if d.left--; d.left < 0 {
		return 0, errDisk
	}
	d.bytes += len(b)
	return d.memory.WriteAt(b, off)
}

// What is written directly is whole blocks, and the file is the same, wherever it begins and whatever is written again.
func TestDirect(t *testing.T) {
	for name, left := range map[string]int{"all": 1000, "two": 2, "none": 0} {
		t.Run(name, func(t *testing.T) {
			const size = 23<<20 + 4321
			want := make([]byte, size)
			random := rand.NewChaCha8([32]byte{1})
			if _, err := random.Read(want); err != nil {
				t.Fatal(err)
			}
			m := &memory{}
			if _, err := m.WriteAt(want[:777], 0); err != nil {
				t.Fatal(err)
			}
			d := &disk{memory: m, t: t, left: left}
			data := NewData(m, d)
			defer data.Close()
			lengths := rand.New(random)
			for at := 777; at < size; {
				piece := data.Begin()
				n := min(size-at, 1+lengths.IntN(3<<20))
				wrong := bytes.Repeat([]byte{7}, n)
				for _, b := range [][]byte{wrong[:n/2], want[at : at+n]} {
					if _, err := data.WriteAt(b, int64(at)); err != nil {
						t.Fatal(err)
					}
				}
				at += n
				if lengths.IntN(4) == 0 {
					if _, err := piece.Record(Record{}, int64(at)); err != nil || !bytes.Equal(m.b[:at], want[:at]) {
						t.Fatalf("%v, or other bytes, in front of %d", err, at)
					}
				}
			}
			if err := data.Flush(); err != nil || !bytes.Equal(m.b, want) {
				t.Errorf("%v, or other bytes", err)
			}
			if name == "all" && d.bytes < size/2 {
				t.Errorf("%d bytes of %d directly", d.bytes, size)
			}
		})
	}
}

// Nothing waits for the disk but who asks for it; who asks, waits.
func TestWritten(t *testing.T) {
	m := &memory{}
	data := NewData(m, nil)
	defer data.Close()
	piece := data.Begin()
	if _, err := data.WriteAt([]byte("film"), 0); err != nil || piece.Written() || len(m.b) != 0 {
		t.Errorf("%v, %d bytes in the file", err, len(m.b))
	}
	if err := piece.Wait(); err != nil || !piece.Written() || string(m.b) != "film" {
		t.Errorf("%v, %q in the file", err, m.b)
	}
}
