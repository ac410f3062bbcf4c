package entry

import (
	"fmt"

	"seine/assemble/codec/aac"
	"seine/assemble/media"
)

// avc is RFC 6381 §3.3 of an AVCDecoderConfigurationRecord (ISO/IEC 14496-15 §5.3.3.1).
func avc(name string, b []byte) string { return fmt.Sprintf("%s.%02x%02x%02x", name, b[1], b[2], b[3]) }

// hevc is ISO/IEC 14496-15 §E.3 of an HEVCDecoderConfigurationRecord (§8.3.3.1).
func hevc(name string, b []byte) string { return media.HEVCName(name, [12]byte(b[1:13])) }

// av1 is §5 of the AV1 codec ISO media file format binding.
func av1(name string, b []byte) string {
	tier := [...]string{"M", "H"}[b[2]>>7]
	depth := 8
	if b[2]&0x40 != 0 {
		depth = 10
		if b[2]&0x20 != 0 {
			depth = 12
		}
	}
	return fmt.Sprintf("%s.%d.%02d%s.%02d", name, b[1]>>5, b[1]&31, tier, depth)
}

// vp9 is the codecs parameter of the VP codec ISO media file format binding. b is a FullBox.
func vp9(name string, b []byte) string {
	return fmt.Sprintf("%s.%02d.%02d.%02d", name, b[4], b[5], b[6]>>4)
}

// Descriptor tags of ISO/IEC 14496-1 §7.2.2.1.
const (
	tagES             = 3
	tagDecoderConfig  = 4
	tagSpecific       = 5
	objectMPEG4Audio  = 0x40
	fixedDecoderBytes = 13
)

// ObjectVorbis is the objectTypeIndication that programs use for Vorbis, which has no home in mp4: its three headers are the specific info.
const ObjectVorbis = 0xdd

// Specific returns the decoder specific info of an esds box without its header, nil for none.
func Specific(esds []byte) []byte {
	if len(esds) < 4 {
		return nil
	}
	es := descriptor(esds[4:], tagES)
	if len(es) < 3 || es[2] != 0 {
		return nil
	}
	config := descriptor(es[3:], tagDecoderConfig)
	if len(config) < fixedDecoderBytes {
		return nil
	}
	return descriptor(config[fixedDecoderBytes:], tagSpecific)
}

// mpeg4 reads an ES_Descriptor (ISO/IEC 14496-1 §7.2.6.5): object type, and for AAC its AudioSpecificConfig, which knows rate
// and channels better than the sample entry does.
func mpeg4(e *media.Entry, b []byte) {
	es := descriptor(b, tagES)
	if len(es) < 3 {
		return
	}
	flags, rest := es[2], es[3:]
	skip := 0
	if flags&0x80 != 0 {
		skip += 2
	}
	if flags&0x40 != 0 && len(rest) > skip {
		skip += 1 + int(rest[skip])
	}
	if flags&0x20 != 0 {
		skip += 2
	}
	config := descriptor(rest[min(skip, len(rest)):], tagDecoderConfig)
	if len(config) < fixedDecoderBytes {
		return
	}
	e.Name = fmt.Sprintf("mp4a.%02x", config[0])
	if config[0] == ObjectVorbis {
		e.Name = "vorbis"
	}
	specific := descriptor(config[fixedDecoderBytes:], tagSpecific)
	if config[0] != objectMPEG4Audio || len(specific) < 2 {
		return
	}
	object := int(specific[0] >> 3)
	if object == 31 {
		object = 32 + int(specific[0]&7<<3|specific[1]>>5)
	}
	e.Name = fmt.Sprintf("mp4a.40.%d", object)
	if c, err := aac.Codec(specific); err == nil {
		e.SampleRate, e.Channels = c.SampleRate, c.Channels
	}
}

// descriptor returns what the descriptor of this tag at the front of b holds; nil when another stands there.
func descriptor(b []byte, tag byte) []byte {
	if len(b) < 2 || b[0] != tag {
		return nil
	}
	n, at := 0, 1
	for more := true; more; at++ {
		if at >= len(b) || at > 4 {
			return nil
		}
		n, more = n<<7|int(b[at]&0x7f), b[at]&0x80 != 0
	}
	return b[at:min(at+n, len(b))]
}
