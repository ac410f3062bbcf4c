package entry

import "seine/assemble/bmff"

// BeginVisual opens a VisualSampleEntry (ISO/IEC 14496-12 §12.1.3) of some size in pixels; the mark is for w.End.
func BeginVisual(w *bmff.Writer, kind string, width, height int) (mark int) {
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

// BeginAudio opens an AudioSampleEntry (§12.2.3); rate is in Hz.
func BeginAudio(w *bmff.Writer, kind string, rate, channels int) (mark int) {
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

// Inner returns what a box in the entry holds, nil when it has none of this kind.
func Inner(box []byte, video bool, kind string) []byte {
	at := offAudio
	if video {
		at = offVisual
	}
	if len(box) < at {
		return nil
	}
	return bmff.Find(box[at:], kind)
}

// Descriptors writes the box of an MPEG-4 sound: it wraps the configuration, if there is one, in an ES_Descriptor (ISO/IEC 14496-1 §7.2.6.5), lengths in their
// four-byte form. The configuration has at most 16,000 bytes.
func Descriptors(w *bmff.Writer, object uint8, config []byte) {
	b := w.Full("esds", 0, 0)
	n := 0
	if len(config) > 0 {
		n = 5 + len(config)
	}
	writeDescriptor(w, 3, 3+5+13+n+5+1)
	w.U16(0) // ES_ID
	w.U8(0)
	writeDescriptor(w, 4, 13+n)
	w.U8(object)
	w.U8(5<<2 | 1) // streamType: audio
	w.Zero(3 + 4 + 4)
	if len(config) > 0 {
		writeDescriptor(w, 5, len(config))
		w.Bytes(config)
	}
	writeDescriptor(w, 6, 1)
	w.U8(2) // SLConfig of MP4 files
	w.End(b)
}

func writeDescriptor(w *bmff.Writer, tag uint8, n int) {
	w.U8(tag)
	w.U8(0x80)
	w.U8(0x80)
	w.U8(0x80 | uint8(n>>7))
	w.U8(uint8(n & 0x7f))
}
