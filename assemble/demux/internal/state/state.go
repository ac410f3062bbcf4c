// Package state writes and reads what demuxers keep between segments. Its layout is part of the journal's.
package state

import (
	"seine/assemble/media"
	"seine/assemble/media/wire"
)

// AppendTrack appends what a track is, but for its codec, which the initialization section has.
func AppendTrack(b []byte, t *media.Track) []byte {
	b = wire.Int(b, int64(t.Kind))
	b = wire.Bytes(b, []byte(t.Language))
	b = wire.Int(b, int64(t.Timescale))
	return wire.Bool(b, t.Edited)
}

// Track reads a track of picture or sound.
func Track(r *wire.Reader) (t media.Track) {
	kind := r.Int()
	t.Language = string(r.Bytes())
	scale := r.Int()
	t.Edited = r.Bool()
	if kind != int64(media.Video) && kind != int64(media.Audio) || scale <= 0 || scale > media.MaxTimescale {
		r.Fail()
	}
	t.Kind, t.Timescale = media.Kind(kind), uint32(scale)
	return t
}

// AppendNames appends a list of names.
func AppendNames(b []byte, names []string) []byte {
	b = wire.Int(b, int64(len(names)))
	for _, n := range names {
		b = wire.Bytes(b, []byte(n))
	}
	return b
}

// Names reads a list of so many names at most.
func Names(r *wire.Reader, most int) (names []string) {
	for n := Count(r, most); n > 0 && r.Err() == nil; n-- {
		names = append(names, string(r.Bytes()))
	}
	return names
}

// Count reads a number from 0 to most.
func Count(r *wire.Reader, most int) int {
	n := r.Int()
	if n < 0 || n > int64(most) {
		r.Fail()
		return 0
	}
	return int(n)
}
