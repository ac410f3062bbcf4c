package sites

import (
	"io/fs"
	"net/http"

	"seine/testdata/media"
)

// hooks serves /hooks/, a page whose scripts put playlists, films and keys together in every kind of target, and tell here, by name,
// when they are done and what was not as it should be. /hooks/player.html plays a film that has no playlist, and whose parts are
// enciphered in a way that only its script knows.
func (s *Site) hooks() {
	s.mux.HandleFunc("POST /hooks/done", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.WriteHeader(http.StatusNoContent)
	})
	s.mux.HandleFunc("GET /hooks/sealed/{folder}/{file}", func(w http.ResponseWriter, r *http.Request) {
		b, err := fs.ReadFile(media.FS, "fmp4/"+r.PathValue("folder")+"/"+r.PathValue("file"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		for i := range b {
			b[i] ^= byte(i*7 + 90)
		}
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(b)
	})
}
