// Package media holds the nouns that a demuxer hands to a muxer: kinds of tracks, their codecs, and samples.
package media

// Kind says what a track carries.
type Kind uint8

// The kinds of tracks.
const (
	Video Kind = iota + 1
	Audio
	Text // subtitles
)

// String returns "video", "audio" or "subtitles".
func (k Kind) String() string {
	switch k {
	case Video:
		return "video"
	case Audio:
		return "audio"
	case Text:
		return "subtitles"
	}
	return "unknown"
}

// Clock is the number of ticks a second of a container without timescales: the 90 kHz system clock of ISO/IEC 13818-1 §2.4.3.7.
const Clock = 90_000

// Bounds of what a container may say of time, so that sums and conversions of timestamps cannot overflow.
const (
	MaxTimescale = 1 << 28 // ticks a second
	MaxSeconds   = 3 << 30 // of a timestamp: a century, so that those that count from 1970 fit
)

// Track is one elementary stream of a container.
type Track struct {
	Kind      Kind
	Language  string // ISO 639-2/T or BCP 47, empty when the container does not say
	Timescale uint32 // ticks a second of its samples' times, at most MaxTimescale
	Edited    bool   // samples before time 0 are for the decoder alone: they are not presented (an edit list says so)
}

// Sample is one access unit: a coded picture or one frame of sound.
type Sample struct {
	Track    int    // index into the demuxer's tracks
	DTS      int64  // decoding time in ticks of the track's timescale, unwrapped
	PTS      int64  // presentation time in ticks of the track's timescale, unwrapped
	Duration uint32 // in ticks of the track's timescale; 0 when the container does not say
	Key      bool   // decoding may start here
	Codec    Codec  // what is needed to decode it; the same pointer until it changes
	Data     []byte
}

// Codec is what a decoder must know before the first sample. The types of this package are the only
// implementations.
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

// Rescale converts ticks of one timescale to another, rounding to the nearest; whole seconds first, so that nothing overflows.
func Rescale(v, from, to int64) int64 {
	if from == to {
		return v
	}
	whole, rest := v/from, v%from
	half := from / 2
	if rest < 0 {
		half = -half
	}
	return whole*to + (rest*to+half)/from
}
