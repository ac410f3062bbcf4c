package h264

import (
	"seine/assemble/codec/nal"
	"seine/assemble/media"
)

// vui reads vui_parameters up to the timing (Annex E.1.1).
func (s *SPS) vui(r *nal.Bits) {
	s.SAR, s.Colour = nal.Usability(r)
	if !r.Flag() { // timing_info_present_flag
		return
	}
	tick, scale := r.U(32), r.U(32)
	if r.Short() || tick == 0 || scale == 0 || tick > 1<<30 {
		return
	}
	s.FrameRate = media.Ratio{Num: scale, Den: 2 * tick}
}
