package media

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// maxBoxes bounds how many boxes are looked at.
const maxBoxes = 4096

// mp4 looks at the boxes of an MP4 file (ISO/IEC 14496-12) as far as they are there.
type mp4 struct {
	Facts
	boxes   int
	scale   uint64 // of mvhd
	indexed uint64 // sum of sidx, in ticks of indexScale
	isScale uint64
	handler string // of the trak
	sound   bool
	picture bool
	w, h    int // of tkhd
}

func peekMP4(head []byte) Facts {
	m := &mp4{}
	m.walk(head, 0)
	if m.Duration == 0 {
		m.Duration = ticks(m.indexed, m.isScale)
	}
	if m.sound && !m.picture {
		m.Kind = Audio
	} else if m.picture {
		m.Kind = Video
	}
	return m.Facts
}

// walk visits boxes; of one that is cut off, what there is.
func (m *mp4) walk(b []byte, depth int) {
	for len(b) >= 8 && m.boxes < maxBoxes {
		m.boxes++
		size, header := uint64(binary.BigEndian.Uint32(b)), uint64(8)
		switch {
		case size == 1 && len(b) >= 16:
			size, header = binary.BigEndian.Uint64(b[8:]), 16
		case size == 0:
			size = uint64(len(b))
		}
		if size < header {
			return
		}
		end := min(size, uint64(len(b)))
		m.box(string(b[4:8]), b[header:max(end, header)], depth)
		b = b[end:]
	}
}

func (m *mp4) box(kind string, b []byte, depth int) {
	const deepest = 8
	switch kind {
	case "moov", "mdia", "minf", "stbl", "mvex", "edts":
		if depth < deepest {
			m.walk(b, depth+1)
		}
	case "trak":
		m.handler, m.w, m.h = "", 0, 0
		if depth < deepest {
			m.walk(b, depth+1)
		}
	case "mvhd":
		scale, length := times(b)
		m.scale = scale
		m.Duration = max(m.Duration, ticks(length, scale))
	case "mehd":
		m.fragments(b)
	case "tkhd":
		if len(b) >= 8 {
			m.w, m.h = int(binary.BigEndian.Uint16(b[len(b)-8:])), int(binary.BigEndian.Uint16(b[len(b)-4:]))
		}
	case "hdlr":
		if len(b) >= 12 && m.handler == "" { // QuickTime has another one within minf
			m.handler = string(b[8:12])
		}
	case "stsd":
		m.descriptions(b)
	case "sidx":
		m.index(b)
	case "pssh":
		if len(b) >= 20 {
			if name := systemOf(b[4:20]); name != "" {
				m.DRM = withSystem(m.DRM, name)
			}
		}
	}
}

// times reads timescale and duration of an mvhd or mdhd (§8.2.2, §8.4.2).
func times(b []byte) (scale, length uint64) {
	switch {
	case len(b) >= 32 && b[0] == 1:
		scale, length = uint64(binary.BigEndian.Uint32(b[20:])), binary.BigEndian.Uint64(b[24:])
		if length == 1<<64-1 {
			length = 0 // not known
		}
	case len(b) >= 20 && b[0] == 0:
		scale, length = uint64(binary.BigEndian.Uint32(b[12:])), uint64(binary.BigEndian.Uint32(b[16:]))
		if length == 1<<32-1 {
			length = 0
		}
	}
	return scale, length
}

// fragments reads mehd (§8.8.2), the duration of all fragments.
func (m *mp4) fragments(b []byte) {
	var length uint64
	switch {
	case len(b) >= 12 && b[0] == 1:
		length = binary.BigEndian.Uint64(b[4:])
	case len(b) >= 8:
		length = uint64(binary.BigEndian.Uint32(b[4:]))
	}
	m.Duration = max(m.Duration, ticks(length, m.scale))
}

// index reads a sidx (§8.16.3): the durations of the subsegments.
func (m *mp4) index(b []byte) {
	at := 20
	if len(b) > 0 && b[0] == 1 {
		at = 28
	}
	if len(b) < at+4 || m.isScale != 0 {
		return // of several tracks the first counts
	}
	m.isScale = uint64(binary.BigEndian.Uint32(b[8:]))
	n := int(binary.BigEndian.Uint16(b[at+2:]))
	for b = b[at+4:]; n > 0 && len(b) >= 12; n, b = n-1, b[12:] {
		m.indexed += uint64(binary.BigEndian.Uint32(b[4:]))
	}
}

