package h264

import (
	"encoding/binary"
	"fmt"

	"seine/assemble/media"
)

// Bounds of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1): five and eight bits count the sets.
const (
	maxSPS = 31
	maxPPS = 255
)

// Codec builds the configuration from parameter sets, which it keeps. The first SPS gives dimensions and rates.
// The error wraps ErrSPS.
func Codec(sps, pps [][]byte) (*media.H264, error) {
	if len(sps) == 0 || len(pps) == 0 || len(sps) > maxSPS || len(pps) > maxPPS {
		return nil, fmt.Errorf("%w: %d SPS and %d PPS", ErrSPS, len(sps), len(pps))
	}
	for _, p := range pps {
		if len(p) == 0 || len(p) > maxParameterSet {
			return nil, fmt.Errorf("%w: a PPS of %d bytes", ErrSPS, len(p))
		}
	}
	var first SPS
	for i, nal := range sps {
		s, err := ParseSPS(nal)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first = s
		}
	}
	return &media.H264{
		SPS: sps, PPS: pps, Width: first.Width, Height: first.Height, SAR: first.SAR, FrameRate: first.FrameRate,
		Colour: first.Colour, Chroma: first.Chroma, DepthLuma: first.DepthLuma, DepthChroma: first.DepthChroma,
	}, nil
}

// AppendAVCC appends the AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1.2) with lengths of four bytes.
func AppendAVCC(b []byte, c *media.H264) []byte {
	first := c.SPS[0]
	b = append(b, 1, first[1], first[2], first[3], 0xfc|3, 0xe0|byte(len(c.SPS)))
	b = appendSets(b, c.SPS)
	b = append(b, byte(len(c.PPS)))
	b = appendSets(b, c.PPS)
	switch first[1] {
	case 66, 77, 88:
		return b
	}
	return append(b, 0xfc|c.Chroma, 0xf8|(c.DepthLuma-8), 0xf8|(c.DepthChroma-8), 0)
}

func appendSets(b []byte, sets [][]byte) []byte {
	for _, s := range sets {
		b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
		b = append(b, s...)
	}
	return b
}
