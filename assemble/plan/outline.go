package plan

import (
	"cmp"
	"time"

	"seine/assemble/manifest"
)

// Outline is a stream of the plan in figures.
type Outline struct {
	Segments        int
	Duration        time.Duration
	Offset          time.Duration // when it begins in the film
	Discontinuities int
	Gaps            int
	// Encryption is the method of its keys, or empty; Keys is how many addresses they have.
	Encryption string
	Keys       int
	// Mirrors is how many servers have all of it, beside the first.
	Mirrors int
	// Bytes is the sum of the byte ranges, 0 unless all segments have one.
	Bytes int64
}

// Outline counts what the plan takes of a stream.
func (p *Plan) Outline(stream int) Outline {
	o := Outline{Offset: p.Offsets[stream], Mirrors: -1}
	keys := map[string]bool{}
	whole := false
	for i := range p.Parts {
		t := &p.Parts[i]
		if t.Stream != stream {
			continue
		}
		o.Segments++
		o.Duration += t.Duration
		if t.Discontinuity {
			o.Discontinuities++
		}
		if t.Gap {
			o.Gaps++
		}
		if t.Key != nil {
			keys[t.Key.URL], o.Encryption = true, t.Key.Method
		}
		if t.Range != nil {
			o.Bytes += t.Range.Length
		}
		whole = whole || t.Range == nil
		if o.Mirrors < 0 || len(t.Mirrors) < o.Mirrors {
			o.Mirrors = len(t.Mirrors)
		}
	}
	o.Keys, o.Mirrors = len(keys), max(o.Mirrors, 0)
	if whole {
		o.Bytes = 0
	}
	return o
}

// Bytes estimates the size of the film: the byte ranges, where all segments have one, or the stated bit rate over the
// duration; 0 when neither is known. A variant's rate counts its sound in (RFC 8216 §4.3.4.2), so more sounds than one make the film
// larger, and a sound without its picture is not known.
func (p *Plan) Bytes() (n int64) {
	known := true
	for i := range p.Streams[:films(p.Streams)] {
		b := p.Outline(i).Bytes
		known = known && b > 0
		n += b
	}
	if known {
		return n
	}
	for i := range p.Streams {
		if v := p.Streams[i].Variant; v != nil {
			return rate(v) / 8 * int64(p.Duration/time.Second)
		}
	}
	return 0
}

func rate(v *manifest.Variant) int64 { return cmp.Or(v.AverageBandwidth, v.Bandwidth) }
