package hls

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/manifest"
)

// What each tag of a media playlist does, in the order of RFC 8216bis §4.4. want is made of the playlist by show.
func TestMediaTags(t *testing.T) {
	const two = "#EXTINF:4,\na.ts\n#EXTINF:4,\nb.ts\n"
	for _, c := range []struct{ tag, text, want string }{
		{"EXTINF", "#EXTINF:4.25,A title {$not} a variable\na.ts\n", "a.ts 4.25s"},
		{"EXT-X-VERSION", "#EXT-X-VERSION:99\n" + two, "a.ts 4s; b.ts 4s"},
		{"EXT-X-INDEPENDENT-SEGMENTS", "#EXT-X-INDEPENDENT-SEGMENTS\n" + two, "a.ts 4s; b.ts 4s"},
		{"EXT-X-START", "#EXT-X-START:TIME-OFFSET=-4\n" + two, "a.ts 4s; b.ts 4s"},
		{"EXT-X-DEFINE NAME", "#EXT-X-DEFINE:NAME=\"d\",VALUE=\"x/y\"\n#EXTINF:4,\n{$d}/a.ts\n", "x/y/a.ts 4s"},
		{"EXT-X-DEFINE IMPORT", "#EXT-X-DEFINE:IMPORT=\"imported\"\n#EXT-X-MAP:URI=\"{$imported}.mp4\"\n#EXTINF:4,\na.m4s\n", "a.m4s 4s map=value.mp4"},
		{"EXT-X-DEFINE QUERYPARAM", "#EXT-X-DEFINE:QUERYPARAM=\"token\"\n#EXTINF:4,\na.ts?t={$token}\n", "a.ts?t=1 4s"},
		{"EXT-X-TARGETDURATION", "#EXT-X-TARGETDURATION:4\n" + two, "a.ts 4s; b.ts 4s"},
		{"EXT-X-MEDIA-SEQUENCE", "#EXTINF:4,\na.ts\n#EXT-X-MEDIA-SEQUENCE:9\n#EXTINF:4,\nb.ts\n", "9 a.ts 4s; 10 b.ts 4s"},
		{"EXT-X-DISCONTINUITY-SEQUENCE", "#EXT-X-DISCONTINUITY-SEQUENCE:5\n#EXTINF:4,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:4,\nb.ts\n", "a.ts 4s p5; b.ts 4s p6 disc"},
		{"EXT-X-PLAYLIST-TYPE", "#EXT-X-PLAYLIST-TYPE:EVENT\n" + two, "a.ts 4s; b.ts 4s"},
		{"EXT-X-ALLOW-CACHE", "#EXT-X-ALLOW-CACHE:NO\n" + two, "a.ts 4s; b.ts 4s"},
		{"EXT-X-BYTERANGE", "#EXTINF:4,\n#EXT-X-BYTERANGE:10@5\nall\n#EXT-X-BYTERANGE:7\n#EXTINF:4,\nall\n#EXTINF:4,\n#EXT-X-BYTERANGE:3\nall\n", "all 4s 5+10; all 4s 15+7; all 4s 22+3"},
		{"EXT-X-DISCONTINUITY", "#EXTINF:4,\na.ts\n#EXT-X-DISCONTINUITY\n#EXTINF:4,\nb.ts\n#EXTINF:4,\nc.ts\n", "a.ts 4s; b.ts 4s p1 disc; c.ts 4s p1"},
		{"EXT-X-KEY", "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x1\n" + two + "#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\nc.ts\n", "a.ts 4s AES-128=k; b.ts 4s AES-128=k; c.ts 4s"},
		{
			"EXT-X-KEY, several", "#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXT-X-KEY:METHOD=AES-128,URI=\"skd://x\",KEYFORMAT=\"f\"\n#EXTINF:4,\na.ts\n#EXT-X-KEY:METHOD=AES-128,URI=\"k2\"\n#EXTINF:4,\nb.ts\n",
			"a.ts 4s AES-128=k AES-128=skd://x; b.ts 4s AES-128=skd://x AES-128=k2",
		},
		{"EXT-X-MAP", "#EXT-X-MAP:URI=\"i.mp4\",BYTERANGE=\"8@2\"\n" + two + "#EXT-X-MAP:URI=\"j.mp4\",BYTERANGE=\"6\"\n#EXTINF:4,\nc.ts\n", "a.ts 4s map=i.mp4 2+8; b.ts 4s map=i.mp4 2+8; c.ts 4s map=j.mp4 0+6"},
		{"EXT-X-MAP, encrypted", "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0x1\n#EXT-X-MAP:URI=\"i.mp4\"\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\na.ts\n", "a.ts 4s map=i.mp4 AES-128=k"},
		{"EXT-X-PROGRAM-DATE-TIME", "#EXT-X-PROGRAM-DATE-TIME:2020-02-03T04:05:06.007+01:00\n" + two, "a.ts 4s 03:05:06.007; b.ts 4s"},
		{"EXT-X-PROGRAM-DATE-TIME, as others write it", "#EXT-X-PROGRAM-DATE-TIME:2020-02-03T04:05:06+0100\n#EXTINF:4,\na.ts\n#EXT-X-PROGRAM-DATE-TIME:2020-02-03T04:05:10\n#EXTINF:4,\nb.ts\n", "a.ts 4s 03:05:06; b.ts 4s 04:05:10"},
		{"EXT-X-PROGRAM-DATE-TIME, unreadable", "#EXT-X-PROGRAM-DATE-TIME:yesterday\n" + two, "a.ts 4s; b.ts 4s; line 4: the date \"yesterday\" cannot be read"},
		{"EXT-X-GAP", "#EXT-X-GAP\n#EXTINF:4,\na.ts\n#EXTINF:4,\nb.ts\n", "a.ts 4s gap; b.ts 4s"},
		{"EXT-X-BITRATE", "#EXT-X-BITRATE:900\n" + two, "a.ts 4s; b.ts 4s"},
		{"EXT-X-PART and others for live", "#EXT-X-PART-INF:PART-TARGET=1\n#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES\n#EXTINF:4,\na.ts\n#EXT-X-PART:DURATION=1,URI=\"p\"\n#EXTINF:4,\nb.ts\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"q\"\n#EXT-X-RENDITION-REPORT:URI=\"r\"\n", "a.ts 4s; b.ts 4s"},
		{"EXT-X-DATERANGE", "#EXT-X-PROGRAM-DATE-TIME:2020-02-03T00:00:00Z\n#EXTINF:4,\na.ts\n#EXTINF:4,\nb.ts\n#EXTINF:4,\nc.ts\n#EXT-X-DATERANGE:ID=\"1\",START-DATE=\"2020-02-03T00:00:04Z\",DURATION=4,SCTE35-OUT=0xFC\n", "a.ts 4s 00:00:00; b.ts 4s advert; c.ts 4s"},
		{"EXT-X-DATERANGE, CLASS", "#EXT-X-PROGRAM-DATE-TIME:2020-02-03T00:00:00Z\n#EXTINF:4,\na.ts\n#EXTINF:4,\nb.ts\n#EXT-X-DATERANGE:ID=\"1\",CLASS=\"tv-stitched-ad\",START-DATE=\"2020-02-03T00:00:04Z\",END-DATE=\"2020-02-03T00:00:08Z\"\n", "a.ts 4s 00:00:00; b.ts 4s advert"},
		{"EXT-X-DATERANGE, END-ON-NEXT", "#EXT-X-DATERANGE:ID=\"1\",CLASS=\"ad\",END-ON-NEXT=YES,START-DATE=\"2020-02-03T00:00:00Z\"\n#EXT-X-DATERANGE:ID=\"2\",CLASS=\"ad\",START-DATE=\"2020-02-03T00:00:04Z\"\n#EXTINF:4,\na.ts\n#EXT-X-PROGRAM-DATE-TIME:2020-02-03T00:00:04Z\n#EXTINF:4,\nb.ts\n", "a.ts 4s advert; b.ts 4s 00:00:04"},
		{"EXT-X-DATERANGE, completed", "#EXT-X-PROGRAM-DATE-TIME:2020-02-03T00:00:00Z\n#EXT-X-DATERANGE:ID=\"1\",START-DATE=\"2020-02-03T00:00:04Z\",SCTE35-OUT=0xFC\n#EXTINF:4,\na.ts\n#EXTINF:4,\nb.ts\n#EXT-X-DATERANGE:ID=\"1\",DURATION=4,SCTE35-IN=0xFC\n", "a.ts 4s 00:00:00; b.ts 4s advert"},
		{"EXT-X-DATERANGE, of no advert", "#EXT-X-PROGRAM-DATE-TIME:2020-02-03T00:00:00Z\n#EXT-X-DATERANGE:ID=\"1\",CLASS=\"com.apple.hls.interstitial\",START-DATE=\"2020-02-03T00:00:00Z\",DURATION=8,X-ASSET-URI=\"a\"\n" +
			"#EXT-X-DATERANGE:ID=\"2\",CLASS=\"shadow\",START-DATE=\"2020-02-03T00:00:00Z\",DURATION=8\n" + two, "a.ts 4s 00:00:00; b.ts 4s"},
		{"EXT-X-CUE-OUT", "#EXTINF:4,\na.ts\n#EXT-OATCLS-SCTE35:/DA=\n#EXT-X-CUE-OUT:30\n#EXTINF:4,\nb.ts\n#EXT-X-CUE-OUT-CONT:4/30\n#EXTINF:4,\nc.ts\n#EXT-X-CUE-IN\n#EXTINF:4,\nd.ts\n", "a.ts 4s; b.ts 4s advert; c.ts 4s advert; d.ts 4s"},
		{"EXT-X-CUE-OUT, by its length", "#EXT-X-CUE-OUT:DURATION=7.5\n" + two + "#EXTINF:4,\nc.ts\n", "a.ts 4s advert; b.ts 4s advert; c.ts 4s"},
		{"EXT-X-CUE-OUT, endless", "#EXTINF:4,\na.ts\n#EXT-X-CUE-OUT\n" + two, "a.ts 4s; a.ts 4s; b.ts 4s"},
		{"EXT-X-SCTE35", "#EXT-X-SCTE35:TYPE=0x34,CUE-OUT=YES,CUE=\"/DA=\"\n#EXTINF:4,\na.ts\n#EXT-X-SCTE35:CUE-IN=YES\n#EXTINF:4,\nb.ts\n", "a.ts 4s advert; b.ts 4s"},
		{"an unknown tag", "#EXT-X-VENDOR:X=\"{$imported}\"\n#EXT-VENDOR\n# a comment {$nothing}\n" + two, "a.ts 4s; b.ts 4s"},
	} {
		d, err := Parse([]byte("#EXTM3U\n#EXT-X-DEFINE:IMPORT=\"imported\"\n#EXT-X-DISCONTINUITY-SEQUENCE:0\n"+c.text+"#EXT-X-ENDLIST\n"),
			mustURL(t, "https://cdn.example/list.m3u8?token=1"), map[string]string{"imported": "value"})
		if err != nil {
			t.Errorf("%s: %v", c.tag, err)
			continue
		}
		if got := show(d.Playlist); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.tag, got, c.want)
		}
	}
}

