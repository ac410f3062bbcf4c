package capture_test

import (
	"cmp"
	"net/http"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"seine/capture"
	"seine/capture/media"
)

const cdn = "https://cdn.example/"

// got makes an exchange of a frame: its address, type and body.
func got(frame, url, contentType, body string) *capture.Exchange {
	return &capture.Exchange{
		FrameID: frame, Type: "Fetch", Done: true, Request: capture.Request{Method: http.MethodGet, URL: url},
		Response: &capture.Response{Status: http.StatusOK, Header: http.Header{"Content-Type": {contentType}}},
		Body:     capture.BodyOf([]byte(body)),
	}
}

func status(e *capture.Exchange, code int) *capture.Exchange {
	e.Response.Status = code
	return e
}

func from(e *capture.Exchange, url string) *capture.Exchange {
	e.Redirects = append(e.Redirects, capture.Hop{Request: capture.Request{URL: url}, Response: capture.Response{Status: 302}})
	return e
}

const hlsType = "application/vnd.apple.mpegurl"

func master(frame, url string, variants ...string) *capture.Exchange {
	text := "#EXTM3U\n"
	for _, v := range variants {
		text += "#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360\n" + v + "\n"
	}
	return got(frame, url, hlsType, text)
}

// list is a media playlist of n segments of 2 s.
func list(frame, url string, n int) *capture.Exchange {
	return got(frame, url, hlsType, "#EXTM3U\n"+strings.Repeat("#EXTINF:2,\nseg.ts\n", n)+"#EXT-X-ENDLIST\n")
}

func segment(frame, url string) *capture.Exchange { return got(frame, url, "video/mp2t", "") }

type row struct {
	Kind     media.Kind
	URL      string
	Requests int
	Duration time.Duration
	Player   string // source of the player, or "playing" where it has none
}

