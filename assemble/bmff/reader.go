package bmff

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// ErrBox says that a box does not fit its surroundings.
var ErrBox = errors.New("bmff: damaged box")

// Box is one box of a parsed buffer.
type Box struct {
	Type   string
	Offset int    // of the header, in the parsed buffer
	Data   []byte // behind the header
}

// Boxes reads the boxes that lie side by side in b. A size of 0 reaches to the end (§4.2.2). The error wraps ErrBox.
func Boxes(b []byte) (list []Box, err error) {
	list = make([]Box, 0, count(b))
	for at := 0; at < len(b); {
		head, size, err := header(b[at:])
		if err != nil {
			return list, fmt.Errorf("%w at byte %d", err, at)
		}
		box := Box{Offset: at, Data: b[at+head : at+size]}
		if n := len(list); n > 0 && list[n-1].Type == string(b[at+4:at+8]) {
			box.Type = list[n-1].Type
		} else {
			box.Type = string(b[at+4 : at+8])
		}
		list = append(list, box)
		at += size
	}
	return list, nil
}

// count is the number of boxes side by side in b, up to one that is damaged.
func count(b []byte) (n int) {
	for len(b) > 0 {
		_, size, err := header(b)
		if err != nil {
			break
		}
		b = b[size:]
		n++
	}
	return n
}

func header(b []byte) (head, size int, err error) {
	if len(b) < 8 {
		return 0, 0, ErrBox
	}
	head = 8
	n := uint64(binary.BigEndian.Uint32(b))
	switch {
	case n == 0:
		n = uint64(len(b))
	case n == 1 && len(b) >= 16:
		head, n = 16, binary.BigEndian.Uint64(b[8:])
	}
	if n < uint64(head) || n > uint64(len(b)) {
		return 0, 0, ErrBox
	}
	return head, int(n), nil
}

// Find descends through path, taking the first box of each type, and returns the last one's data; nil when it is missing.
// It knows plain containers only, not those with fields in front of their children.
func Find(b []byte, path ...string) []byte {
	for _, kind := range path {
		if b = first(b, kind); b == nil {
			return nil
		}
	}
	return b
}

// first returns the data of the first box of a type.
func first(b []byte, kind string) []byte {
	for len(b) > 0 {
		head, size, err := header(b)
		if err != nil {
			return nil
		}
		if string(b[4:8]) == kind {
			return b[head:size]
		}
		b = b[size:]
	}
	return nil
}

// Next reads the box at the front of b, and returns what lies behind it. The error wraps ErrBox.
func Next(b []byte) (box Box, rest []byte, err error) {
	head, size, err := header(b)
	if err != nil {
		return Box{}, nil, err
	}
	return Box{Type: string(b[4:8]), Data: b[head:size]}, b[size:], nil
}

// FullBox takes version and flags off the data of a FullBox (§4.2.2). The error wraps ErrBox.
func FullBox(data []byte) (version uint8, flags uint32, rest []byte, err error) {
	if len(data) < 4 {
		return 0, 0, nil, fmt.Errorf("%w: no version and flags", ErrBox)
	}
	return data[0], binary.BigEndian.Uint32(data) & 0xffffff, data[4:], nil
}

// Fields reads the integers of a box in order. After the first that does not fit it returns zeros, so a caller checks Err
// once.
type Fields struct {
	b   []byte
	err error
}

// NewFields reads data, which it does not change.
func NewFields(data []byte) *Fields { return &Fields{b: data} }

// Err wraps ErrBox after a read beyond the end.
func (f *Fields) Err() error { return f.err }

// Rest returns the bytes not yet read.
func (f *Fields) Rest() []byte { return f.b }

// Take returns the next n bytes, nil when there are not so many.
func (f *Fields) Take(n int) []byte {
	if n < 0 || n > len(f.b) {
		f.b, f.err = nil, fmt.Errorf("%w: a field beyond its end", ErrBox)
		return nil
	}
	v := f.b[:n:n]
	f.b = f.b[n:]
	return v
}

// U16 reads two bytes. All integers are big-endian.
func (f *Fields) U16() uint16 {
	if b := f.Take(2); b != nil {
		return binary.BigEndian.Uint16(b)
	}
	return 0
}

// U32 reads four bytes.
func (f *Fields) U32() uint32 {
	if b := f.Take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// U64 reads eight bytes.
func (f *Fields) U64() uint64 {
	if b := f.Take(8); b != nil {
		return binary.BigEndian.Uint64(b)
	}
	return 0
}

// Word reads eight bytes in version 1 of a FullBox and four in version 0, as many boxes have it.
func (f *Fields) Word(version uint8) uint64 {
	if version == 1 {
		return f.U64()
	}
	return uint64(f.U32())
}
