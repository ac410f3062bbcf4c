package join

import (
	"fmt"

	"seine/assemble/media"
)

// apply makes a delta part of the Joiner; its bytes are in the file.
func (j *Joiner) apply(d *delta) {
	s := &j.streams[d.part.Stream]
	s.begun, s.period, s.state = true, d.part.Period, d.state
	j.warn.add(d.warn)
	for _, c := range d.changes {
		j.applyChange(c)
	}
	j.mux.Advance(d.size)
	if j.opt.Fragments || j.opt.WebM {
		j.line.advance(d, &j.opt)
	}
	p := j.periods[d.part.Period]
	if p == nil {
		p = &period{}
		j.periods[d.part.Period] = p
	}
	if d.timed && !p.timed {
		p.reference, p.timed = d.reference, true
	}
	p.streams[d.part.Stream].book(d.part)
}

func (j *Joiner) applyChange(c *change) {
	t := j.tables[c.table]
	if t == nil {
		t = &table{kind: c.kind, timescale: c.timescale}
		j.tables[c.table] = t
	}
	if c.language != "" {
		t.language = c.language
	}
	if n := len(t.spans); len(c.samples) > 0 && (n == 0 || t.spans[n-1].period != c.period) {
		t.spans = append(t.spans, span{first: len(t.samples), period: c.period})
	}
	t.shift, t.edited = c.shift, c.edited
	t.codecs = append(t.codecs, c.codecs...)
	t.samples = append(t.samples, c.samples...)
	t.chunks = append(t.chunks, c.chunks...)
}

// book counts a missing segment as a hole in front of the period's first one, or behind its last.
func (h *holes) book(p Part) {
	switch {
	case !p.Missing:
		h.seen, h.after = true, 0
	case h.seen:
		h.after += ticks(p.Duration)
	default:
		h.before += ticks(p.Duration)
	}
}

// Room for moov, in bytes (see estimate).
const (
	roomFixed  = 8 << 10 // boxes of fixed size, sample entries
	roomTrack  = 1 << 10 // boxes of a track of subtitles
	roomStream = 50      // samples a second of a stream that has not come yet: AAC at 48 kHz has 47
	roomChunk  = 8 + 12  // co64 and stsc
)

// estimate foresees the size of moov from the first part: its sample rates and how regular its times are, over the whole
// duration, and a quarter more.
func (j *Joiner) estimate(d *delta) int64 {
	if j.opt.WebM {
		return int64(min(j.opt.Duration.Seconds()*roomCue, 1<<40)) + roomWebM
	}
	if j.opt.Duration <= 0 {
		return j.least()
	}
	seconds := j.opt.Duration.Seconds()
	perSecond := float64((len(j.streams) - 1) * (roomStream*4 + 2*roomChunk))
	perSecond += float64(j.opt.Texts * roomText)
	for _, c := range d.changes {
		perSecond += c.bytesPerSecond()
	}
	room := max(roomFixed+int64(j.opt.Texts)*roomTrack+int64(min(perSecond*seconds*1.25, 1<<40)), j.least())
	if j.opt.Fragments { // it may end sooner
		room = min(room, maxGrowing)
	}
	return room
}

// maxGrowing bounds the room in front of a film that grows: that of some hours. It is there from the beginning, and a limit of days costs no disk.
const maxGrowing = 8 << 20

// least is the room that a film needs while it grows.
func (j *Joiner) least() int64 {
	if j.opt.Fragments {
		return roomHead
	}
	return 0
}

func (c *change) bytesPerSecond() float64 {
	n := len(c.samples)
	if n < 2 || c.samples[n-1].dts <= c.samples[0].dts {
		return roomStream*4 + 2*roomChunk
	}
	length := float64(c.samples[n-1].dts-c.samples[0].dts) / float64(c.timescale) * float64(n) / float64(n-1)
	bytes := 4*n + roomChunk*(len(c.chunks)+1)
	if c.kind == media.Video {
		bytes += c.tableBytes()
	}
	return float64(bytes) / length
}

// tableBytes counts the run-length tables of a picture track: stts, ctts, stss.
func (c *change) tableBytes() (n int) {
	for i := 1; i < len(c.samples); i++ {
		a, b := c.samples[i-1], c.samples[i]
		if i > 1 && b.dts-a.dts != a.dts-c.samples[i-2].dts {
			n += 8
		}
		if a.cts != b.cts {
			n += 8
		}
		if b.key {
			n += 4
		}
	}
	return n + 8
}

// resume makes the muxer what it was.
func (j *Joiner) resume(reserve, size int64) error {
	mux, err := j.opt.resume(j.file, reserve, size)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	j.mux = mux
	return nil
}
