package sites

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// PlainBytes are those of /files/n/{size}/{name}: they depend on both.
func PlainBytes(size int, name string) []byte {
	var seed [32]byte
	copy(seed[:], strconv.Itoa(size)+name)
	b := make([]byte, size)
	_, _ = rand.NewChaCha8(seed).Read(b)
	return b
}

// mostPlain bounds a file of /files/n/.
const mostPlain = 64 << 20

// plain serves /files/: n/{size}/{name} is a file of so many bytes, as old as 2001 and with a delay of Options.SegmentDelay; named/{n} has its name from a
// Content-Disposition; evil/{n} wants to be called what it should not; wrong is not what its digest says; private wants the header
// X-Token: open; page is a web page; and signed the same file for each token.
func (s *Site) plain() {
	at := time.Unix(1e9, 0)
	serve := func(w http.ResponseWriter, r *http.Request, data []byte) {
		http.ServeContent(w, r, "", at, bytes.NewReader(data))
	}
	s.mux.HandleFunc("GET /files/n/{size}/{name}", func(w http.ResponseWriter, r *http.Request) {
		size, err := strconv.Atoi(r.PathValue("size"))
		if err != nil || size < 0 || size > mostPlain {
			http.NotFound(w, r)
			return
		}
		if pause(r, s.opt.SegmentDelay) {
			serve(w, r, PlainBytes(size, r.PathValue("name")))
		}
	})
	named := func(disposition string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Disposition", disposition)
			w.Header().Set("Content-Type", "application/octet-stream")
			serve(w, r, []byte("\x01\x02 "+r.URL.Path))
		}
	}
	s.mux.HandleFunc("GET /files/named/{n}", named(`attachment; filename="fallback.bin"; filename*=UTF-8''b%C3%BCcher.epub`))
	s.mux.HandleFunc("GET /files/evil/{n}", named(`attachment; filename="../../.config/autostart/x.desktop"`))
	s.mux.HandleFunc("GET /files/wrong.bin", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(make([]byte, 32))+":")
		serve(w, r, PlainBytes(5000, "wrong"))
	})
	s.mux.HandleFunc("GET /files/private.bin", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Token") != "open" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		serve(w, r, PlainBytes(500, "private"))
	})
	s.mux.HandleFunc("GET /files/signed.bin", func(w http.ResponseWriter, r *http.Request) { serve(w, r, PlainBytes(500, "signed")) })
	s.mux.HandleFunc("GET /files/page", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<!doctype html><title>A page</title><p>Log in first."))
	})
}