// show is a playlist in a line: what is not zero.
func show(p *manifest.Playlist) string {
	strip := func(s string) string { return strings.TrimPrefix(s, "https://cdn.example/") }
	rng := func(r *manifest.ByteRange) string {
		if r == nil {
			return ""
		}
		return " " + itoa(r.Offset) + "+" + itoa(r.Length)
	}
	var list []string
	for i := range p.Segments {
		s := &p.Segments[i]
		text := ""
		if p.Sequence > 0 {
			text = itoa(int64(s.Sequence)) + " "
		}
		text += strip(s.URL) + " " + s.Duration.String() + rng(s.Range)
		if s.Period > 0 {
			text += " p" + itoa(int64(s.Period))
		}
		for _, flag := range []struct {
			set  bool
			name string
		}{{s.Discontinuity, "disc"}, {s.Gap, "gap"}, {s.Advert, "advert"}} {
			if flag.set {
				text += " " + flag.name
			}
		}
		if !s.ProgramDateTime.IsZero() {
			text += " " + s.ProgramDateTime.UTC().Format("15:04:05.999")
		}
		keys := s.Keys
		if s.Init != nil {
			text += " map=" + strip(s.Init.URL) + rng(s.Init.Range)
			keys = slices.Concat(keys, s.Init.Keys)
		}
		for _, k := range keys {
			text += " " + k.Method + "=" + strip(k.URL)
		}
		list = append(list, text)
	}
	return strings.Join(append(list, p.Warnings...), "; ")
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// What each tag of a multivariant playlist does, in the order of RFC 8216bis §4.4.6.
func TestMasterTags(t *testing.T) {
	base := "http://h.example/m/"
	inf := "#EXT-X-STREAM-INF:BANDWIDTH=1\nv\n"
	plain := manifest.Variant{URL: mustURL(t, base+"v"), Bandwidth: 1, Pathway: "."}
	variant := func(change func(*manifest.Variant)) *manifest.Presentation {
		v := plain
		change(&v)
		return &manifest.Presentation{Variants: []manifest.Variant{v}}
	}
	rendition := func(r manifest.Rendition) *manifest.Presentation {
		return &manifest.Presentation{Variants: []manifest.Variant{plain}, Renditions: []manifest.Rendition{r}}
	}
	nothing := variant(func(*manifest.Variant) {})
	for _, c := range []struct {
		tag, text string
		want      *manifest.Presentation
	}{
		{
			"EXT-X-MEDIA AUDIO", "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"A, b\",LANGUAGE=\"en\",ASSOC-LANGUAGE=\"cy\",CHANNELS=\"16/JOC\",CHARACTERISTICS=\"x,y\",AUTOSELECT=YES,URI=\"a\"\n" + inf,
			rendition(manifest.Rendition{Type: manifest.Audio, Group: "a", Name: "A, b", Language: "en", Associated: "cy", Channels: "16/JOC", Characteristics: "x,y", Autoselect: true, URL: mustURL(t, base+"a")}),
		},
		{
			"EXT-X-MEDIA inside the variant", "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"A\",DEFAULT=YES\n" + inf,
			rendition(manifest.Rendition{Type: manifest.Audio, Group: "a", Name: "A", Default: true, Autoselect: true}),
		},
		{
			"EXT-X-MEDIA VIDEO", "#EXT-X-MEDIA:TYPE=VIDEO,GROUP-ID=\"v\",NAME=\"Angle\",URI=\"w\"\n" + inf,
			rendition(manifest.Rendition{Type: manifest.Video, Group: "v", Name: "Angle", URL: mustURL(t, base+"w")}),
		},
		{
			"EXT-X-MEDIA SUBTITLES", "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"s\",NAME=\"S\",FORCED=YES,URI=\"s\"\n" + inf,
			rendition(manifest.Rendition{Type: manifest.Subtitles, Group: "s", Name: "S", Forced: true, URL: mustURL(t, base+"s")}),
		},
		{
			"EXT-X-MEDIA CLOSED-CAPTIONS", "#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"c\",NAME=\"C\",INSTREAM-ID=\"CC1\"\n" + inf,
			rendition(manifest.Rendition{Type: manifest.ClosedCaptions, Group: "c", Name: "C", Service: "CC1"}),
		},
		{
			"EXT-X-STREAM-INF", "#EXT-X-STREAM-INF:BANDWIDTH=5000000000,AVERAGE-BANDWIDTH=4000000000,SCORE=2.5,CODECS=\"avc1\",SUPPLEMENTAL-CODECS=\"dvh1.08.07/db4h\",RESOLUTION=64x32,FRAME-RATE=50,HDCP-LEVEL=NONE,ALLOWED-CPC=\"\",VIDEO-RANGE=PQ," +
				"REQ-VIDEO-LAYOUT=\"CH-STEREO\",STABLE-VARIANT-ID=\"z\",AUDIO=\"a\",VIDEO=\"w\",SUBTITLES=\"s\",CLOSED-CAPTIONS=\"c\",PATHWAY-ID=\"p\",NAME=\"n\"\nv\n",
			variant(func(v *manifest.Variant) {
				v.Bandwidth, v.AverageBandwidth, v.Codecs, v.Width, v.Height, v.FrameRate, v.Range = 5e9, 4e9, "avc1", 64, 32, 50, "PQ"
				v.Audio, v.Video, v.Subtitles, v.Captions, v.Pathway, v.Name = "a", "w", "s", "c", "p", "n"
				v.StableID = "z"
			}),
		},
		{"EXT-X-STREAM-INF without captions", "#EXT-X-STREAM-INF:BANDWIDTH=1,CLOSED-CAPTIONS=NONE\nv\n", nothing},
		{"EXT-X-STREAM-INF without address", "#EXT-X-STREAM-INF:BANDWIDTH=1\n#EXT-X-STREAM-INF:BANDWIDTH=2,PATHWAY-ID=\"x\"\nv\n", nothing},
		{"EXT-X-I-FRAME-STREAM-INF", inf + "#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9,URI=\"i\"\n", nothing},
		{"EXT-X-SESSION-DATA", "#EXT-X-SESSION-DATA:DATA-ID=\"t\",VALUE=\"x\"\n" + inf, nothing},
		{
			"EXT-X-SESSION-KEY", "#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"k\"\n" + inf,
			&manifest.Presentation{Variants: nothing.Variants, SessionKeys: []manifest.Key{{Method: "AES-128", URL: base + "k", Format: "identity"}}},
		},
		{
			"EXT-X-CONTENT-STEERING", "#EXT-X-CONTENT-STEERING:SERVER-URI=\"/steer\",PATHWAY-ID=\"p\"\n" + inf,
			&manifest.Presentation{Variants: nothing.Variants, Steering: &manifest.Steering{URL: mustURL(t, "http://h.example/steer"), Pathway: "p"}},
		},
		{
			"EXT-X-CONTENT-STEERING by data", "#EXT-X-CONTENT-STEERING:SERVER-URI=\"data:application/json;base64,e30=\"\n" + inf,
			&manifest.Presentation{Variants: nothing.Variants, Steering: &manifest.Steering{URL: mustURL(t, "data:application/json;base64,e30=")}},
		},
		{
			"EXT-X-CONTENT-STEERING by nobody", "#EXT-X-CONTENT-STEERING:SERVER-URI=\"ftp://h/s\",PATHWAY-ID=\"p\"\n" + inf,
			&manifest.Presentation{
				Variants: nothing.Variants, Steering: &manifest.Steering{Pathway: "p"},
				Warnings: []string{`the steering manifest is not read: address refused: "ftp://h/s" is no http or https address`},
			},
		},
		{"EXT-X-INDEPENDENT-SEGMENTS and START", "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-START:TIME-OFFSET=1\n" + inf, nothing},
	} {
		d, err := Parse([]byte("#EXTM3U\n"+c.text), mustURL(t, base+"master.m3u8"), nil)
		if err != nil {
			t.Errorf("%s: %v", c.tag, err)
			continue
		}
		c.want.URL = mustURL(t, base+"master.m3u8")
		if diff := cmp.Diff(c.want, d.Presentation); diff != "" {
			t.Errorf("%s:\n%s", c.tag, diff)
		}
	}
}

// A playlist that leaves segments out makes no film.
func TestDelta(t *testing.T) {
	_, err := Parse([]byte(head+"#EXT-X-SKIP:SKIPPED-SEGMENTS=3\n#EXTINF:1,\na.ts\n"), mustURL(t, "http://h.example/l.m3u8?_HLS_skip=YES"), nil)
	if !errors.Is(err, ErrMalformed) || !strings.Contains(err.Error(), "_HLS_skip") {
		t.Error(err)
	}
}
