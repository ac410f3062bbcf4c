package join

import (
	"math"

	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// roomText is how many bytes of moov a second of subtitles takes, with a sample for each cue and for each pause.
const roomText = 16

// subtitles writes the samples of all texts behind what the file has, and makes their tracks.
func (j *Joiner) subtitles() (tracks []mp4.Track, err error) {
	given := false
	for i := range j.texts {
		t := &j.texts[i]
		out := mp4.Track{
			Kind: media.Text, Language: t.Language, Name: t.Name, Secondary: !t.Default || given, Timescale: textScale, Codecs: []media.Codec{t.Codec},
		}
		given = given || t.Default
		if err := j.writeText(t, &out); err != nil {
			return nil, err
		}
		if len(out.Samples) > 0 {
			tracks = append(tracks, out)
		}
	}
	return tracks, nil
}

func (j *Joiner) writeText(t *Text, out *mp4.Track) error {
	var length int64
	for from := 0; from < len(t.Samples); from += textChunk {
		list := t.Samples[from:min(from+textChunk, len(t.Samples))]
		at := j.mux.Size()
		var b []byte
		for _, s := range list {
			b = append(b, s.Data...)
			out.Samples = append(out.Samples, mp4.Sample{Duration: s.Duration, Size: uint32(min(len(s.Data), math.MaxUint32)), Key: true})
			length += int64(s.Duration)
		}
		out.Chunks = append(out.Chunks, mp4.Chunk{Offset: at, Count: uint32(len(list))})
		if err := j.mux.WriteAt(b, at); err != nil {
			return err
		}
		j.mux.Advance(at + int64(len(b)))
	}
	out.Length = media.Rescale(length, textScale, media.Clock)
	return nil
}
