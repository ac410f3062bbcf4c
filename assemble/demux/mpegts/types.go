package mpegts

import (
	"seine/assemble/demux/frames"
	"seine/assemble/media"
)

// Stream types (ISO/IEC 13818-1 Table 2-34) that need a second look.
const (
	typePrivate  = 0x06
	typeMetadata = 0x15
	typeSplice   = 0x86
)

// carrier says how an elementary stream is carried over.
type carrier uint8

const (
	carryNot carrier = iota
	carryAVC
	carryHEVC
	carryADTS
	carryMPEG
	carryDolby
)

// coding is what an elementary stream holds. kind is 0 when it is neither picture nor sound.
type coding struct {
	name   string
	kind   media.Kind
	carry  carrier
	sealed bool // under SAMPLE-AES
}

// codings are the stream types that have a name.
var codings = map[uint8]coding{
	0x1b: {"H.264", media.Video, carryAVC, false}, 0x24: {"HEVC", media.Video, carryHEVC, false},
	0x0f: {"AAC", media.Audio, carryADTS, false}, 0x03: {"MPEG-1 audio", media.Audio, carryMPEG, false},
	0x04: {"MPEG-2 audio", media.Audio, carryMPEG, false}, 0x81: {"AC-3", media.Audio, carryDolby, false},
	0x84: {"E-AC-3", media.Audio, carryDolby, false}, 0x87: {"E-AC-3", media.Audio, carryDolby, false},

	0x01: video("MPEG-1 video"), 0x02: video("MPEG-2 video"), 0x10: video("MPEG-4 part 2 video"), 0x1f: video("SVC video"),
	0x20: video("MVC video"), 0x21: video("JPEG 2000 video"), 0x33: video("VVC"), 0x42: video("AVS video"),
	0xd1: video("Dirac video"), 0xea: video("VC-1 video"),

	0x11: audio("AAC in LATM"), 0x1c: audio("raw AAC"), 0x80: audio("LPCM audio"), 0x82: audio("DTS"), 0x83: audio("TrueHD"),
	0x85: audio("DTS-HD"), 0x8a: audio("DTS"),

	0xdb: {"H.264 under SAMPLE-AES", media.Video, carryAVC, true}, 0xcf: {"AAC under SAMPLE-AES", media.Audio, carryADTS, true},
	0xc1: {"AC-3 under SAMPLE-AES", media.Audio, carryDolby, true}, 0xc2: {"E-AC-3 under SAMPLE-AES", media.Audio, carryDolby, true},

	0x05: {name: "private tables"}, typePrivate: {name: "private data"}, 0x07: {name: "MHEG"}, 0x08: {name: "DSM-CC"},
	0x0a: {name: "DSM-CC"}, 0x0b: {name: "DSM-CC"}, 0x0c: {name: "DSM-CC"}, 0x0d: {name: "DSM-CC"}, 0x90: {name: "PGS subtitles"},
	0x91: {name: "Blu-ray menus"}, 0x92: {name: "Blu-ray text subtitles"},
}

// described are DVB descriptors (ETSI EN 300 468 §6.2, Annex D and H) that tell what private data is.
var described = map[byte]coding{
	0x45: {name: "VBI data"}, 0x46: {name: "teletext"}, 0x56: {name: "teletext"}, 0x59: {name: "DVB subtitles"},
	0x6a: {"AC-3", media.Audio, carryDolby, false}, 0x7a: {"E-AC-3", media.Audio, carryDolby, false}, 0x7b: audio("DTS"), 0x7c: audio("AAC in LATM"),
}

// registered are format_identifiers of a registration descriptor (§2.6.8) that do the same.
var registered = map[string]coding{
	"HEVC": {"HEVC", media.Video, carryHEVC, false}, "AV01": video("AV1"), "VC-1": video("VC-1 video"), "drac": video("Dirac video"),
	"AC-3": {"AC-3", media.Audio, carryDolby, false}, "EAC3": {"E-AC-3", media.Audio, carryDolby, false},
	"Opus": audio("Opus"), "AC-4": audio("AC-4"),
	"DTS1": audio("DTS"), "DTS2": audio("DTS"), "DTS3": audio("DTS"), "BSSD": audio("LPCM audio"),
	"KLVA": {name: "KLV metadata"}, "ID3 ": {name: id3}, "CUEI": {name: scte35},
}

const (
	id3    = "ID3"
	scte35 = "SCTE-35"
)

func video(name string) coding { return coding{name: name, kind: media.Video} }

func audio(name string) coding { return coding{name: name, kind: media.Audio} }

// frames is the coding of sound that c stands for.
func (c carrier) frames() frames.Coding {
	switch c {
	case carryADTS:
		return frames.ADTS
	case carryMPEG:
		return frames.MPEG
	}
	return frames.Dolby
}

// noise is true for marks in time, which are no part of a film.
func (e *entry) noise() bool {
	return e.streamType == typeMetadata || e.streamType == typeSplice || e.coding.name == id3 || e.coding.name == scte35
}
