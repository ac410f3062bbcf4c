package media

import (
	"bytes"
	"fmt"
	"slices"
)

// H264 is the configuration of an AVC stream (ISO/IEC 14496-10). Its parameter sets are NAL units without start code.
type H264 struct {
	SPS, PPS      [][]byte
	Width, Height int   // pixels after cropping
	SAR           Ratio // sample aspect ratio, zero when not said
	FrameRate     Ratio // pictures a second, zero when the VUI has no timing
	Colour        Colour
	Chroma        uint8 // chroma_format_idc
	DepthLuma     uint8 // bits a sample
	DepthChroma   uint8
}

// Colour is the colour description of a VUI (ISO/IEC 14496-10 Annex E). Given is false when the stream has none.
type Colour struct {
	Given                       bool
	Primaries, Transfer, Matrix uint8
	FullRange                   bool
}

// Kind returns Video.
func (*H264) Kind() Kind { return Video }

// String returns avc1.PPCCLL: profile, constraint flags and level in hexadecimal (RFC 6381 §3.3).
func (c *H264) String() string {
	if len(c.SPS) == 0 || len(c.SPS[0]) < 4 {
		return "avc1"
	}
	return fmt.Sprintf("avc1.%02x%02x%02x", c.SPS[0][1], c.SPS[0][2], c.SPS[0][3])
}

// Equal compares the parameter sets, from which all the rest follows.
func (c *H264) Equal(o Codec) bool {
	p, ok := o.(*H264)
	return ok && (c == p || slices.EqualFunc(c.SPS, p.SPS, bytes.Equal) && slices.EqualFunc(c.PPS, p.PPS, bytes.Equal))
}

func (*H264) sealed() {}
