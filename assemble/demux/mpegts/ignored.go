package mpegts

import (
	"fmt"

	"seine/assemble/media/wire"
)

// maxIgnored bounds the kinds of streams that are told of; there are 256 types, most of them never seen.
const maxIgnored = 64

// Ignored is a kind of elementary stream that the program lists and the demuxer leaves out.
type Ignored struct {
	StreamType uint8  // stream_type of ISO/IEC 13818-1 Table 2-34
	Name       string // such as "AC-3", "teletext", "private data"; empty when nobody has named the type
	Count      int    // of such streams at once
}

// String is the beginning of a sentence: "a stream of type 0x06 (private data)".
func (g Ignored) String() string {
	s := fmt.Sprintf("a stream of type 0x%02x", g.StreamType)
	if g.Count > 1 {
		s = fmt.Sprintf("%d streams of type 0x%02x", g.Count, g.StreamType)
	}
	if g.Name != "" {
		s += " (" + g.Name + ")"
	}
	return s
}

// Ignored lists what was left out since the beginning, each kind once however often the program repeats it.
func (d *Demuxer) Ignored() []Ignored { return append([]Ignored(nil), d.ignored...) }

// ignore books what a program has besides the streams carried over.
func (d *Demuxer) ignore(list []entry) {
	var now []Ignored
	for i := range list {
		e := &list[i]
		if e.noise() || e.coding.kind != 0 && !d.wants(e.coding.kind) {
			continue
		}
		now = book(now, Ignored{e.streamType, e.coding.name, 1}, func(a, b int) int { return a + b })
	}
	for _, g := range now {
		d.ignored = book(d.ignored, g, func(a, b int) int { return max(a, b) })
	}
}

func book(list []Ignored, g Ignored, join func(a, b int) int) []Ignored {
	for i := range list {
		if list[i].StreamType == g.StreamType && list[i].Name == g.Name {
			list[i].Count = join(list[i].Count, g.Count)
			return list
		}
	}
	if len(list) >= maxIgnored {
		return list
	}
	return append(list, g)
}

func (d *Demuxer) appendIgnored(b []byte) []byte {
	b = wire.Int(b, int64(len(d.ignored)))
	for _, g := range d.ignored {
		b = wire.Int(b, int64(g.StreamType))
		b = wire.Bytes(b, []byte(g.Name))
		b = wire.Int(b, int64(g.Count))
	}
	return b
}

func (d *Demuxer) restoreIgnored(r *wire.Reader) {
	n := r.Int()
	if n < 0 || n > maxIgnored {
		r.Fail()
	}
	for ; n > 0 && r.Err() == nil; n-- {
		d.ignored = append(d.ignored, Ignored{uint8(r.Int()), string(r.Bytes()), int(r.Int())})
	}
}
