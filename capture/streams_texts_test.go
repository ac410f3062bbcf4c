package capture_test

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"net/http"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"seine/capture"
	"seine/capture/media"
	clips "seine/testdata/media"
)

const absolute = "#EXTM3U\n#EXTINF:2,\n" + cdn + "1.ts\n#EXTINF:2,\n" + cdn + "2.ts\n#EXT-X-ENDLIST\n"

func jsonOf(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// lineOf is what a stream says of itself in a line.
func lineOf(s *capture.Stream) string {
	parts := []string{string(s.Kind), strings.TrimPrefix(s.URL, cdn)}
	for _, p := range []string{s.Inside, string(s.Role)} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if s.Mentioned() {
		parts = append(parts, "mentioned")
	}
	return strings.Join(parts, ", ")
}

func made(how capture.MadeBy, url, data string) *capture.Made {
	return &capture.Made{How: how, URL: url, FrameID: "f", Frame: "https://a.example/", Data: []byte(data), Size: int64(len(data))}
}

func socket(e *capture.Exchange, text string) *capture.Exchange {
	e.Type, e.Body = "WebSocket", capture.Body{Reason: capture.ReasonMessages}
	e.Messages = []capture.Message{{Opcode: 1, Body: capture.BodyOf([]byte(text))}, {Opcode: 2, Body: capture.BodyOf([]byte(absolute))}}
	return e
}

func post(e *capture.Exchange) *capture.Exchange {
	e.Request.Method = http.MethodPost
	return e
}

func TestStreamsInTexts(t *testing.T) {
	in64 := base64.StdEncoding.EncodeToString([]byte(absolute))
	html := `<!doctype html><video preload=none src="/film.mp4"><track srclang=de src="/de.vtt"></video><script>var x = "` + cdn + `x.m3u8"</script>`
	one := func(e ...*capture.Exchange) *capture.Capture {
		return &capture.Capture{Page: "https://a.example/", Exchanges: e}
	}
	scripted := func(m ...*capture.Made) *capture.Capture {
		return &capture.Capture{Page: "https://a.example/", Made: m}
	}
	both := func(c *capture.Capture, m ...*capture.Made) *capture.Capture { c.Made = m; return c }
	segments := []*capture.Exchange{segment("f", cdn+"1.ts"), segment("f", cdn+"2.ts")}
	for _, test := range []struct {
		name    string
		capture *capture.Capture
		want    []string
	}{
		{"a JSON string", one(append(segments, got("f", cdn+"api", "application/json", jsonOf(map[string]string{"p": absolute})))...), []string{"hls, api, JSON, main"}},
		{"Base64", one(got("f", cdn+"api", "application/json", jsonOf(map[string]string{"p": in64}))), []string{"hls, api, Base64 in JSON, main"}},
		{"an answer to POST", one(post(got("f", cdn+"api", "text/plain", absolute))), []string{"hls, api, main"}},
		{"a message", one(socket(got("f", "wss://a.example/ws", "", ""), jsonOf(absolute))), []string{"hls, wss://a.example/ws, message, main"}},
		{"HTML and its scripts", one(got("f", cdn, "text/html", html)), []string{"hls, x.m3u8, HTML, mentioned", "video, film.mp4, HTML, mentioned", "subtitle, de.vtt, HTML, mentioned"}},
		{"asked for, with another token", one(got("f", cdn, "application/json", jsonOf(cdn+"x.m3u8?t=1")), list("f", cdn+"x.m3u8?t=2", 2)), []string{"hls, x.m3u8?t=2, main"}},
		{"asked for, and no playlist", one(got("f", cdn, "application/json", jsonOf(cdn+"x.m3u8")), got("f", cdn+"x.m3u8", "text/html", "<p>")), nil},
		{"each address once", one(got("f", cdn, "text/html", html), got("f", cdn+"2", "application/json", jsonOf(cdn+"x.m3u8"))), []string{"hls, x.m3u8, HTML, mentioned", "video, film.mp4, HTML, mentioned", "subtitle, de.vtt, HTML, mentioned"}},
		{"of the master's own", one(master("f", cdn+"m.m3u8", "v.m3u8"), got("f", cdn, "application/json", jsonOf(cdn+"v.m3u8"))), []string{"hls, m.m3u8, main"}},
		{"a script's examples", one(got("f", cdn+"p.js", "text/javascript", `a="https://b.example/x.mp4"`)), nil},
		{"an advert's file is no film", one(got("f", cdn+"v", "text/xml", `<VAST><MediaFile>https://b.example/x.mp4</MediaFile></VAST>`), got("f", "https://b.example/x.mp4", "video/mp4", "")), []string{"video, https://b.example/x.mp4, advert"}},

		{"a Blob", scripted(made(capture.MadeBlob, "blob:1", absolute)), []string{"hls, blob:1, createObjectURL, main"}},
		{"a Blob of an answer", both(one(got("f", cdn+"i.m3u8", hlsType, absolute), got("f", "blob:1", hlsType, absolute)), made(capture.MadeBlob, "blob:1", absolute)), []string{"hls, i.m3u8, main"}},
		{"a Blob of what JSON holds", both(one(got("f", "blob:1", hlsType, absolute), got("f", cdn+"api", "application/json", jsonOf(absolute)))), []string{"hls, api, JSON, main"}},
		{"with other words, of the same segments", both(one(got("f", cdn+"i.m3u8", hlsType, absolute)), made(capture.MadeBlob, "blob:1", absolute+"#bye\n")), []string{"hls, i.m3u8, main"}},
		{"deciphered, and parsed", scripted(made(capture.MadeJSON, "", jsonOf(map[string]string{"src": cdn + "x.m3u8"}))), []string{"hls, x.m3u8, JSON.parse, mentioned"}},
		{"atob", scripted(made(capture.MadeAtob, "", absolute)), []string{"hls, https://a.example/, atob, main"}},
		{"twice the same", scripted(made(capture.MadeAtob, "", absolute), made(capture.MadeText, "", absolute)), []string{"hls, https://a.example/, atob, main"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var rows []string
			for _, s := range test.capture.Streams() {
				rows = append(rows, lineOf(s))
			}
			if diff := gocmp.Diff(test.want, rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStreamsOfDASH(t *testing.T) {
	mpd, err := fs.ReadFile(clips.FS, "dash/film.mpd")
	if err != nil {
		t.Fatal(err)
	}
	c := &capture.Capture{
		Exchanges: []*capture.Exchange{
			got("f", cdn+"film.mpd?t=1", "text/plain", string(mpd)), got("f", cdn+"init-0.m4s?t=2", "", "\x00\x00\x00\x18ftypiso5moovmvex"), got("f", cdn+"seg-0-001.m4s", "", "\x00\x00\x00\x18styp"),
			got("f", cdn+"other/seg-0-001.m4s", "", "\x00\x00\x00\x18styp"),
		},
		Players: []capture.Player{{FrameID: "f", Source: "blob:x", Playing: true, Duration: 8, Height: 180}},
	}
	list := c.Streams()
	if len(list) != 2 || list[0].Requests != 3 || list[1].Kind != media.Segment {
		t.Fatalf("%d streams, %+v", len(list), list[0])
	}
	s := list[0]
	want := []string{"avc1.4d400c", "mp4a.40.2"}
	if s.Kind != media.DASH || s.Duration != 8*time.Second || s.Live || s.Height() != 180 || !s.Estimated || s.Size != (40000+24000) || s.Player == nil || !gocmp.Equal(s.Codecs, want) || !gocmp.Equal(s.Audio, []string{"en"}) {
		t.Errorf("%+v", s)
	}
}

func TestStreamsKnowTheirSize(t *testing.T) {
	ranged := status(got("f", cdn+"a.mp4", "video/mp4", ""), 206)
	ranged.Response.Header.Set("Content-Range", "bytes 0-99/123456")
	whole := got("f", cdn+"b.mp3", "audio/mpeg", "ID3\x04....")
	whole.Response.Header.Set("Content-Length", "9000")
	film := got("f", cdn+"m.m3u8", hlsType, "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000000,AVERAGE-BANDWIDTH=800000\nv.m3u8\n")
	c := &capture.Capture{Exchanges: []*capture.Exchange{ranged, whole, film, list("f", cdn+"v.m3u8", 5)}}
	sizes := map[string]int64{}
	for _, s := range c.Streams() {
		sizes[s.URL] = s.Size
		if s.Estimated != (s.Kind == media.HLS) {
			t.Errorf("%s: estimated %v", s.URL, s.Estimated)
		}
	}
	if diff := gocmp.Diff(map[string]int64{cdn + "a.mp4": 123456, cdn + "b.mp3": 9000, cdn + "m.m3u8": 1_000_000}, sizes); diff != "" {
		t.Error(diff)
	}
}

// playerOf is a media element that shows a stream.
func playerOf(url string, seconds float64) capture.Player {
	return capture.Player{FrameID: "f", Source: url, Playing: true, Duration: seconds, Area: 230_400}
}

func TestRoles(t *testing.T) {
	const other = "https://elsewhere.net/"
	film := list("f", cdn+"film.m3u8", 300)
	mute := func(p capture.Player) capture.Player { p.Muted = true; return p }
	loop := func(p capture.Player) capture.Player { p.Loop = true; return mute(p) }
	small := func(p capture.Player) capture.Player { p.Area = 9000; return p }
	clip := func(url string) *capture.Exchange {
		return got("f", url, "video/mp4", "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00")
	}
	jpeg := got("f", cdn+"t/1.jpg", "image/jpeg", "\xff\xd8\xff\xe0....\xff\xd9")
	hides := got("f", cdn+"h/1.jpg", "image/jpeg", "\xff\xd8\xff\xe0....\xff\xd9"+strings.Repeat("and more", 500))
	hiding := got("f", cdn+"h/i.m3u8", hlsType, "#EXTM3U\n#EXTINF:2,\n1.jpg\n#EXT-X-ENDLIST\n")
	pictures := got("f", cdn+"t/i.m3u8", hlsType, "#EXTM3U\n#EXTINF:2,\n1.jpg\n#EXT-X-ENDLIST\n")
	vtt := got("f", cdn+"t.vtt", "text/vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\ns.jpg#xywh=0,0,1,1\n")
	tiny := got("f", cdn+"b", "video/mp4", "\x00\x01")
	for _, test := range []struct {
		name string
		e    []*capture.Exchange
		p    []capture.Player
		want []string
	}{
		{"a clip that loops without sound", []*capture.Exchange{clip(cdn + "a.mp4"), film}, []capture.Player{small(loop(playerOf(cdn+"a.mp4", 5)))}, []string{"hls, film.m3u8, main", "video, a.mp4, preview"}},
		{"behind the page", []*capture.Exchange{clip(cdn + "a.mp4"), film}, []capture.Player{loop(playerOf(cdn+"a.mp4", 5))}, []string{"hls, film.m3u8, main", "video, a.mp4, background"}},
		{"alone it is the film", []*capture.Exchange{clip(cdn + "a.mp4")}, []capture.Player{loop(playerOf(cdn+"a.mp4", 5))}, []string{"video, a.mp4, main"}},
		{"by its name, without sound", []*capture.Exchange{clip(cdn + "a-preview.mp4"), film}, []capture.Player{mute(playerOf(cdn+"a-preview.mp4", 5))}, []string{"hls, film.m3u8, main", "video, a-preview.mp4, preview"}},
		{"a short one that plays is a film", []*capture.Exchange{clip(cdn + "a.mp4"), film}, []capture.Player{playerOf(cdn+"a.mp4", 5)}, []string{"video, a.mp4, main", "hls, film.m3u8"}},
		{"a short one from elsewhere", []*capture.Exchange{clip(other + "a.mp4"), film}, []capture.Player{playerOf(other+"a.mp4", 15)}, []string{"hls, film.m3u8, main", "video, " + other + "a.mp4, advert"}},
		{"an advertiser's", []*capture.Exchange{clip("https://r1.gvt.doubleclick.net/a.mp4"), film}, []capture.Player{playerOf("https://r1.gvt.doubleclick.net/a.mp4", 900)}, []string{"hls, film.m3u8, main", "video, https://r1.gvt.doubleclick.net/a.mp4, advert"}},
		{"pictures of the film", []*capture.Exchange{pictures, jpeg, vtt, film}, nil, []string{"hls, film.m3u8, main", "thumbnails, t/i.m3u8, thumbnail", "thumbnails, t.vtt, thumbnail"}},
		{"a film behind pictures", []*capture.Exchange{hiding, hides}, nil, []string{"hls, h/i.m3u8, main"}},
		{"too small to be anything", []*capture.Exchange{tiny, film}, nil, []string{"hls, film.m3u8, main", "video, b, tracker"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &capture.Capture{Page: cdn, Exchanges: test.e, Players: test.p}
			for _, streams := range [][]*capture.Stream{c.Streams(), c.Loaded()} {
				var rows []string
				for _, s := range streams {
					rows = append(rows, lineOf(s))
				}
				if diff := gocmp.Diff(test.want, rows); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestPlayersWithoutAManifest(t *testing.T) {
	fed := playerOf("blob:x", 60)
	fed.Buffers = []capture.Buffer{{Type: `video/mp4; codecs="avc1.4d401e,mp4a.40.2"`, Appends: 3, Bytes: 100}}
	c := &capture.Capture{Page: cdn, Players: []capture.Player{fed}}
	list := c.Streams()
	if len(list) != 1 || list[0].Kind != media.MSE || list[0].Role != capture.RoleMain || list[0].Duration != time.Minute || len(list[0].Codecs) != 2 {
		t.Fatalf("%+v", list)
	}
	c.Notes = []capture.Note{{Kind: capture.NoteEMEAsk, Text: "com.widevine.alpha"}, {Kind: capture.NoteEMEUse}}
	if list = c.Streams(); len(list) != 1 || list[0].DRM != "Widevine" {
		t.Errorf("%+v", list[0])
	}
	c.Made = []*capture.Made{made(capture.MadeBlob, "blob:x", "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00")}
	c.Players[0].Buffers = nil
	if list = c.Streams(); len(list) != 1 || list[0].Kind != media.Video || list[0].Inside != "createObjectURL" {
		t.Errorf("%+v", list)
	}
}

// TestKeysOfScripts: what the address of a key gives is not the key that the script used.
func TestKeysOfScripts(t *testing.T) {
	key, wrong := []byte("0123456789abcdef"), []byte("fedcba9876543210")
	clear, err := fs.ReadFile(clips.FS, "film/180p/seg_000.ts")
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		t.Fatal(err)
	}
	iv := append(make([]byte, 15), 7)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(clear[:len(clear)/16*16], clear[:len(clear)/16*16])
	playlist := got("f", cdn+"i.m3u8", hlsType, "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXTINF:2,\n1.ts\n#EXT-X-ENDLIST\n")
	first := got("f", cdn+"1.ts", "video/mp2t", string(clear))
	imported := func(keys ...[]byte) (list []*capture.Made) {
		for _, k := range keys {
			list = append(list, made(capture.MadeKey, "", string(k)))
		}
		return list
	}
	// The second key was not asked for yet when the visit ended.
	rotating := got("f", cdn+"i.m3u8", hlsType, "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:7\n#EXT-X-KEY:METHOD=AES-128,URI=\"key\"\n#EXTINF:2,\n1.ts\n#EXT-X-KEY:METHOD=AES-128,URI=\"key2\"\n#EXTINF:2,\n2.ts\n#EXT-X-ENDLIST\n")
	for _, test := range []struct {
		name string
		e    []*capture.Exchange
		made []*capture.Made
		want []byte
	}{
		{"two keys, of which the first one was fetched and used", []*capture.Exchange{rotating, first, got("f", cdn+"key", "", string(key))}, imported(key), nil},
		{"never fetched, proved on a segment", []*capture.Exchange{playlist, first}, imported(wrong, key), key},
		{"fetched, and changed by the script", []*capture.Exchange{playlist, first, got("f", cdn+"key", "", string(wrong[1:])+"x")}, imported(key), key},
		{"fetched, and used as it is", []*capture.Exchange{playlist, first, got("f", cdn+"key", "", string(key))}, imported(key), nil},
		{"fetched, another one was used elsewhere", []*capture.Exchange{playlist, got("f", cdn+"key", "", string(key))}, imported(wrong), nil},
		{"no segment, no choice", []*capture.Exchange{playlist}, imported(key), key},
		{"no segment, and a choice", []*capture.Exchange{playlist}, imported(key, wrong), nil},
		{"none fits", []*capture.Exchange{playlist, first}, imported(wrong), nil},
		{"none was made", []*capture.Exchange{playlist, first}, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &capture.Capture{Exchanges: test.e, Made: test.made}
			var keys []capture.Key
			if test.want != nil {
				keys = []capture.Key{{URL: cdn + "key", Data: test.want}}
			}
			if diff := gocmp.Diff(keys, c.Streams()[0].Keys); diff != "" {
				t.Error(diff)
			}
		})
	}
}
