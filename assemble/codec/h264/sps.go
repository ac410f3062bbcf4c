package h264

import (
	"errors"
	"fmt"

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
func ParseSPS(nal []byte) (SPS, error) {
	if len(nal) < 5 || len(nal) > maxParameterSet || Type(nal) != NALSPS {
		return SPS{}, fmt.Errorf("%w: %d bytes, type %d", ErrSPS, len(nal), Type(nal))
	}
	r := &bits{b: unescape(nal[1:])}
	s := SPS{Profile: uint8(r.u(8)), Constraints: uint8(r.u(8)), Level: uint8(r.u(8)), ID: r.ue()}
	s.Chroma, s.DepthLuma, s.DepthChroma = 1, 8, 8
	if highProfile(s.Profile) {
		s.high(r)
	}
	r.ue() // log2_max_frame_num_minus4
	pictureOrder(r)
	r.ue() // max_num_ref_frames
	r.u(1) // gaps_in_frame_num_value_allowed_flag
	s.size(r)
	if r.short {
		return SPS{}, fmt.Errorf("%w: ends too early", ErrSPS)
	}
	if s.ID > 31 || s.Width <= 0 || s.Height <= 0 || s.Width > 0xffff || s.Height > 0xffff {
		return SPS{}, fmt.Errorf("%w: id %d, %d×%d pixels", ErrSPS, s.ID, s.Width, s.Height)
	}
	if r.flag() {
		s.vui(r) // a cut VUI costs its own fields only: pictures decode without it
	}
	return s, nil
}

// PPSID returns pic_parameter_set_id of a PPS NAL unit (§7.3.2.2).
func PPSID(nal []byte) (id uint32, ok bool) {
	if len(nal) < 2 || len(nal) > maxParameterSet || Type(nal) != NALPPS {
		return 0, false
	}
	r := &bits{b: unescape(nal[1:min(len(nal), 16)])}
	id = r.ue()
	return id, !r.short
}

func highProfile(p uint8) bool {
	switch p {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		return true
	}
	return false
}

func (s *SPS) high(r *bits) {
	s.Chroma = uint8(r.ue())
	lists := 8
	if s.Chroma == 3 {
		r.u(1) // separate_colour_plane_flag
		lists = 12
	}
	s.DepthLuma, s.DepthChroma = uint8(8+r.ue()), uint8(8+r.ue())
	r.u(1)        // qpprime_y_zero_transform_bypass_flag
	if r.flag() { // seq_scaling_matrix_present_flag
		for i := range lists {
			if r.flag() {
				scalingList(r, i)
			}
		}
	}
}

// scalingList skips a list (§7.3.2.1.1.1).
func scalingList(r *bits, i int) {
	n := 16
	if i >= 6 {
		n = 64
	}
	last, next := int32(8), int32(8)
	for range n {
		if next != 0 {
			next = (last + r.se()) & 0xff
		}
		if next != 0 {
			last = next
		}
	}
}

func pictureOrder(r *bits) {
	switch r.ue() {
	case 0:
		r.ue()
	case 1:
		r.u(1)
		r.se()
		r.se()
		for n := min(r.ue(), 255); n > 0 && !r.short; n-- {
			r.se()
		}
	}
}

// size reads the dimensions and takes the cropping off (§7.4.2.1.1).
func (s *SPS) size(r *bits) {
	w, h := int64(r.ue())+1, int64(r.ue())+1
	frames := int64(1)
	if !r.flag() { // frame_mbs_only_flag
		frames = 2
		r.u(1)
	}
	r.u(1) // direct_8x8_inference_flag
	w, h = w*16, h*16*frames
	if r.flag() {
		unitX, unitY := int64(1), frames
		if s.Chroma == 1 || s.Chroma == 2 {
			unitX = 2
		}
		if s.Chroma == 1 {
			unitY = 2 * frames
		}
		left, right, top, bottom := int64(r.ue()), int64(r.ue()), int64(r.ue()), int64(r.ue())
		w -= unitX * (left + right)
		h -= unitY * (top + bottom)
	}
	s.Width, s.Height = int(w), int(h)
}
