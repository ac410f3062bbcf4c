package sites

import (
	"fmt"
	"net/http"
)

// targets serves /targets/, a page that makes requests from every kind of target that Chrome has: itself, frames of
// its own site and of others, nested, srcdoc; dedicated, nested, blob, shared and service workers; popups.
func (s *Site) targets() {
	s.mux.HandleFunc("GET /targets/api/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Access-Control-Allow-Origin", "*")
		fmt.Fprintf(w, `{"path":%q,"from":%q}`, r.URL.Path, r.URL.Query().Get("from"))
	})
	s.mux.HandleFunc("POST /targets/api/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"length":%d}`, r.ContentLength)
	})
	s.mux.HandleFunc("GET /targets/hop/{n}", func(w http.ResponseWriter, r *http.Request) {
		var n int
		if _, err := fmt.Sscan(r.PathValue("n"), &n); err != nil || n > 9 {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("X-Hop", r.PathValue("n"))
		if n == 0 {
			http.Redirect(w, r, "/targets/api/hopped", http.StatusFound)
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/targets/hop/%d", n-1), http.StatusFound)
	})
	s.mux.HandleFunc("GET /targets/nothing", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
}
