package fmp4

import (
	"bytes"

	"seine/assemble/media"
)

// Codecs returns the first sample entry of each track that an initialization section describes, in its order. Errors are those of
// CheckInit.
func Codecs(init []byte) ([]media.Codec, error) {
	moov := find(init, "moov")
	if moov == nil {
		return nil, ErrNoInit
	}
	h, err := parseMoov(bytes.Clone(moov), false, true) // the entries point into it
	if err != nil {
		return nil, err
	}
	var list []media.Codec
	for i := range h.traks {
		if len(h.traks[i].entries) > 0 {
			list = append(list, h.traks[i].entries[0])
		}
	}
	return list, nil
}
