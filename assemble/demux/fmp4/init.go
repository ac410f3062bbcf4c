package fmp4

import (
	"errors"
	"fmt"
	"slices"

	"seine/assemble/bmff"
	"seine/assemble/codec/entry"
	"seine/assemble/media"
)

const (
	// MaxInit bounds an initialization section, in bytes.
	MaxInit = 4 << 20

	maxTracks  = 16
	maxEntries = 64 // of one track
)

// defaults are those of trex or tfhd (§8.8.3, §8.8.7).
type defaults struct {
	description, duration, size, flags uint32
}

// trak is a track as an initialization section describes it.
type trak struct {
	media.Track
	id      uint32
	coding  string // handler and sample entry, for messages
	entries []*media.Entry
	// protections are those of entries, nil for clear ones.
	protections []*entry.Protection
	shift       int64 // presentation time of composition time 0, by the edit list
	defaults
}

// header is what a moov says.
type header struct {
	text   bool // tracks of subtitles are wanted, and no others
	traks  []trak
	others []string        // codings of tracks that are neither picture nor sound
	sealed *ProtectedError // what is encrypted, when there is a key for it
}

// CheckInit reports whether b is an initialization section (§8.2.1, RFC 8216 §3.3) of media that is clear, or that the playlist has a
// key for (keyed). The error wraps ErrDamaged, ErrNoInit, or is a *ProtectedError or an *UnsupportedError.
func CheckInit(b []byte, keyed bool) error {
	moov := find(b, "moov")
	if moov == nil {
		return ErrNoInit
	}
	_, err := parseMoov(moov, false, keyed)
	return err
}

// find returns the data of the first box of a type; nil when it is not there.
func find(b []byte, kind string) []byte {
	for len(b) > 0 {
		box, rest, err := bmff.Next(b)
		if err != nil {
			return nil
		}
		if box.Type == kind {
			return box.Data
		}
		b = rest
	}
	return nil
}

// each calls f for the boxes of a container, one after the other.
func each(b []byte, f func(bmff.Box) error) error {
	for len(b) > 0 {
		box, rest, err := bmff.Next(b)
		if err != nil {
			return damaged("a box does not fit the one around it")
		}
		if err := f(box); err != nil {
			return err
		}
		b = rest
	}
	return nil
}

func parseMoov(b []byte, text, keyed bool) (*header, error) {
	h := &header{text: text}
	var movie uint32
	var protected *ProtectedError
	err := each(b, func(box bmff.Box) (err error) {
		switch box.Type {
		case "mvhd":
			_, movie, err = timescale(box.Data)
		case "trak":
			err = h.trak(box.Data, movie, keyed)
		case "pssh":
			// A rights system is at home here even where the first samples are clear.
			if h.sealed = h.sealed.named(system(box.Data)); !keyed {
				protected = h.sealed
			}
		}
		if errors.Is(err, entry.ErrProtected) {
			protected, err = protected.named(unnamed), nil // which system, a later box may say
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case protected != nil:
		return nil, protected
	}
	return h, each(find(b, "mvex"), h.trex)
}

// timescale reads mvhd or mdhd (§8.2.2, §8.4.2) up to the field behind the duration.
func timescale(data []byte) (f *bmff.Fields, scale uint32, err error) {
	version, _, rest, err := bmff.FullBox(data)
	if err != nil {
		return nil, 0, damaged("a header without version")
	}
	f = bmff.NewFields(rest)
	f.Word(version)
	f.Word(version)
	scale = f.U32()
	f.Word(version)
	if f.Err() != nil || scale == 0 || scale > media.MaxTimescale {
		return nil, 0, damaged("a timescale of %d", scale)
	}
	return f, scale, nil
}

func (h *header) trak(b []byte, movie uint32, keyed bool) error {
	t := trak{}
	mdia := find(b, "mdia")
	f, scale, err := timescale(find(mdia, "mdhd"))
	if err != nil {
		return err
	}
	t.Timescale, t.Language = scale, language(f.U16())
	if long := find(mdia, "elng"); len(long) > 4 && len(long) < 64 {
		t.Language = cString(long[4:])
	}
	if t.id, err = trackID(find(b, "tkhd")); err != nil {
		return err
	}
	if hdlr := find(mdia, "hdlr"); len(hdlr) >= 12 {
		t.coding = string(hdlr[8:12])
	}
	switch {
	case t.coding == "vide" && !h.text:
		t.Kind = media.Video
	case t.coding == "soun" && !h.text:
		t.Kind = media.Audio
	case (t.coding == "subt" || t.coding == "text" || t.coding == "sbtl") && h.text:
		t.Kind = media.Text
	default:
		if len(h.others) < maxTracks {
			h.others = append(h.others, t.coding)
		}
		return nil
	}
	if len(h.traks) == maxTracks {
		return damaged("more than %d tracks", maxTracks)
	}
	if err := t.edits(bmff.Find(b, "edts", "elst"), movie); err != nil {
		return err
	}
	err = t.descriptions(bmff.Find(mdia, "minf", "stbl", "stsd"), keyed)
	if slices.ContainsFunc(t.protections, func(p *entry.Protection) bool { return p != nil }) {
		h.sealed = h.sealed.named(unnamed)
	}
	h.traks = append(h.traks, t)
	return err
}

// trackID is in tkhd, behind the times (§8.3.2).
func trackID(data []byte) (uint32, error) {
	version, _, rest, err := bmff.FullBox(data)
	if err != nil {
		return 0, damaged("a track without tkhd")
	}
	f := bmff.NewFields(rest)
	f.Word(version)
	f.Word(version)
	id := f.U32()
	if f.Err() != nil || id == 0 {
		return 0, damaged("a track without id")
	}
	return id, nil
}

// language unpacks the three letters of mdhd (§8.4.2.3); empty when undetermined.
func language(v uint16) string {
	code := [3]byte{byte(v>>10&31) + 0x60, byte(v>>5&31) + 0x60, byte(v&31) + 0x60}
	for _, c := range code {
		if c < 'a' || c > 'z' {
			return ""
		}
	}
	if s := string(code[:]); s != "und" {
		return s
	}
	return ""
}

func cString(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
		if c < '-' || c > 'z' {
			return ""
		}
	}
	return string(b)
}

// descriptions reads stsd (§8.5.2).
func (t *trak) descriptions(data []byte, keyed bool) error {
	if len(data) < 8 {
		return damaged("a track without sample entry")
	}
	for rest := data[8:]; len(rest) > 0; {
		box, after, err := bmff.Next(rest)
		if err != nil || len(t.entries) == maxEntries {
			return damaged("the sample entries do not fit their table")
		}
		err = t.open(rest[:len(rest)-len(after)], keyed)
		if own(err) {
			return err
		}
		if err != nil {
			return fmt.Errorf("%w: %w (%q)", ErrDamaged, err, box.Type)
		}
		rest = after
	}
	if len(t.entries) == 0 {
		return damaged("a track without sample entry")
	}
	return nil
}

// trex holds what fragments need not repeat (§8.8.3).
func (h *header) trex(box bmff.Box) error {
	if box.Type != "trex" || len(box.Data) < 4 {
		return nil
	}
	f := bmff.NewFields(box.Data[4:])
	id := f.U32()
	d := defaults{description: f.U32(), duration: f.U32(), size: f.U32(), flags: f.U32()}
	if f.Err() != nil {
		return damaged("trex is too short")
	}
	for i := range h.traks {
		if h.traks[i].id == id {
			h.traks[i].defaults = d
		}
	}
	return nil
}
