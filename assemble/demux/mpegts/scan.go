package mpegts

import (
	"bytes"
	"encoding/binary"

	"seine/assemble/media"
)

// run reads packets until samples are queued or the segment ends.
func (d *Demuxer) run() {
	var k packet
	for len(d.queue) == 0 && d.err == nil {
		if d.off+packetSize > len(d.data) {
			d.finish()
			return
		}
		p := d.data[d.off : d.off+packetSize : d.off+packetSize]
		if p[0] != syncByte {
			d.resync()
			continue
		}
		d.off += d.stride
		route := d.pids[uint16(p[1]&0x1f)<<8|uint16(p[2])]
		if route != 0 && !d.middle(route, p) {
			d.route(route, &k, p)
		}
	}
}

// middle takes the packets that make up nearly all of a film, which carry picture and nothing else, and reports false for
// all others, leaving them to route.
func (d *Demuxer) middle(route uint8, p []byte) bool {
	const flags = 0x00c000f0 // transport_error, payload_unit_start; scrambling, adaptation field, payload
	if binary.BigEndian.Uint32(p)&flags != 0x10 || int(route) > len(d.tracks) {
		return false
	}
	t := &d.tracks[route-1]
	cc := int8(p[3] & 0x0f)
	if t.Kind != media.Video || !t.active || t.heading || t.left >= 0 || cc != (t.cc+1)&0x0f ||
		len(t.arena) == t.from || len(t.arena)-t.from > maxCarry-packetSize || !d.room(t, packetSize-4) {
		return false
	}
	t.stuffed, t.seen = false, true
	t.arena = append(t.arena, p[4:packetSize]...)
	t.cc = d.alike(t, binary.BigEndian.Uint32(p))
	return true
}

// alike takes the packets that follow one with this header (ISO/IEC 13818-1 §2.4.3.2) and differ from it in the continuity counter alone, as far as
// there is memory at hand, and returns the last one's counter. There is room for all: reading gains on writing with each.
func (d *Demuxer) alike(t *track, header uint32) (cc int8) {
	arena, data, off := t.arena, d.data, d.off
	most := min(cap(arena), t.from+maxCarry) - packetSize
	for len(arena) <= most && off+packetSize <= len(data) {
		p := data[off : off+packetSize]
		next := header&^0x0f | (header+1)&0x0f
		if binary.BigEndian.Uint32(p) != next {
			break
		}
		arena = append(arena, p[4:]...)
		header = next
		off += d.stride
	}
	t.arena, d.off = arena, off
	return int8(header & 0x0f)
}

func (d *Demuxer) route(route uint8, k *packet, p []byte) {
	// transport_error_indicator: the bytes are wrong, and the counter jump will tell.
	if p[1]&0x80 != 0 || !k.parse(p) {
		d.stats.LostBytes += packetSize
		return
	}
	switch route {
	case routePAT:
		d.feedPAT(k)
	case routePMT:
		d.feedPMT(k)
	default:
		d.feed(int(route)-1, k)
	}
}

// feed takes a packet of an elementary stream.
func (d *Demuxer) feed(i int, k *packet) {
	if k.payload == nil || !d.count(&d.tracks[i], k) {
		return
	}
	if k.scrambled {
		d.fail(errScrambled)
		return
	}
	if err := d.push(i, k); err != nil {
		d.fail(err)
	}
}

// count checks the continuity counter (ISO/IEC 13818-1 §2.4.3.3) and reports false for a packet sent twice.
func (d *Demuxer) count(t *track, k *packet) bool {
	before, seen := t.cc, t.seen
	t.cc, t.seen = k.cc, true
	switch {
	case before < 0 || k.cc == (before+1)&0x0f || k.discontinuity:
		return true
	case k.cc == before && !k.start && t.active && t.repeats(k.payload):
		d.stats.Duplicates++
		return false
	}
	// A segment that starts afresh jumps where its first PES packet starts; nothing is lost then.
	if !k.start || seen {
		d.stats.ContinuityErrors++
	}
	return true
}

// repeats reports whether payload is what buf ends with.
func (t *track) repeats(payload []byte) bool {
	return bytes.HasSuffix(t.pending(), payload)
}

// resync looks for the next row of sync bytes. The search begins within the packet before: when bytes were lost in it,
// a part of it already belongs to the next one.
func (d *Demuxer) resync() {
	d.stats.Resyncs++
	at := d.off
	from := max(at-d.stride+1, 0)
	off, stride := locate(d.data, from)
	if off < 0 {
		off = len(d.data)
	} else {
		d.stride = stride
	}
	d.stats.LostBytes += int64(max(off-at, 0))
	d.off = off
}

// finish ends a segment: what is known to be whole goes out, the rest waits for the next segment. Encrypted pictures do not wait,
// for the next segment may have another key.
func (d *Demuxer) finish() {
	d.stats.LostBytes += int64(max(len(d.data)-d.off, 0))
	for i := range d.tracks {
		if t := &d.tracks[i]; t.Kind == media.Audio || t.complete() || d.cipher != nil {
			d.drain(i, true)
		}
	}
	d.outside()
	d.data, d.off = nil, 0
}

// findProgram reads ahead to the first PMT, so that packets in front of it are not lost. The packets are counted when they
// come again.
func (d *Demuxer) findProgram() {
	var k packet
	stats, off, stride := d.stats, d.off, d.stride
	for d.off+packetSize <= len(d.data) && !d.program && d.err == nil {
		p := d.data[d.off : d.off+packetSize]
		if p[0] != syncByte {
			d.resync()
			continue
		}
		d.off += d.stride
		if route := d.pids[uint16(p[1]&0x1f)<<8|uint16(p[2])]; route == routePAT || route == routePMT {
			d.route(route, &k, p)
		}
	}
	d.stats, d.off, d.stride = stats, off, stride
}
