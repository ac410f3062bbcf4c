package hls

import (
	"fmt"
	"strings"
	"testing"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		head + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x01\n#EXT-X-MAP:URI=\"i\",BYTERANGE=\"1@2\"\n#EXTINF:4,t\na.ts\n#EXT-X-DISCONTINUITY\n#EXT-X-BYTERANGE:5@6\n#EXTINF:3,\nb.ts\n#EXT-X-ENDLIST\n",
		head + "#EXT-X-CUE-OUT:30\n#EXTINF:4,\na.ts\n#EXT-X-CUE-OUT-CONT:ElapsedTime=4,Duration=30\n#EXTINF:4,\nb.ts\n#EXT-X-CUE-IN\n#EXT-SCTE35:CUE=\"x\",ID=\"1\",TIME=2\n#EXT-OATCLS-SCTE35:abc\n",
		head + "#WV-AUDIO-CHANNELS 2\n#EXT-X-START:TIME-OFFSET=1\n#EXT-X-PROGRAM-DATE-TIME:2020-01-02T03:04:05Z\n#EXTINF:4,\na.ts\n",
		"#EXTM3U\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"n\",DEFAULT=YES,URI=\"x\"\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i\"\n#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO=\"a\",FRAME-RATE=2.5,CODECS=\"x,y\",RESOLUTION=1x1\nv.m3u8\n",
		head + "#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\"\n#EXT-X-KEY:METHOD=NONE\n\n#EXTINF:4,\n{$a}.ts\n",
		head + "#EXT-X-PROGRAM-DATE-TIME:2020-02-03T04:05:06Z\n#EXT-X-DATERANGE:ID=\"1\",CLASS=\"ad\",START-DATE=\"2020-02-03T04:05:06Z\",DURATION=1,END-ON-NEXT=YES\n#EXT-X-CUE-OUT:1\n#EXTINF:4,\na.ts\n#EXT-X-CUE-IN\n",
		"#EXTM3U\n#EXT-X-CONTENT-STEERING:SERVER-URI=\"s\",PATHWAY-ID=\"p\"\n#EXT-X-STREAM-INF:BANDWIDTH=1,PATHWAY-ID=\"p\"\nv\n",
		head + "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,CAN-SKIP-UNTIL=12,HOLD-BACK=6\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n#EXTINF:4,\na.ts\n#EXT-X-PART:DURATION=1,URI=\"p\",BYTERANGE=\"5\",INDEPENDENT=YES\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"q\"\n",
	} {
		f.Add([]byte(s))
	}
	base := mustURL(f, "https://h.example/a/b?t=1")
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Parse(b, base, map[string]string{"v": "w"})
		if err != nil {
			if strings.Contains(err.Error(), "gave up") {
				t.Error("the decoder panicked on normalised text: ", err)
			}
			return
		}
		if (d.Playlist == nil) == (d.Presentation == nil) {
			t.Fatal("want one of the two")
		}
		if d.Playlist == nil {
			return
		}
		for _, s := range d.Playlist.Segments {
			if !strings.HasPrefix(s.URL, "http://") && !strings.HasPrefix(s.URL, "https://") {
				t.Errorf("segment at %q", s.URL)
			}
			if s.Duration < 0 || s.Range != nil && (s.Range.Offset < 0 || s.Range.Length <= 0) {
				t.Errorf("%+v", s)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	var s strings.Builder
	s.WriteString(head)
	for i := range 100_000 {
		fmt.Fprintf(&s, "#EXTINF:4.000,\nsegment_%06d.ts\n", i)
	}
	s.WriteString("#EXT-X-ENDLIST\n")
	text, base := []byte(s.String()), mustURL(b, "https://cdn.example/film/list.m3u8?token=x")
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text, base, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// FuzzUpdate reads a list, and another as its update.
func FuzzUpdate(f *testing.F) {
	first := head + "#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:4,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:4,\nb.ts\n"
	f.Add([]byte(first), []byte(head+"#EXT-X-MEDIA-SEQUENCE:8\n#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n#EXTINF:4,\nc.ts\n#EXT-X-PART:DURATION=1,URI=\"p\"\n"))
	f.Add([]byte(first), []byte(head+"#EXT-X-MEDIA-SEQUENCE:18446744073709551615\n#EXT-X-SKIP:SKIPPED-SEGMENTS=4294967295\n#EXTINF:4,\nc.ts\n"))
	base := mustURL(f, "https://h.example/a/b?t=1")
	f.Fuzz(func(t *testing.T, a, b []byte) {
		d, err := Parse(a, base, nil)
		if err != nil || d.Playlist == nil {
			return
		}
		u, err := Update(b, base, nil, d.Playlist)
		if err != nil || u.Playlist == nil {
			return
		}
		for i, s := range u.Playlist.Segments {
			if s.Sequence != u.Playlist.Sequence+uint64(i) || s.URL == "" {
				t.Fatalf("segment %d: %+v", i, s)
			}
		}
		Next(u.Playlist, base, false)
	})
}
