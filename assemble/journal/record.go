package journal

import (
	"encoding/binary"
	"io/fs"

	"seine/assemble/media/wire"
)

// Bounds of Header.Origin and Header.Learned, in bytes.
const (
	maxOrigin  = 1 << 20
	maxLearned = 4 << 20
)

func encodeHeader(h Header) []byte {
	b := append(h.Identity[:len(h.Identity):len(h.Identity)], h.Likeness[:]...)
	b = binary.BigEndian.AppendUint32(b, uint32(h.Mode.Perm()))
	b = wire.Bool(b, h.Learned != nil)
	b = wire.Bytes(b, h.Learned)
	return append(b, h.Origin[:min(len(h.Origin), maxOrigin)]...)
}

func decodeHeader(b []byte) (h Header, ok bool) {
	const fixed = 32 + 32 + 4
	if len(b) < fixed {
		return h, false
	}
	h = Header{Identity: [32]byte(b), Likeness: [32]byte(b[32:]), Mode: fs.FileMode(binary.BigEndian.Uint32(b[64:])).Perm()}
	r := wire.NewReader(b[fixed:])
	if learned, list := r.Bool(), r.Bytes(); learned {
		h.Learned = append([]byte{}, list...) // nothing learned is not nil
	}
	if r.Err() != nil || r.Len() > maxOrigin || len(h.Learned) > maxLearned {
		return Header{}, false
	}
	h.Origin = b[len(b)-r.Len():]
	return h, true
}

func encodeRecords(list []Record) (b []byte) {
	for _, r := range list {
		b = wire.Int(b, int64(r.Part))
		b = wire.Int(b, r.Start)
		b = wire.Int(b, r.Size)
		b = wire.Int(b, int64(r.CRC))
		b = wire.Int(b, r.Print.Length)
		b = wire.Int(b, int64(r.Print.CRC))
		b = wire.Bool(b, r.Missing)
		b = wire.Bytes(b, r.Data)
	}
	return b
}

func decodeRecords(b []byte) (list []Record, ok bool) {
	r := wire.NewReader(b)
	for r.Len() > 0 && r.Err() == nil {
		rec := Record{Part: int(r.Int()), Start: r.Int(), Size: r.Int(), CRC: u32(r)}
		rec.Print = Print{Length: r.Int(), CRC: u32(r)}
		rec.Missing, rec.Data = r.Bool(), r.Bytes()
		if rec.Part < 0 || rec.Start < 0 || rec.Size < 0 || rec.Size > 1<<62 {
			return nil, false
		}
		list = append(list, rec)
	}
	return list, r.Err() == nil && len(list) > 0
}

func u32(r *wire.Reader) uint32 {
	v := r.Int()
	if v < 0 || v > 1<<32-1 {
		r.Fail()
	}
	return uint32(v)
}
