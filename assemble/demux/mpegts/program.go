package mpegts

import (
	"bytes"
	"fmt"
	"slices"

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
	known, rest, err := d.divide(list)
	if err != nil {
		return err
	}
	for i := range d.tracks {
		d.drain(i, false)
		d.pids[d.tracks[i].pid] = 0
	}
	d.pids[pidPAT], d.pids[d.pmtPID] = routePAT, routePMT
	var nth [media.Audio + 1]int
	sealed := slices.ContainsFunc(known, func(e entry) bool { return e.coding.sealed })
	for _, e := range known {
		kind := e.coding.kind
		switch i := d.place(kind, nth[kind]); {
		case i < 0:
			rest = append(rest, e)
		case d.pids[e.pid] == 0:
			d.tracks[i].assign(e)
			d.tracks[i].opened = e.coding.sealed || !sealed
			d.pids[e.pid] = uint8(i) + 1
		}
		nth[kind]++
	}
	d.ignore(rest)
	return d.unlock()
}

// divide returns the streams to carry over and all others. A program whose only picture or only sound would be among the
// others is refused.
func (d *Demuxer) divide(list []entry) (known, rest []entry, err error) {
	var have [media.Audio + 1]bool
	for _, e := range list {
		if e.coding.carry != carryNot && (!e.coding.sealed || d.Key != nil) {
			known, have[e.coding.kind] = append(known, e), true
		} else {
			rest = append(rest, e)
		}
	}
	for _, e := range rest {
		if k := e.coding.kind; k != 0 && !have[k] && d.wants(k) {
			return nil, nil, &UnsupportedError{e.streamType, e.coding.name}
		}
	}
	if len(known) == 0 {
		return nil, nil, nothing(rest)
	}
	return known, rest, nil
}

// nothing says why a program without a stream to carry over is refused: what nobody has named may be picture or sound.
func nothing(rest []entry) error {
	for _, e := range rest {
		switch {
		case e.noise():
		case e.coding.name == "":
			return &UnsupportedError{e.streamType, "an unknown kind of stream"}
		case e.coding.name == codings[typePrivate].name, e.coding.kind != 0:
			return &UnsupportedError{e.streamType, e.coding.name}
		}
	}
	return fmt.Errorf("%w: it names neither picture nor sound", ErrNoProgram)
}

func (d *Demuxer) wants(k media.Kind) bool { return d.Wanted == 0 || d.Wanted == k }

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
	t.streamType, t.sealed = e.streamType, e.coding.sealed
	t.become(e.coding.carry)
	if e.language != "" {
		t.Language = e.language
	}
}

// become sets the coding of the track. Another one than before ends what was pending, and drops what was known.
func (t *track) become(c carrier) {
	if t.Kind == media.Audio {
		if t.audio.Coding() != c.frames() {
			t.discard()
			t.audio.Become(c.frames())
		}
		return
	}
	if t.video.coding != c {
		t.discard()
		t.video = videoState{coding: c}
	}
}
