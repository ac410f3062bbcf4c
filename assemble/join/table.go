package join

import (
	"math"
	"time"

	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// entry is one sample of a track: 24 bytes for each stay in memory. Times are in ticks of its table.
type entry struct {
	dts      int64 // on the stream's own clock
	cts      int32 // presentation minus decoding time
	size     uint32
	duration uint32 // 0 when the container does not say
	key      bool
}

func (e entry) pts() int64 { return e.dts + int64(e.cts) }

// span marks where a period begins among the samples of a track.
type span struct {
	first  int // index of a sample
	period int
}

// table is a track as far as it is known. Its place among Joiner.tables tells its stream and its number in the demuxer.
type table struct {
	kind      media.Kind
	timescale int64 // ticks a second of samples and shift
	edited    bool  // samples before time 0 are not presented
	language  string
	codecs    []media.Codec
	samples   []entry
	chunks    []mp4.Chunk
	spans     []span
	shift     int64 // what was added to this period's timestamps because of jumps
}

// period is what the streams tell of one stretch between discontinuities.
type period struct {
	reference int64 // the first timestamp of the first stream, for unwrapping the other ones
	timed     bool
	streams   [maxStreams]holes
}

// holes are missing segments at the edges of a period, in ticks of media.Clock; within one the timestamps tell.
type holes struct {
	seen          bool // a segment was there
	before, after int64
}

// frame is the time a track's last sample takes, as far as its neighbours tell.
func (t *table) frame() int64 {
	n := len(t.samples)
	if n > 0 && t.samples[n-1].duration > 0 {
		return int64(t.samples[n-1].duration)
	}
	if n > 1 && t.spans[len(t.spans)-1].first < n-1 {
		if d := t.samples[n-1].dts - t.samples[n-2].dts; d > 0 && d < t.timescale {
			return d
		}
	}
	return t.usual()
}

// usual is the frame time that the codec tells.
func (t *table) usual() int64 {
	if len(t.codecs) > 0 {
		return frameTime(t.codecs[len(t.codecs)-1], t.timescale)
	}
	return max(t.timescale/25, 1)
}

// frameTime is how long a sample takes, as far as its codec tells.
func frameTime(c media.Codec, timescale int64) int64 {
	if samples, rate := media.Framing(c); rate > 0 {
		return samples * timescale / rate
	}
	if r := frameRate(c).Float(); r >= 1 && r <= 1000 {
		return int64(float64(timescale) / r)
	}
	return max(timescale/25, 1)
}

func frameRate(c media.Codec) media.Ratio {
	switch c := c.(type) {
	case *media.H264:
		return c.FrameRate
	case *media.H265:
		return c.FrameRate
	}
	return media.Ratio{}
}

func ticks(d time.Duration) int64 {
	return int64(d/time.Second)*media.Clock + int64(d%time.Second)*media.Clock/int64(time.Second)
}

// floor is the time from which on samples are presented.
func (t *table) floor() int64 {
	if t.edited {
		return 0
	}
	return math.MinInt64
}

func lasting(t int64) time.Duration {
	return time.Duration(t/media.Clock)*time.Second + time.Duration(t%media.Clock)*time.Second/media.Clock
}
