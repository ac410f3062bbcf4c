package join

import (
	"time"

	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// entry is one sample of a track: 24 bytes for each stay in memory.
type entry struct {
	dts  int64 // in ticks of media.Clock, on the stream's own clock
	cts  int32 // presentation minus decoding time
	size uint32
	key  bool
}

func (e entry) pts() int64 { return e.dts + int64(e.cts) }

// span marks where a period begins among the samples of a track.
type span struct {
	first  int // index of a sample
	period int
}

// table is a track as far as it is known. Its place among Joiner.tables tells its stream and its number in the demuxer.
type table struct {
	kind     media.Kind
	language string
	codecs   []media.Codec
	samples  []entry
	chunks   []mp4.Chunk
	spans    []span
	shift    int64 // what was added to this period's timestamps because of jumps
}

// period is what the streams tell of one stretch between discontinuities.
type period struct {
	reference int64 // the first timestamp of the first stream, for unwrapping the other ones
	timed     bool
	streams   [maxStreams]holes
}

// holes are missing segments at the edges of a period, in ticks; within one the timestamps tell.
type holes struct {
	seen          bool // a segment was there
	before, after int64
}

// frame is the time a track's last sample takes, as far as its neighbours tell.
func (t *table) frame() int64 {
	if n := len(t.samples); n > 1 && t.spans[len(t.spans)-1].first < n-1 {
		if d := t.samples[n-1].dts - t.samples[n-2].dts; d > 0 && d < media.Clock {
			return d
		}
	}
	return t.usual()
}

// usual is the frame time that the codec tells.
func (t *table) usual() int64 {
	if len(t.codecs) > 0 {
		return frameTime(t.codecs[len(t.codecs)-1])
	}
	return media.Clock / 25
}

func frameTime(c media.Codec) int64 {
	switch c := c.(type) {
	case *media.AAC:
		return 1024 * media.Clock / int64(c.SampleRate)
	case *media.H264:
		if r := c.FrameRate.Float(); r >= 1 && r <= 1000 {
			return int64(media.Clock / r)
		}
	}
	return media.Clock / 25
}

func ticks(d time.Duration) int64 {
	return int64(d/time.Second)*media.Clock + int64(d%time.Second)*media.Clock/int64(time.Second)
}

func lasting(t int64) time.Duration {
	return time.Duration(t/media.Clock)*time.Second + time.Duration(t%media.Clock)*time.Second/media.Clock
}
