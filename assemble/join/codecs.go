package join

import (
	"errors"
	"io"
	"slices"

	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/demux/fmp4"
	"seine/assemble/media"
)

// Codecs looks how the tracks of one segment are coded, by themselves: for comparing, not for joining. init is its initialization
// section, or nil; where that says it all, no segment is needed. key is that of its samples, or nil.
func Codecs(init, segment []byte, key *sampleaes.Key) ([]media.Codec, error) {
	if fmp4.Looks(init) {
		return fmp4.Codecs(init)
	}
	if list, err := fmp4.Codecs(segment); err == nil {
		return list, nil
	}
	d := containerOf(segment).demuxer(0)
	d.unlock(key)
	if err := d.Reset(init, segment); err != nil {
		return nil, err
	}
	list, err := firstCodecs(d, nil)
	if errors.Is(err, io.EOF) {
		d.Flush() // a sound may be in one piece to the end
		list, err = firstCodecs(d, list)
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return slices.DeleteFunc(list, func(c media.Codec) bool { return c == nil }), err
}

// firstCodecs adds those of the tracks that have none in the list yet, and returns early when all have one.
func firstCodecs(d demuxer, list []media.Codec) ([]media.Codec, error) {
	for {
		s, err := d.Next()
		if err != nil {
			return list, err
		}
		for len(list) <= s.Track {
			list = append(list, nil)
		}
		if list[s.Track] == nil {
			list[s.Track] = s.Codec
		}
		if len(list) == len(d.Tracks()) && !slices.Contains(list, nil) {
			return list, nil
		}
	}
}

// Codings tells with which coding the tracks of a stream begin in each period that has any samples.
func (j *Joiner) Codings(stream int) map[int][]media.Codec {
	known := map[int][]media.Codec{}
	for i, t := range j.tables {
		if t == nil || i/maxTracks != stream {
			continue
		}
		chunk, behind := 0, 0 // chunks before, and the samples of those up to this one
		for _, s := range t.spans {
			for chunk < len(t.chunks) && behind <= s.first {
				behind += int(t.chunks[chunk].Count)
				chunk++
			}
			if chunk > 0 && s.first < behind {
				known[s.period] = append(known[s.period], t.codecs[t.chunks[chunk-1].Entry])
			}
		}
	}
	return known
}
