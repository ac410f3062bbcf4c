package mpegts

import (
	"fmt"

	"seine/assemble/media"
)

// Stream types that are carried over (ISO/IEC 13818-1 Table 2-34).
const (
	typeADTS = 0x0f
	typeAVC  = 0x1b
)

// unsupported names the stream types that hold picture or sound in a coding that is not carried over.
var unsupported = map[uint8]string{
	0x01: "MPEG-1 video", 0x02: "MPEG-2 video", 0x03: "MPEG-1 audio (MP3)", 0x04: "MPEG-2 audio (MP3)",
	0x10: "MPEG-4 part 2 video", 0x11: "AAC in LATM", 0x1c: "raw AAC", 0x1f: "SVC video", 0x20: "MVC video",
	0x21: "JPEG 2000 video", 0x24: "HEVC", 0x33: "VVC", 0x42: "AVS video", 0x80: "LPCM audio", 0x81: "AC-3",
	0x82: "DTS", 0x83: "TrueHD", 0x85: "DTS-HD", 0x87: "E-AC-3", 0x8a: "DTS", 0xd1: "Dirac video", 0xea: "VC-1 video",
	0xdb: "H.264 under SAMPLE-AES", 0xcf: "AAC under SAMPLE-AES", 0xc1: "AC-3 under SAMPLE-AES", 0xc2: "E-AC-3 under SAMPLE-AES",
}

// sidecar are stream types with neither picture nor sound: sections, subtitles, ID3, SCTE-35.
var sidecar = map[uint8]bool{0x05: true, 0x06: true, 0x0b: true, 0x0c: true, 0x0d: true, 0x15: true, 0x86: true}

// privateAudio are DVB descriptors (ETSI EN 300 468 Annex D) that make private data of type 0x06 a sound track.
var privateAudio = map[uint8]string{0x6a: "AC-3", 0x7a: "E-AC-3", 0x7b: "DTS", 0x7c: "AAC in LATM"}

// registered are format_identifiers of a registration descriptor (§2.6.8) that do the same.
var registered = map[string]string{"HEVC": "HEVC", "Opus": "Opus", "AC-3": "AC-3", "EAC3": "E-AC-3", "AV01": "AV1", "DTS1": "DTS", "DTS2": "DTS", "BSSD": "LPCM audio"}

func kindOf(streamType uint8) (media.Kind, bool) {
	switch streamType {
	case typeAVC:
		return media.Video, true
	case typeADTS:
		return media.Audio, true
	}
	return 0, false
}

// refuse returns an UnsupportedError for an entry of the PMT whose loss would leave the film without picture or sound.
func refuse(e entry) error {
	if name, ok := unsupported[e.streamType]; ok {
		return &UnsupportedError{e.streamType, name}
	}
	if e.streamType == 0x06 && e.private != "" {
		return &UnsupportedError{e.streamType, e.private}
	}
	return nil
}

func unknownType(t uint8) error {
	return &UnsupportedError{t, fmt.Sprintf("stream type %d, which nobody has named,", t)}
}
