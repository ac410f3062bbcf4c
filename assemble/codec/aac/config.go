package aac

import (
	"errors"
	"slices"

	"seine/assemble/media"
)

// ErrConfig says that an AudioSpecificConfig cannot be read.
var ErrConfig = errors.New("aac: damaged AudioSpecificConfig")

// maxConfig bounds an AudioSpecificConfig: the real ones have two to about 40 bytes.
const maxConfig = 256

// channels is Table 1.19 of ISO/IEC 14496-3, by channelConfiguration.
var channels = [...]int{0, 1, 2, 3, 4, 5, 6, 8}

// Codec reads an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) of a two-byte form or longer; it keeps a copy.
// Escaped object types and escaped sample rates are refused with ErrConfig.
func Codec(config []byte) (*media.AAC, error) {
	if len(config) < 2 || len(config) > maxConfig {
		return nil, ErrConfig
	}
	object, rate, layout := config[0]>>3, int(config[0]&7<<1|config[1]>>7), config[1]>>3&0xf
	if object == 0 || object == 31 || rate >= len(sampleRates) || layout == 0 || int(layout) >= len(channels) {
		return nil, ErrConfig
	}
	return &media.AAC{
		AudioSpecificConfig: slices.Clone(config), ObjectType: object,
		SampleRate: sampleRates[rate], Channels: channels[layout],
	}, nil
}
