package join

import (
	"errors"
	"io"
	"slices"
	"time"

	demux "seine/assemble/demux/webm"

	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/demux/mpegts"
	"seine/assemble/media"
	"seine/assemble/mux/mp4"
	"seine/assemble/mux/webm"
)

// muxer places what is written in the file.
type muxer interface {
	Reserve(n int64)
	Reserved() int64
	Size() int64
	WriteAt(b []byte, off int64) error
	Advance(size int64)
	Finish(tracks []mp4.Track) (int64, error)
	Head(tracks []mp4.Track) ([]byte, error)
}

func (o *Options) muxer(w io.WriterAt) muxer {
	if o.WebM {
		return webm.New(w)
	}
	return mp4.New(w)
}

func (o *Options) resume(w io.WriterAt, reserve, size int64) (muxer, error) {
	if o.WebM {
		return webm.Resume(w, reserve, size)
	}
	return mp4.Resume(w, reserve, size)
}

// Room in front of a WebM file: for its tracks, and for the cues of each second.
const (
	roomWebM = 32 << 10
	roomCue  = 24
)

// homeless are the codecs of WebM that players do not look for in mp4.
var homeless = map[string]string{"vp08": "VP8", "vorbis": "Vorbis"}

// fits refuses a codec that players do not look for in a file of this kind. The error is a *mpegts.UnsupportedError.
func fits(c media.Codec, inWebM bool) error {
	if !inWebM {
		name := c.String()
		if e, ok := c.(*media.Entry); ok && len(e.Box) >= 8 && e.Of == media.Video {
			name = string(e.Box[4:8])
		}
		if what := homeless[name]; what != "" {
			return &mpegts.UnsupportedError{Name: what + " in an mp4 (it fits in a film.webm)"}
		}
		return nil
	}
	var none *webm.CodecError
	if errors.As(webm.Check(c), &none) {
		return &mpegts.UnsupportedError{Name: none.Name + " in a .webm (it fits in a film.mp4)"}
	}
	return nil
}

// clusters writes a delta's chunks, a cluster each.
func (j *Joiner) clusters(d *delta) error {
	ahead := j.line.ahead(d, &j.opt)
	firsts := make([][]int, len(d.changes)) // of the chunks' samples
	for i, c := range d.changes {
		n := 0
		for _, k := range c.chunks {
			firsts[i] = append(firsts[i], n)
			n += int(k.Count)
		}
	}
	for i := range d.writes {
		w := &d.writes[i]
		c := d.changes[w.change]
		chunk := &c.chunks[w.chunk]
		from := firsts[w.change][w.chunk]
		blocks := make([]webm.Block, chunk.Count)
		for n := range blocks {
			e := c.samples[from+n]
			blocks[n] = webm.Block{Track: uint32(c.table + 1), Time: blockTime(e, c.timescale, ahead.bases[c.period], c.known[chunk.Entry]), Size: int64(e.size), Key: e.key}
		}
		heads, size := webm.Cluster(blocks)
		chunk.Offset = d.size
		at := d.size
		for n, head := range heads {
			for _, b := range [][]byte{head, w.runs[n]} {
				if err := j.mux.WriteAt(b, at); err != nil {
					return err
				}
				at += int64(len(b))
			}
		}
		d.size += size
	}
	return nil
}

// blockTime is when a sample is presented, in milliseconds of the file, with the delay of its codec.
func blockTime(e entry, timescale, base int64, c media.Codec) int64 {
	at := media.Rescale(e.pts(), timescale, int64(time.Second)) + media.Rescale(base, media.Clock, int64(time.Second)) + webm.Delay(c)
	return max(media.Rescale(at, int64(time.Second), 1000), 0)
}

// cues are the clusters that begin with a key picture; of a film without pictures, those of the first sound.
func (j *Joiner) cues() (list []webm.Cue) {
	kind := media.Audio
	if j.first(media.Video) >= 0 {
		kind = media.Video
	}
	table := j.first(kind)
	if table < 0 {
		return nil
	}
	t := j.tables[table]
	n := 0
	for _, k := range t.chunks {
		if e := t.samples[n]; e.key {
			span, found := slices.BinarySearchFunc(t.spans, n, func(s span, n int) int { return s.first - n })
			if !found {
				span--
			}
			at := blockTime(e, t.timescale, j.line.bases[t.spans[span].period], t.codecs[k.Entry])
			list = append(list, webm.Cue{Time: time.Duration(at) * time.Millisecond, Track: uint32(table + 1), Offset: k.Offset})
		}
		n += int(k.Count)
	}
	return list
}

type webmDemuxer struct{ demux.Demuxer }

// Cut has nothing to cut: clusters are whole.
func (d *webmDemuxer) Cut(int64) { d.Flush() }

// SetReference has no use for a reference: timestamps do not wrap.
func (*webmDemuxer) SetReference(int64) {}

// Stats are of transport streams only.
func (*webmDemuxer) Stats() (none mpegts.Stats) { return none }

// Reset names what cannot be carried over as a transport stream does.
func (d *webmDemuxer) Reset(init, segment []byte) error { return named(d.Demuxer.Reset(init, segment)) }

// scratch is of no use: samples lie in their clusters anyway.
func (*webmDemuxer) scratch(bool) {}

// unlock has no use for a key: what is encrypted is refused.
func (*webmDemuxer) unlock(*sampleaes.Key, bool) {}

// Evidence is none: there are no keys.
func (*webmDemuxer) Evidence() (none sampleaes.Evidence) { return none }

func (d *webmDemuxer) leftOut() (list []Ignored) {
	for _, coding := range d.Ignored() {
		list = append(list, Ignored{"a track of type " + coding, 1})
	}
	return list
}
