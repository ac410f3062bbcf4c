package mpegts

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"unsafe"

	"seine/assemble/decrypt/sampleaes"
	"seine/assemble/demux/mpegts/tstest"
	"seine/assemble/media"
)

// both demuxes a segment twice, once in the segment itself, and compares all that comes of it.
type both struct {
	plain, scratch Demuxer
	inside         int // samples that lay in the segment
}

// segment compares the samples when all are there: none may have been written over.
func (d *both) segment(b []byte) error {
	own := append(make([]byte, 0, len(b)+100), b...)
	behind := own[len(b):cap(own)]
	d.scratch.Scratch = true
	e1, e2 := d.plain.Reset(b), d.scratch.Reset(own)
	if fmt.Sprint(e1) != fmt.Sprint(e2) {
		return fmt.Errorf("Reset: %w, and %w", e1, e2)
	}
	if e1 != nil {
		return nil
	}
	if err := d.compare(own); err != nil {
		return err
	}
	if slices.Max(behind) != 0 {
		return errors.New("bytes behind the segment were written")
	}
	for i := range own { // it is given back
		own[i] = 0xee
	}
	if !bytes.Equal(d.plain.AppendState(nil), d.scratch.AppendState(nil)) {
		return errors.New("another state")
	}
	return nil
}

func (d *both) compare(own []byte) error {
	want, e1 := all(&d.plain)
	got, e2 := all(&d.scratch)
	if fmt.Sprint(e1) != fmt.Sprint(e2) || len(got) != len(want) || d.plain.Stats() != d.scratch.Stats() {
		return fmt.Errorf("%d samples, %w, %+v; want %d, %w, %+v", len(got), e2, d.scratch.Stats(), len(want), e1, d.plain.Stats())
	}
	for i := range want {
		w, g := want[i], got[i]
		if w.Track != g.Track || w.DTS != g.DTS || w.PTS != g.PTS || w.Key != g.Key || !w.Codec.Equal(g.Codec) || !bytes.Equal(w.Data, g.Data) {
			return fmt.Errorf("sample %d of track %d is another one", i, w.Track)
		}
		if within(g.Data, own) {
			d.inside++
		}
	}
	return nil
}

// within reports whether b begins in the memory of a.
func within(b, a []byte) bool {
	at, from := uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(unsafe.Pointer(unsafe.SliceData(a)))
	return at >= from && at < from+uintptr(len(a))
}

// all reads to the end of what is at hand.
func all(d *Demuxer) (list []media.Sample, err error) {
	for {
		s, err := d.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, s)
	}
}

// end compares what was carried over.
func (d *both) end(cut bool) error {
	for _, x := range []*Demuxer{&d.plain, &d.scratch} {
		if cut {
			x.Cut()
		} else {
			x.Flush()
		}
	}
	return d.compare(nil)
}

// alike demuxes a segment, then it again, a cut and it again.
func alike(b []byte, key *sampleaes.Key) error {
	d := &both{}
	d.plain.Key, d.scratch.Key = key, key
	for i := range 3 {
		if err := d.segment(b); err != nil {
			return fmt.Errorf("segment %d: %w", i, err)
		}
		if i == 1 {
			if err := d.end(true); err != nil {
				return fmt.Errorf("cut: %w", err)
			}
		}
	}
	return d.end(false)
}

// units is a picture of so many units of some bytes, with start codes of three bytes.
func units(count, size int) []byte {
	var b []byte
	for i := range count {
		b = append(b, 0, 0, 1, 0x65)
		for n := range size - 1 {
			b = append(b, byte(0x80|i+n))
		}
	}
	return b
}

// pictures are so many, with parameter sets in front of each.
func pictures(count int, of []byte) []byte {
	w := &tstest.Writer{}
	w.Program(tstest.Muxed...)
	for i := range count {
		pts := int64(i) * 3600
		w.PES(tstest.PES{PID: tstest.VideoPID, PTS: pts, DTS: pts, Data: slices.Concat(
			[]byte{0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1}, tstest.SPS, []byte{0, 0, 0, 1}, tstest.PPS, of)})
	}
	return w.Buf
}

// TestScratch: what lies in the segment is what it would be elsewhere, whatever the stream is like; as a rule all but the first pictures lie there.
func TestScratch(t *testing.T) {
	film := clip(t, "film/360p/seg_001.ts")
	lost := slices.Concat(film[:188*40+70], film[188*41:188*200], film[188*203:])
	var far []byte
	for p := range slices.Chunk(film, 188) {
		far = append(append(far, 0, 0, 0, 0), p...)
	}
	for name, c := range map[string]struct {
		data []byte
		most int // samples of three segments that lie elsewhere, of pictures and sound; -1 for any number
	}{
		"a film":              {film, 261},
		"192 bytes a packet":  {far, 261},
		"damaged":             {lost, -1},
		"an odd end":          {film[:len(film)-77], -1},
		"large pictures":      {pictures(20, units(4, 50_000)), 3},
		"units of two bytes":  {pictures(20, units(30_000, 2)), -1}, // five of each become six
		"units of one byte":   {pictures(40, units(9_000, 1)), -1},
		"a picture alone":     {pictures(1, units(3, 100_000)), -1},
		"two programs' worth": {slices.Concat(pictures(8, units(9, 3000)), film), -1},
		"HEVC":                {clip(t, "codecs/hevc/seg_000.ts"), -1},
		"sound":               {clip(t, "clips/audio.ts"), -1},
	} {
		t.Run(name, func(t *testing.T) {
			for _, key := range []*sampleaes.Key{nil, {}} {
				if err := alike(c.data, key); err != nil {
					t.Error(err)
				}
			}
			d := &both{}
			for range 3 {
				if err := d.segment(c.data); err != nil {
					t.Fatal(err)
				}
			}
			list, _ := demux(t, c.data, c.data, c.data)
			t.Logf("%d of %d samples lie in the segment", d.inside, len(list))
			if n := len(list) - d.inside; c.most >= 0 && n > c.most {
				t.Errorf("%d of %d samples lie elsewhere", n, len(list))
			}
		})
	}
}

// TestScratchMemory: what the demuxer keeps is small against a segment.
func TestScratchMemory(t *testing.T) {
	b := pictures(200, units(2, 40_000))
	d := &Demuxer{Scratch: true}
	for range 3 {
		if err := d.Reset(bytes.Clone(b)); err != nil {
			t.Fatal(err)
		}
		if list, err := all(d); err != nil || len(list) < 199 {
			t.Fatal(len(list), err)
		}
	}
	if n := cap(d.tracks[0].arena); n > len(b)/20 {
		t.Errorf("%d bytes are kept, of segments of %d", n, len(b))
	}
}
