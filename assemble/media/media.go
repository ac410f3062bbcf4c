// Package media holds the nouns that a demuxer hands to a muxer: kinds of tracks, their codecs, and samples.
package media

// Kind says what a track carries.
type Kind uint8

// The kinds of tracks.
const (
	Video Kind = iota + 1
	Audio
)

// String returns "video" or "audio".
func (k Kind) String() string {
	switch k {
	case Video:
		return "video"
	case Audio:
		return "audio"
	}
	return "unknown"
}

// Clock is the number of ticks a second of every timestamp in Sample: the 90 kHz system clock of ISO/IEC 13818-1 §2.4.3.7.
const Clock = 90_000

// Track is one elementary stream of a container.
type Track struct {
	Kind     Kind
	Language string // ISO 639-2/T or BCP 47, empty when the container does not say
}

// Sample is one access unit: a coded picture or one AAC frame.
type Sample struct {
	Track int   // index into the demuxer's tracks
	DTS   int64 // decoding time in ticks of Clock, unwrapped
	PTS   int64 // presentation time in ticks of Clock, unwrapped
	Key   bool  // decoding may start here
	Codec Codec // what is needed to decode it; the same pointer until it changes
	Data  []byte
}

// Codec is what a decoder must know before the first sample. *H264 and *AAC are the only implementations.
type Codec interface {
	Kind() Kind
	// String returns the codec as RFC 6381 writes it, such as avc1.64001e.
	String() string
	// Equal reports whether both describe the same decoder configuration.
	Equal(Codec) bool
	sealed()
}

// Ratio is a quotient, such as a frame rate or a sample aspect ratio. The zero Ratio means "not said".
type Ratio struct{ Num, Den uint32 }

// Float returns the quotient, 0 when nothing was said.
func (r Ratio) Float() float64 {
	if r.Den == 0 {
		return 0
	}
	return float64(r.Num) / float64(r.Den)
}
