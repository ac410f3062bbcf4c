package sites

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"

	"golang.org/x/net/websocket"

	"seine/testdata/media"
)

// players serves what /players/player.html plays in other ways than by a playlist's address: a playlist in an answer to POST, in
// a JSON string, in Base64, in a message, and the pieces of a film that say nothing of what they are; and an advertising server.
func (s *Site) players() {
	s.mux.HandleFunc("POST /players/api/playlist", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		fmt.Fprint(w, absolutePlaylist(r))
	})
	s.mux.HandleFunc("GET /players/api/json", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]string{"title": "The Harbour", "playlist": absolutePlaylist(r)})
	})
	s.mux.HandleFunc("GET /players/api/base64", func(w http.ResponseWriter, r *http.Request) {
		answer(w, map[string]string{"stream": base64.StdEncoding.EncodeToString([]byte(absolutePlaylist(r)))})
	})
	s.mux.HandleFunc("GET /players/api/socket", playlistSocket)
	s.mux.HandleFunc("GET /players/api/piece/{n}", piece)
	s.mux.HandleFunc("GET /players/api/vast", vast)
	s.mux.HandleFunc("GET /players/api/half", func(w http.ResponseWriter, _ *http.Request) {
		half := keyOf(sealedFilm, 0)
		for i := range half {
			half[i] ^= byte(i*7 + 1)
		}
		answer(w, map[string][]byte{"half": half})
	})
	s.mux.HandleFunc("GET /players/api/sealed/{file}", s.sealed)
	s.mux.HandleFunc("GET /players/api/beacon", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "video/mp4")
		_, _ = w.Write(dot)
	})
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

var segmentLine = regexp.MustCompile(`(?m)^seg`)

// absolutePlaylist is that of the large film, with addresses that lead to it from anywhere.
func absolutePlaylist(r *http.Request) string {
	text, err := fs.ReadFile(media.FS, "film/360p/index.m3u8")
	if err != nil {
		panic(err) // it is embedded under this very name
	}
	return segmentLine.ReplaceAllString(string(text), "http://"+r.Host+"/media/film/360p/seg")
}

func playlistSocket(w http.ResponseWriter, r *http.Request) {
	rec := w.(*statusWriter)
	rec.decide(http.StatusSwitchingProtocols)
	websocket.Server{Handler: func(c *websocket.Conn) {
		if websocket.JSON.Send(c, map[string]string{"playlist": absolutePlaylist(r)}) == nil {
			_, _ = c.Read(make([]byte, 1)) // until the page goes
		}
	}}.ServeHTTP(rec.ResponseWriter, r)
}

// piece is the nth of a fragmented film, init section first, with every bit pattern turned.
func piece(w http.ResponseWriter, r *http.Request) {
	var n int
	if _, err := fmt.Sscan(r.PathValue("n"), &n); err != nil {
		http.NotFound(w, r)
		return
	}
	name := "init.mp4"
	if n > 0 {
		name = fmt.Sprintf("seg_%03d.m4s", n-1)
	}
	clear, err := fs.ReadFile(media.FS, path.Join("fmp4/muxed", name))
	if err != nil {
		http.NotFound(w, r)
		return
	}
	turned := make([]byte, len(clear))
	for i, b := range clear {
		turned[i] = b ^ 0x5a
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(turned)
}

// vast is an advertising server's answer (IAB VAST 4.2), for pages of any origin.
func vast(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>
<VAST version="4.2"><Ad id="1"><InLine><AdTitle>Buy</AdTitle><Creatives><Creative><Linear><Duration>00:00:02</Duration>
<MediaFiles><MediaFile type="video/mp4" delivery="progressive" width="160" height="90"><![CDATA[http://%s/media/clips/plain.mp4?ad=1]]></MediaFile></MediaFiles>
</Linear></Creative></Creatives></InLine></Ad></VAST>
`, r.Host)
}

// sealedFilm is AES-128 with a key that its page puts together; the address of the key gives nothing.
const sealedFilm = "sealed"

func (s *Site) sealed(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	if name == "index.m3u8" {
		first := true
		s.playlist(w, r, "film/360p/index.m3u8", func(l string) string {
			if first {
				first = false
				return "#EXT-X-KEY:METHOD=AES-128,URI=\"/players/api/key\"\n" + l
			}
			return l
		})
		return
	}
	var n int
	clear, err := fs.ReadFile(media.FS, path.Join("film/360p", name))
	if _, scan := fmt.Sscanf(name, "seg_%d.ts", &n); err != nil || scan != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", types[".ts"])
	_, _ = w.Write(Encrypt(clear, keyOf(sealedFilm, 0), ivOf(n)))
}
