package packed

import "bytes"

// owner is that of the PRIV frame with the timestamp (RFC 8216 §3.4).
const owner = "com.apple.streaming.transportStreamTimestamp"

const (
	id3Header = 10
	frameHead = 10
	footer    = 0x10 // flag of ID3v2.4
	extended  = 0x40 // flag: a header of its own follows
	stampSize = 8
	maxFrames = 64 // of a tag that are looked at
)

// tag is an ID3v2 tag (ID3v2.3.0 §3.1, ID3v2.4.0 §3.1).
type tag struct {
	size  int   // in bytes, header and footer included
	pts   int64 // 33 bits, when timed
	timed bool
}

// parseTag reads the tag at the front of b. It reports false when there is none, or when b ends within it.
func parseTag(b []byte) (t tag, ok bool) {
	if len(b) < id3Header || b[0] != 'I' || b[1] != 'D' || b[2] != '3' || b[3] < 2 || b[3] > 4 || b[4] == 0xff || b[5]&0x0f != 0 {
		return t, false
	}
	n, ok := syncSafe(b[6:10])
	if !ok {
		return t, false
	}
	t.size = id3Header + n
	if b[5]&footer != 0 {
		t.size += id3Header
	}
	if t.size > len(b) {
		return t, false
	}
	if b[3] > 2 {
		t.frames(b[id3Header:id3Header+n], b[3], b[5])
	}
	return t, true
}

// syncSafe reads a number of four times seven bits.
func syncSafe(b []byte) (n int, ok bool) {
	for _, c := range b[:4] {
		if c&0x80 != 0 {
			return 0, false
		}
		n = n<<7 | int(c)
	}
	return n, true
}

// frames looks for the timestamp among the frames of a tag. Version 3 counts their sizes in plain bytes; so do some writers of
// version 4, which makes no difference below 128.
func (t *tag) frames(b []byte, version, flags byte) {
	if flags&extended != 0 && len(b) >= 4 {
		n, ok := number(b, version)
		if version == 3 {
			n += 4
		}
		if !ok || n > len(b) {
			return
		}
		b = b[n:]
	}
	for n := 0; n < maxFrames && len(b) >= frameHead && b[0] != 0; n++ {
		n, ok := number(b[4:], version)
		if !ok || n > len(b)-frameHead {
			return
		}
		if body := b[frameHead : frameHead+n]; string(b[:4]) == "PRIV" {
			t.private(body)
		}
		b = b[frameHead+n:]
	}
}

func number(b []byte, version byte) (int, bool) {
	if version == 4 {
		return syncSafe(b)
	}
	n := int(b[0])<<24 | int(b[1])<<16 | int(b[2])<<8 | int(b[3])
	return n, true
}

// private reads the PRIV frame of the timestamp: its owner, and a big-endian number of 64 bits, of which 33 count.
func (t *tag) private(b []byte) {
	name, stamp, ok := bytes.Cut(b, []byte{0})
	if !ok || string(name) != owner || len(stamp) < stampSize {
		return
	}
	t.pts, t.timed = 0, true
	for _, c := range stamp[:stampSize] {
		t.pts = t.pts<<8 | int64(c)
	}
	t.pts &= 1<<33 - 1
}
