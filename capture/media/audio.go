package media

import (
	"bytes"
	"encoding/binary"
	"math"
)

// peekMPEGAudio reads MP3 and AAC in ADTS, past an ID3 tag.
func peekMPEGAudio(head []byte, size int64) Facts {
	rest := head
	if len(head) >= 10 && string(head[:3]) == "ID3" {
		skip := 10 + syncsafe(head[6:10])
		if skip >= len(head) {
			return Facts{Kind: Audio, Codecs: []string{"mp3"}} // the tag's pictures are larger than the head
		}
		rest = head[skip:]
		if size > 0 {
			size -= int64(skip)
		}
	}
	switch {
	case len(rest) < 8 || rest[0] != 0xff:
		return Facts{}
	case isADTS(rest) && nextADTS(rest):
		return peekADTS(rest, size)
	case byAudioSync(rest).Kind == Audio:
		return peekMP3(rest, size)
	}
	return Facts{}
}

// syncsafe reads the size of an ID3 tag (ID3v2.4 §6.2).
func syncsafe(b []byte) int {
	return int(b[0]&0x7f)<<21 | int(b[1]&0x7f)<<14 | int(b[2]&0x7f)<<7 | int(b[3]&0x7f)
}

// Layer III (ISO/IEC 11172-3 §2.4.2.3, ISO/IEC 13818-3): kbit/s by index, samples per second by version and index.
var (
	mp3Rates    = [2][16]int{{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}, {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}}
	mp3Samples  = [4][3]int{{11025, 12000, 8000}, {}, {22050, 24000, 16000}, {44100, 48000, 32000}}
	adtsSamples = [16]int{96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350}
)

func peekMP3(b []byte, size int64) Facts {
	f := Facts{Kind: Audio, Codecs: []string{"mp3"}}
	version, half := b[1]>>3&3, 0
	perFrame := 1152
	if version != 3 {
		half, perFrame = 1, 576
	}
	rate, sample := mp3Rates[half][b[2]>>4]*1000, mp3Samples[version][min(int(b[2]>>2&3), 2)]
	if sample == 0 {
		return f
	}
	first := b[:min(len(b), 256)]
	for _, name := range []string{"Xing", "Info"} {
		if i := bytes.Index(first, []byte(name)); i >= 0 && len(first) >= i+12 && first[i+7]&1 != 0 {
			f.Duration = ticks(uint64(binary.BigEndian.Uint32(first[i+8:]))*uint64(perFrame), uint64(sample))
			return f
		}
	}
	if rate > 0 && size > 0 {
		f.Duration, f.Estimated = inSeconds(float64(size)*8/float64(rate)), true
	}
	return f
}

func peekADTS(b []byte, size int64) Facts {
	f := Facts{Kind: Audio, Codecs: []string{"mp4a.40.2"}}
	sample := adtsSamples[b[2]>>2&0xf]
	frames, read := 0, 0
	for len(b)-read >= 7 && isADTS(b[read:]) {
		length := int(b[read+3]&3)<<11 | int(b[read+4])<<3 | int(b[read+5])>>5
		if length < 7 {
			break
		}
		frames, read = frames+1, read+length
	}
	if frames > 0 && sample > 0 && size > 0 {
		f.Duration = inSeconds(float64(size) / float64(read) * float64(frames) * 1024 / float64(sample))
		f.Estimated = int64(read) < size
	}
	return f
}

// peekFLAC reads STREAMINFO (RFC 9639 §8.2).
func peekFLAC(b []byte) Facts {
	f := Facts{Kind: Audio, Codecs: []string{"flac"}}
	if len(b) >= 26 {
		v := binary.BigEndian.Uint64(b[18:])
		f.Duration = ticks(v&(1<<36-1), v>>44)
	}
	return f
}

// peekOgg looks at the first packets of the first pages (RFC 3533 §6, RFC 5334).
func peekOgg(b []byte) Facts {
	f := Facts{Kind: Audio}
	first := b[:min(len(b), 4096)]
	for _, k := range []struct{ magic, codec string }{{"OpusHead", "opus"}, {"\x01vorbis", "vorbis"}, {"\x7fFLAC", "flac"}, {"Speex   ", "speex"}} {
		if bytes.Contains(first, []byte(k.magic)) {
			f.codec(k.codec)
		}
	}
	if i := bytes.Index(first, []byte("\x80theora")); i >= 0 && len(first) >= i+20 {
		f.Kind = Video
		f.codec("theora")
		f.picture(int(first[i+14])<<16|int(first[i+15])<<8|int(first[i+16]), int(first[i+17])<<16|int(first[i+18])<<8|int(first[i+19]))
	}
	return f
}

// peekRIFF reads WAVE: its fmt and data chunks.
func peekRIFF(b []byte) Facts {
	if len(b) < 12 || string(b[8:12]) != "WAVE" {
		return Facts{Kind: Video}
	}
	f := Facts{Kind: Audio, Codecs: []string{"pcm"}}
	var rate uint32
	for rest, n := b[12:], 0; len(rest) >= 8 && n < 64; n++ {
		size := binary.LittleEndian.Uint32(rest[4:])
		switch kind := string(rest[:4]); {
		case kind == "fmt " && len(rest) >= 20:
			rate = binary.LittleEndian.Uint32(rest[16:])
		case kind == "data" && rate > 0:
			f.Duration = ticks(uint64(size), uint64(rate))
			return f
		}
		rest = rest[min(8+uint64(size)+uint64(size&1), uint64(len(rest))):]
	}
	return f
}

// peekFLV finds numbers of onMetaData (FLV 10.1 §E.5) by their names.
func peekFLV(b []byte) Facts {
	f := Facts{Kind: Video}
	first := b[:min(len(b), 16<<10)]
	number := func(name string) float64 {
		i := bytes.Index(first, []byte(name+"\x00"))
		if i < 0 || len(first) < i+len(name)+9 {
			return 0
		}
		return math.Float64frombits(binary.BigEndian.Uint64(first[i+len(name)+1:]))
	}
	f.Duration = inSeconds(number("duration"))
	if w, h := number("width"), number("height"); w > 0 && w < 1<<16 && h > 0 && h < 1<<16 {
		f.picture(int(w), int(h))
	}
	return f
}
