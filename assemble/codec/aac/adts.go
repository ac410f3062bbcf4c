// Package aac reads ADTS headers and builds the AudioSpecificConfig (ISO/IEC 14496-3).
package aac

import (
	"errors"
	"fmt"

	"seine/assemble/media"
)

// FrameSamples is the length of an AAC frame, in samples of each channel.
const FrameSamples = 1024

// MaxFrame is the longest ADTS frame: aac_frame_length has 13 bits.
const MaxFrame = 1<<13 - 1

// HeaderSize is the length of an ADTS header without CRC: what ParseADTS needs.
const HeaderSize = 7

// Errors of ParseADTS.
var (
	ErrSync        = errors.New("aac: no ADTS header")
	ErrUnsupported = errors.New("aac: ADTS feature not supported")
)

var sampleRates = [...]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}

// Header is an adts_fixed_header with the length from the variable header (ISO/IEC 14496-3 §1.A.2.2).
type Header struct {
	ObjectType uint8 // audioObjectType
	RateIndex  uint8 // samplingFrequencyIndex
	ChannelCfg uint8 // channelConfiguration
	Size       int   // header length: 7, or 9 with CRC
	Frame      int   // whole frame, header included, in bytes
	Blocks     int   // raw data blocks in the frame
}

// ParseADTS reads the header at the start of b. It returns ErrSync when there is none, or when b is shorter than HeaderSize.
func ParseADTS(b []byte) (Header, error) {
	if len(b) < HeaderSize || b[0] != 0xff || b[1]&0xf6 != 0xf0 {
		return Header{}, ErrSync
	}
	h := Header{
		ObjectType: b[2]>>6 + 1,
		RateIndex:  b[2] >> 2 & 0xf,
		ChannelCfg: b[2]&1<<2 | b[3]>>6,
		Size:       7,
		Frame:      int(b[3]&3)<<11 | int(b[4])<<3 | int(b[5]>>5),
		Blocks:     int(b[6]&3) + 1,
	}
	if b[1]&1 == 0 {
		h.Size = 9
	}
	if int(h.RateIndex) >= len(sampleRates) || h.Frame <= h.Size {
		return Header{}, ErrSync
	}
	return h, nil
}

// SampleRate returns Hz.
func (h Header) SampleRate() int { return sampleRates[h.RateIndex] }

// Codec returns the configuration that the header stands for. It returns ErrUnsupported for a channel layout given by a
// program config element and for several raw data blocks a frame: neither can be carried over frame by frame.
func (h Header) Codec() (*media.AAC, error) {
	if h.ChannelCfg == 0 {
		return nil, fmt.Errorf("%w: channels described by a program config element", ErrUnsupported)
	}
	if h.Blocks != 1 {
		return nil, fmt.Errorf("%w: %d raw data blocks in one frame", ErrUnsupported, h.Blocks)
	}
	return Codec([]byte{h.ObjectType<<3 | h.RateIndex>>1, h.RateIndex<<7 | h.ChannelCfg<<3})
}
