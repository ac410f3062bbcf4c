package mp4

import (
	"seine/assemble/bmff"
	"seine/assemble/codec/h264"
	"seine/assemble/codec/h265"
	"seine/assemble/media"
)

// stsd holds one sample entry for each codec configuration (§8.5.2).
func stsd(w *bmff.Writer, t *Track) {
	b := w.Full("stsd", 0, 0)
	w.U32(uint32(len(t.Codecs)))
	for _, c := range t.Codecs {
		switch c := c.(type) {
		case *media.H264:
			avc1(w, c)
		case *media.H265:
			hvc1(w, c)
		case *media.AAC:
			mp4a(w, c)
		case *media.MPEGAudio:
			mpegAudio(w, c)
		case *media.AC3:
			dolby(w, "ac-3", "dac3", c.Specific, c.SampleRate, c.Channels)
		case *media.EAC3:
			dolby(w, "ec-3", "dec3", c.Specific, c.SampleRate, c.Channels)
		case *media.TimedText:
			tx3g(w, c)
		case *media.Entry:
			w.Bytes(c.Box)
		}
	}
	w.End(b)
}

// avc1 is an AVCSampleEntry (ISO/IEC 14496-15 §5.4.2).
func avc1(w *bmff.Writer, c *media.H264) {
	b := visual(w, "avc1", c.Width, c.Height)
	a := w.Begin("avcC")
	w.Buf = h264.AppendAVCC(w.Buf, c)
	w.End(a)
	colr(w, c.Colour)
	pasp(w, c.SAR)
	w.End(b)
}

// hvc1 is an HEVCSampleEntry (ISO/IEC 14496-15 §8.4.1).
func hvc1(w *bmff.Writer, c *media.H265) {
	b := visual(w, "hvc1", c.Width, c.Height)
	a := w.Begin("hvcC")
	w.Buf = h265.AppendHVCC(w.Buf, c)
	w.End(a)
	colr(w, c.Colour)
	pasp(w, c.SAR)
	w.End(b)
}

// visual opens a VisualSampleEntry (§12.1.3).
func visual(w *bmff.Writer, kind string, width, height int) (mark int) {
	mark = w.Begin(kind)
	w.Zero(6)
	w.U16(1) // data_reference_index
	w.Zero(16)
	w.U16(uint16(width))
	w.U16(uint16(height))
	w.U32(72 << 16) // dots an inch
	w.U32(72 << 16)
	w.U32(0)
	w.U16(1) // frames in a sample
	w.Zero(32)
	w.U16(24) // depth
	w.U16(0xffff)
	return mark
}

// colr is §12.1.5.
func colr(w *bmff.Writer, c media.Colour) {
	if !c.Given {
		return
	}
	b := w.Begin("colr")
	w.Text("nclx")
	w.U16(uint16(c.Primaries))
	w.U16(uint16(c.Transfer))
	w.U16(uint16(c.Matrix))
	if c.FullRange {
		w.U8(0x80)
	} else {
		w.U8(0)
	}
	w.End(b)
}

// pasp is §12.1.4.
func pasp(w *bmff.Writer, r media.Ratio) {
	if r.Den == 0 {
		return
	}
	b := w.Begin("pasp")
	w.U32(r.Num)
	w.U32(r.Den)
	w.End(b)
}

// audio opens an AudioSampleEntry (§12.2.3).
func audio(w *bmff.Writer, kind string, rate, channels int) (mark int) {
	mark = w.Begin(kind)
	w.Zero(6)
	w.U16(1) // data_reference_index
	w.Zero(8)
	w.U16(uint16(channels))
	w.U16(16) // bits a sample
	w.U32(0)
	if rate > 0xffff { // does not fit 16.16; the configuration has it
		rate = 0
	}
	w.U32(uint32(rate) << 16)
	return mark
}

// Values of objectTypeIndication (ISO/IEC 14496-1 §7.2.6.6) beside those of MPEG-1 and MPEG-2.
const objectMPEG4Audio = 0x40

// mp4a is an MP4AudioSampleEntry (ISO/IEC 14496-14 §6.7).
func mp4a(w *bmff.Writer, c *media.AAC) {
	b := audio(w, "mp4a", c.SampleRate, c.Channels)
	esds(w, objectMPEG4Audio, c.AudioSpecificConfig)
	w.End(b)
}

// mpegAudio is the same for streams that need no configuration.
func mpegAudio(w *bmff.Writer, c *media.MPEGAudio) {
	b := audio(w, "mp4a", c.SampleRate, c.Channels)
	esds(w, c.ObjectType(), nil)
	w.End(b)
}

// dolby is an AC3SampleEntry or EC3SampleEntry (ETSI TS 102 366 §F.3, §F.5).
func dolby(w *bmff.Writer, kind, box string, specific []byte, rate, channels int) {
	b := audio(w, kind, rate, channels)
	d := w.Begin(box)
	w.Bytes(specific)
	w.End(d)
	w.End(b)
}

// esds wraps the configuration, if there is one, in an ES_Descriptor (ISO/IEC 14496-1 §7.2.6.5), lengths in their four-byte form.
func esds(w *bmff.Writer, object uint8, config []byte) {
	b := w.Full("esds", 0, 0)
	n := 0
	if len(config) > 0 {
		n = 5 + len(config)
	}
	descriptor(w, 3, 3+5+13+n+5+1)
	w.U16(0) // ES_ID
	w.U8(0)
	descriptor(w, 4, 13+n)
	w.U8(object)
	w.U8(5<<2 | 1) // streamType: audio
	w.Zero(3 + 4 + 4)
	if len(config) > 0 {
		descriptor(w, 5, len(config))
		w.Bytes(config)
	}
	descriptor(w, 6, 1)
	w.U8(2) // SLConfig of MP4 files
	w.End(b)
}

func descriptor(w *bmff.Writer, tag uint8, n int) {
	w.U8(tag)
	w.U8(0x80)
	w.U8(0x80)
	w.U8(0x80 | uint8(n>>7))
	w.U8(uint8(n & 0x7f))
}
