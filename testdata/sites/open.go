package sites

import (
	"io/fs"
	"net/http"
	"path"
	"strings"

	"seine/testdata/media"
)

// open serves /movie-open/, the movie's playlists and segments with the movie's delay and without its guards; and
// /members/, the same for the user "member" with the password "sesame" (RFC 7617).
func (s *Site) open() {
	film, err := fs.Sub(media.FS, "film")
	if err != nil {
		panic(err) // the folder is embedded under this very name
	}
	files := http.StripPrefix("/movie-open/", withTypes(http.FileServerFS(film)))
	s.mux.HandleFunc("GET /movie-open/", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(path.Base(r.URL.Path), ".ts") && !pause(r, s.opt.SegmentDelay) {
			return
		}
		files.ServeHTTP(w, r)
	})
	members := http.StripPrefix("/members/", withTypes(http.FileServerFS(film)))
	s.mux.HandleFunc("GET /members/", func(w http.ResponseWriter, r *http.Request) {
		if user, password, ok := r.BasicAuth(); !ok || user != "member" || password != "sesame" {
			w.Header().Set("WWW-Authenticate", `Basic realm="members"`)
			http.Error(w, "members only", http.StatusUnauthorized)
			return
		}
		members.ServeHTTP(w, r)
	})
}
