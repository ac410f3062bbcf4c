package hls

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/assemble/manifest"
)

const head = "#EXTM3U\n#EXT-X-VERSION:4\n#EXT-X-TARGETDURATION:4\n"

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func parseMedia(t testing.TB, text string) *manifest.Playlist {
	t.Helper()
	d, err := Parse([]byte(text), mustURL(t, "https://cdn.example/a/b/list.m3u8?token=1"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if d.Playlist == nil {
		t.Fatal("want a media playlist")
	}
	return d.Playlist
}

func TestMediaPlaylist(t *testing.T) {
	const dir = "https://cdn.example/a/b/"
	identity := manifest.Key{Method: "AES-128", URL: dir + "k1", Format: "identity", IV: &[16]byte{15: 0x2a}}
	widevine := manifest.Key{
		Method: "SAMPLE-AES", URL: "data:text/plain;base64,AA==",
		Format: "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed",
	}
	second := manifest.Key{Method: "AES-128", URL: "https://keys.example/2", Format: "identity"}
	p := parseMedia(t, "\ufeff"+head+"#EXT-X-MEDIA-SEQUENCE:7\r\n#EXT-X-DISCONTINUITY-SEQUENCE:3\r\n\r\n"+
		"#EXT-X-PLAYLIST-TYPE: VOD \r#EXTINF:4,title\n\nclear.ts\n"+
		"#EXT-X-KEY:METHOD=AES-128,URI=\"k1\",IV=0x2A\n"+
		"#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"data:text/plain;base64,AA==\",KEYFORMAT=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\"\n"+
		"#EXT-X-BYTERANGE:100@50\n#EXTINF:1.5\nall.ts\n#EXTINF:1.5,\n#EXT-X-BYTERANGE:25\nall.ts\n"+
		"#EXT-X-DISCONTINUITY\n#EXT-X-KEY:METHOD=NONE\n#EXT-X-PROGRAM-DATE-TIME:2020-01-02T03:04:05Z\n#EXT-X-GAP\n#EXTINF:2,\n/x/gap.ts\n"+
		"#EXT-X-KEY:METHOD=AES-128,URI=\"https://keys.example/2\"\n#EXT-X-MAP:URI=\"init.mp4\",BYTERANGE=\"10@5\"\n#EXTINF:1,\n../last.ts?x=1#frag\n")
	want := []manifest.Segment{
		{Sequence: 7, Period: 3, URL: dir + "clear.ts", Duration: 4 * time.Second},
		{Sequence: 8, Period: 3, URL: dir + "all.ts", Duration: 1500 * time.Millisecond, Range: &manifest.ByteRange{Offset: 50, Length: 100}, Keys: []manifest.Key{identity, widevine}},
		{Sequence: 9, Period: 3, URL: dir + "all.ts", Duration: 1500 * time.Millisecond, Range: &manifest.ByteRange{Offset: 150, Length: 25}, Keys: []manifest.Key{identity, widevine}},
		{Sequence: 10, Period: 4, URL: "https://cdn.example/x/gap.ts", Duration: 2 * time.Second, Discontinuity: true, Gap: true, ProgramDateTime: time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)},
		{Sequence: 11, Period: 4, URL: "https://cdn.example/a/last.ts?x=1", Duration: time.Second, Keys: []manifest.Key{second}, Init: &manifest.InitSection{URL: dir + "init.mp4", Range: &manifest.ByteRange{Offset: 5, Length: 10}, Keys: []manifest.Key{second}}},
	}
	if diff := cmp.Diff(want, p.Segments); diff != "" {
		t.Error(diff)
	}
	if !p.Ended || p.TargetDuration != 4*time.Second || p.Duration() != 10*time.Second {
		t.Errorf("ended %v, target %v, duration %v", p.Ended, p.TargetDuration, p.Duration())
	}
}

func TestEnd(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want bool
	}{
		"ENDLIST":    {"#EXTINF:1,\na.ts\n#EXT-X-ENDLIST", true},
		"VOD alone":  {"#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:1,\na.ts", true},
		"EVENT":      {"#EXT-X-PLAYLIST-TYPE: EVENT\n#EXTINF:1,\na.ts", false},
		"live":       {"#EXTINF:1,\na.ts\n", false},
		"EVENT done": {"#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF:1,\na.ts\n#EXT-X-ENDLIST\n", true},
	} {
		if p := parseMedia(t, head+c.text); p.Ended != c.want {
			t.Errorf("%s: ended = %v", name, p.Ended)
		}
	}
}

