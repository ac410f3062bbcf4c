package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// H265 is the configuration of an HEVC stream (ISO/IEC 23008-2). Its parameter sets are NAL units without start code.
type H265 struct {
	VPS, SPS, PPS [][]byte
	Profile       [12]byte // general_profile_space up to general_level_idc (§7.3.3)
	SubLayers     uint8    // sps_max_sub_layers_minus1 + 1
	Nested        bool     // sps_temporal_id_nesting_flag
	Width, Height int      // pixels after the conformance window
	SAR           Ratio    // sample aspect ratio, zero when not said
	FrameRate     Ratio    // pictures a second, zero when the VUI has no timing
	Colour        Colour
	Chroma        uint8 // chroma_format_idc
	DepthLuma     uint8 // bits a sample
	DepthChroma   uint8
}

// Kind returns Video.
func (*H265) Kind() Kind { return Video }

// String returns such as hvc1.1.6.L60.90 (ISO/IEC 14496-15 §E.3).
func (c *H265) String() string { return HEVCName("hvc1", c.Profile) }

// Equal compares the parameter sets, from which all the rest follows.
func (c *H265) Equal(o Codec) bool {
	p, ok := o.(*H265)
	same := func(a, b [][]byte) bool { return slices.EqualFunc(a, b, bytes.Equal) }
	return ok && (c == p || same(c.VPS, p.VPS) && same(c.SPS, p.SPS) && same(c.PPS, p.PPS))
}

func (*H265) sealed() {}

// HEVCName is ISO/IEC 14496-15 §E.3 of the general part of a profile_tier_level (ISO/IEC 23008-2 §7.3.3), behind the four letters
// of the sample entry.
func HEVCName(letters string, profile [12]byte) string {
	space := [...]string{"", "A", "B", "C"}[profile[0]>>6]
	tier := [...]string{"L", "H"}[profile[0]>>5&1]
	compatible := bits.Reverse32(binary.BigEndian.Uint32(profile[1:]))
	constraints := bytes.TrimRight(profile[5:11], "\x00")
	var s strings.Builder
	fmt.Fprintf(&s, "%s.%s%d.%X.%s%d", letters, space, profile[0]&31, compatible, tier, profile[11])
	for _, c := range constraints {
		fmt.Fprintf(&s, ".%X", c)
	}
	return s.String()
}
