// Package wire writes and reads the fields of saved state: varints and byte strings, one behind the other.
package wire

import (
	"encoding/binary"
	"errors"
)

// ErrDamaged says that a field is cut off or out of its bounds.
var ErrDamaged = errors.New("damaged record")

// Int appends v as a zig-zag varint.
func Int(b []byte, v int64) []byte { return binary.AppendVarint(b, v) }

// Bool appends 0 or 1.
func Bool(b []byte, v bool) []byte {
	if v {
		return append(b, 1)
	}
	return append(b, 0)
}

// Bytes appends v behind its length.
func Bytes(b, v []byte) []byte { return append(binary.AppendUvarint(b, uint64(len(v))), v...) }

// Strings appends a list of byte strings behind their number.
func Strings(b []byte, list [][]byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(list)))
	for _, v := range list {
		b = Bytes(b, v)
	}
	return b
}

// Reader reads fields in the order they were written. After the first error it returns zeros, so a caller checks Err once.
type Reader struct {
	b   []byte
	err error
}

// NewReader reads b, which it does not change or keep beyond its own life; what it returns is copied.
func NewReader(b []byte) *Reader { return &Reader{b: b} }

// Err returns ErrDamaged after a failed read.
func (r *Reader) Err() error { return r.err }

// Len returns the bytes left.
func (r *Reader) Len() int { return len(r.b) }

// Fail makes every later read fail.
func (r *Reader) Fail() { r.b, r.err = nil, ErrDamaged }

// Int reads what Int wrote.
func (r *Reader) Int() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.Fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Uint reads an unsigned varint.
func (r *Reader) Uint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.Fail()
		return 0
	}
	r.b = r.b[n:]
	return v
}

// Bool reads what Bool wrote.
func (r *Reader) Bool() bool {
	if len(r.b) == 0 || r.b[0] > 1 {
		r.Fail()
		return false
	}
	v := r.b[0] == 1
	r.b = r.b[1:]
	return v
}

// Count reads a number of things that take at least one byte each, so it is never larger than what is left.
func (r *Reader) Count() int {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > uint64(len(r.b)-n) {
		r.Fail()
		return 0
	}
	r.b = r.b[n:]
	return int(v)
}

// Bytes reads what Bytes wrote.
func (r *Reader) Bytes() []byte {
	n := r.Count()
	v := append([]byte(nil), r.b[:n]...)
	r.b = r.b[n:]
	return v
}

// Strings reads what Strings wrote.
func (r *Reader) Strings() (list [][]byte) {
	for n := r.Count(); n > 0 && r.err == nil; n-- {
		list = append(list, r.Bytes())
	}
	return list
}