func TestMaster(t *testing.T) {
	d, err := Parse([]byte("#EXTM3U\n#EXT-X-DEFINE:NAME=\"h\",VALUE=\"v\"\n"+
		"#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI=\"skd://x\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n"+
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,CHANNELS=\"2\",URI=\"en.m3u8\"\n"+
		"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i.m3u8\"\n"+
		"#EXT-X-STREAM-INF:BANDWIDTH=100,AVERAGE-BANDWIDTH=90,RESOLUTION=640x360,FRAME-RATE=25.000,CODECS=\"avc1.64001e,mp4a.40.2\",AUDIO=\"a\"\n\n{$h}/v.m3u8\n"),
		mustURL(t, "http://h.example/m/master.m3u8"), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := &manifest.Presentation{
		URL: mustURL(t, "http://h.example/m/master.m3u8"),
		Variants: []manifest.Variant{{
			URL: mustURL(t, "http://h.example/m/v/v.m3u8"), Bandwidth: 100, AverageBandwidth: 90, Width: 640, Height: 360, FrameRate: 25,
			Codecs: "avc1.64001e,mp4a.40.2", Pathway: ".", Audio: "a",
		}},
		Renditions: []manifest.Rendition{{
			Type: manifest.Audio, Group: "a", Name: "English", Language: "en", Channels: "2", Default: true, Autoselect: true,
			URL: mustURL(t, "http://h.example/m/en.m3u8"),
		}},
		SessionKeys: []manifest.Key{{Method: "SAMPLE-AES", URL: "skd://x", Format: "com.apple.streamingkeydelivery"}},
		Variables:   map[string]string{"h": "v"},
	}
	if diff := cmp.Diff(want, d.Presentation); diff != "" {
		t.Error(diff)
	}
}

func TestDefine(t *testing.T) {
	base := mustURL(t, "http://h.example/list.m3u8?tok=abc")
	text := head + "#EXT-X-DEFINE:QUERYPARAM=\"tok\"\n#EXT-X-DEFINE:IMPORT=\"host\"\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXTINF:1,\n{$host}/a.ts?t={$tok}\n"
	d, err := Parse([]byte(text), base, map[string]string{"host": "http://o.example"})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Playlist.Segments[0].URL; got != "http://o.example/a.ts?t=abc" {
		t.Error(got)
	}
	for name, text := range map[string]string{
		"not defined":  head + "#EXTINF:1,\n{$no}.ts\n",
		"not imported": head + "#EXT-X-DEFINE:IMPORT=\"zzz\"\n#EXTINF:1,\na.ts\n",
		"no end":       head + "#EXTINF:1,\n{$no.ts\n",
	} {
		if _, err := Parse([]byte(text), base, nil); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrors(t *testing.T) {
	many := strings.Repeat("#EXTINF:1,\na.ts\n", MaxSegments+1)
	variants := strings.Repeat("#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8\n", MaxVariants+1)
	for name, c := range map[string]struct {
		text string
		want error
		says string
	}{
		"nothing":         {"", ErrEmpty, "no text at all"},
		"HTML":            {"\r\n<!DOCTYPE html><html>", ErrNotPlaylist, "an HTML page"},
		"JSON":            {`{"error":"denied"}`, ErrNotPlaylist, "JSON"},
		"DASH":            {`<?xml version="1.0"?><MPD>`, ErrNotPlaylist, "not an HLS playlist: the server answered with a DASH manifest"},
		"TS":              {"\x47\x40\x00", ErrFile, "transport stream"},
		"MP4":             {"\x00\x00\x00\x20ftypisom", ErrFile, "an MP4 file, a film in a single file"},
		"no segments":     {head + "#EXT-X-ENDLIST\n", ErrEmpty, "neither segments nor variants"},
		"only I-frames":   {"#EXTM3U\n#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i\"\n", ErrEmpty, "no variant"},
		"negative":        {head + "#EXTINF:-1,\na.ts\n", ErrMalformed, `"-1"`},
		"NaN":             {head + "#EXTINF:NaN,\na.ts\n", ErrMalformed, "line 4"},
		"bad range":       {head + "#EXTINF:1,\n#EXT-X-BYTERANGE:-5@3\na.ts\n", ErrMalformed, "byte range"},
		"lost offset":     {head + "#EXTINF:1,\n#EXT-X-BYTERANGE:5\na.ts\n", ErrMalformed, "does not follow"},
		"huge range":      {head + "#EXTINF:1,\n#EXT-X-BYTERANGE:9223372036854775807@9223372036854775807\na.ts\n", ErrMalformed, "byte range"},
		"bad IV":          {head + "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",IV=0xZZ\n#EXTINF:1,\na.ts\n", ErrMalformed, "initialisation vector"},
		"key without URI": {head + "#EXT-X-KEY:METHOD=AES-128\n#EXTINF:1,\na.ts\n", ErrMalformed, "no URI"},
		"huge sequence":   {head + "#EXT-X-MEDIA-SEQUENCE:18446744073709551615\n#EXTINF:1,\na.ts\n", ErrMalformed, "sequence"},
		"many segments":   {head + many, ErrTooLarge, "200000"},
		"many variants":   {"#EXTM3U\n" + variants, ErrTooLarge, "256"},
		"many renditions": {"#EXTM3U\n" + strings.Repeat("#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\"\n", 300_000) + strings.Repeat(variants, 500), ErrTooLarge, "256 renditions"},
		"many defines":    {"#EXTM3U\n" + strings.Repeat("#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\"\n", 1001), ErrTooLarge, "1000"},
		"filled":          {"#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"" + strings.Repeat("x", 60_000) + "\"\n" + strings.Repeat("{$a}\n", 5_000_000), ErrTooLarge, "variables"},
		"many keys":       {head + manyKeys(9) + "#EXTINF:1,\na.ts\n", ErrMalformed, "keys for one segment"},
		"long line":       {head + "#EXTINF:1," + strings.Repeat("x", MaxLine) + "\na.ts\n", ErrTooLarge, "line 4"},
		"too many bytes":  {strings.Repeat("\n", MaxBytes+1), ErrTooLarge, "bytes"},
		"I-frames only":   {head + "#EXT-X-I-FRAMES-ONLY\n#EXTINF:1,\na.ts\n", ErrMalformed, "fast forward"},
		"long film":       {head + strings.Repeat("#EXTINF:86400,\na.ts\n", 1001), ErrMalformed, "would last"},
	} {
		_, err := Parse([]byte(c.text), mustURL(t, "http://h.example/l.m3u8"), nil)
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v, want %v with %q", name, err, c.want, c.says)
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "#EXT-X-KEY:METHOD=AES-128,URI=\"k\",KEYFORMAT=\"f%d\"\n", i)
	}
	return b.String()
}

// The places where a playlist may put an address, and what must never be opened from there.
func TestAddressesRefused(t *testing.T) {
	places := map[string]string{
		"segment":     head + "#EXTINF:1,\n%s\n",
		"variant":     "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n%s\n",
		"rendition":   "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"n\",URI=\"%s\"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv\n",
		"key":         head + "#EXT-X-KEY:METHOD=AES-128,URI=\"%s\"\n#EXTINF:1,\na.ts\n",
		"session key": "#EXTM3U\n#EXT-X-SESSION-KEY:METHOD=AES-128,URI=\"%s\"\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv\n",
		"map":         head + "#EXT-X-MAP:URI=\"%s\"\n#EXTINF:1,\na.ts\n",
	}
	for where, text := range places {
		for _, bad := range []string{
			"file:///etc/passwd", "FILE:/etc/passwd", "concat:a|b", "crypto+file:///etc/passwd", "subfile,,start,0,end,9,,:/etc/passwd",
			"ftp://h/x", "gopher://h/", `\\host\share\x`, "javascript:1", "http:///nohost", "blob:http://h/x", "http://h/\x01",
		} {
			_, err := Parse([]byte(strings.Replace(text, "%s", bad, 1)), mustURL(t, "http://h.example/l.m3u8"), nil)
			if !errors.Is(err, ErrAddress) {
				t.Errorf("%s %q: %v", where, bad, err)
			}
		}
	}
}

// A playlist that is a file may name files; one of no address nothing that is relative.
func TestFileBase(t *testing.T) {
	list := func(segment string) string { return head + "#EXTINF:1,\n" + segment + "\n#EXT-X-ENDLIST\n" }
	for _, c := range []struct {
		base, segment, want string
		err                 error
	}{
		{"file:///films/list.m3u8", "a.ts", "file:///films/a.ts", nil},
		{"file:///films/list.m3u8", "../a.ts", "file:///a.ts", nil},
		{"file:///films/list.m3u8", "http://h/a.ts", "http://h/a.ts", nil},
		{"file:///films/list.m3u8", "//host/a.ts", "", ErrAddress},
		{"", "http://h/a.ts", "http://h/a.ts", nil},
		{"", "a.ts", "", ErrBase},
		{"", "file:///a.ts", "", ErrAddress},
		{"http://h/list.m3u8", "file:///a.ts", "", ErrAddress},
	} {
		d, err := Parse([]byte(list(c.segment)), mustURL(t, c.base), nil)
		if !errors.Is(err, c.err) {
			t.Errorf("%q in %q: %v", c.segment, c.base, err)
		}
		if err == nil && d.Playlist.Segments[0].URL != c.want {
			t.Errorf("%q in %q: %s", c.segment, c.base, d.Playlist.Segments[0].URL)
		}
	}
}

// Everything that made the decoder panic or lose track in its raw form.
func TestGrafovTamed(t *testing.T) {
	for _, text := range []string{
		head + "#EXT-X-KEY:METHOD=NONE\n\n#EXTINF:4,\na.ts\n",
		head + "#EXT-X-MAP:URI=\"i\"\n\nstray.ts\n#EXTINF:4,\na.ts\n",
		head + "#WV-VIDEO-RESOLUTION\n#WV-CYPHER-VERSION\n#EXTINF:4,\na.ts\n",
		head + "#EXTINF:4,\n#EXT-OATCLS-SCTE35:\n#EXT-X-CUE-OUT\n#EXT-X-CUE-OUT:\na.ts\n#EXTINF:1,\n",
	} {
		if p := parseMedia(t, text); len(p.Segments) != 1 || !strings.HasSuffix(p.Segments[0].URL, "/a.ts") {
			t.Errorf("%q: %+v", text, p.Segments)
		}
	}
}
