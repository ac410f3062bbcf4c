package mp4

import (
	"math"

	"seine/assemble/bmff"
	"seine/assemble/media"
)

func stbl(w *bmff.Writer, t *Track) {
	b := w.Begin("stbl")
	stsd(w, t)
	stts(w, t)
	ctts(w, t)
	stss(w, t)
	stsc(w, t)
	stsz(w, t)
	offsets(w, t)
	w.End(b)
}

// runs is a table of (count, value) pairs under construction.
type runs struct {
	w           *bmff.Writer
	at          int // where the number of pairs goes
	pairs       uint32
	count, last uint32
}

func newRuns(w *bmff.Writer) *runs {
	r := &runs{w: w, at: len(w.Buf)}
	w.U32(0)
	return r
}

func (r *runs) add(v uint32) {
	if r.count > 0 && v != r.last {
		r.flush()
	}
	r.last = v
	r.count++
}

func (r *runs) flush() {
	if r.count == 0 {
		return
	}
	r.w.U32(r.count)
	r.w.U32(r.last)
	r.pairs++
	r.count = 0
}

func (r *runs) end() {
	r.flush()
	r.w.SetU32(r.at, r.pairs)
}

// stts is §8.6.1.2.
func stts(w *bmff.Writer, t *Track) {
	b := w.Full("stts", 0, 0)
	r := newRuns(w)
	for i := range t.Samples {
		r.add(t.Samples[i].Duration)
	}
	r.end()
	w.End(b)
}

// ctts is §8.6.1.3; version 1 has signed offsets.
func ctts(w *bmff.Writer, t *Track) {
	var version uint8
	needed := false
	for i := range t.Samples {
		needed = needed || t.Samples[i].Composition != 0
		if t.Samples[i].Composition < 0 {
			version = 1
		}
	}
	if !needed {
		return
	}
	b := w.Full("ctts", version, 0)
	r := newRuns(w)
	for i := range t.Samples {
		r.add(uint32(t.Samples[i].Composition))
	}
	r.end()
	w.End(b)
}

// stss lists the sync samples (§8.6.2); without it all are.
func stss(w *bmff.Writer, t *Track) {
	if t.Kind != media.Video {
		return
	}
	b := w.Full("stss", 0, 0)
	at, n := len(w.Buf), uint32(0)
	w.U32(0)
	for i := range t.Samples {
		if t.Samples[i].Key {
			w.U32(uint32(i + 1))
			n++
		}
	}
	w.SetU32(at, n)
	w.End(b)
}

// stsc is §8.7.4: a line for each chunk unlike the one before.
func stsc(w *bmff.Writer, t *Track) {
	b := w.Full("stsc", 0, 0)
	at, n := len(w.Buf), uint32(0)
	w.U32(0)
	var last Chunk
	for i, c := range t.Chunks {
		if i > 0 && c.Count == last.Count && c.Entry == last.Entry {
			continue
		}
		w.U32(uint32(i + 1))
		w.U32(c.Count)
		w.U32(c.Entry + 1)
		last = c
		n++
	}
	w.SetU32(at, n)
	w.End(b)
}

// stsz is §8.7.3.2.
func stsz(w *bmff.Writer, t *Track) {
	b := w.Full("stsz", 0, 0)
	w.U32(0)
	w.U32(uint32(len(t.Samples)))
	for i := range t.Samples {
		w.U32(t.Samples[i].Size)
	}
	w.End(b)
}

// offsets is stco, or co64 for a file over 4 GiB (§8.7.5).
func offsets(w *bmff.Writer, t *Track) {
	kind := "stco"
	if n := len(t.Chunks); n > 0 && t.Chunks[n-1].Offset > math.MaxUint32 {
		kind = "co64"
	}
	b := w.Full(kind, 0, 0)
	w.U32(uint32(len(t.Chunks)))
	for _, c := range t.Chunks {
		if kind == "co64" {
			w.U64(uint64(c.Offset))
		} else {
			w.U32(uint32(c.Offset))
		}
	}
	w.End(b)
}
