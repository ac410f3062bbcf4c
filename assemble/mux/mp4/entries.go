package mp4

import (
	"seine/assemble/bmff"
	"seine/assemble/codec/entry"
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
	b := entry.BeginVisual(w, "avc1", c.Width, c.Height)
	a := w.Begin("avcC")
	w.Buf = h264.AppendAVCC(w.Buf, c)
	w.End(a)
	colr(w, c.Colour)
	pasp(w, c.SAR)
	w.End(b)
}

// hvc1 is an HEVCSampleEntry (ISO/IEC 14496-15 §8.4.1).
func hvc1(w *bmff.Writer, c *media.H265) {
	b := entry.BeginVisual(w, "hvc1", c.Width, c.Height)
	a := w.Begin("hvcC")
	w.Buf = h265.AppendHVCC(w.Buf, c)
	w.End(a)
	colr(w, c.Colour)
	pasp(w, c.SAR)
	w.End(b)
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

// Values of objectTypeIndication (ISO/IEC 14496-1 §7.2.6.6) beside those of MPEG-1 and MPEG-2.
const objectMPEG4Audio = 0x40

// mp4a is an MP4AudioSampleEntry (ISO/IEC 14496-14 §6.7).
func mp4a(w *bmff.Writer, c *media.AAC) {
	b := entry.BeginAudio(w, "mp4a", c.SampleRate, c.Channels)
	entry.Descriptors(w, objectMPEG4Audio, c.AudioSpecificConfig)
	w.End(b)
}

// mpegAudio is the same for streams that need no configuration.
func mpegAudio(w *bmff.Writer, c *media.MPEGAudio) {
	b := entry.BeginAudio(w, "mp4a", c.SampleRate, c.Channels)
	entry.Descriptors(w, c.ObjectType(), nil)
	w.End(b)
}

// dolby is an AC3SampleEntry or EC3SampleEntry (ETSI TS 102 366 §F.3, §F.5).
func dolby(w *bmff.Writer, kind, box string, specific []byte, rate, channels int) {
	b := entry.BeginAudio(w, kind, rate, channels)
	d := w.Begin(box)
	w.Bytes(specific)
	w.End(d)
	w.End(b)
}
