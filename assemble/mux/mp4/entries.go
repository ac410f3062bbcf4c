package mp4

import (
	"seine/assemble/bmff"
	"seine/assemble/codec/h264"
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
		case *media.AAC:
			mp4a(w, c)
		case *media.Entry:
			w.Bytes(c.Box)
		}
	}
	w.End(b)
}

// avc1 is an AVCSampleEntry (ISO/IEC 14496-15 §5.4.2).
func avc1(w *bmff.Writer, c *media.H264) {
	b := w.Begin("avc1")
	w.Zero(6)
	w.U16(1) // data_reference_index
	w.Zero(16)
	w.U16(uint16(c.Width))
	w.U16(uint16(c.Height))
	w.U32(72 << 16) // dots an inch
	w.U32(72 << 16)
	w.U32(0)
	w.U16(1) // frames in a sample
	w.Zero(32)
	w.U16(24) // depth
	w.U16(0xffff)
	a := w.Begin("avcC")
	w.Buf = h264.AppendAVCC(w.Buf, c)
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

// mp4a is an MP4AudioSampleEntry (ISO/IEC 14496-14 §6.7).
func mp4a(w *bmff.Writer, c *media.AAC) {
	b := w.Begin("mp4a")
	w.Zero(6)
	w.U16(1) // data_reference_index
	w.Zero(8)
	w.U16(uint16(c.Channels))
	w.U16(16) // bits a sample
	w.U32(0)
	if c.SampleRate > 0xffff { // does not fit 16.16; the AudioSpecificConfig has it
		w.U32(0)
	} else {
		w.U32(uint32(c.SampleRate) << 16)
	}
	esds(w, c.AudioSpecificConfig)
	w.End(b)
}

// esds wraps the AudioSpecificConfig in an ES_Descriptor (ISO/IEC 14496-1 §7.2.6.5), lengths in their four-byte form.
func esds(w *bmff.Writer, config []byte) {
	b := w.Full("esds", 0, 0)
	n := len(config)
	descriptor(w, 3, 3+5+13+5+n+5+1)
	w.U16(0) // ES_ID
	w.U8(0)
	descriptor(w, 4, 13+5+n)
	w.U8(0x40)     // objectTypeIndication: ISO/IEC 14496-3
	w.U8(5<<2 | 1) // streamType: audio
	w.Zero(3 + 4 + 4)
	descriptor(w, 5, n)
	w.Bytes(config)
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
