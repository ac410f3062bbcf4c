package mpegts

import (
	"bytes"
	"encoding/binary"
	"slices"

	"seine/assemble/codec/h264"
	"seine/assemble/media"
)

// Ids of parameter sets (ISO/IEC 14496-10 §7.4.2) end at 31 and 255; avcC counts 31 SPS.
const (
	maxSPS = 31
	maxPPS = 255
)

type videoState struct {
	sps, pps [][]byte // sets in force, in the order of their first coming
	spsIDs   []uint32
	ppsIDs   []uint32
	changed  bool
	fresh    bool // the open access unit brings an SPS
	codec    *media.H264
}

// lead takes delimiter and parameter sets off the first bytes of an access unit, as far as they lie in b whole: what
// remains then begins with a unit that stays where it is.
func (v *videoState) lead(b []byte) []byte {
	for {
		start, end, next := h264.Next(b, 0)
		if next == len(b) || !v.keep(b[start:end]) {
			return b
		}
		if b[next-1] == 0 { // a start code of four bytes leaves room for the length
			next--
		}
		b = b[next:]
	}
}

// keep takes parameter sets in, and reports whether nal is of a type that samples do not hold: avc1 keeps parameter sets in
// its sample entry (ISO/IEC 14496-15 §5.4.2.1), delimiters and filler are of no use outside a byte stream.
func (v *videoState) keep(nal []byte) bool {
	switch h264.Type(nal) {
	case h264.NALSPS:
		v.fresh = true
		v.setSPS(nal)
	case h264.NALPPS:
		v.setPPS(nal)
	case 0, h264.NALDelimiter, h264.NALEndSequence, h264.NALEndStream, h264.NALFiller:
	default:
		return false
	}
	return true
}

// drainVideo turns the open access unit into a sample with four-byte lengths (ISO/IEC 14496-15 §5.3.2).
func (d *Demuxer) drainVideo(i int) {
	t := &d.tracks[i]
	if !t.active || len(t.arena) == t.from {
		return
	}
	size := int64(len(t.arena) - t.from)
	u := d.unit(t)
	t.active = false
	if !u.slice || !t.video.ready() {
		if u.slice {
			d.stats.DroppedFrames++
			d.stats.LostBytes += size
		}
		t.arena = t.arena[:t.from]
		return
	}
	key := u.idr || u.recovery || t.random && u.sets
	d.emit(media.Sample{Track: i, DTS: t.dts, PTS: t.pts, Key: key, Codec: t.video.codec, Data: t.arena[t.from:len(t.arena):cap(t.arena)]})
	t.from = len(t.arena)
}

// accessUnit is what the NAL units of an access unit tell of it.
type accessUnit struct{ slice, idr, recovery, sets bool }

func (u *accessUnit) see(nal []byte) {
	switch kind := h264.Type(nal); {
	case kind == h264.NALSEI:
		u.recovery = u.recovery || h264.HasRecoveryPoint(nal)
	case kind < h264.NALSEI:
		u.slice, u.idr = true, u.idr || kind == h264.NALIDR
	}
}

const lengthSize = 4

// unit rewrites the open access unit in place: a start code of four bytes gives way to the length. One of three is too
// short for it, unless something was taken out before; then the rest goes through a second buffer.
func (d *Demuxer) unit(t *track) (u accessUnit) {
	b, w := t.arena, t.from
	for start, end, next := h264.Next(b, w); start >= 0; start, end, next = h264.Next(b, next) {
		nal := b[start:end]
		if t.video.keep(nal) {
			continue
		}
		u.see(nal)
		if w+lengthSize > start {
			d.spare = append(d.spare[:0], b[start-3:]...)
			t.arena = b[:w]
			t.appendUnits(d.spare, &u)
			w = len(t.arena)
			break
		}
		copy(b[w+lengthSize:], nal)
		binary.BigEndian.PutUint32(b[w:], uint32(len(nal)))
		w += lengthSize + len(nal)
	}
	t.arena = t.arena[:w]
	u.sets, t.video.fresh = t.video.fresh, false
	return u
}

func (t *track) appendUnits(b []byte, u *accessUnit) {
	for start, end, next := h264.Next(b, 0); start >= 0; start, end, next = h264.Next(b, next) {
		nal := b[start:end]
		if t.video.keep(nal) {
			continue
		}
		u.see(nal)
		t.arena = binary.BigEndian.AppendUint32(t.arena, uint32(len(nal)))
		t.arena = append(t.arena, nal...)
	}
}

func (v *videoState) setSPS(nal []byte) {
	if slices.ContainsFunc(v.sps, func(s []byte) bool { return bytes.Equal(s, nal) }) {
		return
	}
	if s, err := h264.ParseSPS(nal); err == nil {
		v.sps, v.spsIDs = v.put(v.sps, v.spsIDs, s.ID, nal, maxSPS)
	}
}

func (v *videoState) setPPS(nal []byte) {
	if id, ok := h264.PPSID(nal); ok && id <= maxPPS {
		v.pps, v.ppsIDs = v.put(v.pps, v.ppsIDs, id, nal, maxPPS)
	}
}

// put sets a parameter set under its id. Slices are replaced, never changed: codecs given out hold the old ones.
func (v *videoState) put(sets [][]byte, ids []uint32, id uint32, nal []byte, limit int) ([][]byte, []uint32) {
	at := slices.Index(ids, id)
	if at >= 0 && bytes.Equal(sets[at], nal) || at < 0 && len(sets) >= limit {
		return sets, ids
	}
	v.changed = true
	sets = slices.Clone(sets)
	if at >= 0 {
		sets[at] = bytes.Clone(nal)
		return sets, ids
	}
	return append(sets, bytes.Clone(nal)), append(ids, id)
}

// ready makes the codec from the sets in force and reports whether there is one.
func (v *videoState) ready() bool {
	if !v.changed {
		return v.codec != nil
	}
	c, err := h264.Codec(v.sps, v.pps)
	if err != nil {
		return v.codec != nil
	}
	v.codec, v.changed = c, false
	return true
}
