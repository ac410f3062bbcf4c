// Package sites is the built-in web site: pages that hide their films in the ways that real ones do, and the small
// servers behind them. `seine demo` shows itself on it, and the tests hold what was captured against its log.
package sites

import (
	"embed"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"seine/testdata/media"
)

//go:embed www
var www embed.FS

// Options of a Site. The zero value is usable.
type Options struct {
	SegmentDelay time.Duration // before each segment of the movie is answered, so that there is progress to see
	PageDelay    time.Duration // before each page of the market is answered
	TokenLife    time.Duration // of the movie's token; 0: one minute
	Players      string        // folder with node_modules of the npm players; empty: pages that need them answer 404
}

// Request is one line of the site's log.
type Request struct {
	Method string
	URL    string // http://host/path?query
	Header http.Header
	Status int

	// The rest is known of /kinds/ only.
	Sent     string    // sum of the request's body, see Sum
	Answered string    // sum of the response's body, without its content coding
	Messages []Message // of a WebSocket
	Done     bool      // all of it has been answered
}

// Site is an http.Handler. Addresses in its pages are relative, or other names of the loopback host on the same port,
// so it can be served on any port.
type Site struct {
	opt    Options
	mux    *http.ServeMux
	pages  fs.FS
	tokens *tokens
	told   told
	late   atomic.Bool // the segment of /bad/late.m3u8 has arrived

	mu   sync.Mutex
	log  []Request
	news chan struct{} // closed at the next change of the log
}

// New makes a site with nothing in its log.
func New(o Options) *Site {
	if o.TokenLife == 0 {
		o.TokenLife = time.Minute
	}
	pages, err := fs.Sub(www, "www")
	if err != nil {
		panic(err) // the folder is embedded under this very name
	}
	s := &Site{opt: o, mux: http.NewServeMux(), pages: pages, tokens: newTokens(o.TokenLife), news: make(chan struct{})}
	s.mux.Handle("GET /", http.FileServerFS(pages))
	s.mux.Handle("GET /media/", http.StripPrefix("/media/", withTypes(http.FileServerFS(media.FS))))
	s.movie()
	s.open()
	s.plain()
	s.bad()
	s.lists()
	s.dying()
	s.faults()
	s.targets()
	s.kinds()
	s.hooks()
	s.players()
	s.playing()
	s.jobs()
	s.steps()
	s.recordings()
	s.shop()
	s.live()
	if o.Players != "" {
		modules := os.DirFS(filepath.Join(o.Players, "node_modules"))
		s.mux.Handle("GET /npm/", http.StripPrefix("/npm/", http.FileServerFS(modules)))
	}
	return s
}

// ServeHTTP answers and logs. A request is in the log before it is answered, and its status before the client can have seen that.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	rec := &statusWriter{ResponseWriter: w, n: len(s.log)}
	s.log = append(s.log, Request{Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI(), Header: r.Header.Clone()})
	s.changed()
	s.mu.Unlock()
	rec.note = func(status int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.log[rec.n].Status = status
	}
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		line := &s.log[rec.n]
		line.Sent, line.Answered, line.Done = rec.sent, rec.answered, true
		s.changed()
	}()
	s.mux.ServeHTTP(rec, r)
	rec.decide(http.StatusOK)
}

func (s *Site) changed() {
	close(s.news)
	s.news = make(chan struct{})
}

// Log is a copy of what was asked so far.
func (s *Site) Log() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.log...)
}

// Changed is closed at the next change of the log.
func (s *Site) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.news
}

// statusWriter notes the status of an answer before any of it is sent.
type statusWriter struct {
	http.ResponseWriter
	note           func(status int)
	decided        bool
	n              int // line of the log
	sent, answered string
}

func (w *statusWriter) decide(status int) {
	if !w.decided {
		w.decided = true
		w.note(status)
	}
}

func (w *statusWriter) WriteHeader(status int) {
	w.decide(status)
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	w.decide(http.StatusOK)
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

var types = map[string]string{
	".m3u8": "application/vnd.apple.mpegurl", ".ts": "video/mp2t", ".mp4": "video/mp4", ".mpd": "application/dash+xml", ".m4s": "video/iso.segment",
}

// withTypes declares media as a careful server does; Go's own table does not know them everywhere.
func withTypes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if t := types[filepath.Ext(r.URL.Path)]; t != "" {
			w.Header().Set("Content-Type", t)
		}
		w.Header().Set("Access-Control-Allow-Origin", "*")
		next.ServeHTTP(w, r)
	})
}
