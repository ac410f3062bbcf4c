package mpegts

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/media"
)

// TestIgnored: what a program has beside picture and sound is told, once, by the name that type or descriptors give it.
func TestIgnored(t *testing.T) {
	private := func(descriptors ...byte) tstest.Stream { return tstest.Stream{Type: 0x06, Descriptors: descriptors} }
	for name, c := range map[string]struct {
		streams []tstest.Stream
		want    []string
	}{
		"ID3 and SCTE-35":             {[]tstest.Stream{{Type: 0x15}, {Type: 0x86}, private(0x05, 4, 'I', 'D', '3', ' ')}, nil},
		"private data":                {[]tstest.Stream{private()}, []string{"a stream of type 0x06 (private data)"}},
		"two of a kind":               {[]tstest.Stream{private(), private()}, []string{"2 streams of type 0x06 (private data)"}},
		"never named":                 {[]tstest.Stream{{Type: 0xa7}}, []string{"a stream of type 0xa7"}},
		"DVB":                         {[]tstest.Stream{private(0x59, 0), private(0x56, 0)}, []string{"a stream of type 0x06 (DVB subtitles)", "a stream of type 0x06 (teletext)"}},
		"DTS beside AAC":              {[]tstest.Stream{{Type: 0x82}, private(0x7b, 0)}, []string{"a stream of type 0x82 (DTS)", "a stream of type 0x06 (DTS)"}},
		"AC-3 beside AAC":             {[]tstest.Stream{{Type: 0x81}, private(0x6a, 0), private(0x7a, 0)}, nil},
		"registered":                  {[]tstest.Stream{private(0x05, 4, 'O', 'p', 'u', 's')}, []string{"a stream of type 0x06 (Opus)"}},
		"sound, then a stream's mark": {[]tstest.Stream{private(0x7b, 0, 0x52, 1, 1, 0x05, 4, 'K', 'L', 'V', 'A')}, []string{"a stream of type 0x06 (DTS)"}},
		"cut descriptor":              {[]tstest.Stream{private(0x05, 40, 'O', 'p', 'u', 's')}, []string{"a stream of type 0x06 (private data)"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := &tstest.Writer{}
			var parts [][]byte
			for n := range 3 {
				program := append([]tstest.Stream(nil), tstest.Muxed...)
				for i, s := range c.streams {
					s.PID = uint16(0x200 + 16*n + i) // as at each discontinuity
					program = append(program, s)
				}
				w.Program(program...)
				w.PES(tstest.PES{PID: tstest.VideoPID, Data: tstest.Picture(newRand(), true, 400)})
				parts, w.Buf = append(parts, w.Buf), nil
			}
			_, d := demux(t, parts...)
			again := &Demuxer{}
			if err := again.RestoreState(d.AppendState(nil)); err != nil {
				t.Fatal(err)
			}
			for _, list := range [][]Ignored{d.Ignored(), again.Ignored()} {
				var got []string
				for _, g := range list {
					got = append(got, g.String())
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// TestOnlyOneOfAKind: a film does not lose its only sound or picture in silence, unless nobody wants it.
func TestOnlyOneOfAKind(t *testing.T) {
	video, sound := tstest.Muxed[0], tstest.Muxed[1]
	private := func(descriptors ...byte) tstest.Stream {
		return tstest.Stream{Type: 0x06, PID: 0x200, Descriptors: descriptors}
	}
	for i, c := range []struct {
		wanted  media.Kind
		streams []tstest.Stream
		refused string
	}{
		{0, []tstest.Stream{video, {Type: 0x81, PID: 0x200}}, ""},
		{0, []tstest.Stream{video, private(0x7a, 0)}, ""},
		{0, []tstest.Stream{video, {Type: 0x82, PID: 0x200}}, "DTS"},
		{0, []tstest.Stream{video, private(0x7c, 0)}, "AAC in LATM"},
		{0, []tstest.Stream{video, private(0x05, 4, 'D', 'T', 'S', '2')}, "DTS"},
		{0, []tstest.Stream{sound, private(0x05, 4, 'A', 'V', '0', '1')}, "AV1"},
		{0, []tstest.Stream{sound, private(0x05, 4, 'H', 'E', 'V', 'C')}, ""},
		{0, []tstest.Stream{private()}, "private data"},
		{0, []tstest.Stream{{Type: 0xa7, PID: 0x200}}, "an unknown kind of stream"},
		{0, []tstest.Stream{video, sound, {Type: 0x33, PID: 0x200}}, ""},
		{0, []tstest.Stream{video, private()}, ""},
		{media.Video, []tstest.Stream{video, {Type: 0x82, PID: 0x200}}, ""},
		{media.Video, []tstest.Stream{sound, {Type: 0x33, PID: 0x200}}, "VVC"},
		{media.Audio, []tstest.Stream{sound, {Type: 0x33, PID: 0x200}}, ""},
	} {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			w := &tstest.Writer{}
			w.Program(c.streams...)
			d := &Demuxer{Wanted: c.wanted}
			err := d.Reset(w.Buf)
			var u *UnsupportedError
			if c.refused == "" && err == nil || errors.As(err, &u) && u.Name == c.refused {
				return
			}
			t.Errorf("got %v, want %q", err, c.refused)
		})
	}
}
