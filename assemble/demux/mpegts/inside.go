package mpegts

import (
	"slices"

	"seine/assemble/media"
)

// A segment that is the demuxer's to write in takes up the samples of its picture itself: what is read of it is always more than what
// comes of it, for the headers of packets go. A unit that grows by what its start code lacks is the exception; where it would meet what
// is still to be read, memory is taken as for any other segment. So it is for the picture that the segment before has begun, and for the first one, which
// gives those behind it a lead.

// minLead is how far reading is ahead of writing at least when the samples come to lie in the segment, in bytes.
const minLead = 4 << 10

// enter has the samples from here on lie in the segment, if it is the demuxer's and this is its first track of pictures.
func (d *Demuxer) enter(i int) {
	t := &d.tracks[i]
	if !d.Scratch || t.entered || t.Kind != media.Video || len(t.arena) == 0 || len(t.arena) != t.from || d.off-d.stride < minLead {
		return
	}
	for k := range d.tracks[:i] {
		if d.tracks[k].Kind == media.Video {
			return
		}
	}
	t.entered, t.inside = true, true
	t.own, t.arena, t.from = t.arena, d.data[:0:len(d.data)], 0
}

// leave has what is pending, and what comes, lie in memory of its own again, which is to take about so many bytes more.
func (t *track) leave(more int) {
	if !t.inside {
		return
	}
	pending := t.arena[t.from:]
	own := slices.Grow(t.own, len(pending)+more)
	t.arena, t.from = append(own, pending...), len(own)
	t.own, t.inside = nil, false
}

// room reports whether n bytes more of a track lie in front of the packet that is being read. That one stays as it is, for the search for the next one may
// begin in it.
func (d *Demuxer) room(t *track, n int) bool { return !t.inside || len(t.arena)+n <= d.off-d.stride }

// fit makes room for n bytes.
func (d *Demuxer) fit(t *track, n int) {
	if !d.room(t, n) {
		t.leave(n + max(len(d.data)-d.off, 0))
	}
}
