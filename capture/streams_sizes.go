package capture

import (
	"cmp"

	"seine/capture/media"
)

// sizes tells how large each stream is: a file by what its server says, all else by bandwidth and duration.
func (f *folder) sizes() {
	for _, s := range f.list {
		switch s.Kind {
		case media.Video, media.Audio, media.Subtitles:
			s.Size = s.whole
		case media.HLS, media.DASH, media.Smooth:
			s.Size = s.estimate()
			s.Estimated = s.Size > 0
		}
	}
}

// estimate is in bytes; BANDWIDTH counts the sound of HLS in (RFC 8216 §4.3.4.2), DASH has it apart.
func (s *Stream) estimate() int64 {
	best := s.Best()
	rate := cmp.Or(best.Average, best.Bandwidth)
	if s.Kind != media.HLS {
		sound := int64(0)
		for _, r := range s.renditions {
			if r.Kind == media.Audio {
				sound = max(sound, r.Bandwidth)
			}
		}
		rate += sound
	}
	const most = 1 << 50
	bytes := float64(rate) / 8 * s.Duration.Seconds()
	if s.Live || bytes < 1000 || bytes > most {
		return 0
	}
	return int64(bytes)
}
