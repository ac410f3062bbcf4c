// Package bmff writes and reads the boxes of the ISO base media file format (ISO/IEC 14496-12 §4.2).
package bmff

import "encoding/binary"

// Writer appends boxes to Buf. Begin and End nest.
type Writer struct{ Buf []byte }

// Begin opens a box of a four-letter type and returns the mark that End takes.
func (w *Writer) Begin(kind string) (mark int) {
	mark = len(w.Buf)
	w.Buf = append(w.Buf, 0, 0, 0, 0)
	w.Buf = append(w.Buf, kind[:4]...)
	return mark
}

// Full opens a FullBox (§4.2.2).
func (w *Writer) Full(kind string, version uint8, flags uint32) (mark int) {
	mark = w.Begin(kind)
	w.U32(uint32(version)<<24 | flags&0xffffff)
	return mark
}

// End closes the box: it fills in the size.
func (w *Writer) End(mark int) { w.SetU32(mark, uint32(len(w.Buf)-mark)) }

// U8 appends one byte. All integers are big-endian.
func (w *Writer) U8(v uint8) { w.Buf = append(w.Buf, v) }

// U16 appends two bytes.
func (w *Writer) U16(v uint16) { w.Buf = binary.BigEndian.AppendUint16(w.Buf, v) }

// U32 appends four bytes.
func (w *Writer) U32(v uint32) { w.Buf = binary.BigEndian.AppendUint32(w.Buf, v) }

// U64 appends eight bytes.
func (w *Writer) U64(v uint64) { w.Buf = binary.BigEndian.AppendUint64(w.Buf, v) }

// SetU32 overwrites four bytes at a place written before, such as a count.
func (w *Writer) SetU32(at int, v uint32) { binary.BigEndian.PutUint32(w.Buf[at:], v) }

// Bytes appends b.
func (w *Writer) Bytes(b []byte) { w.Buf = append(w.Buf, b...) }

// Text appends s without a terminator.
func (w *Writer) Text(s string) { w.Buf = append(w.Buf, s...) }

// Zero appends n zero bytes.
func (w *Writer) Zero(n int) { w.Buf = append(w.Buf, make([]byte, n)...) }
