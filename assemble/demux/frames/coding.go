// Package frames takes elementary streams of sound apart: rows of frames that each say where the next one begins. Transport
// streams and packed audio (RFC 8216 §3.4) have them in common.
package frames

import (
	"errors"

	"seine/assemble/codec/aac"
	"seine/assemble/codec/ac3"
	"seine/assemble/codec/mpa"
	"seine/assemble/media"
)

// Coding is a kind of elementary stream.
type Coding uint8

// The codings. Dolby is AC-3 and Enhanced AC-3: the frames say which.
const (
	ADTS Coding = iota + 1
	MPEG
	Dolby
)

// UnsupportedError is sound of a known coding that cannot be carried over.
type UnsupportedError struct{ Name string }

func (e *UnsupportedError) Error() string { return e.Name + " is not supported yet" }

var (
	errSync  = errors.New("no frame begins here")
	errShort = errors.New("the frame is cut")
)

// unit is what the headers of an access unit tell.
type unit struct {
	size    int // bytes, headers included
	header  int // bytes in front that are no part of the sample
	samples int // of each channel
	rate    int // Hz
	id      uint64
}

// headerSize is what parse needs to tell a frame from noise.
func (c Coding) headerSize() int {
	switch c {
	case ADTS:
		return aac.HeaderSize
	case MPEG:
		return mpa.HeaderSize
	}
	return ac3.HeaderSize
}

// parse reads the access unit at the front of b, which has headerSize bytes at least. final says that nothing comes behind b.
// The errors are errSync and errShort.
func (c Coding) parse(b []byte, final bool) (u unit, err error) {
	switch c {
	case ADTS:
		u, err = parseADTS(b)
	case MPEG:
		u, err = parseMPEG(b)
	default:
		u, err = parseDolby(b, final)
	}
	if err == nil && u.size > len(b) {
		return u, errShort
	}
	return u, err
}

// lead is the first byte of a sync word.
func (c Coding) lead() byte {
	if c == Dolby {
		return 0x0b
	}
	return 0xff
}

// synced reports whether a frame may begin at b, which has two bytes at least.
func (c Coding) synced(b []byte) bool {
	switch c {
	case ADTS:
		return b[0] == 0xff && b[1]&0xf6 == 0xf0
	case MPEG:
		return b[0] == 0xff && b[1]&0xe0 == 0xe0 && b[1]&6 != 0
	}
	return b[0] == 0x0b && b[1] == 0x77
}

func parseADTS(b []byte) (unit, error) {
	h, err := aac.ParseADTS(b)
	if err != nil {
		return unit{}, errSync
	}
	return unit{
		size: h.Frame, header: h.Size, samples: aac.FrameSamples, rate: h.SampleRate(),
		id: uint64(h.ObjectType)<<16 | uint64(h.RateIndex)<<8 | uint64(h.ChannelCfg) | uint64(h.Blocks)<<24,
	}, nil
}

func parseMPEG(b []byte) (unit, error) {
	h, err := mpa.Parse(b)
	if err != nil {
		return unit{}, errSync
	}
	return unit{
		size: h.Frame, samples: h.Samples, rate: h.SampleRate,
		id: uint64(h.SampleRate)<<16 | uint64(h.Layer)<<8 | uint64(h.Channels),
	}, nil
}

func parseDolby(b []byte, final bool) (unit, error) {
	if !ac3.Starts(b) {
		return unit{}, errSync
	}
	u, err := ac3.ParseUnit(b, final)
	if err != nil {
		if errors.Is(err, ac3.ErrShort) {
			err = errShort
		} else {
			err = errSync
		}
		return unit{}, err
	}
	samples, rate := u.Samples()
	return unit{
		size: u.Size, samples: samples, rate: rate, id: u.ID(),
	}, nil
}

// codec returns the configuration of the access unit b. The error is an *UnsupportedError.
func (c Coding) codec(b []byte) (media.Codec, error) {
	switch c {
	case ADTS:
		return codecADTS(b)
	case MPEG:
		h, err := mpa.Parse(b)
		return h.Codec(), err
	}
	u, err := ac3.ParseUnit(b, true)
	if err != nil {
		return nil, &UnsupportedError{"this kind of AC-3"}
	}
	return u.Codec(), nil
}

func codecADTS(b []byte) (media.Codec, error) {
	h, err := aac.ParseADTS(b)
	if err != nil {
		return nil, errSync
	}
	c, err := h.Codec()
	switch {
	case errors.Is(err, aac.ErrUnsupported):
		return nil, &UnsupportedError{"AAC with a program config element or several blocks a frame"}
	case err != nil:
		return nil, &UnsupportedError{"this kind of AAC"}
	}
	return c, nil
}
