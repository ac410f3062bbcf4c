package appended

import (
	"encoding/binary"
	"fmt"
	"math"

	"seine/assemble/bmff"
	"seine/assemble/demux/fmp4"
)

// section is an initialization segment.
type section struct{ at, size int64 }

// header is what is needed of a moov.
type header struct{ tracks map[uint32]timing }

// timing is a track's clock.
type timing struct {
	scale, duration uint32 // ticks a second; of a sample, by trex
	bit             uint
}

// The kinds of tracks, as bits of a lane.
const (
	pictures = 1 << iota
	sounds
	others
)

// init takes a moov, with the ftyp in front of it. What is the same as before needs no new one.
func (r *reader) init(at, head, size int64) error {
	data, err := r.load(at, head, size)
	if err != nil {
		return err
	}
	h, err := parse(data)
	if err != nil {
		return err
	}
	for _, t := range h.tracks {
		r.picture, r.sound = r.picture || t.bit == pictures, r.sound || t.bit == sounds
	}
	from := at
	if r.begun >= 0 {
		from = r.begun
	}
	r.begun = -1
	r.inits, r.heads = append(r.inits, section{from, at + size - from}), append(r.heads, h)
	return nil
}

func parse(moov []byte) (header, error) {
	h := header{tracks: map[uint32]timing{}}
	boxes, err := bmff.Boxes(moov)
	if err != nil {
		return h, fmt.Errorf("%w: %w", fmp4.ErrDamaged, err)
	}
	for _, b := range boxes {
		if b.Type != "trak" {
			continue
		}
		id := wordAt(bmff.Find(b.Data, "tkhd"), 12, 20)
		t := timing{scale: wordAt(bmff.Find(b.Data, "mdia", "mdhd"), 12, 20), bit: others}
		if hdlr := bmff.Find(b.Data, "mdia", "hdlr"); len(hdlr) >= 12 {
			switch string(hdlr[8:12]) {
			case "vide":
				t.bit = pictures
			case "soun":
				t.bit = sounds
			}
		}
		if id == 0 || t.scale == 0 {
			return h, fmt.Errorf("%w: a track without number or timescale", fmp4.ErrDamaged)
		}
		h.tracks[id] = t
	}
	boxes, _ = bmff.Boxes(bmff.Find(moov, "mvex"))
	for _, b := range boxes {
		if b.Type == "trex" && len(b.Data) >= 16 { // §8.8.3
			id := binary.BigEndian.Uint32(b.Data[4:])
			t := h.tracks[id]
			t.duration = binary.BigEndian.Uint32(b.Data[12:])
			h.tracks[id] = t
		}
	}
	return h, nil
}

// wordAt reads four bytes of a full box, whose place depends on its version; 0 when they are not there.
func wordAt(data []byte, at0, at1 int) uint32 {
	at := at0
	if len(data) > 0 && data[0] == 1 {
		at = at1
	}
	if len(data) < at+4 {
		return 0
	}
	return binary.BigEndian.Uint32(data[at:])
}

// decodeTime is the base of a track fragment's times (§8.8.12), and where it is written.
type decodeTime struct {
	at    int64
	wide  bool
	value uint64
	scale uint32
	ticks uint64 // length
	bit   uint
}

// moof finds out what time a fragment fills, and corrects it to be that of the player.
func (r *reader) moof(at, head, size int64) (*fragment, error) {
	if len(r.heads) == 0 {
		return nil, nil // nothing to play it with
	}
	data, err := r.load(at, head, size)
	if err != nil {
		return nil, err
	}
	f := &fragment{at: at, init: len(r.inits) - 1}
	boxes, err := bmff.Boxes(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", fmp4.ErrDamaged, err)
	}
	for _, b := range boxes {
		if b.Type != "traf" {
			continue
		}
		// Boxes counts from where it began; a box's data lies at its own end.
		if err := f.traf(b.Data, at+head+int64(b.Offset)+boxHead(data[b.Offset:]), r.heads[f.init]); err != nil {
			return nil, err
		}
	}
	if len(f.times) == 0 {
		return nil, nil
	}
	return r.place(f)
}

func boxHead(b []byte) int64 {
	if binary.BigEndian.Uint32(b) == 1 {
		return 16
	}
	return 8
}

// traf reads the time of one track in a fragment.
func (f *fragment) traf(data []byte, at int64, h header) error {
	boxes, err := bmff.Boxes(data)
	if err != nil {
		return fmt.Errorf("%w: %w", fmp4.ErrDamaged, err)
	}
	var track timing
	d, found := decodeTime{}, false
	for _, b := range boxes {
		switch b.Type {
		case "tfhd":
			track = h.of(b.Data)
		case "tfdt":
			version, _, rest, err := bmff.FullBox(b.Data)
			fields := bmff.NewFields(rest)
			d.value, d.wide, d.at = fields.Word(version), version == 1, at+int64(b.Offset)+boxHead(data[b.Offset:])+4
			found = err == nil && fields.Err() == nil && d.value < math.MaxInt64
		case "trun":
			d.ticks += length(b.Data, track.duration)
		}
	}
	switch {
	case track.scale == 0 || track.bit == others:
		return nil
	case !found:
		return fmt.Errorf("%w: a fragment without time (tfdt)", fmp4.ErrDamaged)
	}
	d.scale, d.bit = track.scale, track.bit
	f.times, f.lane = append(f.times, d), f.lane|track.bit
	return nil
}

// of reads the track of a tfhd, and its own default duration (§8.8.7).
func (h header) of(tfhd []byte) timing {
	_, flags, rest, err := bmff.FullBox(tfhd)
	fields := bmff.NewFields(rest)
	t := h.tracks[fields.U32()]
	if flags&0x1 != 0 {
		fields.U64()
	}
	if flags&0x2 != 0 {
		fields.U32()
	}
	if flags&0x8 != 0 {
		t.duration = fields.U32()
	}
	if err != nil || fields.Err() != nil {
		return timing{}
	}
	return t
}

// length sums the durations of a trun's samples (§8.8.8); of a damaged one, those that are there.
func length(trun []byte, duration uint32) (ticks uint64) {
	_, flags, rest, err := bmff.FullBox(trun)
	fields := bmff.NewFields(rest)
	count := fields.U32()
	if err != nil || fields.Err() != nil {
		return 0
	}
	if flags&0x100 == 0 {
		return uint64(count) * uint64(duration)
	}
	for _, flag := range []uint32{0x1, 0x4} {
		if flags&flag != 0 {
			fields.U32()
		}
	}
	for range count {
		ticks += uint64(fields.U32())
		for _, flag := range []uint32{0x200, 0x400, 0x800} {
			if flags&flag != 0 {
				fields.U32()
			}
		}
		if fields.Err() != nil {
			break
		}
	}
	return ticks
}
