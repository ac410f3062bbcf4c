package entry

import (
	"encoding/binary"
	"fmt"
	"slices"

	"seine/assemble/bmff"
	"seine/assemble/media"
)

// Protection says how the samples of an entry are encrypted (schm and tenc, ISO/IEC 14496-12 §8.12.5, ISO/IEC 23001-7 §8.2).
type Protection struct {
	Scheme    string // four letters, such as "cbcs"
	Protected bool   // default_isProtected
	// Crypt and Skip are the pattern, in AES blocks; both 0 for none.
	Crypt, Skip int
	SampleIV    int    // bytes of the vector that each sample brings: 0, 8 or 16
	ConstantIV  []byte // of 8 or 16 bytes, when samples bring none; may be empty
}

// Open is Parse for an entry whose samples may be encrypted: it returns the entry of the clear samples, which is the one in the file
// without its sinf box and with the name that frma gives (ISO/IEC 14496-12 §8.12.2). p is nil when the samples are clear. The error
// wraps ErrEntry, or ErrProtected when the protection is not one of ISO/IEC 23001-7.
func Open(box []byte, kind media.Kind) (e *media.Entry, p *Protection, err error) {
	if len(box) < least(kind) || len(box) > MaxBox {
		return nil, nil, fmt.Errorf("%w of %d bytes", ErrEntry, len(box))
	}
	inner := children(box, kind)
	list, err := bmff.Boxes(inner)
	at := slices.IndexFunc(list, func(b bmff.Box) bool { return b.Type == "sinf" })
	if at < 0 {
		e, err = Parse(box, kind)
		return e, nil, err
	}
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrEntry, err)
	}
	name, p, err := protection(list[at].Data)
	if err != nil {
		return nil, nil, err
	}
	from, to := list[at].Offset, len(inner)
	if at+1 < len(list) {
		to = list[at+1].Offset
	}
	clear := slices.Concat(box[:len(box)-len(inner)+from], inner[to:])
	binary.BigEndian.PutUint32(clear, uint32(len(clear)))
	copy(clear[4:8], name)
	e, err = Parse(clear, kind)
	return e, p, err
}

// protection reads sinf.
func protection(sinf []byte) (name []byte, p *Protection, err error) {
	name, schm := bmff.Find(sinf, "frma"), bmff.Find(sinf, "schm")
	tenc := bmff.Find(sinf, "schi", "tenc")
	if len(name) != 4 || len(schm) < 8 || tenc == nil {
		return nil, nil, fmt.Errorf("%w in a way of its own", ErrProtected)
	}
	p = &Protection{Scheme: fourCC(schm[4:8])}
	version, _, rest, err := bmff.FullBox(tenc)
	f := bmff.NewFields(rest)
	b := f.Take(4) // reserved; pattern; default_isProtected; default_Per_Sample_IV_Size
	f.Take(16)     // default_KID
	if err != nil || f.Err() != nil {
		return nil, nil, fmt.Errorf("%w: tenc is too short", ErrEntry)
	}
	if version > 0 {
		p.Crypt, p.Skip = int(b[1]>>4), int(b[1]&15)
	}
	p.Protected, p.SampleIV = b[2] != 0, int(b[3])
	if p.Protected && p.SampleIV == 0 {
		if rest = f.Rest(); len(rest) > 0 {
			p.ConstantIV = slices.Clone(f.Take(1 + int(rest[0])))
		}
		if f.Err() == nil && len(p.ConstantIV) > 0 {
			p.ConstantIV = p.ConstantIV[1:]
		}
	}
	if n := len(p.ConstantIV); f.Err() != nil || n != 0 && n != 8 && n != 16 || p.SampleIV != 0 && p.SampleIV != 8 && p.SampleIV != 16 {
		return nil, nil, fmt.Errorf("%w: tenc has a vector of %d bytes", ErrEntry, max(n, p.SampleIV))
	}
	return name, p, nil
}
