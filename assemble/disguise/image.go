// Package disguise finds the media in what a server sends: some hide their segments behind a picture, so that an image host takes
// them. The content decides, never a name or a type.
package disguise

import (
	"bytes"
	"encoding/binary"
)

// Image names the picture that b begins with, such as "a PNG image", and says where it ends by its own structure; end is 0 when
// that is broken. The name is empty when b is no picture.
func Image(b []byte) (name string, end int) {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return "a PNG image", png(b)
	case bytes.HasPrefix(b, []byte{0xff, 0xd8, 0xff}):
		return "a JPEG image", jpeg(b)
	case bytes.HasPrefix(b, []byte("GIF87a")), bytes.HasPrefix(b, []byte("GIF89a")):
		return "a GIF image", gif(b)
	case bytes.HasPrefix(b, []byte("BM")):
		if end := bmp(b); end > 0 { // two letters prove nothing
			return "a BMP image", end
		}
	}
	return "", 0
}

// png walks through the chunks up to IEND (ISO/IEC 15948 §5.3).
func png(b []byte) int {
	for at := 8; len(b)-at >= 12; {
		n := int64(binary.BigEndian.Uint32(b[at:]))
		if n > int64(len(b)-at-12) {
			return 0
		}
		last := string(b[at+4:at+8]) == "IEND"
		if at += 12 + int(n); last {
			return at
		}
	}
	return 0
}

// jpeg walks through the marker segments and the entropy-coded data between them up to EOI (ISO/IEC 10918-1 §B.1).
func jpeg(b []byte) int {
	const soi, eoi, sos, tem, rst0 = 0xd8, 0xd9, 0xda, 0x01, 0xd0
	for at := 2; len(b)-at >= 2; {
		if b[at] != 0xff {
			return 0
		}
		marker := b[at+1]
		switch {
		case marker == eoi:
			return at + 2
		case marker == 0xff: // fill byte
			at++
			continue
		case marker == tem, marker >= rst0 && marker <= soi:
			at += 2
			continue
		case len(b)-at < 4:
			return 0
		}
		n := int(binary.BigEndian.Uint16(b[at+2:]))
		if n < 2 || n > len(b)-at-2 {
			return 0
		}
		if at += 2 + n; marker == sos {
			at += entropy(b[at:])
		}
	}
	return 0
}

// entropy returns how far away the next marker is that is neither a stuffed byte nor a restart.
func entropy(b []byte) int {
	for at := 0; at+1 < len(b); at++ {
		i := bytes.IndexByte(b[at:], 0xff)
		if i < 0 {
			break
		}
		at += i
		if at+1 < len(b) && b[at+1] != 0 && (b[at+1] < 0xd0 || b[at+1] > 0xd7) {
			return at
		}
	}
	return len(b)
}

// gif walks through the blocks up to the trailer (GIF89a §17 to §27).
func gif(b []byte) int {
	const extension, image, trailer = 0x21, 0x2c, 0x3b
	if len(b) < 13 {
		return 0
	}
	at := 13 + colours(b[10])
	for at < len(b) {
		switch b[at] {
		case trailer:
			return at + 1
		case extension:
			at += 2
		case image:
			if at+10 >= len(b) {
				return 0
			}
			at += 10 + colours(b[at+9]) + 1
		default:
			return 0
		}
		for at < len(b) && b[at] != 0 { // sub-blocks
			at += 1 + int(b[at])
		}
		at++
	}
	return 0
}

// colours is the length of a colour table.
func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// bmp believes the size in the header, if what is around it is right.
func bmp(b []byte) int {
	const header = 18
	if len(b) < header {
		return 0
	}
	size, offset := binary.LittleEndian.Uint32(b[2:]), binary.LittleEndian.Uint32(b[10:])
	if binary.LittleEndian.Uint32(b[6:]) != 0 || offset < header || offset > size || int64(size) > int64(len(b)) {
		return 0
	}
	switch binary.LittleEndian.Uint32(b[14:]) {
	case 12, 40, 52, 56, 64, 108, 124:
		return int(size)
	}
	return 0
}
