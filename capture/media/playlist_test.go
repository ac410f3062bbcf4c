package media_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/capture/media"
)

const base = "https://cdn.example/a/b/index.m3u8?token=1"

var outlines = []struct {
	name string
	text string
	want media.Outline
}{
	{
		"master",
		"\ufeff#EXTM3U\r\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"English, stereo\",URI=\"../audio/en.m3u8\"\r\n" +
			"#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",INSTREAM-ID=\"CC1\"\r\n" +
			"#EXT-X-STREAM-INF:BANDWIDTH=2200000,CODECS=\"avc1.64001e,mp4a.40.2\",RESOLUTION=640x360,AUDIO=\"a\"\r\nhigh.m3u8?x=1\r\n" +
			"#EXT-X-STREAM-INF:RESOLUTION=320x180 , BANDWIDTH = 130000\r\n\r\n# a remark\r\n//other.example/low.m3u8\r\n" +
			"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"/i.m3u8\"\r\n",
		media.Outline{
			Master: true,
			Others: []string{"https://cdn.example/a/audio/en.m3u8", "https://cdn.example/i.m3u8"},
			Renditions: []media.Rendition{
				{Kind: media.Audio, URL: "https://cdn.example/a/audio/en.m3u8", Name: "English, stereo"}, {Kind: media.Subtitles, Captions: true},
			},
			Variants: []media.Variant{
				{URL: "https://cdn.example/a/b/high.m3u8?x=1", Bandwidth: 2200000, Width: 640, Height: 360, Codecs: "avc1.64001e,mp4a.40.2"},
				{URL: "https://other.example/low.m3u8", Width: 320, Height: 180, Bandwidth: 130000},
			},
		},
	},
	{
		"media",
		"#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k?a=1,b=2\",IV=0x01\n#EXTINF:2.5,A title, with a comma\nseg1.ts\n#EXTINF:2,\n/seg2.ts\n#EXT-X-ENDLIST\n",
		media.Outline{
			Segments: []string{"https://cdn.example/a/b/seg1.ts", "https://cdn.example/seg2.ts"},
			Duration: 4500 * time.Millisecond, Ended: true, Encrypted: true,
			Keys: []media.Key{{URL: "https://cdn.example/a/b/k?a=1,b=2", IV: append(make([]byte, 15), 1), Segment: "https://cdn.example/a/b/seg1.ts"}},
		},
	},
	{
		"live",
		"#EXTM3U\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:2,\n1.ts\n",
		media.Outline{Segments: []string{"https://cdn.example/a/b/1.ts"}, Duration: 2 * time.Second},
	},
	{
		"VOD without an end",
		"#EXTM3U\n#EXT-X-PLAYLIST-TYPE: VOD\n#EXTINF:2,\n1.ts\n",
		media.Outline{Segments: []string{"https://cdn.example/a/b/1.ts"}, Duration: 2 * time.Second, Ended: true},
	},
	{
		"numbers that are none",
		"#EXTM3U\n#EXTINF:NaN,\n1.ts\n#EXTINF:-3,\n#EXTINF:1e300,\n#EXTINF:,\n#EXTINF\n#EXT-X-STREAM-INF:BANDWIDTH=-1,RESOLUTION=-640x99999999999\nv.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=99999999999999999999,RESOLUTION=x\nw.m3u8\n",
		media.Outline{
			Master: true, Segments: []string{"https://cdn.example/a/b/1.ts"},
			Variants: []media.Variant{{URL: "https://cdn.example/a/b/v.m3u8"}, {URL: "https://cdn.example/a/b/w.m3u8"}},
		},
	},
	{
		"broken attributes",
		"#EXTM3U\n#EXT-X-STREAM-INF:CODECS=\"avc1\" ,BANDWIDTH=5,junk\nv.m3u8\n#EXT-X-STREAM-INF:CODECS=\"open\nw.m3u8\n#EXT-X-MEDIA:\n#EXT-X-KEY\n",
		media.Outline{Master: true, Variants: []media.Variant{
			{URL: "https://cdn.example/a/b/v.m3u8", Codecs: "avc1", Bandwidth: 5}, {URL: "https://cdn.example/a/b/w.m3u8", Codecs: "open"},
		}},
	},
	{
		"low latency, event, initialisation, the key's IV from the sequence, of another key none",
		"#EXTM3U\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MEDIA-SEQUENCE:258\n#EXT-X-PART-INF:PART-TARGET=0.3\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:2,\n1.m4s\n" +
			"#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"fp\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n#EXTINF:2,\n2.m4s\n#EXTINF:2,\n3.m4s\n" +
			"#EXT-X-KEY:METHOD=AES-128,URI=\"unused\"\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:2,\n4.m4s\n",
		media.Outline{
			Segments: []string{"https://cdn.example/a/b/1.m4s", "https://cdn.example/a/b/2.m4s", "https://cdn.example/a/b/3.m4s", "https://cdn.example/a/b/4.m4s"},
			Others:   []string{"https://cdn.example/a/b/init.mp4"}, Duration: 8 * time.Second, Event: true, LowLatency: true, Encrypted: true, DRM: "FairPlay",
			Keys: []media.Key{{URL: "https://cdn.example/a/b/k", IV: append(make([]byte, 14), 1, 3), Segment: "https://cdn.example/a/b/2.m4s"}},
		},
	},
	{
		"pictures of a film",
		"#EXTM3U\n#EXT-X-IMAGE-STREAM-INF:BANDWIDTH=9,RESOLUTION=64x36,CODECS=\"jpeg\",URI=\"t.m3u8\"\n#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",LANGUAGE=\"de-CH\",NAME=\"D\",URI=\"s.m3u8\"\n" +
			"#EXT-X-STREAM-INF:BANDWIDTH=9,AVERAGE-BANDWIDTH=7\nv.m3u8\n",
		media.Outline{
			Master: true, Others: []string{"https://cdn.example/a/b/t.m3u8", "https://cdn.example/a/b/s.m3u8"},
			Renditions: []media.Rendition{
				{Kind: media.Thumbnails, URL: "https://cdn.example/a/b/t.m3u8"}, {Kind: media.Subtitles, URL: "https://cdn.example/a/b/s.m3u8", Language: "de-CH", Name: "D"},
			},
			Variants: []media.Variant{{URL: "https://cdn.example/a/b/v.m3u8", Bandwidth: 9, Average: 7}},
		},
	},
	{"a list of pictures", "#EXTM3U\n#EXT-X-IMAGES-ONLY\n#EXTINF:2,\n1.jpg\n", media.Outline{Images: true, Segments: []string{"https://cdn.example/a/b/1.jpg"}, Duration: 2 * time.Second}},
	{"nothing", "#EXTM3U", media.Outline{}},
}

