package mpegts

import (
	"errors"
	"io"
	"io/fs"
	"testing"

	"seine/assemble/media"
	clips "seine/testdata/media"
)

func clip(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := fs.ReadFile(clips.FS, name)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// shape is a sample without its bytes, and their checksum.
type shape struct {
	Track    int
	DTS, PTS int64
	Key      bool
	Data     string
}

// drainAll reads to the end of what is at hand.
func drainAll(d *Demuxer) (list []shape, err error) {
	for {
		s, err := d.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, shape{s.Track, s.DTS, s.PTS, s.Key, string(s.Data)})
	}
}

// demux reads segments and flushes.
func demux(tb testing.TB, segments ...[]byte) ([]shape, *Demuxer) {
	tb.Helper()
	d := &Demuxer{}
	var list []shape
	for _, b := range segments {
		if err := d.Reset(b); err != nil {
			tb.Fatal(err)
		}
		part, err := drainAll(d)
		if err != nil {
			tb.Fatal(err)
		}
		list = append(list, part...)
	}
	d.Flush()
	rest, err := drainAll(d)
	if err != nil {
		tb.Fatal(err)
	}
	return append(list, rest...), d
}

// tracks sorts samples by track: the order between tracks is not promised.
func tracks(list []shape) map[int][]shape {
	m := map[int][]shape{}
	for _, s := range list {
		m[s.Track] = append(m[s.Track], s)
	}
	return m
}

func ofKind(d *Demuxer, list []shape, k media.Kind) (out []shape) {
	for _, s := range list {
		if d.tracks[s.Track].Kind == k {
			out = append(out, s)
		}
	}
	return out
}
