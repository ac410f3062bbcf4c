package sites

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"seine/testdata/media"
)

// movie is the demonstration: a page with no video tag in its source. Its script asks for a short-lived token, builds
// the player, and the playlist's address carries the token. Playlists, keys and segments answer only to the visitor's
// cookie, with a Referer of this site, while the token lives. Segments are AES-128, with a new key every four; the
// first half of them takes its IV from the media sequence, the other half names it (RFC 8216 §5.2).
func (s *Site) movie() {
	s.mux.HandleFunc("GET /movie/{film}", s.visited("movie/page.html", http.SameSiteLaxMode))
	s.mux.HandleFunc("GET /movie/embed/{film}", s.visited("movie/page.html", http.SameSiteNoneMode))
	s.mux.HandleFunc("GET /movie/chips/{film}", s.partitioned("movie/page.html"))
	s.mux.HandleFunc("GET /movie/hlsjs/{film}", s.visited("players/hlsjs.html", http.SameSiteLaxMode))
	s.mux.HandleFunc("GET /movie/hlsjs/embed/{film}", s.visited("players/hlsjs.html", http.SameSiteNoneMode))
	s.mux.Handle("GET /movie/app.js", http.FileServerFS(s.pages))
	s.mux.HandleFunc("POST /movie/api/token", s.movieToken)
	s.mux.HandleFunc("GET /movie/hls/{film}/master.m3u8", s.guarded(s.movieMaster))
	s.mux.HandleFunc("GET /movie/hls/{film}/{variant}/index.m3u8", s.guarded(s.moviePlaylist))
	s.mux.HandleFunc("GET /movie/hls/{film}/{variant}/{segment}", s.guarded(s.movieSegment))
	s.mux.HandleFunc("GET /movie/key/{film}/{n}", s.guarded(s.movieKey))
}

const cookieName = "visitor"

// visited serves a page and gives who comes for the first time the cookie that the film asks for. Lax cookies do not
// reach a frame of another site; None ones do, and must be Secure, which browsers allow on loopback.
func (s *Site) visited(page string, site http.SameSite) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie(cookieName); err != nil {
			http.SetCookie(w, &http.Cookie{
				Name: cookieName, Value: rand.Text(), Path: "/movie/", HttpOnly: true,
				SameSite: site, Secure: site == http.SameSiteNoneMode,
			})
		}
		http.ServeFileFS(w, r, s.pages, page)
	}
}

// partitioned is visited with a cookie that belongs to this frame under this very top-level site, and to no other (CHIPS).
func (s *Site) partitioned(page string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{
			Name: cookieName, Value: rand.Text(), Path: "/movie/", HttpOnly: true,
			SameSite: http.SameSiteNoneMode, Secure: true, Partitioned: true,
		})
		http.ServeFileFS(w, r, s.pages, page)
	}
}

func (s *Site) movieToken(w http.ResponseWriter, r *http.Request) {
	visitor, err := r.Cookie(cookieName)
	var ask struct{ Film string }
	if err != nil || json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&ask) != nil || ask.Film == "" {
		http.Error(w, `{"error":"no visitor or no film"}`, http.StatusForbidden)
		return
	}
	token := s.tokens.issue(visitor.Value)
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"token": token, "expires_in": s.opt.TokenLife.Seconds(),
		"sources": []map[string]string{{"type": "hls", "src": "/movie/hls/" + url.PathEscape(ask.Film) + "/master.m3u8?token=" + token}},
	})
}

// guarded lets through who comes from the page: cookie, Referer and a living token that was issued to this visitor.
func (s *Site) guarded(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		visitor, err := r.Cookie(cookieName)
		referer, _ := url.Parse(r.Referer())
		switch {
		case err != nil:
			http.Error(w, "no cookie", http.StatusForbidden)
		case referer == nil || referer.Host != r.Host:
			http.Error(w, "wrong referer", http.StatusForbidden)
		case !s.tokens.valid(r.URL.Query().Get("token"), visitor.Value):
			http.Error(w, "token expired", http.StatusGone)
		default:
			next(w, r)
		}
	}
}

