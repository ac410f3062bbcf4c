package sites

import "net/http"

// playing serves what the pages of /playing/ need, whose players do not start by themselves: they tell of clicks on decoys.
func (s *Site) playing() {
	s.mux.HandleFunc("POST /playing/decoy", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
}
