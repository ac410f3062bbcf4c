package sites

import (
	"fmt"
	"net/http"
	"strings"

	"seine/testdata/media"
)

const head = "#EXTM3U\n#EXT-X-VERSION:5\n#EXT-X-TARGETDURATION:2\n"

// badPlaylists are what goes wrong on real sites, one each.
var badPlaylists = map[string]string{
	"empty":        head + "#EXT-X-ENDLIST\n",
	"html":         "<!doctype html><title>Sign in</title><p>Please sign in.",
	"html-segment": head + "#EXTINF:2,\nsegment.html\n#EXTINF:2,\nsegment.html?2\n#EXT-X-ENDLIST\n",
	"short-key":    head + "#EXT-X-KEY:METHOD=AES-128,URI=\"key-short\"\n#EXTINF:2,\n/media/film/180p/seg_000.ts\n#EXT-X-ENDLIST\n",
	"wrong-key":    head + "#EXT-X-KEY:METHOD=AES-128,URI=\"key-wrong\"\n#EXTINF:2,\n/media/film/180p/seg_000.ts\n#EXT-X-ENDLIST\n",
	"late":         head + "#EXTINF:2,\n/media/film/180p/seg_000.ts\n#EXTINF:2,\nlate.ts\n#EXTINF:2,\n/media/film/180p/seg_002.ts\n#EXT-X-ENDLIST\n",
	"missing":      head + "#EXTINF:2,\n/media/film/180p/seg_000.ts\n#EXTINF:2,\nnowhere.ts\n#EXTINF:2,\n/media/film/180p/seg_002.ts\n#EXT-X-ENDLIST\n",
	"half-sound":   head + "#EXTINF:3,\n/media/split/audio/seg_000.ts\n#EXTINF:3,\nnowhere.ts\n#EXTINF:2,\n/media/split/audio/seg_002.ts\n#EXT-X-ENDLIST\n",
	"no-sound":     head + "#EXTINF:3,\nnowhere.ts?0\n#EXTINF:3,\nnowhere.ts?1\n#EXTINF:2,\nnowhere.ts?2\n#EXT-X-ENDLIST\n",
	"live":         head + "#EXT-X-MEDIA-SEQUENCE:7\n#EXTINF:2,\n/media/film/180p/seg_007.ts\n",
	"widevine": head + "#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI=\"data:text/plain;base64,AAAA\",KEYFORMAT=\"urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed\"\n" +
		"#EXTINF:2,\n/media/film/180p/seg_000.ts\n#EXT-X-ENDLIST\n",
	"fairplay": head + "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://film\",KEYFORMAT=\"com.apple.streamingkeydelivery\"\n" +
		"#EXTINF:2,\n/media/film/180p/seg_000.ts\n#EXT-X-ENDLIST\n",
}

func (s *Site) bad() {
	s.mux.HandleFunc("GET /bad/{name}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		text, ok := badPlaylists[strings.TrimSuffix(name, ".m3u8")]
		switch {
		case ok && strings.HasSuffix(name, ".m3u8"):
			w.Header().Set("Content-Type", types[".m3u8"])
			fmt.Fprint(w, text)
		case name == "late.ts" && s.late.Load():
			http.ServeFileFS(w, r, media.FS, "film/180p/seg_001.ts")
		case name == "late-arrives":
			s.late.Store(true)
		case name == "key-short":
			fmt.Fprint(w, "only12bytes!")
		case name == "key-wrong":
			fmt.Fprint(w, "sixteen bytes!!!")
		case name == "segment.html":
			w.Header().Set("Content-Type", "video/mp2t")
			fmt.Fprint(w, "<!doctype html><title>Forbidden</title><p>Your session has ended.")
		default:
			http.NotFound(w, r)
		}
	})
}
