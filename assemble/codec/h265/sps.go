package h265

import (
	"errors"
	"fmt"

	"seine/assemble/codec/nal"
	"seine/assemble/media"
)

// ErrSets says that a parameter set cannot be read.
var ErrSets = errors.New("h265: damaged parameter set")

// maxSet bounds a parameter set: the length field of hvcC has 16 bits.
const maxSet = 0xffff

// Bounds of what an SPS counts (§7.4.3.2.1).
const (
	maxSubLayers = 7
	maxShortTerm = 64
	maxLongTerm  = 32
	maxPictures  = 16 // of a reference picture set
)

// SPS is the part of seq_parameter_set_rbsp (ISO/IEC 23008-2 §7.3.2.2) that a remuxer needs.
type SPS struct {
	ID            uint32
	Profile       [12]byte // general_profile_space up to general_level_idc
	SubLayers     uint8    // sps_max_sub_layers_minus1 + 1
	Nested        bool     // sps_temporal_id_nesting_flag
	Chroma        uint8
	DepthLuma     uint8
	DepthChroma   uint8
	Width, Height int // pixels, after the conformance window
	SAR           media.Ratio
	FrameRate     media.Ratio // zero without timing
	Colour        media.Colour
}

// ParseSPS reads an SPS NAL unit, its header included. The error wraps ErrSets.
func ParseSPS(unit []byte) (SPS, error) {
	if len(unit) > maxSet || Type(unit) != NALSPS {
		return SPS{}, fmt.Errorf("%w: SPS of %d bytes, type %d", ErrSets, len(unit), Type(unit))
	}
	r := nal.NewBits(nal.Unescape(unit[headerSize:]))
	r.Skip(4) // sps_video_parameter_set_id
	layers := int(r.U(3))
	s := SPS{SubLayers: uint8(layers + 1), Nested: r.Flag()}
	if layers >= maxSubLayers {
		return SPS{}, fmt.Errorf("%w: %d sub-layers", ErrSets, layers+1)
	}
	s.profile(r, layers)
	s.ID = r.UE()
	s.size(r)
	poc := s.coding(r, layers)
	if r.Short() || poc > 16 {
		return SPS{}, fmt.Errorf("%w: SPS ends too early", ErrSets)
	}
	if s.ID > 15 || s.Chroma > 3 || s.Width <= 0 || s.Height <= 0 || s.Width > 0xffff || s.Height > 0xffff ||
		s.DepthLuma > 15 || s.DepthChroma > 15 {
		return SPS{}, fmt.Errorf("%w: SPS %d, %d×%d pixels of %d and %d bits", ErrSets, s.ID, s.Width, s.Height, s.DepthLuma, s.DepthChroma)
	}
	s.references(r, poc)
	if r.Flag() {
		s.vui(r) // what is cut here costs its own fields only: pictures decode without it
	}
	return s, nil
}

// profile reads profile_tier_level (§7.3.3).
func (s *SPS) profile(r *nal.Bits, layers int) {
	for i := range s.Profile {
		s.Profile[i] = byte(r.U(8))
	}
	var profiles, levels [maxSubLayers]bool
	for i := range layers {
		profiles[i], levels[i] = r.Flag(), r.Flag()
	}
	if layers > 0 {
		r.Skip(2 * (8 - layers))
	}
	for i := range layers {
		if profiles[i] {
			r.Skip(88)
		}
		if levels[i] {
			r.Skip(8)
		}
	}
}

// size reads chroma format and dimensions, and takes the conformance window off (§7.4.3.2.1).
func (s *SPS) size(r *nal.Bits) {
	s.Chroma = clip(r.UE())
	if s.Chroma == 3 {
		r.Skip(1) // separate_colour_plane_flag
	}
	w, h := int64(r.UE()), int64(r.UE())
	if r.Flag() {
		unitX, unitY := int64(1), int64(1)
		if s.Chroma == 1 || s.Chroma == 2 {
			unitX = 2
		}
		if s.Chroma == 1 {
			unitY = 2
		}
		left, right, top, bottom := int64(r.UE()), int64(r.UE()), int64(r.UE()), int64(r.UE())
		w -= unitX * (left + right)
		h -= unitY * (top + bottom)
	}
	s.Width, s.Height = int(w), int(h)
	s.DepthLuma, s.DepthChroma = clip(8+min(r.UE(), 200)), clip(8+min(r.UE(), 200))
}

// clip makes a number that is too large for its field one that is refused.
func clip(v uint32) uint8 { return uint8(min(v, 0xff)) }

// coding reads the tools of the encoder up to the reference picture sets. It returns the bits of a picture order count.
func (s *SPS) coding(r *nal.Bits, layers int) (poc int) {
	poc = int(min(r.UE(), 200)) + 4
	from := layers
	if r.Flag() { // sps_sub_layer_ordering_info_present_flag
		from = 0
	}
	for range layers - from + 1 {
		r.UE()
		r.UE()
		r.UE()
	}
	for range 6 { // sizes and depths of blocks
		r.UE()
	}
	if r.Flag() { // scaling_list_enabled_flag
		if own := r.Flag(); own { // sps_scaling_list_data_present_flag
			scalingLists(r)
		}
	}
	r.Skip(2)     // amp_enabled_flag, sample_adaptive_offset_enabled_flag
	if r.Flag() { // pcm_enabled_flag
		r.Skip(8)
		r.UE()
		r.UE()
		r.Skip(1)
	}
	return poc
}

// scalingLists skips scaling_list_data (§7.3.4).
func scalingLists(r *nal.Bits) {
	for size := range 4 {
		step := 1
		if size == 3 {
			step = 3
		}
		for m := 0; m < 6; m += step {
			if !r.Flag() { // scaling_list_pred_mode_flag
				r.UE()
				continue
			}
			if size > 1 {
				r.SE()
			}
			for range min(64, 1<<(4+size<<1)) {
				r.SE()
			}
		}
	}
}

// references skips short-term and long-term reference picture sets.
func (s *SPS) references(r *nal.Bits, poc int) {
	sets := min(int(r.UE()), maxShortTerm)
	pictures := 0
	for i := 0; i < sets && !r.Short(); i++ {
		pictures = shortTerm(r, i, pictures)
	}
	if r.Flag() { // long_term_ref_pics_present_flag
		for range min(r.UE(), maxLongTerm) {
			r.Skip(poc + 1)
		}
	}
	r.Skip(2) // sps_temporal_mvp_enabled_flag, strong_intra_smoothing_enabled_flag
}

// shortTerm skips st_ref_pic_set (§7.3.7) and returns NumDeltaPocs; before is that of the set in front of it.
func shortTerm(r *nal.Bits, i, before int) (pictures int) {
	if i > 0 && r.Flag() { // inter_ref_pic_set_prediction_flag
		r.Skip(1)
		r.UE()
		for range before + 1 {
			if used := r.Flag(); used || r.Flag() { // used_by_curr_pic_flag, use_delta_flag
				pictures++
			}
		}
		return min(pictures, maxPictures)
	}
	negative, positive := min(int(r.UE()), maxPictures), min(int(r.UE()), maxPictures)
	for range negative + positive {
		r.UE()
		r.Skip(1)
	}
	return min(negative+positive, maxPictures)
}
