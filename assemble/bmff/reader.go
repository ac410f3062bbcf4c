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
	for at := 0; at < len(b); {
		head, size, err := header(b[at:])
		if err != nil {
			return list, fmt.Errorf("%w at byte %d", err, at)
		}
		list = append(list, Box{Type: string(b[at+4 : at+8]), Offset: at, Data: b[at+head : at+size]})
		at += size
	}
	return list, nil
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
		list, _ := Boxes(b)
		b = nil
		for _, box := range list {
			if box.Type == kind {
				b = box.Data
				break
			}
		}
		if b == nil {
			return nil
		}
	}
	return b
}
