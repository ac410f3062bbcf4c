package sites

import (
	"fmt"
	"net/http"
	"strings"
)

const (
	top    = "#EXTM3U\n#EXT-X-VERSION:10\n"
	coded  = `RESOLUTION=320x180,CODECS="avc1.4d400c,mp4a.40.2"`
	spoken = "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"English\",LANGUAGE=\"en\",CHANNELS=\"2\",URI=\"/media/split/audio/index.m3u8\"\n" +
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"Deutsch\",LANGUAGE=\"de-CH\",DEFAULT=YES,URI=\"/media/split/audio/index.m3u8?de\"\n"
)

// lists are playlists of the clips in /media/ that say unusual, correct things. %s stands for the site on another name of this machine.
var lists = map[string]string{
	// Two languages and what is not fetched: subtitles, closed captions, pictures for fast forward.
	"languages": top + spoken +
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"Described\",LANGUAGE=\"en\",CHARACTERISTICS=\"public.accessibility.describes-video\",URI=\"/media/split/audio/index.m3u8?described\"\n" +
		"#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"text\",NAME=\"Forced\",LANGUAGE=\"fr\",FORCED=YES,AUTOSELECT=YES,URI=\"nowhere.m3u8\"\n" +
		"#EXT-X-MEDIA:TYPE=CLOSED-CAPTIONS,GROUP-ID=\"cc\",NAME=\"English\",LANGUAGE=\"en\",INSTREAM-ID=\"CC1\"\n" +
		"#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1000,URI=\"nowhere.m3u8\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=110000," + coded + ",AUDIO=\"sound\",SUBTITLES=\"text\",CLOSED-CAPTIONS=\"cc\"\n/media/split/video/index.m3u8\n",
	// One sound lies inside of the variant, one in a playlist of its own.
	"inside": top + "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES\n" +
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"Français\",LANGUAGE=\"fr\",URI=\"/media/film/180p/index.m3u8\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=220000,RESOLUTION=640x360,CODECS=\"avc1.64001e,mp4a.40.2\",AUDIO=\"a\"\n/media/film/360p/index.m3u8\n",
	// The same film and its sounds on two servers, the preferred one second.
	"mirrors": top + "#EXT-X-CONTENT-STEERING:SERVER-URI=\"/nowhere.json\",PATHWAY-ID=\"two\"\n" +
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a1\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,URI=\"/media/split/audio/index.m3u8\"\n" +
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a2\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,URI=\"%s/media/split/audio/index.m3u8\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=110000," + coded + ",AUDIO=\"a1\",PATHWAY-ID=\"one\"\n/media/split/video/index.m3u8\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=110000," + coded + ",AUDIO=\"a2\",PATHWAY-ID=\"two\"\n%s/media/split/video/index.m3u8\n",
	// A steering manifest makes a second server of the only one, and puts it first.
	"steered": top + "#EXT-X-CONTENT-STEERING:SERVER-URI=\"/lists/steering.json\",PATHWAY-ID=\"one\"\n" +
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a1\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,URI=\"/media/split/audio/index.m3u8\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=110000," + coded + ",AUDIO=\"a1\",PATHWAY-ID=\"one\"\n/media/split/video/index.m3u8\n",
	"steering.json": `{"VERSION":1,"TTL":300,"RELOAD-URI":"/nowhere.json","PATHWAY-PRIORITY":["three","one"],"PATHWAY-CLONES":[` +
		`{"BASE-ID":"one","ID":"three","URI-REPLACEMENT":{"HOST":"localhost","PARAMS":{"cdn":"three"}}}]}`,
	// The first of the servers has no playlist.
	"broken-mirror": top + "#EXT-X-STREAM-INF:BANDWIDTH=110000,RESOLUTION=320x180\n%s/lists/nowhere.m3u8\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=110000,RESOLUTION=320x180\n/media/film/180p/index.m3u8\n",
	// One of two servers breaks down in mid-film.
	"dying": top + "#EXT-X-STREAM-INF:BANDWIDTH=110000,RESOLUTION=320x180\n%s/dying/film/180p/index.m3u8\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=110000,RESOLUTION=320x180\n/media/film/180p/index.m3u8\n",
	// Three sounds: one lacks a segment, another all of them.
	"deaf": top + spoken + "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"Italiano\",LANGUAGE=\"it\",URI=\"/bad/half-sound.m3u8\"\n" +
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"Français\",LANGUAGE=\"fr\",URI=\"/bad/no-sound.m3u8\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=110000," + coded + ",AUDIO=\"sound\"\n/media/split/video/index.m3u8\n",
	// A film with two adverts in it.
	"adverts": head + film(0, 4) + "#EXT-X-DISCONTINUITY\n#EXTINF:2,\n%s/media/film/360p/seg_000.ts\n#EXT-X-DISCONTINUITY\n" + film(4, 9) +
		"#EXT-X-DISCONTINUITY\n#EXTINF:2,\n%s/media/film/360p/seg_001.ts\n#EXT-X-DISCONTINUITY\n" + film(9, 12) + "#EXT-X-ENDLIST\n",
	// Subtitles in two languages, of which one lacks a segment; their clock is that of the film.
	"subtitled": top + "#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"text\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,AUTOSELECT=YES,URI=\"titles.m3u8\"\n" +
		"#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"text\",NAME=\"Deutsch\",LANGUAGE=\"de\",FORCED=YES,AUTOSELECT=YES,URI=\"titles.m3u8?de\"\n" +
		"#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"text\",NAME=\"Italiano\",LANGUAGE=\"it\",URI=\"titles-torn.m3u8\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=220000,RESOLUTION=640x360,CODECS=\"avc1.64001e,mp4a.40.2\",SUBTITLES=\"text\"\n/media/film/360p/index.m3u8\n",
	"titles":      head + "#EXTINF:24,\ntitles.vtt\n#EXT-X-ENDLIST\n",
	"titles-torn": head + "#EXTINF:12,\ntitles.vtt\n#EXTINF:12,\nnowhere.vtt\n#EXT-X-ENDLIST\n",
	"titles.vtt":  "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:131110,LOCAL:00:00:00.000\n\n00:01.000 --> 00:02.500 line:10%\nHello <i>world</i>\n\n00:11.250 --> 00:13.001\nTwo\nlines &amp; more\n",
	// What a page shows with its film: times count from its beginning.
	"track.vtt": "WEBVTT\n\n00:03.000 --> 00:04.000\nof the page\n",
	// A sound without sound.
	"silent": top + "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"English\",LANGUAGE=\"en\",DEFAULT=YES,URI=\"/media/split/audio/index.m3u8\"\n" +
		"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"sound\",NAME=\"Silence\",LANGUAGE=\"zxx\",URI=\"/media/split/video/index.m3u8?silence\"\n" +
		"#EXT-X-STREAM-INF:BANDWIDTH=110000," + coded + ",AUDIO=\"sound\"\n/media/split/video/index.m3u8\n",
}

// film lists segments of the small film.
func film(from, to int) (text string) {
	for i := from; i < to; i++ {
		text += fmt.Sprintf("#EXTINF:2,\n/media/film/180p/seg_%03d.ts\n", i)
	}
	return text
}

func (s *Site) lists() {
	s.mux.HandleFunc("GET /lists/{name}", func(w http.ResponseWriter, r *http.Request) {
		text, ok := lists[strings.TrimSuffix(r.PathValue("name"), ".m3u8")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", types[".m3u8"])
		if strings.HasSuffix(r.URL.Path, ".vtt") {
			w.Header().Set("Content-Type", "text/vtt; charset=utf-8")
		}
		_, port, _ := strings.Cut(r.Host, ":")
		fmt.Fprint(w, strings.ReplaceAll(text, "%s", "http://localhost:"+port))
	})
}
