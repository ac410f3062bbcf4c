package join

import (
	"slices"
	"testing"
	"time"

	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// moved is a copy of a transport stream whose times are shifted by so many ticks of 90 kHz, over the wrap if need be, and whose
// continuity counters go on where cc left them.
func moved(ts []byte, by int64, cc map[int]byte) []byte {
	ts = slices.Clone(ts)
	for at := 0; at+188 <= len(ts); at += 188 {
		p := ts[at : at+188]
		pid := int(p[1]&0x1f)<<8 | int(p[2])
		if p[3]&0x10 != 0 {
			p[3] = p[3]&0xf0 | cc[pid]
			cc[pid] = (cc[pid] + 1) & 15
		}
		payload := 4
		if p[3]&0x20 != 0 {
			payload += 1 + int(p[4])
		}
		if p[1]&0x40 == 0 || p[3]&0x10 == 0 || payload+19 > 188 || p[payload] != 0 || p[payload+1] != 0 || p[payload+2] != 1 {
			continue
		}
		for field, flag := payload+9, p[payload+7]; flag&0x80 != 0; field, flag = field+5, flag<<1 {
			retime(p[field:field+5], by)
		}
	}
	return ts
}

// retime shifts a timestamp of ISO/IEC 13818-1 §2.4.3.7.
func retime(b []byte, by int64) {
	t := int64(b[0]>>1&7)<<30 | int64(b[1])<<22 | int64(b[2]>>1)<<15 | int64(b[3])<<7 | int64(b[4]>>1)
	t = (t + by) & (1<<33 - 1)
	b[0] = b[0]&0xf1 | byte(t>>30)<<1
	b[1], b[2] = byte(t>>22), byte(t>>15)<<1|1
	b[3], b[4] = byte(t>>7), byte(t<<1)|1
}

// placed is when each sample of a track is presented, by its place in the file, in ticks of media.Clock.
func placed(t *mp4.Track) map[int64]int64 {
	at := t.Start - media.Rescale(t.MediaTime, int64(t.Timescale), media.Clock)
	out := make(map[int64]int64, len(t.Samples))
	n, ticks := 0, int64(0)
	for _, c := range t.Chunks {
		offset := c.Offset
		for range c.Count {
			s := t.Samples[n]
			out[offset] = at + media.Rescale(ticks+int64(s.Composition), int64(t.Timescale), media.Clock)
			offset += int64(s.Size)
			ticks += int64(s.Duration)
			n++
		}
	}
	return out
}

// drift is how far, at most, a sample of the film is from where its own clock has it, seen from the first picture of its period.
func drift(t *testing.T, j *Joiner) (worst time.Duration, lost int) {
	t.Helper()
	tracks, _ := j.tracks()
	movie := map[media.Kind]map[int64]int64{}
	for i := range tracks {
		movie[tracks[i].Kind] = placed(&tracks[i])
	}
	base := map[int]int64{} // of each period: movie time minus stream time
	for _, kind := range []media.Kind{media.Video, media.Audio} {
		for _, tab := range j.tables {
			if tab == nil || tab.kind != kind {
				continue
			}
			n, span := 0, -1
			for _, c := range tab.chunks {
				offset := c.Offset
				for range c.Count {
					for span+1 < len(tab.spans) && tab.spans[span+1].first <= n {
						span++
					}
					e, period := tab.samples[n], tab.spans[span].period
					at, there := movie[kind][offset]
					offset += int64(e.size)
					n++
					if !there {
						lost++
						continue
					}
					if _, known := base[period]; !known {
						if kind != media.Video {
							t.Fatalf("period %d has no picture", period)
						}
						base[period] = at - e.pts()
					}
					worst = max(worst, lasting(at-e.pts()-base[period]).Abs())
				}
			}
		}
	}
	return worst, lost
}

// joinAll adds the parts as they are made, one in memory at a time.
func joinAll(t *testing.T, o Options, parts func(yield func(segment) bool)) *Joiner {
	t.Helper()
	j := New(&memory{}, o)
	for s := range parts {
		if _, err := j.Add(s.Part, s.data); err != nil {
			t.Fatal(err)
		}
	}
	for i := range j.streams {
		if err := j.drain(i); err != nil {
			t.Fatal(err)
		}
	}
	return j
}

// oneFrame is the longest frame of the test films, a picture at 25 Hz.
const oneFrame = 40 * time.Millisecond

// Five hundred discontinuities: clocks that jump to and fro, over the wrap, cuts in the middle of sound frames. Sound and picture
// are never further apart than the stream has them, by more than a frame; and the film is as long as its pictures.
func TestFiveHundredDiscontinuities(t *testing.T) {
	const periods = 500
	film := playlist(t, "film/360p", 0)
	muxed := func(yield func(segment) bool) {
		for i := range periods {
			s := film[(i*7)%len(film)]
			s.data = moved(s.data, int64(i%11)*(1<<30)-1<<29, map[int]byte{})
			s.Period, s.Discontinuity = i, i > 0
			if !yield(s) {
				return
			}
		}
	}
	split := interleave(playlist(t, "split/video", 0), playlist(t, "split/audio", 1))
	apart := func(yield func(segment) bool) {
		for i := range periods {
			seen := map[int]bool{}
			for _, s := range split {
				s.data = moved(s.data, int64(i%11)*(1<<30)-1<<29, map[int]byte{})
				s.Period, s.Discontinuity = i, i > 0 && !seen[s.Stream]
				seen[s.Stream] = true
				if !yield(s) {
					return
				}
			}
		}
	}
	for name, c := range map[string]struct {
		parts   func(func(segment) bool)
		streams int
		length  time.Duration
	}{
		"muxed": {muxed, 1, periods * 2 * time.Second},
		"split": {apart, 2, periods * 8 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			j := joinAll(t, Options{Duration: c.length, Streams: c.streams}, c.parts)
			worst, lost := drift(t, j)
			if worst > oneFrame {
				t.Errorf("a sample is %v from its place", worst)
			}
			_, list := j.tracks()
			for _, k := range list {
				// Sound that overlaps its own forerunner at a cut pushes the next period back, by a frame at most each time.
				if off := k.Start + k.Duration - c.length; off < -oneFrame || off > periods*oneFrame {
					t.Errorf("%v ends %v beside the playlist", k.Kind, off)
				}
			}
			t.Logf("at most %v from its place, %d sound frames left out, film %v for %v", worst, lost, list[0].Duration, c.length)
		})
	}
}

// Two thousand segments on one clock that wraps on the way; every 24 seconds the sound is a little longer than the picture.
func TestTwoThousandSegments(t *testing.T) {
	const segments = 2000
	film := playlist(t, "film/360p", 0)
	cc := map[int]byte{}
	j := joinAll(t, Options{Duration: segments * 2 * time.Second, Streams: 1}, func(yield func(segment) bool) {
		for i := range segments {
			s := film[i%len(film)]
			s.data = moved(s.data, int64(i/len(film))*24*media.Clock-1000*media.Clock, cc)
			if !yield(s) {
				return
			}
		}
	})
	worst, lost := drift(t, j)
	if worst > oneFrame {
		t.Errorf("a sample is %v from its place", worst)
	}
	_, list := j.tracks()
	for _, k := range list {
		within(t, k.Kind.String(), k.Start+k.Duration, segments*2*time.Second, oneFrame)
	}
	if loops := segments / len(film); lost > 2*loops {
		t.Errorf("%d sound frames left out in %d loops", lost, loops)
	}
	t.Logf("at most %v from its place, %d sound frames left out", worst, lost)
}
