package journal

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func create(t testing.TB) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "file")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

var header = Header{Identity: [32]byte{1, 2, 3}, Likeness: [32]byte{4}, Mode: 0o644, Learned: []byte("much"), Origin: []byte("the page")}

func sample(n int) []Record {
	var list []Record
	for i := range n {
		list = append(list, Record{Part: i, Start: int64(i * 100), Size: int64(i*100 + 90), CRC: uint32(i), Print: PrintOf(make([]byte, i)), Missing: i%3 == 1, Data: bytes.Repeat([]byte{byte(i)}, i+1)})
	}
	return list
}

func write(t testing.TB, f File, records []Record) *Journal {
	t.Helper()
	j, _, old, err := Open(f, header)
	if err != nil || len(old) != 0 {
		t.Fatal(old, err)
	}
	for _, r := range records {
		if err := j.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

func TestRoundTrip(t *testing.T) {
	f := create(t)
	j := write(t, f, sample(10))
	if j.Len() != 10 {
		t.Error(j.Len())
	}
	j, h, got, err := Open(f, Header{Identity: [32]byte{9}, Likeness: header.Likeness, Mode: 0o600})
	if err != nil || !cmp.Equal(h, header) {
		t.Fatal(h, err)
	}
	if diff := cmp.Diff(sample(10), got); diff != "" {
		t.Error(diff)
	}
	if n, err := j.Keep(4); n != 4 || err != nil {
		t.Fatal(n, err)
	}
	if err := j.Append(sample(5)[4]); err != nil {
		t.Fatal(err)
	}
	if _, _, got, err = Open(f, header); err != nil || !cmp.Equal(sample(5), got) {
		t.Error(got, err)
	}
}

// Nobody has looked, or nothing was learned: these are two things.
func TestHeader(t *testing.T) {
	for _, learned := range [][]byte{nil, {}, []byte("much"), make([]byte, maxLearned)} {
		h := header
		h.Learned = learned
		f := create(t)
		if _, _, _, err := Open(f, h); err != nil {
			t.Fatal(err)
		}
		got, err := ReadHeader(io.NewSectionReader(f, 0, 1<<40))
		if diff := cmp.Diff(h, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
	}
	if _, ok := decodeHeader(encodeHeader(Header{Learned: make([]byte, maxLearned+1)})); ok {
		t.Error("a header without bounds is read")
	}
}

func TestOtherPlan(t *testing.T) {
	f := create(t)
	write(t, f, sample(2))
	if _, _, _, err := Open(f, Header{Identity: header.Identity}); !errors.Is(err, ErrChanged) {
		t.Error(err)
	}
	other := create(t)
	if _, err := other.WriteString("something else entirely"); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := Open(other, header); !errors.Is(err, ErrChanged) {
		t.Error(err)
	}
	if b, _ := os.ReadFile(other.Name()); string(b) != "something else entirely" {
		t.Error("the other file was changed")
	}
}

type counting struct {
	memory
	writes int
}

func (c *counting) WriteAt(p []byte, off int64) (int, error) {
	c.writes++
	return c.memory.WriteAt(p, off)
}

// Several records are written in one go, and each still counts alone.
func TestSeveral(t *testing.T) {
	var single, several counting
	write(t, &single, sample(8))
	j := write(t, &several, nil)
	before := several.writes
	if err := j.Append(sample(8)...); err != nil || j.Len() != 8 {
		t.Fatal(j.Len(), err)
	}
	if !bytes.Equal(single.b, several.b) || several.writes != before+1 {
		t.Errorf("%d bytes in place of %d, in %d writes", len(several.b), len(single.b), several.writes-before)
	}
	if n, err := j.Keep(3); n != 3 || err != nil {
		t.Errorf("%d kept, %v", n, err)
	}
}

// Records that count only together come back together, and are forgotten together.
func TestTogether(t *testing.T) {
	f := create(t)
	list := sample(6)
	j := write(t, f, list)
	anew := []Record{{Part: 2, Start: 600, Size: 700, Data: []byte("a")}, {Part: 3, Start: 700, Size: 700, Data: []byte("b")}}
	if err := j.AppendTogether(anew...); err != nil {
		t.Fatal(err)
	}
	all, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	want := append(slices.Clone(list), anew...)
	_, _, got, err := Open(f, header)
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Fatal(diff, err)
	}
	current := slices.Concat(list[:2], anew, list[4:])
	if diff := cmp.Diff(current, Current(got)); diff != "" {
		t.Error(diff)
	}
	torn := &memory{b: all[:len(all)-1]}
	if _, _, got, err = Open(torn, header); err != nil || !cmp.Equal(got, list) {
		t.Errorf("torn: %d records, %v", len(got), err)
	}
	if n, err := j.Keep(7); n != 6 || err != nil || j.Len() != 6 {
		t.Errorf("%d kept, %v", n, err)
	}
}

// Cut anywhere: what was whole is read, the rest forgotten, and the journal can go on.
func TestTorn(t *testing.T) {
	f := create(t)
	j := write(t, f, sample(8))
	ends := slices.Clone(j.ends)
	all, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(all) + 1 {
		torn := create(t)
		if _, err := torn.Write(all[:n]); err != nil {
			t.Fatal(err)
		}
		j, _, got, err := Open(torn, header)
		want := 0
		for _, end := range ends[1:] {
			if int64(n) >= end {
				want++
			}
		}
		if err != nil || len(got) != want {
			t.Fatalf("cut at %d: %d records, want %d, %v", n, len(got), want, err)
		}
		kept, err := j.Keep(want)
		if err := errors.Join(err, j.Append(Record{Part: want, Start: 900, Size: 900})); err != nil || kept != want {
			t.Fatal(kept, err)
		}
		if _, _, got, err = Open(torn, header); err != nil || len(got) != want+1 {
			t.Fatalf("cut at %d, then on: %d records, %v", n, len(got), err)
		}
	}
}

// Damage gives a beginning of the truth, never something else.
func FuzzOpen(f *testing.F) {
	file := create(f)
	write(f, file, sample(5))
	all, err := os.ReadFile(file.Name())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(all)
	f.Add(all[:len(all)-3])
	f.Add([]byte(magic + "\xff\xff\xff\xff\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := &memory{b: bytes.Clone(b)}
		j, _, records, err := Open(m, header)
		if err != nil {
			return
		}
		size, parts := int64(0), 0
		for i, r := range records {
			if r.Part > parts || r.Start < size || r.Size < r.Start {
				t.Fatalf("record %d: %+v", i, r)
			}
			size, parts = r.Size, max(parts, r.Part+1)
		}
		if len(Current(records)) != parts {
			t.Fatal(Current(records))
		}
		if j.Len() != len(records) {
			t.Fatal(j.Len(), len(records))
		}
	})
}

// memory is a File.
type memory struct{ b []byte }

func (m *memory) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(m.b).ReadAt(p, off)
}

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	if need := int(off) + len(p); need > len(m.b) {
		m.b = append(m.b, make([]byte, need-len(m.b))...)
	}
	return copy(m.b[off:], p), nil
}

