package h264

import "seine/assemble/media"

// sampleAspect is Table E-1 of ISO/IEC 14496-10.
var sampleAspect = [...]media.Ratio{
	{},
	{Num: 1, Den: 1},
	{Num: 12, Den: 11},
	{Num: 10, Den: 11},
	{Num: 16, Den: 11},
	{Num: 40, Den: 33},
	{Num: 24, Den: 11},
	{Num: 20, Den: 11},
	{Num: 32, Den: 11},
	{Num: 80, Den: 33},
	{Num: 18, Den: 11},
	{Num: 15, Den: 11},
	{Num: 64, Den: 33},
	{Num: 160, Den: 99},
	{Num: 4, Den: 3},
	{Num: 3, Den: 2},
	{Num: 2, Den: 1},
}

const extendedSAR = 255

// vui reads vui_parameters up to the timing (Annex E.1.1).
func (s *SPS) vui(r *bits) {
	if r.flag() {
		s.SAR = aspect(r)
	}
	if r.flag() { // overscan_info_present_flag
		r.u(1)
	}
	if r.flag() {
		s.Colour = videoSignal(r)
	}
	if r.flag() { // chroma_loc_info_present_flag
		r.ue()
		r.ue()
	}
	if !r.flag() { // timing_info_present_flag
		return
	}
	tick, scale := r.u(32), r.u(32)
	if r.short || tick == 0 || scale == 0 || tick > 1<<30 {
		return
	}
	s.FrameRate = media.Ratio{Num: scale, Den: 2 * tick}
}

func aspect(r *bits) media.Ratio {
	i := r.u(8)
	if i == extendedSAR {
		a := media.Ratio{Num: r.u(16), Den: r.u(16)}
		if a.Num == 0 || a.Den == 0 {
			return media.Ratio{}
		}
		return a
	}
	if int(i) < len(sampleAspect) {
		return sampleAspect[i]
	}
	return media.Ratio{}
}

func videoSignal(r *bits) (c media.Colour) {
	r.u(3) // video_format
	c.FullRange = r.flag()
	if !r.flag() {
		return media.Colour{}
	}
	c.Primaries, c.Transfer, c.Matrix = uint8(r.u(8)), uint8(r.u(8)), uint8(r.u(8))
	c.Given = !r.short
	return c
}
