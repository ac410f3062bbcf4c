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
	codec    *media.H264
}

// drainVideo turns the access unit in buf into a sample with four-byte lengths (ISO/IEC 14496-15 §5.3.2). Parameter sets
// go to the codec, delimiters and filler go: avc1 samples hold neither.
func (d *Demuxer) drainVideo(i int) {
	t := &d.tracks[i]
	if !t.active || len(t.buf) == 0 {
		return
	}
	start, key, slice := len(t.arena), false, false
	for nal, rest := h264.NAL(t.buf); nal != nil || rest != nil; nal, rest = h264.NAL(rest) {
		switch kind := h264.Type(nal); kind {
		case h264.NALSPS:
			t.video.setSPS(nal)
			continue
		case h264.NALPPS:
			t.video.setPPS(nal)
			continue
		case 0, h264.NALDelimiter, h264.NALEndSequence, h264.NALEndStream, h264.NALFiller:
			continue
		case h264.NALSEI:
			key = key || h264.HasRecoveryPoint(nal)
		default:
			slice = slice || kind < h264.NALSEI
			key = key || kind == h264.NALIDR
		}
		t.arena = binary.BigEndian.AppendUint32(t.arena, uint32(len(nal)))
		t.arena = append(t.arena, nal...)
	}
	key = key || t.random && t.video.changed
	size := int64(len(t.buf))
	t.buf, t.active = t.buf[:0], false
	if !slice || !t.video.ready() {
		t.arena = t.arena[:start]
		if slice {
			d.stats.DroppedFrames++
			d.stats.LostBytes += size
		}
		return
	}
	d.emit(media.Sample{Track: i, DTS: t.dts, PTS: t.pts, Key: key, Codec: t.video.codec, Data: t.arena[start:]})
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
