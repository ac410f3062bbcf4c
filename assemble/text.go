package assemble

import (
	"fmt"
	"time"

	"seine/assemble/demux/fmp4"
	"seine/assemble/fetch"
	"seine/assemble/journal"
	"seine/assemble/media"
	"seine/assemble/media/wire"
	"seine/assemble/plan"
	"seine/assemble/subs"
	"seine/assemble/subs/isotext"
	"seine/assemble/subs/srt"
	"seine/assemble/subs/ttml"
	"seine/assemble/subs/webvtt"
)

// textPart is what one part of subtitles says.
type textPart struct {
	// cues are on the clock of the part's period, as the samples of the film are.
	cues []subs.Cue
	// wraps: that clock has 33 bits at 90 kHz, as MPEG-2 systems have it, and the cues are 26 hours beside by as often as it began anew.
	wraps bool
	// dropped counts the cues that could not be understood.
	dropped int
}

// encode gives what the journal keeps.
func (t *textPart) encode() []byte {
	b := wire.Bool(nil, t.wraps)
	b = wire.Int(b, int64(t.dropped))
	return subs.Append(b, t.cues)
}

func decodeText(b []byte) (t textPart, err error) {
	r := wire.NewReader(b)
	t.wraps, t.dropped = r.Bool(), int(r.Int())
	if r.Err() != nil || t.dropped < 0 {
		return t, subs.ErrRecord
	}
	t.cues, err = subs.Decode(b[len(b)-r.Len():])
	return t, err
}

// readText reads a part of subtitles, of whatever kind.
func readText(part *plan.Part, init, data []byte) (textPart, error) {
	var t textPart
	switch {
	case webvtt.Is(data):
		f, err := webvtt.Parse(data)
		if err != nil {
			return t, err
		}
		t.cues, t.dropped = f.Cues, f.Dropped
		if f.Map != nil { // RFC 8216 §3.5; without it, both clocks begin together
			t.wraps = true
			move(t.cues, stamp(f.Map.MPEGTS)-f.Map.Local)
		}
	case ttml.Is(data):
		d, err := ttml.Parse(data)
		if err != nil {
			return t, err
		}
		t.cues, t.dropped = d.Cues, d.Dropped
	case srt.Is(data):
		var err error
		if t.cues, t.dropped, err = srt.Parse(data); err != nil {
			return t, err
		}
	case fmp4.Looks(data):
		var err error
		if t.cues, t.dropped, err = isotext.Read(init, data); err != nil {
			return t, err
		}
	default:
		return t, fmt.Errorf("it is %s", describe(data))
	}
	move(t.cues, -part.Zero)
	return t, nil
}

// stamp is the time that a 33-bit time stamp stands for.
func stamp(ticks uint64) time.Duration {
	ticks %= 1 << 33
	return time.Duration(ticks/media.Clock)*time.Second + time.Duration(ticks%media.Clock)*time.Second/media.Clock
}

func move(list []subs.Cue, by time.Duration) {
	for i := range list {
		list[i].Start += by
		if list[i].End != ttml.Open {
			list[i].End += by
		}
	}
}

// wrap is how long a clock of 33 bits at 90 kHz runs.
const wrap = (1 << 33) * time.Second / media.Clock

// near is the time nearest to another one at which a clock that wraps shows the same.
func near(d, to time.Duration) time.Duration {
	rounds := (d - to + wrap/2) / wrap
	if d-to+wrap/2 < 0 {
		rounds--
	}
	return d - rounds*wrap
}

// text reports whether a part is of subtitles.
func (s *source) text(part *plan.Part) bool { return s.plan.Streams[part.Stream].Text() }

// check is what a part must be.
func (s *source) check(part *plan.Part) func(*fetch.Body) error {
	if s.text(part) {
		return checkSubtitles
	}
	return checkMedia
}

