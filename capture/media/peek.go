package media

import (
	"bytes"
	"slices"
	"time"
)

// Facts are what a file says of itself near its beginning.
type Facts struct {
	Kind          Kind          // Audio if it has sound and no picture, None if it does not say
	Duration      time.Duration // 0: not told
	Estimated     bool          // Duration is made of the bit rate
	Width, Height int
	Codecs        []string // as RFC 6381 has them
	DRM           string
}

// PeekSize is how much of a file Peek looks at, in bytes.
const PeekSize = 1 << 20

// Peek reads the headers of a film or sound out of its first bytes. Size is that of the whole, 0 if it is not known. What the
// head does not hold is left out, so are fragments and transport streams.
func Peek(head []byte, size int64) Facts {
	head = head[:min(len(head), PeekSize)]
	var f Facts
	switch {
	case len(head) >= 12 && (string(head[4:8]) == "ftyp" || string(head[4:8]) == "moov" || string(head[4:8]) == "styp"):
		f = peekMP4(head)
	case bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")):
		f = peekMatroska(head)
	case bytes.HasPrefix(head, []byte("fLaC")):
		f = peekFLAC(head)
	case bytes.HasPrefix(head, []byte("OggS")):
		f = peekOgg(head)
	case bytes.HasPrefix(head, []byte("RIFF")):
		f = peekRIFF(head)
	case bytes.HasPrefix(head, []byte("FLV\x01")):
		f = peekFLV(head)
	default:
		f = peekMPEGAudio(head, size)
	}
	f.Duration = min(f.Duration, maxDuration)
	return f
}

func (f *Facts) codec(c string) {
	if c != "" && len(f.Codecs) < 16 && !slices.Contains(f.Codecs, c) {
		f.Codecs = append(f.Codecs, c)
	}
}

// picture notes a size, the largest of several.
func (f *Facts) picture(w, h int) {
	if w > 0 && h > f.Height {
		f.Width, f.Height = w, h
	}
}

// ticks is n/scale seconds, 0 where that is not to be had.
func ticks(n, scale uint64) time.Duration {
	if scale == 0 {
		return 0
	}
	return inSeconds(float64(n) / float64(scale))
}
