package sites

import (
	"net/http"
	"strings"
	"sync/atomic"

	"seine/testdata/media"
)

// livesFor is how many segments a dying server gives.
const livesFor = 3

// dying serves the small film under /dying/ until it breaks down in the middle: from then on it has nothing but HTTP 503.
func (s *Site) dying() {
	files := http.StripPrefix("/dying/", withTypes(http.FileServerFS(media.FS)))
	var given atomic.Int32
	s.mux.HandleFunc("GET /dying/", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".ts") && given.Add(1) > livesFor {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		files.ServeHTTP(w, r)
	})
}
