package capture_test

import (
	"fmt"
	"strings"
	"testing"

	"seine/capture"
)

// BenchmarkStreams folds a long visit: five thousand segments, and two hundred answers in JSON of 20 kB.
func BenchmarkStreams(b *testing.B) {
	var text strings.Builder
	text.WriteString("#EXTM3U\n")
	c := &capture.Capture{Page: cdn}
	for i := range 5000 {
		fmt.Fprintf(&text, "#EXTINF:2,\n%d.ts\n", i)
		c.Exchanges = append(c.Exchanges, segment("f", fmt.Sprintf("%s%d.ts", cdn, i)))
	}
	for i := range 200 {
		c.Exchanges = append(c.Exchanges, got("f", fmt.Sprintf("%sapi/%d", cdn, i), "application/json", "["+strings.Repeat(`{"name":"a film","address":"https:\\/\\/a.example\\/x.jpg"},`, 300)+"0]"))
	}
	c.Exchanges = append(c.Exchanges, list("f", cdn+"i.m3u8", 1), got("f", cdn+"long.m3u8", hlsType, text.String()+"#EXT-X-ENDLIST\n"))
	for name, fold := range map[string]func() []*capture.Stream{"all": c.Streams, "loaded": c.Loaded} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				fold()
			}
		})
	}
}
