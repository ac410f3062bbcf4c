package mpegts

import (
	"bytes"
	"fmt"

	"seine/assemble/media"
)

const (
	tablePAT = 0
	tablePMT = 2
)

func (d *Demuxer) feedPAT(k *packet) {
	s := d.pat.feed(k.payload, k.start)
	if s == nil {
		return
	}
	b, ok := body(s, tablePAT)
	if !ok {
		d.stats.BadSections++
		return
	}
	pid, ok := firstProgram(b)
	if !ok || d.pids[pidPAT] == routePAT && pid == d.pmtPID || pid == pidPAT {
		return
	}
	if d.pmtPID != 0 {
		d.pids[d.pmtPID] = 0
	}
	d.pmtPID, d.pmt = pid, section{}
	d.pids[pid] = routePMT
}

func (d *Demuxer) feedPMT(k *packet) {
	s := d.pmt.feed(k.payload, k.start)
	if s == nil || bytes.Equal(s, d.last) {
		return
	}
	b, ok := body(s, tablePMT)
	if !ok {
		d.stats.BadSections++
		return
	}
	if err := d.setProgram(entries(b)); err != nil {
		d.fail(err)
		return
	}
	d.last = append(d.last[:0], s...)
	d.program = true
}

// setProgram gives each elementary stream its track: the nth of a kind stays the nth when the PIDs change.
func (d *Demuxer) setProgram(list []entry) error {
	known, err := supported(list)
	if err != nil {
		return err
	}
	for _, e := range list {
		if _, ok := kindOf(e.streamType); !ok && !sidecar[e.streamType] {
			d.stats.IgnoredStreams++
		}
	}
	for i := range d.tracks {
		d.drain(i)
		d.pids[d.tracks[i].pid] = 0
	}
	d.pids[pidPAT], d.pids[d.pmtPID] = routePAT, routePMT
	var nth [media.Audio + 1]int
	for _, e := range known {
		kind, _ := kindOf(e.streamType)
		if i := d.place(kind, nth[kind]); i >= 0 && d.pids[e.pid] == 0 {
			d.tracks[i].assign(e)
			d.pids[e.pid] = uint8(i) + 1
		}
		nth[kind]++
	}
	return nil
}

// supported returns the streams to carry over. An entry that would leave the film without picture or sound is refused.
func supported(list []entry) (known []entry, err error) {
	var unknown *entry
	for i, e := range list {
		if err := refuse(e); err != nil {
			return nil, err
		}
		if _, ok := kindOf(e.streamType); ok {
			known = append(known, e)
		} else if !sidecar[e.streamType] {
			unknown = &list[i]
		}
	}
	if len(known) > 0 {
		return known, nil
	}
	if unknown != nil {
		return nil, unknownType(unknown.streamType)
	}
	return nil, fmt.Errorf("%w: it names neither picture nor sound", ErrNoProgram)
}

// place finds the nth track of a kind, or makes it; -1 when there are too many.
func (d *Demuxer) place(kind media.Kind, n int) int {
	for i := range d.tracks {
		if d.tracks[i].Kind != kind {
			continue
		}
		if n == 0 {
			return i
		}
		n--
	}
	if len(d.tracks) >= maxTracks {
		d.stats.IgnoredStreams++
		return -1
	}
	d.tracks = append(d.tracks, track{Track: media.Track{Kind: kind}, cc: -1})
	return len(d.tracks) - 1
}

func (t *track) assign(e entry) {
	if t.pid != e.pid {
		t.discard()
		t.pid, t.cc = e.pid, -1
	}
	if e.language != "" {
		t.Language = e.language
	}
}
