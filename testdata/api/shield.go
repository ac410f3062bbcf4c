package api

import (
	"crypto/rand"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// shield lets nobody in without a chain: a page gives a session cookie, a token against forgery and the key of its script, the key a bearer token.
// POST /expire ends all of them but the key.
func shield() Case { return Case{"shield", serveShield, visitShield} }

const scriptKey = "pk7Qm2ZxT9vLr4Wd8Ys1"

// guards are what is good now.
type guards struct {
	mu       sync.Mutex
	sessions map[string]string // cookie to token against forgery
	bearers  map[string]bool
}

func secret() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

func serveShield(mux *http.ServeMux) {
	g := &guards{sessions: map[string]string{}, bearers: map[string]bool{}}
	mux.HandleFunc("GET /app", g.page)
	mux.HandleFunc("POST /api/token", g.token)
	mux.HandleFunc("POST /expire", func(w http.ResponseWriter, _ *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.sessions, g.bearers = map[string]string{}, map[string]bool{}
		w.WriteHeader(http.StatusNoContent)
	})
	mux.HandleFunc("GET /api/things", g.member(func(w http.ResponseWriter, _ *http.Request) {
		reply(w, 200, object{"things": []any{object{"id": 41, "name": "a"}, object{"id": 42, "name": "b"}, object{"id": 43, "name": "c"}}})
	}))
	mux.HandleFunc("GET /api/things/{id}", g.member(func(w http.ResponseWriter, r *http.Request) {
		id, err := strconv.Atoi(r.PathValue("id"))
		if err != nil {
			reply(w, 404, `{"error":"none"}`)
			return
		}
		reply(w, 200, object{"id": id, "name": "thing", "client": r.Header.Get("X-Client") != ""})
	}))
	mux.HandleFunc("POST /api/notes", func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		forgery := g.sessions[cookie(r, "sid")]
		g.mu.Unlock()
		if forgery == "" || r.Header.Get("X-Csrf-Token") != forgery {
			reply(w, 419, `{"error":"page expired"}`)
			return
		}
		text, _ := io.ReadAll(r.Body)
		reply(w, 201, object{"saved": true, "length": len(text)})
	})
}

func cookie(r *http.Request, name string) string {
	if k, err := r.Cookie(name); err == nil {
		return k.Value
	}
	return ""
}

func (g *guards) page(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	id := cookie(r, "sid")
	if g.sessions[id] == "" {
		id = secret()
		g.sessions[id] = secret()
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: id, Path: "/", HttpOnly: true})
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, `<!doctype html><head><meta name="viewport" content="width=device-width"><meta name="csrf-token" content="`+g.sessions[id]+`"></head><script>window.app = {apiKey: "`+scriptKey+`"}</script>`)
}

func (g *guards) token(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.Header.Get("X-Api-Key") != scriptKey || g.sessions[cookie(r, "sid")] == "" {
		reply(w, 403, `{"error":"who are you?"}`)
		return
	}
	t := secret()
	g.bearers[t] = true
	reply(w, 200, object{"access_token": t, "token_type": "Bearer", "expires_in": 3600})
}

// member wants the bearer token, and a header that says which client asks.
func (g *guards) member(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		g.mu.Lock()
		good := g.bearers[token]
		g.mu.Unlock()
		switch {
		case !good:
			reply(w, 401, `{"error":"log in"}`)
		case r.Header.Get("X-Client") == "":
			reply(w, 406, `{"error":"which client?"}`)
		default:
			h(w, r)
		}
	}
}

func visitShield(v *Visitor) {
	page := v.as("Document", "GET", "/app", "")
	_, rest, _ := strings.Cut(page, `csrf-token" content="`)
	forgery, _, _ := strings.Cut(rest, `"`)
	for name, value := range map[string]string{"Accept": "application/json", "Accept-Language": "en", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin", "Referer": v.base + "/app", "X-Client": "web-4.2", "X-Trace": "on"} {
		v.header.Set(name, value)
	}
	v.header.Set("X-Api-Key", scriptKey)
	_, rest, _ = strings.Cut(v.send("/api/token", `{"grant":"page"}`), `"access_token":"`)
	bearer, _, _ := strings.Cut(rest, `"`)
	v.header.Del("X-Api-Key")
	v.header.Set("Authorization", "Bearer "+bearer)
	v.get("/api/things", "/api/things/41", "/api/things/42")
	v.header.Del("Authorization")
	v.header.Set("X-Csrf-Token", forgery)
	v.send("/api/notes", `{"text":"hello"}`)
	v.send("/api/notes", `{"text":"again"}`)
}