func TestStreams(t *testing.T) {
	play := func(frame, source string, seconds float64) capture.Player {
		return capture.Player{FrameID: frame, Source: source, Playing: true, Duration: seconds, Area: 1000, Height: 360}
	}
	still := func(p capture.Player) capture.Player { p.Playing = false; return p }
	small := func(p capture.Player) capture.Player { p.Area = 10; return p }
	film := []*capture.Exchange{
		master("f", cdn+"film/m.m3u8", "v/i.m3u8", "w/i.m3u8"), list("f", cdn+"film/v/i.m3u8", 12),
		segment("f", cdn+"film/v/seg.ts"), segment("f", cdn+"film/v/seg.ts"),
	}
	preview := []*capture.Exchange{list("f", cdn+"preview/i.m3u8", 3), segment("f", cdn+"preview/seg.ts")}
	filmRow := row{media.HLS, cdn + "film/m.m3u8", 4, 24 * time.Second, ""}
	previewRow := row{media.HLS, cdn + "preview/i.m3u8", 2, 6 * time.Second, ""}
	with := func(r row, player string) row { r.Player = player; return r }
	all := func(lists ...[]*capture.Exchange) (out []*capture.Exchange) {
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	one := func(e ...*capture.Exchange) []*capture.Exchange { return e }
	for _, test := range []struct {
		name      string
		exchanges []*capture.Exchange
		players   []capture.Player
		want      []row
	}{
		{"master, variant and segments are one", film, nil, []row{filmRow}},
		{"the variant may come before its master", all(film[1:], film[:1]), nil, []row{filmRow}},
		{"the longer of two", all(preview, film), nil, []row{filmRow, previewRow}},
		{
			"the one that plays comes first", all(film, preview),
			[]capture.Player{play("f", cdn+"preview/i.m3u8", 6)},
			[]row{with(previewRow, cdn+"preview/i.m3u8"), filmRow},
		},
		{
			"both play: the bigger one", all(preview, film),
			[]capture.Player{small(play("f", cdn+"preview/i.m3u8", 6)), play("f", cdn+"film/m.m3u8", 24)},
			[]row{with(filmRow, cdn+"film/m.m3u8"), with(previewRow, cdn+"preview/i.m3u8")},
		},
		{
			"Media Source: by duration", all(preview, film),
			[]capture.Player{play("f", "blob:x", 24.02)},
			[]row{with(filmRow, "blob:x"), previewRow},
		},
		{
			"Media Source: the own frame before duration", all(one(list("g", cdn+"g/i.m3u8", 12)), preview),
			[]capture.Player{play("f", "blob:x", 24)},
			[]row{with(previewRow, "blob:x"), {media.HLS, cdn + "g/i.m3u8", 1, 24 * time.Second, ""}},
		},
		{
			"Media Source: fetched by a worker", one(list("", cdn+"i.m3u8", 12)),
			[]capture.Player{play("f", "blob:x", 24)},
			[]row{{media.HLS, cdn + "i.m3u8", 1, 24 * time.Second, "blob:x"}},
		},
		{
			"an empty element takes nothing from the one that plays", film,
			[]capture.Player{{FrameID: "f", Area: 5000}, play("f", "blob:x", 24)},
			[]row{with(filmRow, "blob:x")},
		},
		{
			"Media Source of a worker has no address", film,
			[]capture.Player{play("f", "", 24)},
			[]row{with(filmRow, "playing")},
		},
		{
			"the element that plays, not the big one that does not", film,
			[]capture.Player{still(play("f", cdn+"film/m.m3u8", 24)), small(play("f", cdn+"film/m.m3u8", 24))},
			[]row{with(filmRow, cdn+"film/m.m3u8")},
		},
		{
			"segments without a playlist, by folder",
			one(segment("f", cdn+"a/1.ts?x=1"), segment("f", cdn+"a/2.ts"), segment("f", cdn+"b/1.ts")),
			nil,
			[]row{{media.Segment, cdn + "a/", 2, 0, ""}, {media.Segment, cdn + "b/", 1, 0, ""}},
		},
		{
			"a plain file in ranges",
			one(status(got("f", cdn+"a.mp4", "video/mp4", ""), 206), status(got("f", cdn+"a.mp4", "video/mp4", ""), 206)),
			[]capture.Player{play("f", cdn+"a.mp4#t=10", 60)},
			[]row{{media.Video, cdn + "a.mp4", 2, time.Minute, cdn + "a.mp4#t=10"}},
		},
		{
			"a fragmented mp4 that plays as it is", one(got("f", cdn+"a.mp4", "video/mp4", "\x00\x00\x00\x18ftypiso5moovmvex")),
			[]capture.Player{play("f", cdn+"a.mp4", 2)},
			[]row{{media.Video, cdn + "a.mp4", 1, 2 * time.Second, cdn + "a.mp4"}},
		},
		{
			"behind a redirect", one(from(list("f", cdn+"real/i.m3u8", 3), cdn+"short"), segment("f", cdn+"real/seg.ts")),
			[]capture.Player{play("f", cdn+"short", 6)},
			[]row{{media.HLS, cdn + "real/i.m3u8", 2, 6 * time.Second, cdn + "short"}},
		},
		{
			"a variant behind a redirect", one(master("f", cdn+"m.m3u8", "v.m3u8"), from(list("f", "https://edge.example/v.m3u8", 3), cdn+"v.m3u8")), nil,
			[]row{{media.HLS, cdn + "m.m3u8", 2, 6 * time.Second, ""}},
		},
		{
			"the same playlist again", one(list("f", cdn+"i.m3u8", 3), list("f", cdn+"i.m3u8", 3)), nil,
			[]row{{media.HLS, cdn + "i.m3u8", 2, 6 * time.Second, ""}},
		},
		{
			"what is none: HTML, pictures, errors, an empty playlist, tiny films in data: URLs",
			one(
				got("f", cdn+"i.m3u8", hlsType, "<!doctype html>"), got("f", cdn+"p.avif", "image/avif", "\x00\x00\x00\x18ftypavif\x00\x00\x00\x00"),
				status(got("f", cdn+"a.mp4", "video/mp4", ""), 404), status(got("f", cdn+"a.mpd", "application/dash+xml", ""), 403),
				got("f", cdn+"e.m3u8", hlsType, "#EXTM3U\n"), got("f", "data:video/mp4;base64,AAAA", "video/mp4", "\x00\x00\x00\x18ftypisom\x00\x00\x00\x00"),
				got("f", "blob:https://a.example/1", "video/mp4", "\x00\x00\x00\x18ftypisom\x00\x00\x00\x00"),
			),
			[]capture.Player{play("f", "data:video/mp4;base64,AAAA", 1)},
			nil,
		},
		{
			"DASH, subtitles and sound, in the order of their worth",
			one(got("f", cdn+"s.vtt", "text/vtt", "WEBVTT\n"), got("f", cdn+"a.mp3", "audio/mpeg", "ID3\x04...."), got("f", cdn+"x.mpd", "", "<MPD>")), nil,
			[]row{{media.DASH, cdn + "x.mpd", 1, 0, ""}, {media.Audio, cdn + "a.mp3", 1, 0, ""}, {media.Subtitles, cdn + "s.vtt", 1, 0, ""}},
		},
		{"no answer yet", one(&capture.Exchange{Request: capture.Request{URL: cdn + "i.m3u8"}}), nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &capture.Capture{Exchanges: test.exchanges, Players: test.players}
			var rows []row
			for _, s := range c.Streams() {
				r := row{s.Kind, s.URL, s.Requests, s.Duration, ""}
				if s.Player != nil {
					r.Player = cmp.Or(s.Player.Source, "playing")
				}
				rows = append(rows, r)
			}
			if diff := gocmp.Diff(test.want, rows); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestStreamsCarryWhatThePlaylistsSay(t *testing.T) {
	drm := got("f", cdn+"v.m3u8", hlsType, "#EXTM3U\n#EXT-X-KEY:METHOD=SAMPLE-AES,KEYFORMAT=\"com.apple.streamingkeydelivery\"\n#EXTINF:2,\n1.ts\n")
	c := &capture.Capture{Exchanges: []*capture.Exchange{master("f", cdn+"m.m3u8", "v.m3u8"), drm}}
	s := c.Streams()[0]
	if s.DRM != "FairPlay" || !s.Live || s.Height() != 360 || s.Evidence != media.ByContent || len(s.Variants) != 1 {
		t.Errorf("%+v", s)
	}
}

func TestCallsAreJSON(t *testing.T) {
	page := got("f", cdn, "application/json", "{}")
	page.Type = "Document"
	c := &capture.Capture{Exchanges: []*capture.Exchange{
		got("f", cdn+"1", "application/json", "{}"), got("f", cdn+"2", "application/vnd.api+json", "[]"), got("f", cdn+"3", "text/plain", " [1]"),
		got("f", cdn+"4", "text/html", "<p>"), got("f", cdn+"5", "application/javascript", "[1]"), got("f", cdn+"6", "application/manifest+json", "x"), page,
	}}
	var urls []string
	for _, e := range c.Calls() {
		urls = append(urls, strings.TrimPrefix(e.URL(), cdn))
	}
	if diff := gocmp.Diff([]string{"1", "2", "3"}, urls); diff != "" {
		t.Error(diff)
	}
}

// TestSure: what makes a stream the film of its page before it plays.
func TestSure(t *testing.T) {
	long, url := list("f", cdn+"i.m3u8", 31), cdn+"i.m3u8"
	text := func(s string) *capture.Exchange { return got("f", url, hlsType, s) }
	body, err := long.Body.Bytes(1 << 20)
	if err != nil {
		t.Fatal(err)
	}
	whole := string(body)
	asked := segment("f", cdn+"seg.ts")
	asked.Response = nil
	for name, c := range map[string]struct {
		heard []*capture.Exchange
		want  bool
	}{
		"a segment was answered":     {[]*capture.Exchange{long, segment("f", cdn+"seg.ts")}, true},
		"with a name of nothing":     {[]*capture.Exchange{text(strings.ReplaceAll(whole, "seg.ts", "seg")), got("f", cdn+"seg", "", "")}, true},
		"by a master":                {[]*capture.Exchange{master("f", cdn+"m.m3u8", "i.m3u8", "j.m3u8"), long, segment("f", cdn+"seg.ts")}, true},
		"none was asked for":         {[]*capture.Exchange{long}, false},
		"it was not answered":        {[]*capture.Exchange{long, asked}, false},
		"it was refused":             {[]*capture.Exchange{long, status(segment("f", cdn+"seg.ts"), http.StatusForbidden)}, false},
		"the master alone":           {[]*capture.Exchange{master("f", cdn+"m.m3u8", "i.m3u8", "j.m3u8"), master("f", cdn+"m.m3u8", "i.m3u8", "j.m3u8")}, false},
		"as long as an advert":       {[]*capture.Exchange{list("f", url, 30), segment("f", cdn+"seg.ts")}, false},
		"live":                       {[]*capture.Exchange{text(strings.ReplaceAll(whole, "#EXT-X-ENDLIST", "")), segment("f", cdn+"seg.ts")}, false},
		"a key is on its way":        {[]*capture.Exchange{text(strings.Replace(whole, "\n", "\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n", 1)), segment("f", cdn+"seg.ts")}, false},
		"protected":                  {[]*capture.Exchange{text(strings.Replace(whole, "\n", "\n#EXT-X-KEY:METHOD=SAMPLE-AES,KEYFORMAT=\"com.apple.streamingkeydelivery\",URI=\"skd://k\"\n", 1)), segment("f", cdn+"seg.ts")}, false},
		"a file, however long it is": {[]*capture.Exchange{got("f", cdn+"film.mp4", "video/mp4", "")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			streams := (&capture.Capture{Exchanges: c.heard}).Loaded()
			if len(streams) != 1 || streams[0].Sure() != c.want {
				t.Errorf("%d streams, sure %v, want %v", len(streams), len(streams) > 0 && streams[0].Sure(), c.want)
			}
		})
	}
}
