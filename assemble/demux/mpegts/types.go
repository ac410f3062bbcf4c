package mpegts

import "seine/assemble/media"

// Stream types (ISO/IEC 13818-1 Table 2-34) that are carried over, and those that need a second look.
const (
	typePrivate  = 0x06
	typeADTS     = 0x0f
	typeMetadata = 0x15
	typeAVC      = 0x1b
	typeSplice   = 0x86
)

// coding is what an elementary stream holds. kind is 0 when it is neither picture nor sound.
type coding struct {
	name string
	kind media.Kind
}

// codings names the stream types that are not carried over.
var codings = map[uint8]coding{
	0x01: {"MPEG-1 video", media.Video}, 0x02: {"MPEG-2 video", media.Video}, 0x10: {"MPEG-4 part 2 video", media.Video},
	0x1f: {"SVC video", media.Video}, 0x20: {"MVC video", media.Video}, 0x21: {"JPEG 2000 video", media.Video},
	0x24: {"HEVC", media.Video}, 0x33: {"VVC", media.Video}, 0x42: {"AVS video", media.Video}, 0xd1: {"Dirac video", media.Video},
	0xea: {"VC-1 video", media.Video}, 0xdb: {"H.264 under SAMPLE-AES", media.Video},

	0x03: {"MPEG-1 audio, MP3", media.Audio}, 0x04: {"MPEG-2 audio, MP3", media.Audio}, 0x11: {"AAC in LATM", media.Audio},
	0x1c: {"raw AAC", media.Audio}, 0x80: {"LPCM audio", media.Audio}, 0x81: {"AC-3", media.Audio}, 0x82: {"DTS", media.Audio},
	0x83: {"TrueHD", media.Audio}, 0x84: {"E-AC-3", media.Audio}, 0x85: {"DTS-HD", media.Audio}, 0x87: {"E-AC-3", media.Audio},
	0x8a: {"DTS", media.Audio}, 0xcf: {"AAC under SAMPLE-AES", media.Audio}, 0xc1: {"AC-3 under SAMPLE-AES", media.Audio},
	0xc2: {"E-AC-3 under SAMPLE-AES", media.Audio},

	0x05: {name: "private tables"}, typePrivate: {name: "private data"}, 0x07: {name: "MHEG"}, 0x08: {name: "DSM-CC"},
	0x0a: {name: "DSM-CC"}, 0x0b: {name: "DSM-CC"}, 0x0c: {name: "DSM-CC"}, 0x0d: {name: "DSM-CC"}, 0x90: {name: "PGS subtitles"},
	0x91: {name: "Blu-ray menus"}, 0x92: {name: "Blu-ray text subtitles"},
}

// described are DVB descriptors (ETSI EN 300 468 §6.2, Annex D and H) that tell what private data is.
var described = map[byte]coding{
	0x45: {name: "VBI data"}, 0x46: {name: "teletext"}, 0x56: {name: "teletext"}, 0x59: {name: "DVB subtitles"},
	0x6a: {"AC-3", media.Audio}, 0x7a: {"E-AC-3", media.Audio}, 0x7b: {"DTS", media.Audio}, 0x7c: {"AAC in LATM", media.Audio},
}

// registered are format_identifiers of a registration descriptor (§2.6.8) that do the same.
var registered = map[string]coding{
	"HEVC": {"HEVC", media.Video}, "AV01": {"AV1", media.Video}, "VC-1": {"VC-1 video", media.Video}, "drac": {"Dirac video", media.Video},
	"Opus": {"Opus", media.Audio}, "AC-3": {"AC-3", media.Audio}, "EAC3": {"E-AC-3", media.Audio}, "AC-4": {"AC-4", media.Audio},
	"DTS1": {"DTS", media.Audio}, "DTS2": {"DTS", media.Audio}, "DTS3": {"DTS", media.Audio}, "BSSD": {"LPCM audio", media.Audio},
	"KLVA": {name: "KLV metadata"}, "ID3 ": {name: id3}, "CUEI": {name: scte35},
}

const (
	id3    = "ID3"
	scte35 = "SCTE-35"
)

// kindOf is for the stream types that are carried over.
func kindOf(streamType uint8) (media.Kind, bool) {
	switch streamType {
	case typeAVC:
		return media.Video, true
	case typeADTS:
		return media.Audio, true
	}
	return 0, false
}

// noise is true for marks in time, which are no part of a film.
func (e *entry) noise() bool {
	return e.streamType == typeMetadata || e.streamType == typeSplice || e.coding.name == id3 || e.coding.name == scte35
}
