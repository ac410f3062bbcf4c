package media_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture/media"
)

const tiny = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,a \"quoted\" title\nhttps://cdn.example/1.ts\n#EXT-X-ENDLIST\n"

const page = "https://a.example/watch/42?x=1"

func quote(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

var hiding = []struct {
	name string
	text string
	want []string // kind and address; kind and "text"; with "base64 " before it
}{
	{"address in JSON", `{"a":"https://c.example/x.m3u8?t=1&u=2","n":1}`, []string{"hls https://c.example/x.m3u8?t=1&u=2"}},
	{"escaped slashes", `{"a":"https:\/\/c.example\/x.m3u8?t=1\u0026u=2"}`, []string{"hls https://c.example/x.m3u8?t=1&u=2"}},
	{"JSON in JSON", quote(map[string]string{"a": `{"b":"https:\/\/c.example\/x.mpd"}`}), []string{"dash https://c.example/x.mpd"}},
	{"JSON in an attribute", `<div data-config="{&quot;src&quot;:&quot;https:\/\/c.example\/x.m3u8?a=1&amp;b=2&quot;}">`, []string{"hls https://c.example/x.m3u8?a=1&b=2"}},
	{"of the same scheme, and from the root", `{"a":"//c.example/x.m3u8","b":"/y/z.m3u8"}`, []string{"hls https://c.example/x.m3u8", "hls https://a.example/y/z.m3u8"}},
	{"a parameter of another address", `<a href="https://p.example/play?url=https%3A%2F%2Fc.example%2Fx.m3u8%3Ft%3D1&amp;z=1">`, []string{"hls https://c.example/x.m3u8?t=1"}},
	{"inline script", "<script>player.setup({file:'https://c.example/x.m3u8',image:`/p.jpg`});var u = \"/y.mpd\"</script>", []string{"hls https://c.example/x.m3u8", "dash https://a.example/y.mpd"}},
	{"Smooth Streaming", `{"a":"https://c.example/x.ism/Manifest"}`, []string{"smooth https://c.example/x.ism/Manifest"}},
	{"by parameter", `"https://c.example/list?format=m3u8&x=1"`, []string{"hls https://c.example/list?format=m3u8&x=1"}},
	{"a playlist as a JSON string", quote(map[string]string{"a": tiny}), []string{"hls text"}},
	{"a playlist in JSON in JSON in JSON", quote(map[string]string{"a": quote(map[string]string{"b": quote(map[string]string{"c": tiny})})}), []string{"hls text"}},
	{"an MPD as a JSON string", quote(map[string]string{"a": protectedMPD}), []string{"dash text"}},
	{"a playlist in Base64", quote(map[string]string{"a": base64.StdEncoding.EncodeToString([]byte(tiny))}), []string{"base64 hls text"}},
	{"an MPD in Base64", quote(map[string]string{"a": base64.URLEncoding.EncodeToString([]byte(protectedMPD))}), []string{"base64 dash text"}},
	{"an address in Base64", quote(map[string]string{"a": base64.RawStdEncoding.EncodeToString([]byte("https://c.example/x.m3u8?t=12"))}), []string{"base64 hls https://c.example/x.m3u8?t=12"}},
	{"a whole body in Base64", base64.StdEncoding.EncodeToString([]byte(tiny)), []string{"base64 hls text"}},
	{"a playlist in script", "<html><script>const p = `" + tiny + "`;</script>", []string{"hls text"}},
	{"a playlist in an element", "<html><textarea>" + tiny + "</textarea>", []string{"hls text"}},
	{"elements", `<html><base href="https://b.example/d/"><video src=stream?id=5 poster=p.jpg></video><audio><source src="s" type="audio/ogg"></audio>` +
		`<video><source src="m" type="application/x-mpegURL"><track kind=subtitles srclang=de src=de.vtt><track kind=metadata src=t.vtt></video><picture><source src=no.mp4></picture>` +
		`<meta property="og:video" content="https://c.example/embed/5"><meta property="og:video" content="https://c.example/f.mp4">`, []string{
		"video https://b.example/d/stream?id=5", "audio https://b.example/d/s", "hls https://b.example/d/m", "subtitle https://b.example/d/de.vtt de", "thumbnails https://b.example/d/t.vtt", "video https://c.example/f.mp4",
	}},
	{"what is none", `{"a":"video/vnd.mpeg.dash.mpd","b":".m3u8","c":"https://www.mp3.example/x","d":"https://x.example/${id}.m3u8","e":"a.m3u8","f":"https://x/.mp4","g":"I0VYVE0zV","h":"x.mp4.html"}`, nil},
	{"a player's source", `if(/^#EXTM3U/.test(t)||t.indexOf("#EXTM3U")===0){a="#EXTM3U\n";b='<MPD';c=/\.m3u8$/}` + "\nvar seg = 1;\nfoo\n", nil},
	{"a playlist that ends within", `{"a":"#EXTM3U\n#EXTINF:2,\nhttps://c.example/1.ts`, []string{"hls text"}},
}

func TestFind(t *testing.T) {
	for _, c := range hiding {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, h := range media.Find(page, []byte(c.text)) {
				line := string(h.Kind) + " " + h.URL
				if h.Text != nil {
					line = string(h.Kind) + " text"
					if h.Kind == media.HLS && !strings.HasPrefix(tiny, string(h.Text)) && !strings.Contains(c.name, "ends") || h.Kind == media.DASH && string(h.Text) != protectedMPD {
						t.Errorf("text %q", h.Text)
					}
				}
				if h.Base64 {
					line = "base64 " + line
				}
				if h.Language != "" {
					line += " " + h.Language
				}
				got = append(got, line)
			}
			// Addresses within a playlist that was found are its own affair.
			var rest []string
			for _, g := range got {
				if !strings.Contains(g, "cdn.example") && !strings.Contains(g, "one.example") && !strings.Contains(g, ".mp4?x") && !strings.HasSuffix(g, "/de.mp4") && !strings.Contains(g, "i$") {
					rest = append(rest, g)
				}
			}
			if diff := cmp.Diff(c.want, rest); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindIsBounded(t *testing.T) {
	many := strings.Repeat(`"https://c.example/x`+strings.Repeat("y", 100)+`.m3u8",`, 1)
	var b strings.Builder
	for i := range 5000 {
		b.WriteString(strings.Replace(many, "xy", "x"+strings.Repeat("z", i%50)+quote(i), 1))
	}
	if n := len(media.Find(page, []byte(b.String()))); n == 0 || n > 200 {
		t.Errorf("%d were found", n)
	}
}

func FuzzFind(f *testing.F) {
	for _, c := range hiding {
		f.Add(page, []byte(c.text))
	}
	f.Fuzz(func(t *testing.T, base string, text []byte) {
		kept := 0
		for _, h := range media.Find(base, text) {
			kept += len(h.URL) + len(h.Text)
			if h.Kind == media.None || (h.URL == "") == (h.Text == nil) {
				t.Errorf("%+v", h)
			}
		}
		if kept > 8*len(text)+200*(8<<10+len(base)) {
			t.Errorf("%d bytes of %d", kept, len(text))
		}
	})
}

// worst are texts of a megabyte that take long to look through.
func worst() map[string]string {
	fill := func(s string) string { return strings.Repeat(s, 1<<20/len(s)) }
	return map[string]string{
		"segments": "#EXTM3U\n" + fill("#EXTINF:2.002,\nseg_0123456789_0123456789.ts?token=0123456789\n"), "MPD": "<MPD>" + fill(`<S t="123456" d="2000"/>`),
		"marks": fill(`"#EXTM3U`), "slashes": fill(`\`), "quotes": fill(`\"`), "names": fill(".mp4"), "addresses": fill(`"https://c.example/x.m3u8",`), "base64": fill("I0VYVE0zV"),
		"elements": "<html>" + fill("<video src=a>"), "open": fill("<"), "entities": fill("&quot;.mp4"), "escapes": fill(`\u0041.m3u8`), "JSON": fill(`{"a":"b","c":[1,2,3]},`),
		"lists": fill(`"#EXTM3U\n#EXTINF:1,\na\n",`), "XML": fill("<MPD "), "representations": "<MPD><Period><AdaptationSet>" + fill(`<Representation id="1" bandwidth="1" codecs="avc1"><BaseURL>x</BaseURL></Representation>`),
	}
}

func BenchmarkFind(b *testing.B) {
	for name, text := range worst() {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				media.Find(page, []byte(text))
				media.Adverts([]byte(text))
				_, _ = media.OutlineOf(page, []byte(text))
			}
		})
	}
}