func TestOutlineHLS(t *testing.T) {
	for _, c := range outlines {
		t.Run(c.name, func(t *testing.T) {
			got, err := media.OutlineHLS(base, []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			c.want.Kind = media.HLS
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOutlineHLSNamesDRM(t *testing.T) {
	for key, want := range map[string]string{
		`METHOD=SAMPLE-AES,KEYFORMAT="com.apple.streamingkeydelivery"`:                    "FairPlay",
		`METHOD=SAMPLE-AES-CTR,KEYFORMAT="com.microsoft.playready"`:                       "PlayReady",
		`METHOD=SAMPLE-AES-CTR,KEYFORMAT="URN:UUID:EDEF8BA9-79D6-4ACE-A3C8-27DCD51D21ED"`: "Widevine",
		`METHOD=SAMPLE-AES,KEYFORMAT="org.example.Own"`:                                   "org.example.Own",
		`METHOD=AES-128,URI="k",KEYFORMAT="identity"`:                                     "",
		`METHOD=NONE,KEYFORMAT="com.apple.streamingkeydelivery"`:                          "",
	} {
		for _, tag := range []string{"#EXT-X-KEY:", "#EXT-X-SESSION-KEY:"} {
			o, err := media.OutlineHLS(base, []byte("#EXTM3U\n"+tag+key+"\n"))
			if err != nil || o.DRM != want {
				t.Errorf("%s%s: %q, %v, want %q", tag, key, o.DRM, err, want)
			}
		}
	}
}

func TestOutlineHLSRefuses(t *testing.T) {
	if _, err := media.OutlineHLS(base, []byte("<!doctype html>")); !errors.Is(err, media.ErrNotHLS) {
		t.Errorf("HTML: %v", err)
	}
	if _, err := media.OutlineHLS("http://[::1", []byte("#EXTM3U")); err == nil {
		t.Error("a base that is no address: no error")
	}
	if _, err := media.OutlineHLS(base, []byte("#EXTM3U\n"+strings.Repeat("a", 1<<20))); err == nil {
		t.Error("a line of 1 MiB: no error")
	}
}

func TestOutlineHLSIsBounded(t *testing.T) {
	long := "https://cdn.example/" + strings.Repeat("d", 60<<10) + "/index.m3u8"
	o, err := media.OutlineHLS(long, []byte("#EXTM3U\n"+strings.Repeat("a\n", 300_000)))
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	for _, u := range o.Segments {
		kept += len(u)
	}
	if kept > 65<<20 {
		t.Errorf("%d bytes of addresses were kept", kept)
	}
	o, err = media.OutlineHLS(base, []byte("#EXTM3U\n"+strings.Repeat("#EXTINF:999999,\n", 20_000)))
	if err != nil || o.Duration <= 0 {
		t.Errorf("duration %v, %v", o.Duration, err)
	}
}

func FuzzOutlineHLS(f *testing.F) {
	for _, c := range outlines {
		f.Add(base, []byte(c.text))
	}
	f.Fuzz(func(t *testing.T, base string, text []byte) {
		o, err := media.OutlineHLS(base, text)
		if err != nil || o == nil {
			return
		}
		if o.Duration < 0 || len(o.Segments)+len(o.Variants) > len(text) {
			t.Errorf("%v, %d segments of %d bytes", o.Duration, len(o.Segments), len(text))
		}
		for _, v := range o.Variants {
			if v.Width < 0 || v.Height < 0 || v.Bandwidth < 0 {
				t.Errorf("%+v", v)
			}
		}
	})
}

// An address is written as Chrome would ask for it, or the exchange that brought it would not be found again.
func TestOutlineHLSWritesAddressesAsBrowsersDo(t *testing.T) {
	o, err := media.OutlineHLS("http://x.example/a/", []byte("#EXTM3U\n#EXTINF:1,\nü \u202e/b.ts?q=\u202eé <1>&t=a%2Fb\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "http://x.example/a/%C3%BC%20%E2%80%AE/b.ts?q=%E2%80%AE%C3%A9%20%3C1%3E&t=a%2Fb"; o.Segments[0] != want {
		t.Errorf("%s, want %s", o.Segments[0], want)
	}
}
