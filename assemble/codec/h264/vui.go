package h264

import (
	"seine/assemble/codec/nal"
	"seine/assemble/media"
)

// vui reads vui_parameters up to the timing (Annex E.1.1).
func (s *SPS) vui(r *nal.Bits) {
	if r.Flag() {
		s.SAR = nal.Aspect(r)
	}
	if r.Flag() { // overscan_info_present_flag
		r.U(1)
	}
	if r.Flag() {
		s.Colour = nal.VideoSignal(r)
	}
	if r.Flag() { // chroma_loc_info_present_flag
		r.UE()
		r.UE()
	}
	if !r.Flag() { // timing_info_present_flag
		return
	}
	tick, scale := r.U(32), r.U(32)
	if r.Short() || tick == 0 || scale == 0 || tick > 1<<30 {
		return
	}
	s.FrameRate = media.Ratio{Num: scale, Den: 2 * tick}
}
