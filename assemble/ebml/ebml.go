// Package ebml reads and writes the elements that Matroska and WebM files consist of (RFC 8794).
package ebml

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"
)

// ErrDamaged says that an element cannot be read, or reaches beyond what it lies in.
var ErrDamaged = errors.New("damaged element")

// Unknown is the size of an element that does not say it (§6.2): it ends where one begins that cannot lie in it.
const Unknown = -1

// Element is one element.
type Element struct {
	// ID is the element's name with its length marker (§5), such as 0x1F43B675.
	ID uint32
	// Data is what it holds; of one that reaches beyond the end, or of unknown size, all that is there.
	Data []byte
	// Size is what it states of its length in bytes, or Unknown.
	Size int64
	// Cut: less is there.
	Cut bool
}

// Next reads the element at the beginning of b and returns what follows it.
func Next(b []byte) (e Element, rest []byte, err error) {
	id, n, err := ID(b)
	if err != nil {
		return e, nil, err
	}
	size, m, err := Size(b[n:])
	if err != nil {
		return e, nil, err
	}
	e = Element{ID: id, Data: b[n+m:], Size: size}
	if size == Unknown {
		return e, nil, nil
	}
	if size > int64(len(e.Data)) {
		e.Cut = true
		return e, nil, nil
	}
	e.Data, rest = e.Data[:size:size], e.Data[size:]
	return e, rest, nil
}

// ID reads an element's name of at most four bytes and returns how many it takes.
func ID(b []byte) (id uint32, n int, err error) {
	if len(b) == 0 {
		return 0, 0, fmt.Errorf("%w: no bytes left", ErrDamaged)
	}
	n = bits.LeadingZeros8(b[0]) + 1
	if n > 4 || len(b) < n {
		return 0, 0, fmt.Errorf("%w: no name begins with %#x", ErrDamaged, b[0])
	}
	for _, c := range b[:n] {
		id = id<<8 | uint32(c)
	}
	return id, n, nil
}

// Size reads a length in bytes (§4), or Unknown, and returns how many bytes that takes.
func Size(b []byte) (size int64, n int, err error) {
	v, n, err := Varint(b)
	if err != nil {
		return 0, 0, err
	}
	if v == 1<<(7*n)-1 {
		return Unknown, n, nil
	}
	return int64(v), n, nil
}

// Varint reads a number of at most 56 bits without its length marker (§4).
func Varint(b []byte) (v uint64, n int, err error) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0, fmt.Errorf("%w: no number", ErrDamaged)
	}
	n = bits.LeadingZeros8(b[0]) + 1
	if len(b) < n {
		return 0, 0, fmt.Errorf("%w: a number is cut", ErrDamaged)
	}
	v = uint64(b[0]) & (1<<(8-n) - 1)
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c)
	}
	return v, n, nil
}

// Uint reads an unsigned integer (§7.2); more than eight bytes are none.
func (e Element) Uint() uint64 {
	var v uint64
	if len(e.Data) > 8 {
		return 0
	}
	for _, c := range e.Data {
		v = v<<8 | uint64(c)
	}
	return v
}

// Float reads a float of four or eight bytes (§7.3); 0 for another one.
func (e Element) Float() float64 {
	switch len(e.Data) {
	case 4:
		return float64(math.Float32frombits(binary.BigEndian.Uint32(e.Data)))
	case 8:
		return math.Float64frombits(binary.BigEndian.Uint64(e.Data))
	}
	return 0
}

// Each calls f for the elements in b until one is damaged, or f returns an error. One that is cut is the last.
func Each(b []byte, f func(Element) error) error {
	for len(b) > 0 {
		e, rest, err := Next(b)
		if err != nil {
			return err
		}
		if err := f(e); err != nil {
			return err
		}
		b = rest
	}
	return nil
}

// AppendID appends an element's name.
func AppendID(b []byte, id uint32) []byte {
	n := max((bits.Len32(id)+7)/8, 1)
	for i := n - 1; i >= 0; i-- {
		b = append(b, byte(id>>(8*i)))
	}
	return b
}

// AppendSize appends a length in as few bytes as it takes.
func AppendSize(b []byte, size int64) []byte {
	n := 1
	for ; n < 8 && uint64(size) >= 1<<(7*n)-1; n++ {
	}
	return AppendSizeIn(b, size, n)
}

// AppendSizeIn appends a length in n bytes; Unknown is written as such.
func AppendSizeIn(b []byte, size int64, n int) []byte {
	v := uint64(1)<<(7*n) | uint64(size)
	if size == Unknown {
		v = 1<<(7*n+1) - 1
	}
	for i := n - 1; i >= 0; i-- {
		b = append(b, byte(v>>(8*i)))
	}
	return b
}

// AppendBytes appends an element.
func AppendBytes(b []byte, id uint32, data []byte) []byte {
	return append(AppendSize(AppendID(b, id), int64(len(data))), data...)
}

// AppendText appends an element that holds a text.
func AppendText(b []byte, id uint32, s string) []byte { return AppendBytes(b, id, []byte(s)) }

// AppendUint appends an element that holds an unsigned integer.
func AppendUint(b []byte, id uint32, v uint64) []byte {
	n := max((bits.Len64(v)+7)/8, 1)
	b = AppendSize(AppendID(b, id), int64(n))
	for i := n - 1; i >= 0; i-- {
		b = append(b, byte(v>>(8*i)))
	}
	return b
}

// AppendFloat appends an element that holds a float of eight bytes.
func AppendFloat(b []byte, id uint32, v float64) []byte {
	return binary.BigEndian.AppendUint64(AppendSize(AppendID(b, id), 8), math.Float64bits(v))
}

// void is an element that means nothing (§11.3.2).
const void = 0xEC

// AppendVoid appends one of n bytes, header included; n is 0 or at least 2.
func AppendVoid(b []byte, n int64) []byte {
	switch {
	case n == 0:
		return b
	case n < 10:
		b = AppendSizeIn(append(b, void), n-2, 1)
		return append(b, make([]byte, n-2)...)
	}
	b = AppendSizeIn(append(b, void), n-9, 8)
	return append(b, make([]byte, n-9)...)
}