// checkSubtitles wants WebVTT, TTML, SubRip or mp4.
func checkSubtitles(b *fetch.Body) error {
	switch {
	case len(b.Data) > subs.MaxBytes:
		return permanentError{fmt.Errorf("%w: %d bytes of subtitles, the limit is %d", ErrContent, len(b.Data), subs.MaxBytes)}
	case len(b.Data) == 0, webvtt.Is(b.Data), ttml.Is(b.Data), srt.Is(b.Data), fmp4.Looks(b.Data):
		return nil
	}
	return fmt.Errorf("%w: the server answered with %s, not with subtitles", ErrContent, describe(b.Data))
}

// text reports whether part i is of subtitles.
func (r *run) text(i int) bool {
	return i < len(r.plan.Parts) && r.plan.Streams[r.plan.Parts[i].Stream].Text()
}

// cameOfFilm is came for parts of the film itself: subtitles prove nothing of it.
func (r *run) cameOfFilm(part int, b *fetch.Body) {
	if !r.text(part) {
		r.came(part, b)
	}
}

// keepText reads a part of subtitles, and gives what the journal keeps of it.
func (r *run) keepText(i int, init, data []byte) ([]byte, error) {
	part := &r.plan.Parts[i]
	r.renewer.now().opens.take(i)
	if len(data) == 0 { // a segment in which nothing is said
		r.texts[i] = textPart{}
		return (&textPart{}).encode(), nil
	}
	t, err := readText(part, init, data)
	if err == nil {
		err = r.roomFor(part.Stream, &t)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrContent, err)
	}
	r.texts[i] = t
	return t.encode(), nil
}

// roomFor bounds the subtitles of a stream.
func (r *run) roomFor(stream int, t *textPart) error {
	if r.textRoom == nil {
		r.textRoom = map[int]textRoom{}
	}
	room := r.textRoom[stream]
	room.cues += len(t.cues)
	for i := range t.cues {
		for _, k := range t.cues[i].Runs {
			room.bytes += len(k.Text)
		}
	}
	if room.cues > subs.MaxCues || room.bytes > subs.MaxBytes {
		return fmt.Errorf("with it there would be more than %d cues or %d bytes of these subtitles", subs.MaxCues, subs.MaxBytes)
	}
	all := room
	for s, o := range r.textRoom {
		if s != stream {
			all.cues, all.bytes = all.cues+o.cues, all.bytes+o.bytes
		}
	}
	if all.cues > maxRoom*subs.MaxCues || all.bytes > maxRoom*subs.MaxBytes {
		return fmt.Errorf("with it there would be more than %d cues or %d bytes of subtitles in all", maxRoom*subs.MaxCues, maxRoom*subs.MaxBytes)
	}
	r.textRoom[stream] = room
	return nil
}

// maxRoom bounds all subtitles of a film together: so many times what those of one stream may take.
const maxRoom = 4

// textRoom is what a stream of subtitles has taken.
type textRoom struct{ cues, bytes int }

// addText books a part of subtitles, or why it is missing.
func (r *run) addText(i int, init, data []byte, why error) error {
	piece := r.data.Begin()
	var record []byte
	if why == nil {
		var err error
		if record, err = r.keepText(i, init, data); err != nil {
			return err
		}
	}
	if r.live != nil {
		record = append(r.live.note(i), record...)
	}
	r.count(i, why)
	return r.wrote(writing{piece: piece, size: r.joiner.Size(), rec: newRecord(i, record, journal.PrintOf(data), why)})
}

// recallTexts takes the subtitles from the records.
func (r *run) recallTexts(records []journal.Record) error {
	r.texts, r.textRoom = map[int]textPart{}, nil
	for i := range records {
		if records[i].Missing || !r.text(records[i].Part) {
			continue
		}
		data := records[i].Data
		if r.live != nil {
			_, data, _ = cutNote(data)
		}
		t, err := decodeText(data)
		if err != nil {
			return fmt.Errorf("the subtitles of part %d: %w", records[i].Part, err)
		}
		r.texts[records[i].Part] = t
	}
	return nil
}
