package sites

import (
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"seine/testdata/media"
)

// open serves /movie-open/, the movie's playlists and segments with the movie's delay and without its guards; and
// /members/, the same and a page that plays it, for the user "member" with the password "sesame" (RFC 7617), who may have to send the
// header X-Door: open too (/members/door/); /club/, the same and another page, for those who bring the cookie club=friend, which tells
// /club/who who looks at it; and /wall/, which asks whether a person is there.
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
		rest := strings.TrimPrefix(r.URL.Path, "/members/")
		if inner, ok := strings.CutPrefix(rest, "door/"); ok {
			if rest = inner; r.Header.Get("X-Door") != "open" {
				http.Error(w, "the door is shut", http.StatusForbidden)
				return
			}
		}
		if rest == "" {
			http.ServeFileFS(w, r, www, "www/movie/members.html")
			return
		}
		r = r.Clone(r.Context())
		r.URL.Path = "/members/" + rest
		members.ServeHTTP(w, r)
	})
	s.mux.HandleFunc("GET /wall/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cf-Mitigated", "challenge")
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `<!doctype html><link rel="icon" href="data:,"><title>Just a moment…</title><p>Are you a person?`)
	})
	club := http.StripPrefix("/club/", withTypes(http.FileServerFS(film)))
	s.mux.HandleFunc("GET /club/", func(w http.ResponseWriter, r *http.Request) {
		switch k, err := r.Cookie("club"); {
		case err != nil || k.Value != "friend":
			http.Error(w, "friends only", http.StatusForbidden)
		case r.URL.Path == "/club/":
			http.ServeFileFS(w, r, www, "www/movie/club.html")
		case r.URL.Path == "/club/who":
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"accept-language":%q}`, r.Header.Get("Accept-Language"))
		default:
			club.ServeHTTP(w, r)
		}
	})
}
