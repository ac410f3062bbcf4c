package mp4

import (
	"encoding/binary"
	"unicode/utf8"

	"seine/assemble/bmff"
	"seine/assemble/filename"
	"seine/assemble/media"
	"seine/assemble/subs"
)

// bands: subtitles have the lowest of so many parts of the picture.
const bands = 6

// textBox is the size in pixels of the box that subtitles are in.
func textBox(c *media.TimedText) (width, height int) { return c.Width, c.Height / bands }

// forcedAll is displayFlags of Apple's: all samples are forced.
const forcedAll = 0xc0000000

// tx3g is a TextSampleEntry (3GPP TS 26.245 §5.16): white, in the middle, at the bottom of its box.
func tx3g(w *bmff.Writer, c *media.TimedText) {
	b := w.Begin("tx3g")
	w.Zero(6)
	w.U16(1) // data_reference_index
	if c.Forced {
		w.U32(forcedAll)
	} else {
		w.U32(0)
	}
	w.U8(1)    // in the middle
	w.U8(0xff) // at the bottom
	w.Zero(4)  // background
	width, height := textBox(c)
	w.Zero(4)
	w.U16(uint16(height))
	w.U16(uint16(width))
	styleRecord(w, 0, 0, 0, c)
	f := w.Begin("ftab")
	w.U16(1)
	w.U16(fontID)
	w.U8(10)
	w.Text("Sans-Serif")
	w.End(f)
	w.End(b)
}

const fontID = 1

// styleRecord is StyleRecord (§5.17.1.1): characters from and up to, and what they look like.
func styleRecord(w *bmff.Writer, from, to int, s subs.Style, c *media.TimedText) {
	w.U16(uint16(from))
	w.U16(uint16(to))
	w.U16(fontID)
	w.U8(uint8(s)) // bold, italic and underline are the bits that package subs has
	w.U8(uint8(min(max(c.Height/20, 18), 255)))
	w.U32(0xffffffff)
}

// TextSample is a sample of subtitles (§5.17): the text, and which of its characters have a style. No runs make a pause.
func TextSample(runs []subs.Run, c *media.TimedText) []byte {
	w := &bmff.Writer{}
	w.U16(0)
	type stretch struct {
		from, to int
		style    subs.Style
	}
	var styled []stretch
	at := 0
	for _, r := range runs {
		text := filename.Cut(r.Text, maxTextSample-len(w.Buf))
		n := utf8.RuneCountInString(text)
		if r.Style != 0 && n > 0 {
			styled = append(styled, stretch{at, at + n, r.Style})
		}
		w.Text(text)
		at += n
	}
	binary.BigEndian.PutUint16(w.Buf, uint16(len(w.Buf)-2))
	if len(styled) > 0 {
		b := w.Begin("styl")
		w.U16(uint16(len(styled)))
		for _, s := range styled {
			styleRecord(w, s.from, s.to, s.style, c)
		}
		w.End(b)
	}
	return w.Buf
}

// maxTextSample bounds the text of a sample, in bytes.
const maxTextSample = 0xf000
