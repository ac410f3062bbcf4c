// Package entry reads sample entries (ISO/IEC 14496-12 §8.5.2) that are copied from one file to another: as much as a person
// wants to be told, and whether anything but the codec's own decoder is needed.
package entry

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"seine/assemble/bmff"
	"seine/assemble/media"
)

// Errors of Parse.
var (
	// ErrEntry says that a sample entry cannot be read.
	ErrEntry = errors.New("damaged sample entry")
	// ErrProtected says that the samples are encrypted (ISO/IEC 23001-7 §4).
	ErrProtected = errors.New("encrypted sample entry")
)

// MaxBox bounds a sample entry, in bytes: the largest real ones hold parameter sets and colour profiles of some KiB.
const MaxBox = 1 << 20

// Offsets in a box, its header of 8 bytes included (§12.1.3, §12.2.3).
const (
	offReference = 14
	offText      = 16 // of what a subtitle entry has of its own (§12.6.3)
	offWidth     = 32
	offVisual    = 86 // of the boxes in a VisualSampleEntry
	offVersion   = 16 // QuickTime's version of an AudioSampleEntry
	offChannels  = 24
	offRate      = 32
	offAudio     = 36 // of the boxes in an AudioSampleEntry
	extraSound   = 16 // QuickTime's version 1 has as many bytes in front of them
)

// Parse reads a whole sample entry box, and copies it with data reference 1: this file. The error wraps ErrEntry or
// ErrProtected.
func Parse(box []byte, kind media.Kind) (*media.Entry, error) {
	if len(box) < least(kind) || len(box) > MaxBox || int64(binary.BigEndian.Uint32(box)) != int64(len(box)) {
		return nil, fmt.Errorf("%w of %d bytes", ErrEntry, len(box))
	}
	e := &media.Entry{Box: bytes.Clone(box), Of: kind, Name: fourCC(box[4:8])}
	binary.BigEndian.PutUint16(e.Box[offReference:], 1)
	inner := children(box, kind)
	if sealed(e.Name) || bmff.Find(inner, "sinf") != nil {
		return nil, fmt.Errorf("%w: %s", ErrProtected, e.Name)
	}
	switch kind {
	case media.Video:
		visual(e, inner)
	case media.Audio:
		audio(e, inner)
	}
	return e, nil
}

// least is the size of a sample entry of a kind, without boxes in it.
func least(kind media.Kind) int {
	switch kind {
	case media.Video:
		return offVisual
	case media.Audio:
		return offAudio
	}
	return offText
}

// sealed reports whether a sample entry stands for another one (ISO/IEC 14496-12 §8.12).
func sealed(name string) bool {
	return name == "encv" || name == "enca" || name == "enct" || name == "encs"
}

// children returns the boxes behind the fixed fields.
func children(box []byte, kind media.Kind) []byte {
	switch kind {
	case media.Video:
		return box[offVisual:]
	case media.Text: // strings may stand in front of the boxes
		return nil
	}
	inner := box[offAudio:]
	if box[offVersion+1] == 1 && len(inner) >= extraSound {
		if _, err := bmff.Boxes(inner); err != nil {
			return inner[extraSound:]
		}
	}
	return inner
}

// fourCC makes four remote bytes fit to be shown.
func fourCC(b []byte) string {
	name := []byte{b[0], b[1], b[2], b[3]}
	for i, c := range name {
		if c < ' ' || c > '~' {
			name[i] = '?'
		}
	}
	return string(bytes.TrimRight(name, " "))
}

func visual(e *media.Entry, inner []byte) {
	e.Width = int(binary.BigEndian.Uint16(e.Box[offWidth:]))
	e.Height = int(binary.BigEndian.Uint16(e.Box[offWidth+2:]))
	if p := bmff.Find(inner, "pasp"); len(p) >= 8 {
		e.SAR = media.Ratio{Num: binary.BigEndian.Uint32(p), Den: binary.BigEndian.Uint32(p[4:])}
	}
	for _, c := range []struct {
		box   string
		least int
		name  func(string, []byte) string
	}{{"avcC", 4, avc}, {"hvcC", 13, hevc}, {"av1C", 3, av1}, {"vpcC", 7, vp9}} {
		if b := bmff.Find(inner, c.box); len(b) >= c.least {
			e.Name = c.name(e.Name, b)
			return
		}
	}
}

func audio(e *media.Entry, inner []byte) {
	e.Channels = int(binary.BigEndian.Uint16(e.Box[offChannels:]))
	e.SampleRate = int(binary.BigEndian.Uint32(e.Box[offRate:]) >> 16)
	if b := bmff.Find(inner, "esds"); e.Name == "mp4a" && len(b) > 4 {
		mpeg4(e, b[4:])
	}
}
