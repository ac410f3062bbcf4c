// Package mpa reads the frame headers of MPEG-1 and MPEG-2 audio (ISO/IEC 11172-3 §2.4.1.3, ISO/IEC 13818-3), of which Layer III is
// MP3.
package mpa

import (
	"errors"
	"fmt"

	"seine/assemble/media"
)

// ErrSync says that no frame begins here.
var ErrSync = errors.New("mpa: no MPEG audio header")

// HeaderSize is what Parse needs.
const HeaderSize = 4

// Header is a frame header.
type Header struct {
	Layer      uint8 // 1, 2 or 3
	SampleRate int   // Hz
	Channels   int
	Frame      int // whole frame, header included, in bytes
	Samples    int // of each channel
}

// rates are those of MPEG-1; MPEG-2 halves them, MPEG-2.5 again.
var rates = [...]int{44100, 48000, 32000}

// bitrates in kbit/s, by index: MPEG-1 Layers I, II, III; MPEG-2 Layer I; MPEG-2 Layers II and III.
var bitrates = [...][15]int{
	{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}

// Starts reports, at little cost, whether Parse may find a header at b, as far as b goes: behind the sync word stand a bit rate and a
// sampling rate that exist.
func Starts(b []byte) bool {
	return len(b) < 3 || b[2]>>4 != 0 && b[2]>>4 != 15 && b[2]>>2&3 != 3
}

// Parse reads the header at the start of b. It returns ErrSync when there is none, or one of free format, whose length nobody
// knows.
func Parse(b []byte) (Header, error) {
	if len(b) < HeaderSize || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return Header{}, ErrSync
	}
	version, layer := b[1]>>3&3, 4-b[1]>>1&3 // 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5
	bitrate, rate := b[2]>>4, b[2]>>2&3
	if version == 1 || layer == 4 || bitrate == 0 || bitrate == 15 || rate == 3 {
		return Header{}, ErrSync
	}
	h := Header{Layer: layer, SampleRate: rates[rate], Channels: 2}
	table := int(layer) - 1
	if version != 3 {
		h.SampleRate >>= 1 + (3-version)>>1
		table = 3 + min(table, 1)
	}
	if b[3]>>6 == 3 {
		h.Channels = 1
	}
	h.Samples = h.Codec().FrameSamples()
	h.size(bitrates[table][bitrate]*1000, int(b[2]>>1&1))
	return h, nil
}

// size is §2.4.3.1: Layer I counts slots of four bytes.
func (h *Header) size(bitrate, padding int) {
	if h.Layer == 1 {
		h.Frame = (12*bitrate/h.SampleRate + padding) * 4
		return
	}
	h.Frame = h.Samples/8*bitrate/h.SampleRate + padding
}

// Codec returns the configuration that the header stands for.
func (h Header) Codec() *media.MPEGAudio {
	return &media.MPEGAudio{Layer: h.Layer, SampleRate: h.SampleRate, Channels: h.Channels}
}

// Codec checks a configuration of this layer, rate in Hz and number of channels. The error wraps ErrSync.
func Codec(layer, rate, channels int64) (*media.MPEGAudio, error) {
	for _, r := range rates {
		for shift := range 3 {
			if rate == int64(r>>shift) && layer >= 1 && layer <= 3 && (channels == 1 || channels == 2) {
				return &media.MPEGAudio{Layer: uint8(layer), SampleRate: int(rate), Channels: int(channels)}, nil
			}
		}
	}
	return nil, fmt.Errorf("%w: layer %d, %d Hz, %d channels", ErrSync, layer, rate, channels)
}
