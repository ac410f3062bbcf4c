package mpegts

import (
	"errors"
	"io"
	"testing"

	"seine/assemble/demux/mpegts/tstest"
)

// BenchmarkDemux takes segments of ten seconds apart: PES assembly, Annex B to length-prefixed, ADTS to frames.
func BenchmarkDemux(b *testing.B) {
	for _, c := range []struct {
		name string
		size int
	}{{"1080p 5 Mbit", 25 << 10}, {"2160p 16 Mbit", 80 << 10}, {"360p 600 kbit", 3 << 10}} {
		data := tstest.Segment(1, 0, 10, c.size)
		b.Run(c.name, func(b *testing.B) { benchmark(b, &Demuxer{}, func() []byte { return data }, len(data)) })
		own := make([]byte, len(data))
		b.Run(c.name+" scratch", func(b *testing.B) {
			benchmark(b, &Demuxer{Scratch: true}, func() []byte {
				b.StopTimer()
				defer b.StartTimer()
				copy(own, data)
				return own
			}, len(data))
		})
	}
}

func benchmark(b *testing.B, d *Demuxer, segment func() []byte, size int) {
	b.SetBytes(int64(size))
	b.ReportAllocs()
	samples := 0
	for b.Loop() {
		if err := d.Reset(segment()); err != nil {
			b.Fatal(err)
		}
		for {
			_, err := d.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				b.Fatal(err)
			}
			samples++
		}
	}
	b.ReportMetric(float64(samples)/b.Elapsed().Seconds(), "samples/s")
}
