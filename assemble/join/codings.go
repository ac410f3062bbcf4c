package join

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"seine/assemble/media"
	"seine/assemble/media/wire"
)

// EncodeCodings writes how periods are coded, as Joiner.Codings has it, for DecodeCodings.
func EncodeCodings(known map[int][]media.Codec) []byte {
	b := binary.AppendUvarint(nil, uint64(len(known)))
	for _, period := range slices.Sorted(maps.Keys(known)) {
		b = wire.Int(b, int64(period))
		b = binary.AppendUvarint(b, uint64(len(known[period])))
		for _, k := range known[period] {
			b = encodeCodec(wire.Int(b, int64(k.Kind())), k)
		}
	}
	return b
}

// DecodeCodings reads what EncodeCodings wrote. The error wraps ErrRecord.
func DecodeCodings(b []byte) (map[int][]media.Codec, error) {
	r := wire.NewReader(b)
	known := map[int][]media.Codec{}
	for n := r.Count(); n > 0 && r.Err() == nil; n-- {
		period := int(r.Int())
		for n := r.Count(); n > 0 && r.Err() == nil; n-- {
			kind := media.Kind(r.Int())
			k := decodeCodec(r, kind)
			if k == nil || k.Kind() != kind {
				r.Fail()
				break
			}
			known[period] = append(known[period], k)
		}
	}
	if r.Err() != nil || r.Len() != 0 {
		return nil, fmt.Errorf("%w: how the media is coded", ErrRecord)
	}
	return known, nil
}
