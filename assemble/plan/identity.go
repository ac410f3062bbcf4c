package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"net/url"
)

// identityVersion changes when the same plan would give other bytes.
const identityVersion = 2

// Identity tells one plan from another: streams, media sequence numbers, paths, ranges, durations, discontinuities,
// gaps and initialization sections. Hosts and queries are left out, because they carry load balancing and short-lived tokens.
func (p *Plan) Identity() [sha256.Size]byte { return p.digest(pathOf) }

// Likeness is Identity without the paths, which may carry tokens too. Plans that are alike may still be of two films: only the
// bytes of a part tell.
func (p *Plan) Likeness() [sha256.Size]byte { return p.digest(func(string) string { return "" }) }

func (p *Plan) digest(path func(address string) string) (sum [sha256.Size]byte) {
	h := sha256.New()
	number(h, identityVersion, uint64(len(p.Streams)), uint64(len(p.Parts)))
	for i := range p.Parts {
		t := &p.Parts[i]
		number(h, uint64(t.Stream), t.Sequence, uint64(t.Duration), uint64(t.Period), flags(t))
		text(h, path(t.URL))
		if t.Range != nil {
			number(h, uint64(t.Range.Offset), uint64(t.Range.Length))
		}
		if t.Init != nil {
			t.Init.identify(h, path)
		}
	}
	h.Sum(sum[:0])
	return sum
}

func (t *Init) identify(h hash.Hash, path func(string) string) {
	from, length, ranged := int64(0), int64(0), uint64(0)
	if t.Range != nil {
		from, length, ranged = t.Range.Offset, t.Range.Length, 1
	}
	number(h, ranged, uint64(from), uint64(length))
	text(h, path(t.URL))
}

func flags(t *Part) (f uint64) {
	for i, set := range []bool{t.Discontinuity, t.Gap, t.Range != nil, t.Key != nil, t.Init != nil} {
		if set {
			f |= 1 << i
		}
	}
	return f
}

func number(h hash.Hash, list ...uint64) {
	var b [8]byte
	for _, n := range list {
		binary.BigEndian.PutUint64(b[:], n)
		h.Write(b[:])
	}
}

func text(h hash.Hash, s string) {
	number(h, uint64(len(s)))
	h.Write([]byte(s))
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.EscapedPath()
}
