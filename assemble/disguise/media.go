package disguise

import (
	"bytes"

	"seine/assemble/bmff"
	"seine/assemble/demux/fmp4"
	"seine/assemble/demux/mpegts"
	"seine/assemble/demux/packed"
	"seine/assemble/demux/webm"
)

const (
	// maxLead is how much of a foreign file may stand before media when its end is not known.
	maxLead = 64 << 10
	// signature is the longest that a picture begins with; a letter in it is a transport stream's sync byte.
	signature = 8
	// proof is what a picture must have for a row of sync bytes in it to be no chance.
	proof = 5 * 204
	// maxBoxes bounds how far a row of boxes is followed until it counts.
	maxBoxes = 16
)

// Media returns the segment in b, which is a transport stream, fragmented mp4 or packed audio: all of b, or what lies behind a
// picture or rubbish of at most 64 KiB. It reports false when there is none.
func Media(b []byte) (segment []byte, ok bool) {
	if fmp4.Looks(b) || webm.Looks(b) {
		return b, true
	}
	name, end := Image(b)
	switch {
	case name == "" && (mpegts.Looks(b) || packed.Looks(b)):
		return b, true
	case end > 0 && plain(b[end:]):
		return b[end:], true
	case name != "" && len(b) >= proof && mpegts.Looks(b[signature:]):
		return b[signature:], true
	}
	if at := fragment(b); at > 0 {
		return b[at:], true
	}
	return nil, false
}

func plain(b []byte) bool {
	return fmp4.Looks(b) || webm.Looks(b) || mpegts.Looks(b) || packed.Looks(b)
}

// fragment finds a row of boxes behind rubbish; 0 when there is none.
func fragment(b []byte) int {
	lead := b[:min(len(b), maxLead)]
	first := 0
	for _, kind := range []string{"ftyp", "styp", "sidx", "moof", "moov"} {
		for at := 0; ; at += 4 {
			i := bytes.Index(lead[at:], []byte(kind))
			if i < 0 {
				break
			}
			at += i
			if at >= 4 && (first == 0 || at-4 < first) && boxes(b[at-4:]) {
				first = at - 4
				break
			}
		}
	}
	return first
}

// boxes reports whether b is a row of boxes with a fragment or a header among them.
func boxes(b []byte) bool {
	for range maxBoxes {
		box, rest, err := bmff.Next(b)
		if err != nil {
			return false
		}
		if box.Type == "moof" || box.Type == "moov" {
			return len(box.Data) > 0
		}
		b = rest
	}
	return false
}
