package mpegts

import (
	"encoding/binary"

	"seine/assemble/codec/h264"
	"seine/assemble/codec/h265"
	"seine/assemble/codec/nal"
	"seine/assemble/media"
)

type videoState struct {
	coding  carrier
	sets    [setRoles]parameterSets
	changed bool
	fresh   bool // the open access unit brings an SPS
	codec   media.Codec
}

// lead takes delimiter and parameter sets off the first bytes of an access unit, as far as they lie in b whole: what
// remains then begins with a unit that stays where it is.
func (v *videoState) lead(b []byte) []byte {
	for {
		start, end, next := nal.Next(b, 0)
		if next == len(b) || !v.keep(b[start:end]) {
			return b
		}
		if b[next-1] == 0 { // a start code of four bytes leaves room for the length
			next--
		}
		b = b[next:]
	}
}

// keep takes parameter sets in, and reports whether unit is of a type that samples do not hold: avc1 and hvc1 keep parameter
// sets in their sample entries (ISO/IEC 14496-15 §5.4.2.1, §8.4.1), delimiters and filler are of no use outside a byte stream.
func (v *videoState) keep(unit []byte) bool {
	if v.coding == carryHEVC {
		return v.keepHEVC(unit)
	}
	switch h264.Type(unit) {
	case h264.NALSPS:
		v.fresh = true
		v.set(setSPS, unit)
	case h264.NALPPS:
		v.set(setPPS, unit)
	case 0, h264.NALDelimiter, h264.NALEndSequence, h264.NALEndStream, h264.NALFiller:
	default:
		return false
	}
	return true
}

func (v *videoState) keepHEVC(unit []byte) bool {
	switch h265.Type(unit) {
	case h265.NALVPS:
		v.set(setVPS, unit)
	case h265.NALSPS:
		v.fresh = true
		v.set(setSPS, unit)
	case h265.NALPPS:
		v.set(setPPS, unit)
	case h265.NALDelimiter, h265.NALEndSequence, h265.NALEndStream, h265.NALFiller:
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
	key := u.idr || u.recovery || t.random && u.sets && t.video.coding == carryAVC
	d.emit(media.Sample{Track: i, DTS: t.dts, PTS: t.pts, Key: key, Codec: t.video.codec, Data: t.arena[t.from:len(t.arena):cap(t.arena)]})
	t.from = len(t.arena)
}

// accessUnit is what the NAL units of an access unit tell of it.
type accessUnit struct{ slice, idr, recovery, sets bool }

func (u *accessUnit) see(coding carrier, unit []byte) {
	if coding == carryHEVC {
		kind := h265.Type(unit)
		u.slice, u.idr = u.slice || h265.IsSlice(kind), u.idr || h265.IsIRAP(kind)
		return
	}
	switch kind := h264.Type(unit); {
	case kind == h264.NALSEI:
		u.recovery = u.recovery || h264.HasRecoveryPoint(unit)
	case kind < h264.NALSEI:
		u.slice, u.idr = true, u.idr || kind == h264.NALIDR
	}
}

const lengthSize = 4

// unit rewrites the open access unit in place: a start code of four bytes gives way to the length. One of three is too
// short for it, unless something was taken out before; then the rest goes through a second buffer.
func (d *Demuxer) unit(t *track) (u accessUnit) {
	b, w := t.arena, t.from
	if d.cipher != nil && t.opened {
		d.spare = append(d.spare[:0], b[w:]...)
		t.arena = b[:w]
		d.appendUnits(t, &u)
		u.sets, t.video.fresh = t.video.fresh, false
		return u
	}
	for start, end, next := nal.Next(b, w); start >= 0; start, end, next = nal.Next(b, next) {
		unit := b[start:end]
		if t.video.keep(unit) {
			continue
		}
		u.see(t.video.coding, unit)
		if w+lengthSize > start {
			d.spare = append(d.spare[:0], b[start-3:]...)
			t.arena = b[:w]
			d.appendUnits(t, &u)
			w = len(t.arena)
			break
		}
		copy(b[w+lengthSize:], unit)
		binary.BigEndian.PutUint32(b[w:], uint32(len(unit)))
		w += lengthSize + len(unit)
	}
	t.arena = t.arena[:w]
	u.sets, t.video.fresh = t.video.fresh, false
	return u
}

// appendUnits takes what is in the second buffer.
func (d *Demuxer) appendUnits(t *track, u *accessUnit) {
	b := d.spare
	for start, end, next := nal.Next(b, 0); start >= 0; start, end, next = nal.Next(b, next) {
		unit := b[start:end]
		if t.video.keep(unit) {
			continue
		}
		u.see(t.video.coding, unit)
		if d.cipher != nil && t.opened {
			unit = d.cipher.AVC(unit)
		}
		d.fit(t, lengthSize+len(unit))
		t.arena = binary.BigEndian.AppendUint32(t.arena, uint32(len(unit)))
		t.arena = append(t.arena, unit...)
	}
}
