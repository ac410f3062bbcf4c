package entry

import (
	"seine/assemble/bmff"
	"seine/assemble/media"
)

// Units returns how many bytes of length stand in front of each NAL unit in the samples of an entry, and whether they are HEVC's (ISO/IEC
// 14496-15 §5.3.3.1, §8.3.3.1); 0 when its samples have none.
func Units(e *media.Entry) (length int, hevc bool) {
	if e.Of != media.Video || len(e.Box) < offVisual {
		return 0, false
	}
	inner := e.Box[offVisual:]
	if b := bmff.Find(inner, "avcC"); len(b) > 4 {
		return int(b[4]&3) + 1, false
	}
	if b := bmff.Find(inner, "hvcC"); len(b) > 21 {
		return int(b[21]&3) + 1, true
	}
	return 0, false
}
