package h265

import (
	"encoding/binary"
	"fmt"

	"seine/assemble/codec/nal"
	"seine/assemble/media"
)

// Bounds of ids (§7.4.3): the sets of one kind are as many at most.
const (
	MaxVPS = 16
	MaxSPS = 16
	MaxPPS = 64
)

// ID returns the id of a VPS or PPS NAL unit (§7.3.2.1, §7.3.2.3).
func ID(unit []byte) (id uint32, ok bool) {
	if len(unit) <= headerSize || len(unit) > maxSet {
		return 0, false
	}
	switch Type(unit) {
	case NALVPS:
		return uint32(unit[headerSize] >> 4), true
	case NALPPS:
		r := nal.NewBits(nal.Unescape(unit[headerSize:min(len(unit), 16)]))
		id = r.UE()
		return id, !r.Short() && id < MaxPPS
	}
	return 0, false
}

// Codec builds the configuration from parameter sets, which it keeps. The first SPS gives dimensions and rates.
// The error wraps ErrSets.
func Codec(vps, sps, pps [][]byte) (*media.H265, error) {
	if len(vps) == 0 || len(sps) == 0 || len(pps) == 0 || len(vps) > MaxVPS || len(sps) > MaxSPS || len(pps) > MaxPPS {
		return nil, fmt.Errorf("%w: %d VPS, %d SPS and %d PPS", ErrSets, len(vps), len(sps), len(pps))
	}
	for _, list := range [][][]byte{vps, pps} {
		for _, unit := range list {
			if _, ok := ID(unit); !ok {
				return nil, fmt.Errorf("%w: %d bytes of type %d", ErrSets, len(unit), Type(unit))
			}
		}
	}
	var first SPS
	for i, unit := range sps {
		s, err := ParseSPS(unit)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			first = s
		}
	}
	return &media.H265{
		VPS: vps, SPS: sps, PPS: pps, Profile: first.Profile, SubLayers: first.SubLayers, Nested: first.Nested,
		Width: first.Width, Height: first.Height, SAR: first.SAR, FrameRate: first.FrameRate, Colour: first.Colour,
		Chroma: first.Chroma, DepthLuma: first.DepthLuma, DepthChroma: first.DepthChroma,
	}, nil
}

// AppendHVCC appends the HEVCDecoderConfigurationRecord (ISO/IEC 14496-15 §8.3.3.1.2) with lengths of four bytes. All parameter
// sets stand in it, as an hvc1 sample entry promises (§8.4.1).
func AppendHVCC(b []byte, c *media.H265) []byte {
	b = append(b, 1)
	b = append(b, c.Profile[:]...)
	b = append(b,
		0xf0, 0, // min_spatial_segmentation_idc: not said
		0xfc, // parallelismType: not said
		0xfc|c.Chroma, 0xf8|(c.DepthLuma-8), 0xf8|(c.DepthChroma-8),
		0, 0, // avgFrameRate: not said
	)
	layers := c.SubLayers<<3 | 3
	if c.Nested {
		layers |= 1 << 2
	}
	b = append(b, layers, 3)
	b = appendSets(b, NALVPS, c.VPS)
	b = appendSets(b, NALSPS, c.SPS)
	return appendSets(b, NALPPS, c.PPS)
}

func appendSets(b []byte, kind byte, sets [][]byte) []byte {
	b = append(b, 0x80|kind) // array_completeness
	b = binary.BigEndian.AppendUint16(b, uint16(len(sets)))
	for _, s := range sets {
		b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
		b = append(b, s...)
	}
	return b
}
