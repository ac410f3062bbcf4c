package fmp4

import (
	"math"

	"seine/assemble/bmff"
	"seine/assemble/media"
)

// maxSamples bounds a segment: over an hour of picture and sound.
const maxSamples = 1 << 19

// Flags of tfhd (§8.8.7), trun (§8.8.8) and samples (§8.8.3.1).
const (
	tfhdBase        = 0x1
	tfhdDescription = 0x2
	tfhdDuration    = 0x8
	tfhdSize        = 0x10
	tfhdFlags       = 0x20
	tfhdBaseIsMoof  = 0x20000

	trunOffset      = 0x1
	trunFirstFlags  = 0x4
	trunDuration    = 0x100
	trunSize        = 0x200
	trunFlags       = 0x400
	trunComposition = 0x800

	sampleNotSync = 0x10000
)

// fragment is one moof.
type fragment struct {
	d   *Demuxer
	at  int64 // of the moof, in the segment
	end int64 // of the data of the track fragment before
	any bool  // there is one
}

// run is a traf: its trun boxes go on where the one before ended.
type run struct {
	defaults
	trak  *trak
	place int
	dts   int64
	base  int64   // that data offsets count from
	data  int64   // where the next sample lies, in the segment
	seal  *sealed // nil for clear samples
}

func (f *fragment) box(b bmff.Box) error {
	if b.Type == "pssh" && !f.d.keyed() {
		return &ProtectedError{System: system(b.Data)}
	}
	if b.Type != "traf" {
		return nil
	}
	r, err := f.begin(find(b.Data, "tfhd"))
	if err != nil || r == nil {
		return err
	}
	if r.seal, err = f.unseal(r, b.Data); err != nil {
		return err
	}
	if err := r.time(f.d, find(b.Data, "tfdt")); err != nil {
		return err
	}
	err = each(b.Data, func(b bmff.Box) error {
		if b.Type != "trun" {
			return nil
		}
		return r.trun(f.d, b.Data)
	})
	f.end, f.any = r.data, true
	f.d.tracks[r.place].next = r.dts
	return err
}

// begin reads tfhd. It returns nil for a track that is neither picture nor sound.
func (f *fragment) begin(data []byte) (*run, error) {
	_, flags, rest, err := bmff.FullBox(data)
	if err != nil {
		return nil, damaged("a fragment without tfhd")
	}
	fields := bmff.NewFields(rest)
	r := f.track(fields.U32())
	if r == nil {
		f.any = false
		return nil, nil
	}
	r.base = f.at
	switch {
	case flags&tfhdBase != 0:
		r.base = f.d.within(fields.U64(), f.at)
	case flags&tfhdBaseIsMoof == 0 && f.any:
		r.base = f.end
	}
	for _, v := range []struct {
		flag uint32
		to   *uint32
	}{{tfhdDescription, &r.description}, {tfhdDuration, &r.duration}, {tfhdSize, &r.size}, {tfhdFlags, &r.flags}} {
		if flags&v.flag != 0 {
			*v.to = fields.U32()
		}
	}
	if fields.Err() != nil {
		return nil, damaged("tfhd is too short")
	}
	if r.description == 0 || int64(r.description) > int64(len(r.trak.entries)) {
		return nil, damaged("sample entry %d of %d", r.description, len(r.trak.entries))
	}
	r.data = r.base
	return r, nil
}

func (f *fragment) track(id uint32) *run {
	for i := range f.d.traks {
		t := &f.d.traks[i]
		if t.id != id {
			continue
		}
		r := &run{defaults: t.defaults, trak: t, place: f.d.places[i]}
		if r.description == 0 { // no trex
			r.description = 1
		}
		return r
	}
	return nil
}

// within turns a base data offset, which counts from the beginning of the file, into one of the segment. A segment may be a
// range of its file; then the first base is taken for the place of its moof, as writers have it.
func (d *Demuxer) within(base uint64, moof int64) int64 {
	if base > math.MaxInt64/4 {
		return -1
	}
	if d.fileBase < 0 {
		d.fileBase = 0
		if int64(base) < moof || int64(base) >= int64(len(d.segment)) {
			d.fileBase = int64(base) - moof
		}
	}
	return int64(base) - d.fileBase
}

// time reads tfdt (§8.8.12); without one the fragment goes on where the track's last one ended.
func (r *run) time(d *Demuxer, data []byte) error {
	if data == nil {
		r.dts = d.tracks[r.place].next
		return nil
	}
	version, _, rest, err := bmff.FullBox(data)
	fields := bmff.NewFields(rest)
	v := fields.Word(version)
	if err != nil || fields.Err() != nil || v > math.MaxInt64 {
		return damaged("tfdt is too short or too large")
	}
	r.dts = int64(v)
	return r.trak.bounded(r.dts)
}

// trun reads a run of samples.
func (r *run) trun(d *Demuxer, data []byte) error {
	_, flags, rest, err := bmff.FullBox(data)
	if err != nil {
		return damaged("trun is too short")
	}
	fields := bmff.NewFields(rest)
	count := fields.U32()
	if flags&trunOffset != 0 {
		r.data = r.base + int64(int32(fields.U32()))
	}
	first := r.flags
	if flags&trunFirstFlags != 0 {
		first = fields.U32()
	}
	if d.count += int64(count); d.count > maxSamples {
		return damaged("more than %d samples in one segment", maxSamples)
	}
	for i := range count {
		s := defaults{duration: r.duration, size: r.size, flags: r.flags}
		if i == 0 {
			s.flags = first
		}
		cts := s.read(fields, flags)
		if fields.Err() != nil {
			return damaged("trun is too short for %d samples", count)
		}
		if err := r.sample(d, s, cts); err != nil {
			return err
		}
	}
	return nil
}

// read takes the fields of one sample.
func (s *defaults) read(f *bmff.Fields, flags uint32) (cts int32) {
	if flags&trunDuration != 0 {
		s.duration = f.U32()
	}
	if flags&trunSize != 0 {
		s.size = f.U32()
	}
	if flags&trunFlags != 0 {
		s.flags = f.U32()
	}
	if flags&trunComposition != 0 {
		cts = int32(f.U32()) // unsigned in version 0, where nobody needs the upper half
	}
	return cts
}

// sample books one sample. An empty one only takes time.
func (r *run) sample(d *Demuxer, s defaults, cts int32) error {
	if s.size > 0 {
		end := r.data + int64(s.size)
		if r.data < 0 || end > int64(len(d.segment)) {
			return damaged("a sample lies outside of the segment, at byte %d of %d", r.data, len(d.segment))
		}
		if d.left -= int(s.size); d.left < 0 {
			return damaged("samples share bytes")
		}
		if r.seal != nil {
			if err := r.seal.open(d.segment[r.data:end]); err != nil {
				return err
			}
		}
		dts := r.dts + r.trak.shift
		d.queue = append(d.queue, media.Sample{
			Track: r.place, DTS: dts, PTS: dts + int64(cts), Duration: s.duration, Key: s.flags&sampleNotSync == 0,
			Codec: r.trak.entries[r.description-1], Data: d.segment[r.data:end],
		})
		r.data = end
	}
	if s.size == 0 && r.seal != nil {
		if err := r.seal.open(nil); err != nil {
			return err
		}
	}
	r.dts += int64(s.duration)
	return r.trak.bounded(r.dts)
}
