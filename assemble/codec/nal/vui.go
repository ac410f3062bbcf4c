package nal

import "seine/assemble/media"

// sampleAspect is Table E-1 of ISO/IEC 14496-10 and of ISO/IEC 23008-2.
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

// aspect reads aspect_ratio_idc and what follows it; zero when nothing was said.
func aspect(r *Bits) media.Ratio {
	i := r.U(8)
	if i == extendedSAR {
		a := media.Ratio{Num: r.U(16), Den: r.U(16)}
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

// videoSignal reads video_format up to matrix_coeffs.
func videoSignal(r *Bits) (c media.Colour) {
	r.U(3) // video_format
	c.FullRange = r.Flag()
	if !r.Flag() {
		return media.Colour{}
	}
	c.Primaries, c.Transfer, c.Matrix = uint8(r.U(8)), uint8(r.U(8)), uint8(r.U(8))
	c.Given = !r.Short()
	return c
}

// Usability reads the fields that vui_parameters begin with in both standards (ISO/IEC 14496-10 §E.1.1, ISO/IEC 23008-2 §E.2.1): sample
// aspect ratio and colour, zero when not said, and what lies about them.
func Usability(r *Bits) (sar media.Ratio, colour media.Colour) {
	if r.Flag() { // aspect_ratio_info_present_flag
		sar = aspect(r)
	}
	if r.Flag() { // overscan_info_present_flag
		r.Skip(1)
	}
	if r.Flag() { // video_signal_type_present_flag
		colour = videoSignal(r)
	}
	if r.Flag() { // chroma_loc_info_present_flag
		r.UE()
		r.UE()
	}
	return sar, colour
}
