// Package isotexttest makes mp4 segments of subtitles for tests, as ISO/IEC 14496-30 has them.
package isotexttest

import "seine/assemble/bmff"

// Sample is one of a fragment; Duration is in ticks.
type Sample struct {
	Data     []byte
	Duration uint32
}

// Cue is a vttc box: settings may be empty.
func Cue(text, settings string) []byte {
	w := &bmff.Writer{}
	b := w.Begin("vttc")
	if settings != "" {
		s := w.Begin("sttg")
		w.Text(settings)
		w.End(s)
	}
	p := w.Begin("payl")
	w.Text(text)
	w.End(p)
	w.End(b)
	return w.Buf
}

// Pause is a vtte box: nothing is shown.
func Pause() []byte { return []byte("\x00\x00\x00\x08vtte") }

// Init is an initialization section of kind wvtt or stpp.
func Init(kind string, timescale uint32) []byte {
	w := &bmff.Writer{}
	f := w.Begin("ftyp")
	w.Text("iso6\x00\x00\x00\x00iso6dash")
	w.End(f)
	moov := w.Begin("moov")
	h := w.Full("mvhd", 0, 0)
	w.Zero(8)
	w.U32(timescale)
	w.Zero(4 + 76 + 4)
	w.End(h)
	trak := w.Begin("trak")
	h = w.Full("tkhd", 0, 3)
	w.Zero(8)
	w.U32(1)
	w.Zero(68)
	w.End(h)
	media(w, kind, timescale)
	w.End(trak)
	mvex := w.Begin("mvex")
	x := w.Full("trex", 0, 0)
	w.U32(1)
	w.U32(1)
	w.Zero(12)
	w.End(x)
	w.End(mvex)
	w.End(moov)
	return w.Buf
}

func media(w *bmff.Writer, kind string, timescale uint32) {
	mdia := w.Begin("mdia")
	h := w.Full("mdhd", 0, 0)
	w.Zero(8)
	w.U32(timescale)
	w.Zero(4)
	w.U16(0x55c4) // und
	w.U16(0)
	w.End(h)
	handler := "text"
	if kind == "stpp" {
		handler = "subt"
	}
	h = w.Full("hdlr", 0, 0)
	w.Zero(4)
	w.Text(handler)
	w.Zero(13)
	w.End(h)
	minf, stbl := w.Begin("minf"), w.Begin("stbl")
	d := w.Full("stsd", 0, 0)
	w.U32(1)
	e := w.Begin(kind)
	w.Zero(6)
	w.U16(1)
	if kind == "stpp" {
		w.Text("http://www.w3.org/ns/ttml\x00\x00\x00")
	} else {
		c := w.Begin("vttC")
		w.Text("WEBVTT")
		w.End(c)
	}
	w.End(e)
	w.End(d)
	w.End(stbl)
	w.End(minf)
	w.End(mdia)
}

// Segment is a fragment that begins at a time, in ticks.
func Segment(at uint64, samples ...Sample) []byte {
	w := &bmff.Writer{}
	moof := w.Begin("moof")
	h := w.Full("mfhd", 0, 0)
	w.U32(1)
	w.End(h)
	traf := w.Begin("traf")
	h = w.Full("tfhd", 0, 0x20000)
	w.U32(1)
	w.End(h)
	h = w.Full("tfdt", 1, 0)
	w.U64(at)
	w.End(h)
	h = w.Full("trun", 0, 0x301)
	w.U32(uint32(len(samples)))
	offset := len(w.Buf)
	w.U32(0)
	var data []byte
	for _, s := range samples {
		w.U32(s.Duration)
		w.U32(uint32(len(s.Data)))
		data = append(data, s.Data...)
	}
	w.End(h)
	w.End(traf)
	w.End(moof)
	w.SetU32(offset, uint32(len(w.Buf)+8))
	m := w.Begin("mdat")
	w.Bytes(data)
	w.End(m)
	return w.Buf
}
