package h265

import (
	"seine/assemble/codec/nal"
	"seine/assemble/media"
)

// vui reads vui_parameters up to the timing (ISO/IEC 23008-2 §E.2.1).
func (s *SPS) vui(r *nal.Bits) {
	s.SAR, s.Colour = nal.Usability(r)
	r.Skip(3)     // neutral_chroma_indication_flag, field_seq_flag, frame_field_info_present_flag
	if r.Flag() { // default_display_window_flag
		for range 4 {
			r.UE()
		}
	}
	if !r.Flag() { // vui_timing_info_present_flag
		return
	}
	tick, scale := r.U(32), r.U(32)
	if !r.Short() && tick != 0 && scale != 0 {
		s.FrameRate = media.Ratio{Num: scale, Den: tick}
	}
}
