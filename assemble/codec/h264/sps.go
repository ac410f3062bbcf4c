package h264

import (
	"errors"
	"fmt"

	"seine/assemble/codec/nal"
	"seine/assemble/media"
)

// ErrSPS says that a sequence parameter set cannot be read.
var ErrSPS = errors.New("h264: damaged sequence parameter set")

// maxParameterSet bounds an SPS: the length field of avcC has 16 bits, and the VUI ends long before that.
const maxParameterSet = 0xffff

// SPS is the part of seq_parameter_set_data (ISO/IEC 14496-10 §7.3.2.1.1) that a remuxer needs.
type SPS struct {
	ID            uint32
	Profile       uint8
	Constraints   uint8
	Level         uint8
	Chroma        uint8
	DepthLuma     uint8
	DepthChroma   uint8
	Width, Height int // pixels, after cropping
	SAR           media.Ratio
	FrameRate     media.Ratio // time_scale / (2 × num_units_in_tick), zero without timing
	Colour        media.Colour
}

// ParseSPS reads an SPS NAL unit, its header byte included. The error wraps ErrSPS.
func ParseSPS(unit []byte) (SPS, error) {
	if len(unit) < 5 || len(unit) > maxParameterSet || Type(unit) != NALSPS {
		return SPS{}, fmt.Errorf("%w: %d bytes, type %d", ErrSPS, len(unit), Type(unit))
	}
	r := nal.NewBits(nal.Unescape(unit[1:]))
	s := SPS{Profile: uint8(r.U(8)), Constraints: uint8(r.U(8)), Level: uint8(r.U(8)), ID: r.UE()}
	s.Chroma, s.DepthLuma, s.DepthChroma = 1, 8, 8
	if highProfile(s.Profile) {
		s.high(r)
	}
	r.UE() // log2_max_frame_num_minus4
	pictureOrder(r)
	r.UE() // max_num_ref_frames
	r.U(1) // gaps_in_frame_num_value_allowed_flag
	s.size(r)
	if r.Short() {
		return SPS{}, fmt.Errorf("%w: ends too early", ErrSPS)
	}
	if s.ID > 31 || s.Width <= 0 || s.Height <= 0 || s.Width > 0xffff || s.Height > 0xffff {
		return SPS{}, fmt.Errorf("%w: id %d, %d×%d pixels", ErrSPS, s.ID, s.Width, s.Height)
	}
	if r.Flag() {
		s.vui(r) // a cut VUI costs its own fields only: pictures decode without it
	}
	return s, nil
}

// PPSID returns pic_parameter_set_id of a PPS NAL unit (§7.3.2.2).
func PPSID(unit []byte) (id uint32, ok bool) {
	if len(unit) < 2 || len(unit) > maxParameterSet || Type(unit) != NALPPS {
		return 0, false
	}
	r := nal.NewBits(nal.Unescape(unit[1:min(len(unit), 16)]))
	id = r.UE()
	return id, !r.Short()
}

func highProfile(p uint8) bool {
	switch p {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		return true
	}
	return false
}

func (s *SPS) high(r *nal.Bits) {
	s.Chroma = uint8(r.UE())
	lists := 8
	if s.Chroma == 3 {
		r.U(1) // separate_colour_plane_flag
		lists = 12
	}
	s.DepthLuma, s.DepthChroma = uint8(8+r.UE()), uint8(8+r.UE())
	r.U(1)        // qpprime_y_zero_transform_bypass_flag
	if r.Flag() { // seq_scaling_matrix_present_flag
		for i := range lists {
			if r.Flag() {
				scalingList(r, i)
			}
		}
	}
}

// scalingList skips a list (§7.3.2.1.1.1).
func scalingList(r *nal.Bits, i int) {
	n := 16
	if i >= 6 {
		n = 64
	}
	last, next := int32(8), int32(8)
	for range n {
		if next != 0 {
			next = (last + r.SE()) & 0xff
		}
		if next != 0 {
			last = next
		}
	}
}

func pictureOrder(r *nal.Bits) {
	switch r.UE() {
	case 0:
		r.UE()
	case 1:
		r.U(1)
		r.SE()
		r.SE()
		for n := min(r.UE(), 255); n > 0 && !r.Short(); n-- {
			r.SE()
		}
	}
}

// size reads the dimensions and takes the cropping off (§7.4.2.1.1).
func (s *SPS) size(r *nal.Bits) {
	w, h := int64(r.UE())+1, int64(r.UE())+1
	frames := int64(1)
	if !r.Flag() { // frame_mbs_only_flag
		frames = 2
		r.U(1)
	}
	r.U(1) // direct_8x8_inference_flag
	w, h = w*16, h*16*frames
	if r.Flag() {
		unitX, unitY := int64(1), frames
		if s.Chroma == 1 || s.Chroma == 2 {
			unitX = 2
		}
		if s.Chroma == 1 {
			unitY = 2 * frames
		}
		left, right, top, bottom := int64(r.UE()), int64(r.UE()), int64(r.UE()), int64(r.UE())
		w -= unitX * (left + right)
		h -= unitY * (top + bottom)
	}
	s.Width, s.Height = int(w), int(h)
}
