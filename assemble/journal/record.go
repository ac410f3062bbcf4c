package journal

import (
	"encoding/binary"
	"io/fs"
)

const headerSize = 32 + 4

func encodeHeader(h Header) []byte {
	return binary.BigEndian.AppendUint32(append([]byte(nil), h.Identity[:]...), uint32(h.Mode.Perm()))
}

func decodeHeader(b []byte) Header {
	return Header{Identity: [32]byte(b), Mode: fs.FileMode(binary.BigEndian.Uint32(b[32:])).Perm()}
}

func encodeRecord(r Record) []byte {
	b := make([]byte, 0, 40+len(r.Data))
	b = binary.AppendUvarint(b, uint64(r.Part))
	b = binary.AppendUvarint(b, uint64(r.Start))
	b = binary.AppendUvarint(b, uint64(r.Size))
	b = binary.BigEndian.AppendUint32(b, r.CRC)
	missing := byte(0)
	if r.Missing {
		missing = 1
	}
	return append(append(b, missing), r.Data...)
}

func decodeRecord(b []byte) (r Record, ok bool) {
	var n [3]uint64
	for i := range n {
		v, size := binary.Uvarint(b)
		if size <= 0 || v > 1<<62 {
			return r, false
		}
		n[i], b = v, b[size:]
	}
	if len(b) < 5 || b[4] > 1 {
		return r, false
	}
	return Record{
		Part: int(n[0]), Start: int64(n[1]), Size: int64(n[2]),
		CRC: binary.BigEndian.Uint32(b), Missing: b[4] == 1, Data: b[5:],
	}, true
}