// descriptions reads the first sample entry of an stsd (§8.5.2).
func (m *mp4) descriptions(b []byte) {
	if len(b) < 16 {
		return
	}
	b = b[8:]
	size := min(int(binary.BigEndian.Uint32(b)), len(b))
	if size < 8 {
		return
	}
	m.entry(string(b[4:8]), b[8:size])
}

// The fixed part of a sample entry before the boxes in it, in bytes (§12.1.3, §12.2.3).
const (
	visualEntry = 78
	audioEntry  = 28
)

func (m *mp4) entry(kind string, b []byte) {
	fixed := audioEntry
	switch m.handler {
	case "vide":
		fixed, m.picture = visualEntry, true
		if len(b) >= 28 {
			m.Facts.picture(int(binary.BigEndian.Uint16(b[24:])), int(binary.BigEndian.Uint16(b[26:])))
		}
		m.Facts.picture(m.w, m.h)
	case "soun":
		m.sound = true
		if len(b) >= 10 && b[8] == 0 && b[9] == 1 {
			fixed += 16 // QuickTime's version 1
		}
	case "text", "subt", "sbtl":
		m.codec(kind)
		return
	default:
		return
	}
	if len(b) < fixed {
		m.codec(printable(kind))
		return
	}
	inner := b[fixed:]
	if kind == "encv" || kind == "enca" {
		m.DRM = withSystem(m.DRM, CommonEncryption)
		kind = original(inner)
	}
	m.codec(codecOf(kind, inner))
}

// original is the format of an encrypted sample entry (§8.12.2).
func original(b []byte) string {
	if f := child(child(b, "sinf"), "frma"); len(f) >= 4 {
		return string(f[:4])
	}
	return ""
}

// child is the content of the first box of a kind.
func child(b []byte, kind string) []byte {
	for n := 0; len(b) >= 8 && n < 64; n++ {
		size := int(binary.BigEndian.Uint32(b))
		if size < 8 || size > len(b) {
			return nil
		}
		if string(b[4:8]) == kind {
			return b[8:size]
		}
		b = b[size:]
	}
	return nil
}

// codecOf makes the codecs parameter (RFC 6381 §3.3, ISO/IEC 14496-15 Annex E).
func codecOf(kind string, b []byte) string {
	switch kind {
	case "avc1", "avc3":
		if c := child(b, "avcC"); len(c) >= 4 {
			return fmt.Sprintf("%s.%02x%02x%02x", kind, c[1], c[2], c[3])
		}
	case "mp4a":
		d := child(b, "esds")
		if d == nil {
			d = child(child(b, "wave"), "esds") // QuickTime
		}
		if len(d) > 4 {
			return kind + objectType(d[4:])
		}
	case "vp09":
		if c := child(b, "vpcC"); len(c) >= 7 {
			return fmt.Sprintf("vp09.%02d.%02d.%02d", c[4], c[5], c[6]>>4)
		}
	}
	return printable(kind)
}

// objectType reads the object type of an ES descriptor (ISO/IEC 14496-1 §7.2.6.5), and of AAC the audio object type.
func objectType(b []byte) string {
	config, ok := descriptor(b, 3)
	if !ok || len(config) < 3 {
		return ""
	}
	config, ok = descriptor(config[3:], 4)
	if !ok || len(config) < 13 {
		return ""
	}
	oti := config[0]
	if oti != 0x40 {
		return fmt.Sprintf(".%02x", oti)
	}
	if info, ok := descriptor(config[13:], 5); ok && len(info) > 0 {
		return fmt.Sprintf(".40.%d", info[0]>>3)
	}
	return ".40.2"
}

// descriptor is the content of the descriptor at the start of b, if it has this tag.
func descriptor(b []byte, tag byte) ([]byte, bool) {
	if len(b) < 2 || b[0] != tag {
		return nil, false
	}
	size, i := 0, 1
	for ; i < len(b) && i <= 4; i++ {
		size = size<<7 | int(b[i]&0x7f)
		if b[i] < 0x80 {
			i++
			break
		}
	}
	b = b[min(i, len(b)):]
	return b[:min(size, len(b))], true
}

// printable is a four-character code that may be shown.
func printable(kind string) string {
	for _, c := range []byte(kind) {
		if c < ' ' || c > '~' {
			return ""
		}
	}
	return strings.TrimSpace(kind)
}
