package mp4

import "seine/assemble/media"

// Clock is the movie timescale: ticks a second of mvhd, tkhd and edit lists.
const Clock = media.Clock

// Sample is one line of the sample tables. Times are in ticks of its track's timescale.
type Sample struct {
	Duration    uint32 // to the next sample's decoding time
	Composition int32  // presentation time minus decoding time
	Size        uint32 // bytes
	Key         bool
}

// Chunk is a run of samples that lie one behind the other in the file and share a sample entry.
type Chunk struct {
	Offset int64  // from the beginning of the file
	Count  uint32 // samples
	Entry  uint32 // index into Track.Codecs
}

// Track is all that moov says of one track.
type Track struct {
	ID        uint32 // 0: its place among the tracks, from 1
	Kind      media.Kind
	Language  string // BCP 47 or ISO 639-2/T, empty for undetermined
	Name      string // for people, such as "English"; empty for none
	Secondary bool   // an alternative to an earlier track of its kind: players leave it off until it is chosen
	Timescale uint32 // ticks a second
	Codecs    []media.Codec
	Samples   []Sample
	Chunks    []Chunk
	Start     int64 // when the track's presentation begins in the movie, in ticks of Clock
	MediaTime int64 // the composition time that is presented first, in ticks of Timescale
	Length    int64 // presentation duration, in ticks of Clock
}

// duration is the sum of the samples' durations.
func (t *Track) duration() (sum uint64) {
	for i := range t.Samples {
		sum += uint64(t.Samples[i].Duration)
	}
	return sum
}

// id is the ID of the track at place i.
func (t *Track) id(i int) uint32 {
	if t.ID != 0 {
		return t.ID
	}
	return uint32(i + 1)
}
