package dash

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/ebml"
	"seine/assemble/manifest"
)

// indexed is a WebM file of three clusters, at 0, 2 and 5 s of 9 s.
type indexed struct {
	scale   uint64 // TimestampScale, 0: it is not said
	behind  bool   // the index is behind the clusters
	unknown bool   // the length of Segment is not said
}

// file returns the bytes, and where the index and the clusters lie in them.
func (x indexed) file() (b []byte, index manifest.ByteRange, clusters []manifest.ByteRange) {
	scale := max(x.scale, 1)
	if x.scale == 0 {
		scale = 1_000_000 // RFC 9559 §5.1.2.9
	}
	ticks := func(s uint64) uint64 { return s * uint64(time.Second) / scale }
	var info []byte
	if x.scale != 0 {
		info = ebml.AppendUint(info, ebml.TimestampScale, x.scale)
	}
	info = ebml.AppendFloat(info, ebml.Duration, float64(ticks(9)))
	head := ebml.AppendBytes(nil, ebml.Info, info)
	var media [][]byte
	for i, s := range []uint64{0, 2, 5} {
		c := ebml.AppendUint(nil, ebml.Timestamp, ticks(s))
		media = append(media, ebml.AppendBytes(nil, ebml.Cluster, ebml.AppendBytes(c, ebml.SimpleBlock, make([]byte, 20+i))))
	}
	cues := func(first int) (b []byte) {
		at := first
		for i, s := range []uint64{0, 2, 5} {
			where := ebml.AppendUint(ebml.AppendUint(nil, ebml.CueTrack, 1), ebml.CueClusterPosition, 1<<20|uint64(at)) // of one length, whatever the place
			b = ebml.AppendBytes(b, ebml.CuePoint, ebml.AppendBytes(ebml.AppendUint(nil, ebml.CueTime, ticks(s)), ebml.CueTrackPositions, where))
			at += len(media[i])
		}
		return ebml.AppendBytes(nil, ebml.Cues, b)
	}
	head = append(head, ebml.AppendVoid(nil, 1<<20-int64(len(head)))...)
	first := 0
	if !x.behind {
		first = len(cues(0))
	}
	body := bytes.Clone(head)
	put := func(b []byte) manifest.ByteRange {
		r := manifest.ByteRange{Offset: int64(len(body)), Length: int64(len(b))}
		body = append(body, b...)
		return r
	}
	if !x.behind {
		index = put(cues(first))
	}
	for _, m := range media {
		clusters = append(clusters, put(m))
	}
	if x.behind {
		index = put(cues(first))
	}
	b = ebml.AppendBytes(nil, ebml.Header, ebml.AppendText(nil, ebml.DocType, "webm"))
	size := int64(len(body))
	if x.unknown {
		size = ebml.Unknown
	}
	b = ebml.AppendSizeIn(ebml.AppendID(b, ebml.Segment), size, 8)
	at := int64(len(b))
	index.Offset += at
	for i := range clusters {
		clusters[i].Offset += at
	}
	return append(b, body...), index, clusters
}

// TestCues: what an index of WebM names are its clusters, wherever it stands, and however fine it counts.
func TestCues(t *testing.T) {
	for name, x := range map[string]indexed{
		"in front": {scale: 1_000_000}, "behind": {scale: 1_000_000, behind: true}, "unsaid scale": {}, "fine": {scale: 100_000}, "coarse": {scale: 1_000_000_000, behind: true},
		"no end, in front": {scale: 1_000_000, unknown: true}, "no end, behind": {scale: 1_000_000, behind: true, unknown: true},
	} {
		t.Run(name, func(t *testing.T) {
			b, index, clusters := x.file()
			text := fmt.Sprintf(`<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><AdaptationSet mimeType="video/webm">`+
				`<Representation id="v" bandwidth="1" codecs="vp9"><BaseURL>film.webm</BaseURL><SegmentBase indexRange="%d-%d"/></Representation></AdaptationSet></Period></MPD>`,
				index.Offset, index.Offset+index.Length-1)
			list, _, err := parse(t, text).Variants[0].Lister.List(t.Context(), func(_ context.Context, _ string, r manifest.ByteRange) ([]byte, error) {
				return b[r.Offset : r.Offset+r.Length], nil
			})
			if err != nil {
				if x.unknown && !x.behind {
					return // nobody knows where the last cluster ends
				}
				t.Fatal(err)
			}
			var got []manifest.ByteRange
			var times []time.Duration
			for _, s := range list.Segments {
				got, times = append(got, *s.Range), append(times, s.Duration)
			}
			if d := cmp.Diff(clusters, got); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff([]time.Duration{2 * time.Second, 3 * time.Second, 4 * time.Second}, times); d != "" {
				t.Error(d)
			}
		})
	}
}
