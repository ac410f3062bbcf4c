package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"net/url"
)

// identityVersion changes when the same plan would give other bytes.
const identityVersion = 1

// Identity tells one plan from another: streams, media sequence numbers, paths, ranges, durations, discontinuities,
// gaps and initialization sections. Hosts and queries are left out, because they carry load balancing and short-lived tokens.
func (p *Plan) Identity() [sha256.Size]byte {
	h := sha256.New()
	number(h, identityVersion, uint64(len(p.Streams)), uint64(len(p.Parts)))
	p.identifyStreams(h)
	for i := range p.Parts {
		t := &p.Parts[i]
		path := pathOf(t.URL)
		number(h, uint64(t.Stream), t.Sequence, uint64(t.Duration), uint64(t.Period), flags(t), uint64(len(path)))
		h.Write([]byte(path))
		if t.Range != nil {
			number(h, uint64(t.Range.Offset), uint64(t.Range.Length))
		}
		if t.Init != nil {
			t.Init.identify(h)
		}
	}
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	return sum
}

func (t *Init) identify(h hash.Hash) {
	path, from, length, ranged := pathOf(t.URL), int64(0), int64(0), uint64(0)
	if t.Range != nil {
		from, length, ranged = t.Range.Offset, t.Range.Length, 1
	}
	number(h, ranged, uint64(from), uint64(length), uint64(len(path)))
	h.Write([]byte(path))
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

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.EscapedPath()
}
