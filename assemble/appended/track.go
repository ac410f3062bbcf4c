package appended

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sort"

	"seine/assemble/bmff"
	"seine/assemble/demux/fmp4"
)

// track is what one buffer holds.
type track struct {
	file           string
	span           Span
	picture, sound bool
	lanes          int // fragments with other tracks in them than others count apart
	inits          []section
	fragments      []*fragment // in the order of time
	warnings       []string
}

// fragment is one moof with its mdat (ISO/IEC 14496-12 §8.8.4).
type fragment struct {
	at, size   int64
	start, end float64 // seconds of the player's clock
	init       int
	lane       uint
	times      []decodeTime
}

// reader walks through the boxes of a buffer.
type reader struct {
	track
	f      *os.File
	buffer *Buffer
	append int   // present one
	begun  int64 // where ftyp began, -1 without
	heads  []header
	clocks map[uint]*clock
	cut    int // segments that were begun and not ended
}

// read finds the fragments of a buffer and puts them into order.
func read(b *Buffer, span Span) (*track, error) {
	if len(b.Appends) == 0 {
		return nil, ErrNothing
	}
	f, err := os.OpenFile(b.File, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	r := &reader{track: track{file: b.File, span: span}, f: f, buffer: b, begun: -1, clocks: map[uint]*clock{}}
	err = errors.Join(r.walk(), f.Close())
	if err != nil {
		return nil, err
	}
	if len(r.fragments) == 0 {
		return nil, ErrNothing
	}
	r.order()
	if r.cut > 0 {
		r.warnings = append(r.warnings, fmt.Sprintf("%d segments that the player was given in part are left out", r.cut))
	}
	return &r.track, nil
}

// walk reads each stretch between resets: a segment goes on over appends, but not over these.
func (r *reader) walk() error {
	list := r.buffer.Appends
	for i := 0; i < len(list); {
		next := i + 1
		for next < len(list) && !list[next].Reset {
			next++
		}
		last := list[next-1]
		if err := r.stretch(list[i].At, last.At+last.Size); err != nil {
			return err
		}
		i = next
	}
	return nil
}

func (r *reader) stretch(at, end int64) error {
	r.begun = -1
	var open *fragment
	for at < end {
		kind, head, size, err := r.box(at, end)
		if err != nil {
			return err
		}
		if size < 0 { // it goes on behind the end
			r.cut++
			return nil
		}
		switch kind {
		case "ftyp":
			r.begun = at
		case "moov":
			err = r.init(at, head, size)
		case "moof":
			open, err = r.moof(at, head, size)
		case "mdat":
			if open != nil {
				if open.size == 0 {
					r.fragments = append(r.fragments, open)
				}
				open.size = at + size - open.at
			}
		}
		if err != nil {
			return err
		}
		at += size
	}
	return nil
}

// box reads a header (§4.2.2). A size of -1 is that of a box which does not end before end.
func (r *reader) box(at, end int64) (kind string, head, size int64, err error) {
	var b [16]byte
	n, err := r.f.ReadAt(b[:min(16, end-at)], at)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", 0, 0, err
	}
	if at == r.buffer.Appends[0].At {
		if err := known(b[:n]); err != nil {
			return "", 0, 0, err
		}
	}
	fields := bmff.NewFields(b[:n])
	length, name := fields.U32(), fields.Take(4)
	head, size = 8, int64(length)
	if length == 1 {
		head, size = 16, int64(min(fields.U64(), math.MaxInt64))
	}
	if fields.Err() != nil {
		return "", 0, -1, nil
	}
	if size < head {
		return "", 0, 0, fmt.Errorf("%w: a box of %d bytes", fmp4.ErrDamaged, size)
	}
	if size > end-at {
		size = -1
	}
	return string(name), head, size, nil
}

// known names by their first bytes what is no mp4.
func known(b []byte) error {
	switch {
	case len(b) >= 4 && string(b[:4]) == "\x1a\x45\xdf\xa3":
		return fmt.Errorf("WebM is %w", ErrUnsupported)
	case len(b) >= 3 && string(b[:3]) == "ID3", len(b) >= 2 && b[0] == 0xff && b[1] >= 0xe0:
		return fmt.Errorf("sound without a container is %w", ErrUnsupported)
	case len(b) >= 1 && b[0] == 0x47:
		return fmt.Errorf("a transport stream is %w", ErrUnsupported)
	case len(b) < 8 || !slices.Contains([]string{"ftyp", "styp", "moov", "moof", "sidx", "free", "emsg", "prft", "skip"}, string(b[4:8])):
		return fmt.Errorf("media of this kind is %w", ErrUnsupported)
	}
	return nil
}

// maxBox bounds a header that is read whole.
const maxBox = 16 << 20

func (r *reader) load(at, head, size int64) ([]byte, error) {
	if size > maxBox {
		return nil, fmt.Errorf("%w: a header of %d bytes", fmp4.ErrDamaged, size)
	}
	b := make([]byte, size-head)
	_, err := r.f.ReadAt(b, at+head)
	return b, err
}

// at finds the append that a byte came with. They are asked for in order.
func (r *reader) appendAt(at int64) *Append {
	list := r.buffer.Appends
	for r.append+1 < len(list) && list[r.append+1].At <= at {
		r.append++
	}
	return &list[r.append]
}

// order lets the later of two fragments of one time stand, and sorts.
func (r *reader) order() {
	lanes := map[uint][]*fragment{}
	for _, f := range r.fragments {
		lanes[f.lane] = overlay(lanes[f.lane], f)
	}
	r.fragments = r.fragments[:0]
	for _, list := range lanes {
		r.fragments = append(r.fragments, list...)
	}
	r.lanes = len(lanes)
	slices.SortStableFunc(r.fragments, func(a, b *fragment) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.at, b.at)) })
}

// overlay puts f into a list in the order of time, in place of those most of whose time is its own.
func overlay(list []*fragment, f *fragment) []*fragment {
	from := sort.Search(len(list), func(i int) bool { return list[i].end > f.start })
	to := from
	for to < len(list) && list[to].start < f.end {
		to++
	}
	kept := []*fragment{}
	for _, old := range list[from:to] {
		if math.Min(old.end, f.end)-math.Max(old.start, f.start) < (old.end-old.start)/2 {
			kept = append(kept, old)
		}
	}
	kept = append(kept, f)
	slices.SortStableFunc(kept, func(a, b *fragment) int { return cmp.Compare(a.start, b.start) })
	return slices.Replace(list, from, to, kept...)
}
