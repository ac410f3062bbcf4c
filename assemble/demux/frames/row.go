package frames

import "errors"

// MaxFrame is the longest frame of any coding: 13 bits count those of ADTS.
const MaxFrame = 1<<13 - 1

// minWhole is how many frames prove a row that ends with the data.
const minWhole = 2

// Starts reports whether a frame may begin at b.
func (c Coding) Starts(b []byte) bool { return len(b) >= 2 && c.synced(b) }

// Row returns where, among the first limit bytes of b, a row of frames with the same configuration begins: least of them, or two
// and more up to the end of b, where the last may be cut. It is -1 when there is none.
func (c Coding) Row(b []byte, limit, least int) int {
	for at := 0; at < limit; at++ {
		at += c.search(b[at:limit])
		if at >= limit {
			break
		}
		if c.row(b[at:], least) {
			return at
		}
	}
	return -1
}

// Single reports whether b is one frame, and nothing else.
func (c Coding) Single(b []byte) bool {
	if len(b) < c.headerSize() {
		return false
	}
	u, err := c.parse(b, true)
	return err == nil && u.size == len(b)
}

func (c Coding) row(b []byte, least int) bool {
	var id uint64
	for n := 0; ; n++ {
		if n >= least || n >= minWhole && len(b) == 0 {
			return true
		}
		if len(b) < c.headerSize() {
			return n >= minWhole && c.Starts(b)
		}
		u, err := c.parse(b, true)
		if errors.Is(err, errSync) || n > 0 && u.id != id {
			return false
		}
		if err != nil || u.size > len(b) { // cut
			return n >= minWhole
		}
		id = u.id
		b = b[u.size:]
	}
}
