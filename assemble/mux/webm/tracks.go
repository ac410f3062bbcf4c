package webm

import (
	"encoding/binary"
	"fmt"

	"seine/assemble/codec/entry"
	"seine/assemble/ebml"
	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// CodecError is a codec that WebM has no place for.
type CodecError struct{ Name string }

func (e *CodecError) Error() string { return fmt.Sprintf("webm: it has no place for %s", e.Name) }

// coding is how Matroska names a codec, and what its decoder needs.
type coding struct {
	id      string
	private []byte
	delay   uint64 // nanoseconds of sound in front that are not played
}

// codingOf maps a sample entry back. The error is a *CodecError.
func codingOf(c media.Codec) (coding, error) {
	e, ok := c.(*media.Entry)
	if !ok || len(e.Box) < 8 {
		return coding{}, &CodecError{c.String()}
	}
	video := e.Of == media.Video
	switch string(e.Box[4:8]) {
	case "vp08":
		return coding{id: "V_VP8"}, nil
	case "vp09":
		return coding{id: "V_VP9", private: vp9(entry.Inner(e.Box, video, "vpcC"))}, nil
	case "av01":
		return coding{id: "V_AV1", private: entry.Inner(e.Box, video, "av1C")}, nil
	case "Opus":
		if head, delay := opus(entry.Inner(e.Box, video, "dOps")); head != nil {
			return coding{"A_OPUS", head, delay}, nil
		}
	case "mp4a":
		if e.Name == "vorbis" {
			return coding{id: "A_VORBIS", private: entry.Specific(entry.Inner(e.Box, video, "esds"))}, nil
		}
	}
	return coding{}, &CodecError{c.String()}
}

// Check returns a *CodecError for a codec that WebM has no place for.
func Check(c media.Codec) error {
	_, err := codingOf(c)
	return err
}

// Delay is what the timestamps of a codec's blocks are later than what is played (CodecDelay), in nanoseconds.
func Delay(c media.Codec) int64 {
	k, _ := codingOf(c)
	return int64(k.delay)
}

// vp9 is the codec feature metadata of the WebM container guidelines.
func vp9(vpcC []byte) []byte {
	if len(vpcC) < 7 {
		return nil
	}
	return []byte{1, 1, vpcC[4], 2, 1, vpcC[5], 3, 1, vpcC[6] >> 4, 4, 1, vpcC[6] >> 1 & 7}
}

// opus is the identification header (RFC 7845 §5.1) of an OpusSpecificBox.
func opus(b []byte) (head []byte, delay uint64) {
	if len(b) < 11 {
		return nil, 0
	}
	skip := binary.BigEndian.Uint16(b[2:])
	head = append([]byte("OpusHead\x01"), b[1])
	head = binary.LittleEndian.AppendUint16(head, skip)
	head = binary.LittleEndian.AppendUint32(head, binary.BigEndian.Uint32(b[4:]))
	head = binary.LittleEndian.AppendUint16(head, binary.BigEndian.Uint16(b[8:]))
	return append(head, b[10:]...), uint64(skip) * 1e9 / 48000
}

// preRoll is how much Opus is decoded before a place that is sought to, in nanoseconds.
const preRoll = 80_000_000

func trackEntries(tracks []mp4.Track) ([]byte, error) {
	var b []byte
	for i := range tracks {
		e, err := trackEntry(&tracks[i])
		if err != nil {
			return nil, err
		}
		b = ebml.AppendBytes(b, ebml.TrackEntry, e)
	}
	return ebml.AppendBytes(nil, ebml.Tracks, b), nil
}

// trackEntry is RFC 9559 §5.1.4.1.
func trackEntry(t *mp4.Track) ([]byte, error) {
	k, err := codingOf(t.Codecs[0])
	if err != nil {
		return nil, err
	}
	e := t.Codecs[0].(*media.Entry)
	b := ebml.AppendUint(nil, ebml.TrackNumber, uint64(t.ID))
	b = ebml.AppendUint(b, ebml.TrackUID, uint64(t.ID))
	b = ebml.AppendUint(b, ebml.FlagLacing, 0)
	if t.Secondary {
		b = ebml.AppendUint(b, ebml.FlagDefault, 0)
	}
	if t.Name != "" {
		b = ebml.AppendText(b, ebml.Name, t.Name)
	}
	if t.Language != "" {
		b = ebml.AppendText(b, ebml.Language, mp4.ISO639(t.Language))
		b = ebml.AppendText(b, ebml.LanguageBCP47, t.Language)
	} else {
		b = ebml.AppendText(b, ebml.Language, "und")
	}
	b = ebml.AppendText(b, ebml.CodecID, k.id)
	if len(k.private) > 0 {
		b = ebml.AppendBytes(b, ebml.CodecPrivate, k.private)
	}
	if k.id == "A_OPUS" {
		b = ebml.AppendUint(b, ebml.CodecDelay, k.delay)
		b = ebml.AppendUint(b, ebml.SeekPreRoll, preRoll)
	}
	if e.Of == media.Video {
		b = ebml.AppendUint(b, ebml.TrackType, ebml.TypeVideo)
		v := ebml.AppendUint(nil, ebml.PixelWidth, uint64(e.Width))
		v = ebml.AppendUint(v, ebml.PixelHeight, uint64(e.Height))
		return ebml.AppendBytes(b, ebml.Video, v), nil
	}
	b = ebml.AppendUint(b, ebml.TrackType, ebml.TypeAudio)
	a := ebml.AppendFloat(nil, ebml.SamplingFrequency, float64(e.SampleRate))
	a = ebml.AppendUint(a, ebml.Channels, uint64(max(e.Channels, 1)))
	return ebml.AppendBytes(b, ebml.Audio, a), nil
}

// Block is one frame in a cluster.
type Block struct {
	Track uint32
	Time  int64 // milliseconds
	Size  int64 // bytes
	Key   bool
}

// Cluster returns what stands in front of each block's bytes in a cluster of them, and how long all of it is. The first block's time is the cluster's;
// all are within 32 seconds of it.
func Cluster(blocks []Block) (heads [][]byte, size int64) {
	base := blocks[0].Time
	for _, b := range blocks {
		base = min(base, b.Time)
	}
	base = max(base, 0)
	stamp := ebml.AppendUint(nil, ebml.Timestamp, uint64(base))
	size = int64(len(stamp))
	heads = make([][]byte, len(blocks))
	for i, b := range blocks {
		number := ebml.AppendSize(nil, int64(b.Track))
		h := ebml.AppendSize(ebml.AppendID(nil, ebml.SimpleBlock), int64(len(number))+3+b.Size)
		h = append(h, number...)
		h = binary.BigEndian.AppendUint16(h, uint16(int16(min(max(b.Time-base, -1<<15), 1<<15-1))))
		flags := byte(0)
		if b.Key {
			flags = 0x80
		}
		heads[i] = append(h, flags)
		size += int64(len(heads[i])) + b.Size
	}
	head := append(ebml.AppendSize(ebml.AppendID(nil, ebml.Cluster), size), stamp...)
	size += int64(len(head) - len(stamp))
	heads[0] = append(head, heads[0]...)
	return heads, size
}
