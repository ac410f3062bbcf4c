package remote

import (
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/websocket"

	"seine/browser"
	"seine/scenarios/record"
)

// The page, whose style and script stand in it.
var (
	//go:embed page/page.html
	pageHTML string
	//go:embed page/page.css
	pageCSS string
	//go:embed page/page.js
	pageJS string
)

// Tape is the recording, as far as the page shows and steers it; a *record.Recording is one.
type Tape interface {
	Lines() []record.Line
	Changed() <-chan struct{}
	Pause(bool)
	Undo() bool
	Assert(ctx context.Context, page *browser.Session, x, y float64) error // of what is there, in CSS pixels
	Pickers(func(*record.Picker))                                          // has it tell of lists and pickers that open, nil: closed
	Passing(folder string)                                                 // whose files are there for as long as the server
}

var _ Tape = (*record.Recording)(nil)

// Options of a Server.
type Options struct {
	Address string           // to listen on; "": 127.0.0.1:0, a free port of this machine alone
	Next    browser.Observer // hears what the server hears, but for the pictures; nil: nobody
	Tape    Tape             // nil: the page shows no steps
	Log     *slog.Logger
}

// Server serves the page. It is the observer of the tab that is shown: give it to Browser.NewTab. Close must be called, after the tab's end
// or before it.
type Server struct {
	screen
	gate     *gate
	listener net.Listener
	http     *http.Server
	log      *slog.Logger
	work     sync.WaitGroup
	stop     sync.Once
	stopped  chan struct{}
	files    uploads
	end      context.CancelFunc // of all sockets
	life     context.Context

	mu  sync.Mutex
	now context.CancelFunc // ends the socket that is open
}

// Listen begins to serve. Ctx bounds the beginning only.
func Listen(ctx context.Context, o Options) (*Server, error) {
	if o.Address == "" {
		o.Address = "127.0.0.1:0"
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Address)
	if err != nil {
		return nil, fmt.Errorf("the page for the remote screen cannot be served: %w", err)
	}
	s := &Server{gate: newGate(o.Address), listener: l, log: o.Log, stopped: make(chan struct{})}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.files.open(); err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("a folder for files to upload: %w", err)
	}
	s.init(o.Next, o.Tape)
	if o.Tape != nil {
		o.Tape.Pickers(s.picks)
		o.Tape.Passing(s.files.dir)
	}
	s.life, s.end = context.WithCancel(context.WithoutCancel(ctx))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.page)
	mux.HandleFunc("GET /live", s.live)
	mux.HandleFunc("POST /upload", s.upload)
	s.http = &http.Server{Handler: s.guard(mux), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)}
	s.work.Go(func() { _ = s.http.Serve(l) })
	return s, nil
}

// URL is the address of the page with its token, which opens it once.
func (s *Server) URL() string { return "http://" + s.Addr() + "/?token=" + s.gate.token }

// Addr is where it listens, as host:port.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Loopback reports whether nobody but this machine can reach the page.
func (s *Server) Loopback() bool {
	a, ok := s.listener.Addr().(*net.TCPAddr)
	return ok && a.IP.IsLoopback()
}

// Stopped is closed when the person has pressed Stop.
func (s *Server) Stopped() <-chan struct{} { return s.stopped }

// Close ends the serving, and waits for it. Files that were uploaded are removed.
func (s *Server) Close() error {
	s.end()
	err := s.http.Close()
	s.work.Wait()
	return errors.Join(err, s.files.close())
}

// guard keeps out who asks for another host, and what has no cookie and no token.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := rand.Text()
		guarded(w.Header(), nonce)
		if !s.gate.ours(r.Host) {
			http.Error(w, "this is not the host that you asked for", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), nonceKey{}, nonce)))
	})
}

type nonceKey struct{}

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if !s.gate.enters(w, r) {
		http.Error(w, "This address is good for once, and was opened before or is not complete. Start seine record --remote anew for another one.", http.StatusForbidden)
		return
	}
	nonce, _ := r.Context().Value(nonceKey{}).(string)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, strings.NewReplacer("{{nonce}}", nonce, "{{style}}", pageCSS, "{{script}}", pageJS).Replace(pageHTML))
}

// live is the socket. A new one ends the one before: there is one person.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	if !s.gate.speaks(r) {
		http.Error(w, "forbidden", http.StatusForbidden)
		return
	}
	ctx, cancel := context.WithCancel(s.life)
	defer cancel()
	s.mu.Lock()
	if s.now != nil {
		s.now()
	}
	s.now = cancel
	s.mu.Unlock()
	s.work.Add(1) // a connection that is taken over is none of the http server's
	defer s.work.Done()
	websocket.Server{Handler: func(c *websocket.Conn) { s.serve(ctx, c) }}.ServeHTTP(w, r)
}

// Bounds of the socket.
const (
	mostMessage = 64 << 10 // bytes; the page divides what is longer
	writeLimit  = 10 * time.Second
)

// serve shows the screen to a socket, and takes what comes of it, until one end hangs up.
func (s *Server) serve(ctx context.Context, c *websocket.Conn) {
	c.MaxPayloadBytes = mostMessage
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	v := newViewer()
	s.enter(v)
	defer s.leave(v)
	var w sync.WaitGroup
	w.Go(func() { cancel(s.show(ctx, c, v)) })
	for {
		var text string
		err := websocket.Message.Receive(c, &text)
		if err == nil {
			err = s.take(ctx, v, text)
		}
		if err != nil {
			cancel(err)
			break
		}
	}
	w.Wait()
	s.log.Debug("the remote screen", "ended", context.Cause(ctx))
}

var errStopped = errors.New("stopped")

// show writes frames and states as they come.
func (s *Server) show(ctx context.Context, c *websocket.Conn, v *viewer) error {
	for {
		changed := s.taped()
		if err := s.write(c, s.state()); err != nil {
			return err
		}
		for again := false; !again; {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-changed:
				again = true
			case <-v.news:
				again = true
			case f := <-v.frames:
				if err := s.write(c, f); err != nil {
					return err
				}
			}
		}
	}
}

// write sends bytes as a picture, all else as JSON.
func (s *Server) write(c *websocket.Conn, what any) error {
	if err := c.SetWriteDeadline(time.Now().Add(writeLimit)); err != nil {
		return err
	}
	if jpeg, ok := what.([]byte); ok {
		return websocket.Message.Send(c, jpeg)
	}
	return websocket.JSON.Send(c, what)
}