func (m *memory) Truncate(n int64) error {
	m.b = append(m.b, make([]byte, max(0, int(n)-len(m.b)))...)[:n]
	return nil
}

// However a part writes its bytes, its record tells of them, and damage to any of them is found.
func TestData(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &memory{}
		d := NewData(m, nil)
		defer d.Close()
		size := int64(rapid.IntRange(0, 50).Draw(t, "room in front"))
		var records []Record
		for part := range rapid.IntRange(1, 6).Draw(t, "parts") {
			piece := d.Begin()
			end := size
			for range rapid.IntRange(0, 4).Draw(t, "writes") {
				b := rapid.SliceOfN(rapid.Byte(), 1, 30).Draw(t, "bytes")
				b = bytes.Clone(b)
				off := end
				if rapid.Bool().Draw(t, "again") {
					off = size
				}
				if _, err := d.WriteAt(b, off); err != nil {
					t.Fatal(err)
				}
				end = max(end, off+int64(len(b)))
			}
			if n := end - size; n > 0 && rapid.Bool().Draw(t, "given up") {
				end -= rapid.Int64Range(0, n-1).Draw(t, "bytes given up")
			}
			size = end
			r, err := piece.Record(Record{Part: part}, size)
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, r)
		}
		if n, err := Verify(m, records); n != len(records) || err != nil {
			t.Fatalf("%d of %d true, %v", n, len(records), err)
		}
		for i, r := range records {
			if r.Size == r.Start {
				continue
			}
			at := r.Start + rand.Int64N(r.Size-r.Start)
			m.b[at] ^= 0x10
			if n, err := Verify(m, records); n != i || err != nil {
				t.Fatalf("damage in %d: %d true, %v", i, n, err)
			}
			m.b[at] ^= 0x10
			short := &memory{b: m.b[:r.Size-1]}
			if n, err := Verify(short, records); n != i || err != nil {
				t.Fatalf("short of %d: %d true, %v", i, n, err)
			}
		}
	})
}

type full struct{ memory }

var errFull = errors.New("disk full")

func (f *full) WriteAt(p []byte, off int64) (int, error) {
	if len(f.b) > 100 {
		n, _ := f.memory.WriteAt(p[:len(p)/2], off)
		return n, errFull
	}
	return f.memory.WriteAt(p, off)
}

// A record that did not fit leaves the journal as it was.
func TestDiskFull(t *testing.T) {
	m := &full{}
	j, _, _, err := Open(m, header)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for ; err == nil; n++ {
		err = j.Append(Record{Part: n, Data: make([]byte, 10)})
	}
	if !errors.Is(err, errFull) {
		t.Fatal(err)
	}
	_, _, got, err := Open(m, header)
	if err != nil || len(got) != n-1 || j.Len() != n-1 || int64(len(m.b)) != j.ends[n-1] {
		t.Errorf("%d records, want %d, %v", len(got), n-1, err)
	}
	if err := j.Append(Record{Part: n - 1}, Record{Part: n}); !errors.Is(err, errFull) || j.Len() != n-1 || int64(len(m.b)) != j.ends[n-1] {
		t.Errorf("several: %d records, want %d, %v", j.Len(), n-1, err)
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	a, err := Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(path); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v", err)
	}
	if err := a.Unlock(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock file is still there: %v", err)
	}
	b, err := Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Unlock(); err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(filepath.Join(path, "no", "folder")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
