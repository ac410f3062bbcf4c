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
		b.Run(c.name, func(b *testing.B) {
			data := tstest.Segment(1, 0, 10, c.size)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			var d Demuxer
			samples := 0
			for b.Loop() {
				if err := d.Reset(data); err != nil {
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
		})
	}
}
