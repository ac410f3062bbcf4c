package mpegts

import (
	"fmt"

	"seine/assemble/media"
	"seine/assemble/media/wire"
)

// AppendState appends all that the next segment depends on: programs, counters, timestamps, frames cut by the end of the
// segment, but not Stats. It belongs between two segments.
func (d *Demuxer) AppendState(b []byte) []byte {
	b = wire.Bool(b, d.program)
	b = wire.Int(b, int64(d.pmtPID))
	b = wire.Bytes(b, d.last)
	b = wire.Bytes(b, d.pat.buf)
	b = wire.Bytes(b, d.pmt.buf)
	b = wire.Bool(b, d.clock.set)
	b = wire.Int(b, d.clock.ref)
	b = d.appendIgnored(b)
	b = wire.Int(b, int64(len(d.tracks)))
	for i := range d.tracks {
		b = d.tracks[i].appendState(b, d.pids[d.tracks[i].pid] == uint8(i)+1)
	}
	return b
}

// RestoreState makes d what it was when AppendState wrote b. The error wraps ErrState; d is then empty.
func (d *Demuxer) RestoreState(b []byte) error {
	buffers := d.buffers()
	*d = Demuxer{Wanted: d.Wanted}
	r := wire.NewReader(b)
	d.program = r.Bool()
	pmt := r.Int()
	d.last, d.pat.buf, d.pmt.buf = r.Bytes(), r.Bytes(), r.Bytes()
	d.clock.set, d.clock.ref = r.Bool(), r.Int()
	d.restoreIgnored(r)
	tracks := r.Int()
	if tracks < 0 || tracks > maxTracks || pmt < 0 || pmt >= pidCount {
		r.Fail()
	}
	d.pmtPID = uint16(pmt)
	for i := 0; i < int(tracks) && r.Err() == nil; i++ {
		var t track
		if i < len(buffers) {
			t.arena = buffers[i]
		}
		routed := t.restore(r)
		if routed {
			d.pids[t.pid] = uint8(i) + 1
		}
		d.tracks = append(d.tracks, t)
	}
	if r.Err() != nil || r.Len() != 0 {
		*d = Demuxer{Wanted: d.Wanted}
		return fmt.Errorf("%w: %d tracks", ErrState, tracks)
	}
	if d.pmtPID != 0 {
		d.pids[d.pmtPID] = routePMT
	}
	return nil
}

func (d *Demuxer) buffers() (list [][]byte) {
	for i := range d.tracks {
		t := &d.tracks[i]
		if t.inside {
			list = append(list, t.own[:0])
			continue
		}
		list = append(list, t.arena[:0])
	}
	return list
}

// Counters are the fields, in their order.
func (s *Stats) Counters() []*int64 {
	return []*int64{&s.ContinuityErrors, &s.Duplicates, &s.Resyncs, &s.LostBytes, &s.DroppedFrames, &s.BadSections}
}

// Add sums up.
func (s *Stats) Add(o Stats) {
	from := o.Counters()
	for i, n := range s.Counters() {
		*n += *from[i]
	}
}

// Since returns what was added since an earlier look.
func (s Stats) Since(o Stats) Stats {
	from := o.Counters()
	for i, n := range s.Counters() {
		*n -= *from[i]
	}
	return s
}

func (t *track) appendState(b []byte, routed bool) []byte {
	b = wire.Bool(b, routed)
	b = wire.Int(b, int64(t.Kind))
	b = wire.Bytes(b, []byte(t.Language))
	for _, v := range [...]int64{int64(t.pid), int64(t.cc), int64(t.left), t.pts, t.dts} {
		b = wire.Int(b, v)
	}
	for _, v := range [...]bool{t.heading, t.active, t.stuffed, t.random} {
		b = wire.Bool(b, v)
	}
	b = wire.Bytes(b, t.head)
	b = wire.Int(b, int64(t.streamType))
	b = wire.Bool(b, t.sealed)
	b = wire.Bool(b, t.opened)
	if t.Kind == media.Video {
		b = wire.Bytes(b, t.pending())
		return t.video.appendState(b)
	}
	return t.audio.AppendState(b)
}

func (t *track) restore(r *wire.Reader) (routed bool) {
	routed = r.Bool()
	kind := r.Int()
	t.Language = string(r.Bytes())
	pid, cc, left := r.Int(), r.Int(), r.Int()
	t.pts, t.dts = r.Int(), r.Int()
	t.heading, t.active, t.stuffed, t.random = r.Bool(), r.Bool(), r.Bool(), r.Bool()
	t.head = r.Bytes()
	t.streamType = uint8(r.Int())
	t.sealed, t.opened = r.Bool(), r.Bool()
	t.Kind = media.Kind(kind)
	if pid < 0 || pid >= pidCount || cc < -1 || cc > 15 || left < -1 || left > 0xffff {
		r.Fail()
		return false
	}
	t.pid, t.cc, t.left = uint16(pid), int8(cc), int(left)
	switch t.Kind {
	case media.Video:
		t.arena = append(t.arena, r.Bytes()...)
		t.video.restore(r)
	case media.Audio:
		t.audio.RestoreState(r)
	default:
		r.Fail()
	}
	return routed
}
