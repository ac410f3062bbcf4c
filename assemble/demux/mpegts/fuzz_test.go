package mpegts

import (
	"math/rand/v2"
	"testing"

	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/demux/mpegts/tstest"
)

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// FuzzDemux: no panic, samples not larger than their source, a state that can be restored.
func FuzzDemux(f *testing.F) {
	for _, name := range []string{"clips/audio.ts", "clips/both.m2ts", "clips/hevc.ts"} {
		f.Add(clip(f, name)[:188*12])
	}
	f.Add(tstest.Segment(1, 1<<33-9000, 1, 300)[:188*16])
	f.Add([]byte("G"))
	for _, name := range []string{"codecs/hevc/seg_000.ts", "codecs/dvb/seg_000.ts", "codecs/mp3low/seg_000.ts"} {
		f.Add(clip(f, name)[:188*14])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d := &Demuxer{}
		if len(b)%2 == 1 {
			d.Key = &sampleaes.Key{}
		}
		total := 0
		for range 2 {
			if d.Reset(b) != nil {
				return
			}
			list, _ := drainAll(d)
			for _, s := range list {
				total += len(s.Data)
			}
			if err := alike(b, d.Key); err != nil {
				t.Fatal(err)
			}
			if err := d.RestoreState(d.AppendState(nil)); err != nil {
				t.Fatal(err)
			}
		}
		d.Flush()
		_, _ = drainAll(d)
		if total > 8*len(b)+64 { // a unit of one byte behind three takes five
			t.Fatalf("%d bytes of samples from %d", total, len(b))
		}
	})
}

func FuzzPES(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0xe0, 0, 0, 0x84, 0xc0, 10, 0x31, 0, 1, 0, 1, 0x11, 0, 1, 0, 1})
	f.Add([]byte{0, 0, 1, 0xc0, 0, 8, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := parsePES(b)
		if err != nil {
			return
		}
		if h.size > len(b) || h.payload < -1 || h.payload > 0xffff || h.pts < 0 || h.pts >= wrap || h.dts < 0 || h.dts >= wrap {
			t.Fatalf("%+v", h)
		}
	})
}

func FuzzState(f *testing.F) {
	d := &Demuxer{}
	if err := d.Reset(tstest.Segment(1, 0, 1, 300)); err != nil {
		f.Fatal(err)
	}
	_, _ = drainAll(d)
	f.Add(d.AppendState(nil))
	next := tstest.Segment(2, 90000, 1, 300)
	f.Fuzz(func(t *testing.T, b []byte) {
		d := &Demuxer{}
		if d.RestoreState(b) != nil {
			return
		}
		if d.Reset(next) == nil {
			_, _ = drainAll(d)
		}
		d.Flush()
		_, _ = drainAll(d)
	})
}
