package sites

import "net/http"

// hooks serves /hooks/, a page whose scripts put playlists, films and keys together in every kind of target, and tell here, by name,
// when they are done and what was not as it should be.
func (s *Site) hooks() {
	s.mux.HandleFunc("POST /hooks/done", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.WriteHeader(http.StatusNoContent)
	})
}
