package mpegts

import (
	"bytes"
	"errors"

	"seine/assemble/codec/aac"
	"seine/assemble/media"
)

// audioState counts frames from the last timestamp: a PTS belongs to the first frame that begins in its PES packet
// (ISO/IEC 13818-1 §2.4.3.7), so the rest of a frame begun before keeps the older count.
type audioState struct {
	pts      int64 // of the anchor
	frames   int64 // since the anchor
	timed    bool
	next     int64 // PTS for frames from offset nextFrom of buf on
	nextFrom int
	pending  bool
	header   uint32 // the fixed header's bits that make up the codec
	codec    *media.AAC
}

// anchor books the timestamp of a PES packet whose payload will begin at offset from of the buffer.
func (a *audioState) anchor(pts int64, from int) { a.next, a.nextFrom, a.pending = pts, from, true }

// at returns the presentation time of the frame that begins at off.
func (a *audioState) at(off int) (int64, bool) {
	if a.pending && off >= a.nextFrom {
		a.pts, a.frames, a.timed, a.pending = a.next, 0, true, false
	}
	if !a.timed {
		return 0, false
	}
	return a.pts + a.frames*aac.FrameSamples*media.Clock/int64(a.codec.SampleRate), true
}

// drainAudio takes the whole ADTS frames out of buf and leaves the frame that is cut.
func (d *Demuxer) drainAudio(i int) {
	t := &d.tracks[i]
	b, off := t.buf, 0
	for len(b)-off >= aac.HeaderSize {
		h, err := aac.ParseADTS(b[off:])
		if err != nil || !followed(b[off:], h.Frame) {
			n := 1 + max(bytes.IndexByte(b[off+1:], 0xff), 0)
			d.stats.LostBytes += int64(n)
			off += n
			continue
		}
		if off+h.Frame > len(b) {
			break
		}
		d.emitAudio(i, h, off)
		off += h.Frame
	}
	t.audio.nextFrom = max(t.audio.nextFrom-off, 0)
	t.buf = t.buf[:copy(t.buf, b[off:])]
}

// followed reports whether another header stands behind the frame, as far as b goes: a frame with bytes lost in it, and
// a sync word met by chance, have none.
func followed(b []byte, size int) bool {
	return len(b) < size+2 || b[size] == 0xff && b[size+1]&0xf6 == 0xf0
}

func (d *Demuxer) emitAudio(i int, h aac.Header, off int) {
	t := &d.tracks[i]
	a := &t.audio
	if id := uint32(h.ObjectType)<<16 | uint32(h.RateIndex)<<8 | uint32(h.ChannelCfg); a.codec == nil || a.header != id || h.Blocks != 1 {
		c, err := h.Codec()
		if err != nil {
			d.fail(audioError(err))
			return
		}
		// Frames before the change count in another rate.
		if pts, ok := int64(0), false; a.codec != nil && !a.pending {
			if pts, ok = a.at(off); ok {
				a.pts, a.frames = pts, 0
			}
		}
		a.codec, a.header = c, id
	}
	pts, ok := a.at(off)
	if !ok {
		d.stats.DroppedFrames++
		return
	}
	a.frames++
	start := len(t.arena)
	t.arena = append(t.arena, t.buf[off+h.Size:off+h.Frame]...)
	d.emit(media.Sample{Track: i, DTS: pts, PTS: pts, Key: true, Codec: a.codec, Data: t.arena[start:]})
}

func audioError(err error) error {
	if errors.Is(err, aac.ErrUnsupported) {
		return &UnsupportedError{typeADTS, "AAC with a program config element or several blocks a frame"}
	}
	return &UnsupportedError{typeADTS, "this kind of AAC"}
}