func (s *Site) movieMaster(w http.ResponseWriter, r *http.Request) {
	s.playlist(w, r, "film/master.m3u8", func(l string) string { return l + "?token=" + r.URL.Query().Get("token") })
}

func (s *Site) moviePlaylist(w http.ResponseWriter, r *http.Request) {
	token, n := r.URL.Query().Get("token"), 0
	s.playlist(w, r, "film/"+r.PathValue("variant")+"/index.m3u8", func(l string) string {
		defer func() { n++ }()
		line := l + "?token=" + token
		if n%keyPeriod == 0 {
			iv := ""
			if n >= namedIV {
				iv = fmt.Sprintf(",IV=0x%x", ivOf(n/keyPeriod*keyPeriod))
			}
			line = fmt.Sprintf("#EXT-X-KEY:METHOD=AES-128,URI=\"/movie/key/%s/%d?token=%s\"%s\n%s", r.PathValue("film"), n/keyPeriod, token, iv, line)
		}
		return line
	})
}

// playlist writes one of ours with each of its URIs changed by edit. A tag between EXTINF and URI is allowed: RFC 8216
// asks only that both apply to the next segment.
func (s *Site) playlist(w http.ResponseWriter, r *http.Request, name string, edit func(uri string) string) {
	text, err := fs.ReadFile(media.FS, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i, l := range lines {
		if !strings.HasPrefix(l, "#") {
			lines[i] = edit(l)
		}
	}
	w.Header().Set("Content-Type", types[".m3u8"])
	fmt.Fprintln(w, strings.Join(lines, "\n"))
}

const (
	keyPeriod = 4 // segments to a key
	namedIV   = 8 // from this segment on the playlist names the IV
)

func keyOf(film string, n int) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", film, n))
	return sum[:16]
}

func ivOf(sequence int) []byte {
	iv := make([]byte, aes.BlockSize)
	binary.BigEndian.PutUint64(iv[8:], uint64(sequence))
	return iv
}

func (s *Site) movieKey(w http.ResponseWriter, r *http.Request) {
	var n int
	if _, err := fmt.Sscan(r.PathValue("n"), &n); err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(keyOf(r.PathValue("film"), n))
}

func (s *Site) movieSegment(w http.ResponseWriter, r *http.Request) {
	var n int
	name := r.PathValue("segment")
	clear, err := fs.ReadFile(media.FS, path.Join("film", r.PathValue("variant"), name))
	if _, scan := fmt.Sscanf(name, "seg_%d.ts", &n); err != nil || scan != nil {
		http.NotFound(w, r)
		return
	}
	if !pause(r, s.opt.SegmentDelay) {
		return
	}
	iv := ivOf(n)
	if n >= namedIV {
		iv = ivOf(n / keyPeriod * keyPeriod)
	}
	w.Header().Set("Content-Type", types[".ts"])
	_, _ = w.Write(Encrypt(clear, keyOf(r.PathValue("film"), n/keyPeriod), iv))
}

func pause(r *http.Request, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// Encrypt is AES-128 in CBC mode with PKCS #7 padding, as RFC 8216 §4.3.2.4 has it.
func Encrypt(clear, key, iv []byte) []byte {
	pad := aes.BlockSize - len(clear)%aes.BlockSize
	b := append(append([]byte(nil), clear...), strings.Repeat(string(rune(pad)), pad)...)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // keys are made here, 16 bytes long
	}
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(b, b)
	return b
}

// tokens remembers who was given which token.
type tokens struct {
	life time.Duration
	mu   sync.Mutex
	by   map[string]token
}

type token struct {
	visitor string
	expires time.Time
}

func newTokens(life time.Duration) *tokens { return &tokens{life: life, by: map[string]token{}} }

func (t *tokens) issue(visitor string) string { return t.issueFor(visitor, t.life) }

func (t *tokens) issueFor(visitor string, life time.Duration) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	name := rand.Text()
	t.by[name] = token{visitor, time.Now().Add(life)}
	return name
}

func (t *tokens) valid(name, visitor string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	k, ok := t.by[name]
	return ok && k.visitor == visitor && time.Now().Before(k.expires)
}
