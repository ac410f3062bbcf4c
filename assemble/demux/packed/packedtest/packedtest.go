// Package packedtest makes segments of packed audio for tests, from elementary streams.
package packedtest

import "encoding/binary"

// Tag is an ID3 tag with a timestamp of 90 kHz, as RFC 8216 §3.4 asks for.
func Tag(pts int64) []byte {
	body := append([]byte("com.apple.streaming.transportStreamTimestamp\x00"), make([]byte, 8)...)
	binary.BigEndian.PutUint64(body[len(body)-8:], uint64(pts)&(1<<33-1))
	return wrap(append([]byte{'P', 'R', 'I', 'V', 0, 0, 0, byte(len(body)), 0, 0}, body...))
}

// Title is an ID3 tag that tells nothing of time; it is longer than 128 bytes.
func Title() []byte {
	body := append([]byte{3}, make([]byte, 300)...)
	return wrap(append([]byte{'T', 'I', 'T', '2', 0, 0, byte(len(body) >> 7), byte(len(body) & 0x7f), 0, 0}, body...))
}

func wrap(frames []byte) []byte {
	return append([]byte{'I', 'D', '3', 4, 0, 0, 0, 0, byte(len(frames) >> 7), byte(len(frames) & 0x7f)}, frames...)
}

// Stream is an elementary stream whose frames begin at Starts and take Ticks/Per ticks of 90 kHz each.
type Stream struct {
	Data       []byte
	Starts     []int
	Ticks, Per int64
}

// Time is that of frame n, where the first one is at base.
func (s *Stream) Time(base int64, n int) int64 { return base + int64(n)*s.Ticks/s.Per }

// minSegment is the least that a last segment has, in bytes.
const minSegment = 1000

// Segments cuts the stream at so many bytes each, within frames as a rule. tag, if not nil, makes what stands in front, from
// the time of the first frame that begins in the segment.
func (s *Stream) Segments(size int, base int64, tag func(pts int64) []byte) (list [][]byte) {
	frame := 0
	for at, end := 0, 0; at < len(s.Data); at = end {
		if end = at + size; len(s.Data)-end < minSegment {
			end = len(s.Data)
		}
		for frame < len(s.Starts) && s.Starts[frame] < at {
			frame++
		}
		var b []byte
		if tag != nil {
			b = tag(s.Time(base, frame))
		}
		list = append(list, append(b, s.Data[at:end]...))
	}
	return list
}
