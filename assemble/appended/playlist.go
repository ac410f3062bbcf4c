package appended

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
)

// Tolerances, in seconds: sound and picture of a film are seldom of one length, and encoders leave a frame or two out.
const (
	edge = 1.0
	hole = 0.4
)

// Limits of what is one segment of the playlist.
const (
	maxSegment = 8 << 20 // bytes
	maxLength  = 10.0    // seconds
)

// name of its playlist.
func (t *track) name() string {
	if t.picture {
		return "picture.m3u8"
	}
	return "sound.m3u8"
}

// length in seconds of what is there.
func (t *track) length() (all float64) {
	for _, f := range t.fragments {
		all += f.end - f.start
	}
	return all / float64(max(t.lanes, 1))
}

func (t *track) bandwidth() int64 {
	var bytes int64
	for _, f := range t.fragments {
		bytes += f.size
	}
	return int64(float64(8*bytes)/math.Max(t.length(), 1)) + 1
}

// missing in seconds, of what the span says should be there.
func (t *track) missing() (all float64) {
	for _, s := range t.segments() {
		if s.gap {
			all += s.end - s.start
		}
	}
	return all
}

// segment is a row of fragments that lie side by side in the file and in time, or a gap.
type segment struct {
	at, size   int64
	start, end float64
	init       int
	gap        bool
}

// segments are the fragments in the order of time, with the gaps between them.
func (t *track) segments() (list []segment) {
	reach := t.span.From
	for i, f := range t.fragments {
		limit := hole
		if i == 0 {
			limit = edge
		}
		if f.start > reach+limit {
			list = append(list, segment{start: reach, end: f.start, gap: true})
		}
		reach = math.Max(reach, f.end)
		if n := len(list) - 1; n >= 0 && list[n].takes(f) {
			list[n].size, list[n].end = list[n].size+f.size, math.Max(list[n].end, f.end)
			continue
		}
		list = append(list, segment{at: f.at, size: f.size, start: f.start, end: f.end, init: f.init})
	}
	if t.span.To > reach+edge {
		list = append(list, segment{start: reach, end: t.span.To, gap: true})
	}
	return list
}

// takes says whether f can go into the same segment. A gap takes nothing.
func (s *segment) takes(f *fragment) bool {
	return !s.gap && s.at+s.size == f.at && s.init == f.init && s.size+f.size <= maxSegment && f.end-s.start <= maxLength
}

// playlist is a media playlist of byte ranges (RFC 8216 §4.3.2.2, §4.3.2.5).
func (t *track) playlist() string {
	var b strings.Builder
	file, init, longest := filepath.Base(t.file), -1, 1.0
	list := t.segments()
	for _, s := range list {
		longest = math.Max(longest, s.end-s.start)
	}
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:%d\n#EXT-X-PLAYLIST-TYPE:VOD\n", int(math.Ceil(longest)))
	for _, s := range list {
		if s.gap {
			fmt.Fprintf(&b, "#EXT-X-GAP\n#EXTINF:%.6f,\ngap\n", s.end-s.start)
			continue
		}
		if s.init != init {
			init = s.init
			fmt.Fprintf(&b, "#EXT-X-MAP:URI=%q,BYTERANGE=\"%d@%d\"\n", file, t.inits[init].size, t.inits[init].at)
		}
		fmt.Fprintf(&b, "#EXTINF:%.6f,\n#EXT-X-BYTERANGE:%d@%d\n%s\n", math.Max(s.end-s.start, 0), s.size, s.at, file)
	}
	b.WriteString("#EXT-X-ENDLIST\n")
	return b.String()
}
