package media

import (
	"bytes"
	"fmt"
)

// MPEGAudio is the configuration of an MPEG-1 or MPEG-2 audio stream (ISO/IEC 11172-3, ISO/IEC 13818-3): MP3, mostly. All of it
// stands in each frame.
type MPEGAudio struct {
	Layer      uint8 // 1, 2 or 3
	SampleRate int   // Hz: below 32,000 it is MPEG-2, below 16,000 its extension MPEG-2.5
	Channels   int
}

// Kind returns Audio.
func (*MPEGAudio) Kind() Kind { return Audio }

// ObjectType returns the objectTypeIndication of ISO/IEC 14496-1 §7.2.6.6: 0x6b for ISO/IEC 11172-3, 0x69 for ISO/IEC 13818-3.
func (c *MPEGAudio) ObjectType() uint8 {
	if c.SampleRate >= 32000 {
		return 0x6b
	}
	return 0x69
}

// FrameSamples returns the length of a frame in samples (ISO/IEC 11172-3 §2.4.2.1, ISO/IEC 13818-3 §2.4.2.1).
func (c *MPEGAudio) FrameSamples() int {
	switch {
	case c.Layer == 1:
		return 384
	case c.Layer == 3 && c.SampleRate < 32000:
		return 576
	}
	return 1152
}

// String returns mp4a.6b or mp4a.69 (RFC 6381 §3.3).
func (c *MPEGAudio) String() string { return fmt.Sprintf("mp4a.%02x", c.ObjectType()) }

// Equal compares all.
func (c *MPEGAudio) Equal(o Codec) bool {
	p, ok := o.(*MPEGAudio)
	return ok && *c == *p
}

func (*MPEGAudio) sealed() {}

// AC3 is the configuration of an AC-3 stream (ETSI TS 102 366).
type AC3 struct {
	Specific   []byte // AC3SpecificBox without its header (§F.4)
	SampleRate int    // Hz
	Channels   int
}

// Kind returns Audio.
func (*AC3) Kind() Kind { return Audio }

// String returns ac-3.
func (*AC3) String() string { return "ac-3" }

// Equal compares the AC3SpecificBox.
func (c *AC3) Equal(o Codec) bool {
	p, ok := o.(*AC3)
	return ok && (c == p || c.SampleRate == p.SampleRate && bytes.Equal(c.Specific, p.Specific))
}

func (*AC3) sealed() {}

// EAC3 is the configuration of an Enhanced AC-3 stream (ETSI TS 102 366 Annex E).
type EAC3 struct {
	Specific     []byte // EC3SpecificBox without its header (§F.6)
	SampleRate   int    // Hz
	Channels     int
	FrameSamples int // of an access unit: 256 for each block
}

// Kind returns Audio.
func (*EAC3) Kind() Kind { return Audio }

// String returns ec-3.
func (*EAC3) String() string { return "ec-3" }

// Equal compares the EC3SpecificBox, except the data rate in its first 13 bits, which is a remark.
func (c *EAC3) Equal(o Codec) bool {
	p, ok := o.(*EAC3)
	return ok && (c == p || c.SampleRate == p.SampleRate && c.FrameSamples == p.FrameSamples &&
		c.Specific[1]&7 == p.Specific[1]&7 && bytes.Equal(c.Specific[2:], p.Specific[2:]))
}

func (*EAC3) sealed() {}

// Framing returns the length of a frame of sound, in samples of each channel, and their rate in Hz; zeros when the codec does not
// settle it.
func Framing(c Codec) (samples, rate int64) {
	switch c := c.(type) {
	case *AAC:
		return 1024, int64(c.SampleRate)
	case *MPEGAudio:
		return int64(c.FrameSamples()), int64(c.SampleRate)
	case *AC3:
		return 1536, int64(c.SampleRate)
	case *EAC3:
		return int64(c.FrameSamples), int64(c.SampleRate)
	}
	return 0, 0
}
