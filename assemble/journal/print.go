package journal

import "hash/crc32"

// Print tells the bytes of one part from those of another: their number and the CRC-32 (ISO/IEC 3309) of the first of them. A film that comes
// back under other addresses is known by it.
type Print struct {
	Length int64
	CRC    uint32
}

// printed is how many bytes are looked at: enough to tell films apart, too few to cost time.
const printed = 64 << 10

// PrintOf returns the print of a part's bytes.
func PrintOf(b []byte) Print {
	return Print{int64(len(b)), crc32.ChecksumIEEE(b[:min(len(b), printed)])}
}
