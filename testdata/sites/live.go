package sites

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"seine/testdata/media"
)

// A channel shows the demonstration film over and over. It is on air since the site is, with a minute's window; /live/4/ is four times as fast as time
// goes by. The list asks for a pass, which the page gets and which dies soon; /live/4/?life=2s has one that
// dies sooner.
const (
	livePieces = 12 // of the film
	liveWindow = 30
	liveLength = 2 * time.Second
	liveTarget = 2 // seconds
)

func (s *Site) live() {
	began := time.Now()
	s.mux.HandleFunc("GET /live/{speed}/", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, s.pages, "live/page.html") })
	s.mux.HandleFunc("POST /live/{speed}/pass", func(w http.ResponseWriter, r *http.Request) {
		life, err := time.ParseDuration(r.URL.Query().Get("life"))
		if err != nil {
			life = s.opt.TokenLife
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"src": "channel.m3u8?pass=" + s.tokens.issueFor("live", life)})
	})
	s.mux.HandleFunc("GET /live/{speed}/channel.m3u8", func(w http.ResponseWriter, r *http.Request) { s.liveList(w, r, began) })
	s.mux.HandleFunc("GET /live/{speed}/{piece}", s.livePiece)
}

func (s *Site) liveList(w http.ResponseWriter, r *http.Request, began time.Time) {
	speed, err := strconv.ParseFloat(r.PathValue("speed"), 64)
	if err != nil || speed <= 0 || speed > 100 {
		http.NotFound(w, r)
		return
	}
	if !s.tokens.valid(r.URL.Query().Get("pass"), "live") {
		http.Error(w, "the pass has expired", http.StatusForbidden)
		return
	}
	end := liveWindow + int(float64(time.Since(began))*speed/float64(liveLength))
	first := end - liveWindow
	var b strings.Builder
	fmt.Fprintf(&b, "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:%d\n#EXT-X-MEDIA-SEQUENCE:%d\n#EXT-X-DISCONTINUITY-SEQUENCE:%d\n",
		liveTarget, first, (first+livePieces-1)/livePieces)
	for i := first; i < end; i++ {
		if i%livePieces == 0 {
			b.WriteString("#EXT-X-DISCONTINUITY\n")
		}
		fmt.Fprintf(&b, "#EXTINF:%.3f,\npiece%d.ts\n", liveLength.Seconds(), i)
	}
	w.Header().Set("Content-Type", types[".m3u8"])
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(b.String()))
}

func (s *Site) livePiece(w http.ResponseWriter, r *http.Request) {
	var n int
	if _, err := fmt.Sscanf(r.PathValue("piece"), "piece%d.ts", &n); err != nil || n < 0 {
		http.NotFound(w, r)
		return
	}
	b, err := fs.ReadFile(media.FS, fmt.Sprintf("film/180p/seg_%03d.ts", n%livePieces))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", types[".ts"])
	_, _ = w.Write(b)
}
