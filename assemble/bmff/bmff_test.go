package bmff

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoundTrip(t *testing.T) {
	w := &Writer{}
	a := w.Begin("moov")
	b := w.Full("mvhd", 1, 7)
	w.U8(1)
	w.U16(2)
	w.U64(3)
	w.End(b)
	w.End(w.Begin("udta"))
	w.End(a)
	w.End(w.Begin("free"))
	list, err := Boxes(w.Buf)
	if err != nil || len(list) != 2 || list[0].Type != "moov" || list[1].Type != "free" || list[1].Offset != len(w.Buf)-8 {
		t.Fatal(list, err)
	}
	want := []byte{1, 0, 0, 7, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 3}
	if d := cmp.Diff(want, Find(w.Buf, "moov", "mvhd")); d != "" {
		t.Error(d)
	}
	if Find(w.Buf, "moov", "trak") != nil {
		t.Error("found what is not there")
	}
}

func TestSizes(t *testing.T) {
	for name, c := range map[string]struct {
		b  string
		n  int
		ok bool
	}{
		"64 bits":    {"\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x12ab", 2, true},
		"to the end": {"\x00\x00\x00\x00mdatabc", 3, true},
		"too long":   {"\x00\x00\x00\x09mdat", 0, false},
		"too short":  {"\x00\x00\x00\x07mdat", 0, false},
		"cut":        {"\x00\x00\x00", 0, false},
		"negative":   {"\x00\x00\x00\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff", 0, false},
	} {
		list, err := Boxes([]byte(c.b))
		if c.ok && (err != nil || len(list) != 1 || len(list[0].Data) != c.n) || !c.ok && !errors.Is(err, ErrBox) {
			t.Errorf("%s: %v, %v", name, list, err)
		}
	}
}

func FuzzBoxes(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x12ab"))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, _ := Boxes(b)
		for _, x := range list {
			_, _ = Boxes(x.Data)
		}
		Find(b, "moov", "trak")
	})
}

// TestFields reads to the end and beyond.
func TestFields(t *testing.T) {
	version, flags, rest, err := FullBox([]byte{1, 0, 0, 7, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 9})
	if err != nil || version != 1 || flags != 7 {
		t.Fatal(version, flags, err)
	}
	f := NewFields(rest)
	if a, b, c := f.U16(), f.U32(), f.Word(version); a != 2 || b != 3 || c != 4 || f.Err() != nil || len(f.Rest()) != 1 {
		t.Error(a, b, c, f.Err())
	}
	if v := f.U16(); v != 0 || !errors.Is(f.Err(), ErrBox) || f.U32() != 0 || f.Take(0) == nil && f.Err() == nil {
		t.Error(v, f.Err())
	}
	if _, _, _, err := FullBox([]byte{0}); !errors.Is(err, ErrBox) {
		t.Error(err)
	}
}

// TestNext takes boxes off the front, and refuses those that do not fit.
func TestNext(t *testing.T) {
	b, rest, err := Next([]byte{0, 0, 0, 9, 'f', 'r', 'e', 'e', 1, 2})
	if err != nil || b.Type != "free" || string(b.Data) != "\x01" || string(rest) != "\x02" {
		t.Error(b, rest, err)
	}
	for _, bad := range []string{"", "\x00\x00\x00\x08fre", "\x00\x00\x00\x07free", "\x00\x00\x00\x09free", "\x00\x00\x00\x01free\x00\x00\x00\x00\x00\x00\x00\x0f"} {
		if _, _, err := Next([]byte(bad)); !errors.Is(err, ErrBox) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
