package mpegts

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/asticode/go-astits"
	"github.com/google/go-cmp/cmp"
	"seine/assemble/codec/aac"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/media"
	clips "seine/testdata/media"
)

// oracle is what go-astits makes of the PES packets: timestamps and payload of each.
type oracle struct {
	pts, dts []int64
	data     []byte
}

func astitsOf(t *testing.T, b []byte) map[uint8]*oracle {
	t.Helper()
	out, kinds := map[uint8]*oracle{}, map[uint16]uint8{}
	d := astits.NewDemuxer(context.Background(), bytes.NewReader(b))
	for {
		x, err := d.NextData()
		if errors.Is(err, astits.ErrNoMorePackets) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if x.PMT != nil {
			for _, s := range x.PMT.ElementaryStreams {
				kinds[s.ElementaryPID] = uint8(s.StreamType)
			}
		}
		if x.PES == nil {
			continue
		}
		o := out[kinds[x.PID]]
		if o == nil {
			o = &oracle{}
			out[kinds[x.PID]] = o
		}
		h := x.PES.Header.OptionalHeader
		o.pts = append(o.pts, h.PTS.Base)
		if h.DTS != nil {
			o.dts = append(o.dts, h.DTS.Base)
		} else {
			o.dts = append(o.dts, h.PTS.Base)
		}
		o.data = append(o.data, x.PES.Data...)
	}
}

// TestAgainstAstits compares every clip with go-astits: each picture's times and units, each AAC frame.
func TestAgainstAstits(t *testing.T) {
	names, err := fs.Glob(clips.FS, "*/*/seg_*.ts")
	if err != nil || len(names) < 20 {
		t.Fatal(names, err)
	}
	for _, name := range append(names, "clips/audio.ts", "clips/video.ts") {
		t.Run(name, func(t *testing.T) {
			b := clip(t, name)
			want := astitsOf(t, b)
			list, d := demux(t, b)
			if o := want[tstest.AVC]; o != nil {
				comparePictures(t, o, ofKind(d, list, media.Video))
			}
			if o := want[tstest.ADTS]; o != nil {
				compareSound(t, o, ofKind(d, list, media.Audio))
			}
			if d.Stats() != (Stats{}) {
				t.Errorf("%+v", d.Stats())
			}
		})
	}
}

func comparePictures(t *testing.T, o *oracle, got []shape) {
	t.Helper()
	var pts, dts []int64
	var units []string
	for _, s := range got {
		pts, dts = append(pts, s.PTS), append(dts, s.DTS)
		for b := []byte(s.Data); len(b) > 0; {
			n := binary.BigEndian.Uint32(b)
			units = append(units, string(b[4:4+n]))
			b = b[4+n:]
		}
	}
	if d := cmp.Diff([][]int64{o.pts, o.dts}, [][]int64{pts, dts}); d != "" {
		t.Errorf("times: %s", d)
	}
	var want []string
	for _, u := range bytes.Split(o.data, []byte{0, 0, 1}) {
		u = bytes.TrimRight(u, "\x00")
		if len(u) > 0 && !strings.ContainsRune("\x07\x08\x09", rune(u[0]&0x1f)) {
			want = append(want, string(u))
		}
	}
	if d := cmp.Diff(want, units); d != "" {
		t.Errorf("units: %.400s", d)
	}
}

func compareSound(t *testing.T, o *oracle, got []shape) {
	t.Helper()
	var want, have []string
	for b := o.data; len(b) > 0; {
		h, err := aac.ParseADTS(b)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, string(b[h.Size:h.Frame]))
		b = b[h.Frame:]
	}
	times := map[int64]bool{}
	for _, s := range got {
		have = append(have, s.Data)
		times[s.PTS] = true
	}
	if d := cmp.Diff(want, have); d != "" {
		t.Errorf("frames: %.400s", d)
	}
	for _, p := range o.pts {
		if !times[p] {
			t.Errorf("no frame at %d", p)
		}
	}
}
