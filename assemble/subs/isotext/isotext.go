// Package isotext reads subtitles that are samples of an mp4 file: WebVTT (wvtt) and TTML (stpp), as ISO/IEC 14496-30 puts them there, in
// fragments.
package isotext

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"seine/assemble/bmff"
	"seine/assemble/demux/fmp4"
	"seine/assemble/media"
	"seine/assemble/subs"
	"seine/assemble/subs/ttml"
	"seine/assemble/subs/webvtt"
)

// ErrFormat: the file holds no subtitles that can be read.
var ErrFormat = errors.New("no subtitles that can be read")

// maxSplit bounds the text of one file after samples were taken apart: a sample of TTML may repeat a whole film.
const maxSplit = 4 * subs.MaxBytes

// Read reads a segment; init is its initialization section, nil where the segment has its own. Times are those of the samples'
// presentation. dropped counts the cues that cannot be understood. The error wraps ErrFormat, or says what is wrong with the mp4.
func Read(init, segment []byte) (cues []subs.Cue, dropped int, err error) {
	d := fmp4.Demuxer{Text: true}
	if err := d.Reset(init, segment); err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	r := reader{demuxer: &d}
	for {
		s, err := d.Next()
		if errors.Is(err, io.EOF) {
			return r.cues, r.dropped, nil
		}
		if err == nil {
			err = r.sample(&s)
		}
		if err != nil {
			return nil, 0, err
		}
	}
}

type reader struct {
	demuxer *fmp4.Demuxer
	cues    []subs.Cue
	dropped int
	size    int
}

func (r *reader) sample(s *media.Sample) error {
	if r.size += len(s.Data); len(r.cues) > subs.MaxCues || r.size > maxSplit {
		return fmt.Errorf("%w: more than %d cues", ErrFormat, subs.MaxCues)
	}
	scale := int64(r.demuxer.Tracks()[s.Track].Timescale)
	begin := seconds(s.PTS, scale)
	end := ttml.Open
	if s.Duration > 0 {
		end = seconds(s.PTS+int64(s.Duration), scale)
	}
	switch s.Codec.String() {
	case "wvtt":
		return r.wvtt(s.Data, begin, end)
	case "stpp":
		return r.stpp(s.Data, begin, end, seconds(r.demuxer.Shift(s.Track), scale))
	}
	return fmt.Errorf("%w: they are of the type %s", ErrFormat, s.Codec)
}

func seconds(ticks, scale int64) time.Duration {
	return time.Duration(ticks/scale)*time.Second + time.Duration((ticks%scale*int64(time.Second)+scale/2)/scale)
}

// wvtt reads a sample of WebVTT (§7.4): a cue in each box, all of them shown as long as the sample.
func (r *reader) wvtt(b []byte, begin, end time.Duration) error {
	for len(b) > 0 {
		box, rest, err := bmff.Next(b)
		if err != nil {
			return fmt.Errorf("%w: a sample of WebVTT: %w", ErrFormat, err)
		}
		if b = rest; box.Type != "vttc" {
			continue
		}
		text := string(bytes.TrimRight(bmff.Find(box.Data, "payl"), "\x00"))
		if len(text) > subs.MaxText {
			r.dropped++
			continue
		}
		c := subs.Cue{Start: begin, End: end, Runs: webvtt.Runs(text), Settings: webvtt.Settings(string(bmff.Find(box.Data, "sttg")))}
		if len(c.Runs) > 0 {
			r.cues = append(r.cues, c)
		}
	}
	return nil
}

// stpp reads a sample of TTML (§5): a document, whose times are on the track's own timeline, of which the sample shows its part. Some
// packagers count from the sample instead; then nothing of the document would be shown.
func (r *reader) stpp(b []byte, begin, end, shift time.Duration) error {
	d, err := ttml.Parse(bytes.TrimRight(b, "\x00"))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFormat, err)
	}
	r.dropped += d.Dropped
	by := shift
	if !within(d.Cues, by, begin, end) && within(d.Cues, begin, begin, end) {
		by = begin
	}
	for _, c := range d.Cues {
		c.Start = max(c.Start+by, begin)
		if c.End = min(c.End+by, end); c.End > c.Start {
			r.cues = append(r.cues, c)
		}
	}
	return nil
}

// within reports whether any cue, moved, is shown from begin up to end.
func within(list []subs.Cue, by, begin, end time.Duration) bool {
	for i := range list {
		if list[i].Start+by < end && list[i].End+by > begin {
			return true
		}
	}
	return false
}
