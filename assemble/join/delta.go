package join

import (
	"slices"

	"seine/assemble/media"
	"seine/assemble/mux/mp4"
)

// chunkTicks is the longest stretch of one track in a row, so that a player need not seek to and fro.
const chunkTicks = media.Clock

// delta is what one part does to a Joiner: the record is its encoding, and Restore applies it again.
type delta struct {
	part      Part
	reserve   int64 // room for moov, decided with the first samples
	size      int64 // of the file afterwards
	timed     bool  // reference was not known before
	reference int64
	changes   []*change
	warn      Warnings
	state     []byte // of the stream's demuxer afterwards
	apart     bool   // each sample is written on its own
	writes    []write
}

// change is what a part adds to one track in one period.
type change struct {
	table     int
	kind      media.Kind
	language  string
	period    int
	timescale int64 // of all times here: the track's first one
	edited    bool  // as media.Track.Edited
	shift     int64
	codecs    []media.Codec // new ones
	samples   []entry
	chunks    []mp4.Chunk

	// for planning only
	known  []media.Codec // the track's codecs, new ones included
	last   int64         // decoding time of the sample before
	begun  bool          // there is a sample before in this period
	bucket int64         // of the chunk that is open
	write  int           // index into delta.writes of that chunk
	own    int64         // timescale of the samples that come
}

// write is a chunk on its way to the file.
type write struct {
	change, chunk int
	bucket        int64
	runs          [][]byte // sample data; what lies side by side in memory is one run
	bytes         int64
}

func (j *Joiner) newDelta(p Part) *delta {
	return &delta{part: p, size: j.mux.Size(), apart: j.opt.WebM}
}

// plan gives each sample its track, entry and chunk. The chunks of all tracks follow one another by time.
func (d *delta) plan(j *Joiner, samples []media.Sample, period int) {
	var of [maxTracks]*change
	from := len(d.writes)
	var start int64 // of the first sample
	for i := range samples {
		s := &samples[i]
		if of[s.Track] == nil {
			of[s.Track] = d.open(j, s.Track, period)
		}
		c := of[s.Track]
		if c.kind == 0 {
			d.warn.LeftOut++
			continue
		}
		at := media.Rescale(s.DTS, c.own, media.Clock)
		if i == 0 {
			start = at
		}
		if !d.timed && period == d.part.Period {
			d.reference, d.timed = at, true
		}
		c.add(j, d, s, (at-start)/chunkTicks, from)
	}
	slices.SortStableFunc(d.writes[from:], func(a, b write) int { return int(a.bucket - b.bucket) })
}

// open begins the change of a demuxer's track. Its kind is 0 when the track is left out.
func (d *delta) open(j *Joiner, track, period int) *change {
	stream := d.part.Stream
	t := j.streams[stream].demux.Tracks()[track]
	if k := j.streams[stream].wanted; k != 0 && k != t.Kind {
		return &change{}
	}
	c := &change{
		table: stream*maxTracks + track, kind: t.Kind, language: t.Language, period: period,
		timescale: int64(t.Timescale), own: int64(t.Timescale), edited: t.Edited,
	}
	if l := j.opt.Languages; stream < len(l) && l[stream] != "" && t.Kind == media.Audio {
		c.language = l[stream]
	}
	c.inherit(j.tables[c.table])
	for _, o := range d.changes {
		if o.table == c.table {
			c.timescale = o.timescale
			c.follow(o.known, o.period, o.shift, o.last)
		}
	}
	d.changes = append(d.changes, c)
	return c
}

func (c *change) inherit(t *table) {
	if t == nil || len(t.samples) == 0 {
		return
	}
	c.timescale = t.timescale
	c.follow(t.codecs, t.spans[len(t.spans)-1].period, t.shift, t.samples[len(t.samples)-1].dts)
}

func (c *change) follow(known []media.Codec, period int, shift, last int64) {
	c.known, c.begun = slices.Clone(known), period == c.period
	if c.begun {
		c.shift, c.last = shift, last
	}
}

// add books one sample.
func (c *change) add(j *Joiner, d *delta, s *media.Sample, bucket int64, from int) {
	codec := c.codec(s.Codec)
	cts := media.Rescale(s.PTS-s.DTS, c.own, c.timescale)
	dts := c.place(j, d, s, media.Rescale(s.DTS, c.own, c.timescale))
	if cts != int64(int32(cts)) {
		cts = 0
		d.warn.TimeJumps++
	}
	c.samples = append(c.samples, entry{
		dts: dts, cts: int32(cts), size: uint32(len(s.Data)), key: s.Key,
		duration: clamp(media.Rescale(int64(s.Duration), c.own, c.timescale)),
	})
	if n := len(c.chunks); n == 0 || c.write < from || c.bucket != bucket || c.chunks[n-1].Entry != codec {
		c.bucket, c.write = bucket, len(d.writes)
		c.chunks = append(c.chunks, mp4.Chunk{Entry: codec})
		d.writes = append(d.writes, write{change: slices.Index(d.changes, c), chunk: len(c.chunks) - 1, bucket: bucket})
	}
	c.chunks[len(c.chunks)-1].Count++
	d.writes[c.write].append(s.Data, d.apart)
}

// codec returns the index of a codec among the track's, adding it when it is new.
func (c *change) codec(k media.Codec) uint32 {
	at := slices.IndexFunc(c.known, k.Equal)
	if at < 0 {
		at = len(c.known)
		c.known = append(c.known, k)
		c.codecs = append(c.codecs, k)
	}
	return uint32(at)
}

func (w *write) append(b []byte, apart bool) {
	w.bytes += int64(len(b))
	if n := len(w.runs); !apart && n > 0 && adjacent(w.runs[n-1], b) {
		w.runs[n-1] = w.runs[n-1][:len(w.runs[n-1])+len(b)]
		return
	}
	w.runs = append(w.runs, b)
}

// adjacent reports whether b begins in memory where a ends.
func adjacent(a, b []byte) bool {
	return len(b) > 0 && cap(a)-len(a) >= len(b) && &a[:len(a)+1][len(a)] == &b[0]
}

// fits reports a codec that has no place in the file.
func (d *delta) fits(webm bool) error {
	for _, c := range d.changes {
		for _, k := range c.codecs {
			if err := fits(k, webm); err != nil {
				return err
			}
		}
	}
	return nil
}

// write puts the chunks behind the end of the file and settles their offsets. The first one settles the room for moov.
func (j *Joiner) write(d *delta) (err error) {
	if len(d.writes) > 0 && j.mux.Size() == 0 {
		j.mux.Reserve(j.estimate(d))
		d.size, d.reserve = j.mux.Size(), j.mux.Reserved()
		defer func() {
			if err != nil { // the next part decides anew
				j.mux = j.opt.muxer(j.file)
			}
		}()
	}
	if j.opt.WebM {
		return j.clusters(d)
	}
	if j.opt.Fragments && len(d.writes) > 0 {
		head, err := j.fragment(d)
		if err == nil {
			err = j.mux.WriteAt(head, d.size)
		}
		if err != nil {
			return err
		}
		d.size += int64(len(head))
	}
	for i := range d.writes {
		w := &d.writes[i]
		d.changes[w.change].chunks[w.chunk].Offset = d.size
		for _, b := range w.runs {
			if err := j.mux.WriteAt(b, d.size); err != nil {
				return err
			}
			d.size += int64(len(b))
		}
	}
	return nil
}
