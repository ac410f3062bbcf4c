// Package relay stands between a browser, which cannot log in to a SOCKS proxy, and one that wants a name and a password.
package relay

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"golang.org/x/net/proxy"
)

// Relay is an HTTP proxy on loopback that passes everything to a SOCKS5 proxy (RFC 1928), to which it logs in (RFC 1929). It wants a password
// itself, made up for it, so that no other program of this machine goes through.
type Relay struct {
	user   *url.Userinfo
	dial   proxy.ContextDialer
	listen net.Listener
	server *http.Server
	plain  *http.Transport
	failed func(error)
	life   context.Context //nolint:containedctx // of its tunnels
	end    context.CancelFunc

	mu      sync.Mutex // of closed
	closed  bool
	running sync.WaitGroup
}

// headerLimit is how long a client may take to say what it wants.
const headerLimit = 30 * time.Second

// Start listens; Close must be called. Upstream has a name and a password. Failed (may be nil) is told what the proxy refuses.
func Start(upstream *url.URL, failed func(error)) (*Relay, error) {
	password, _ := upstream.User.Password()
	dialer, err := proxy.SOCKS5("tcp", upstream.Host, &proxy.Auth{User: upstream.User.Username(), Password: password}, proxy.Direct)
	if err != nil {
		return nil, err
	}
	via, ok := dialer.(proxy.ContextDialer)
	if !ok {
		return nil, errors.New("this kind of proxy cannot be used")
	}
	if failed == nil {
		failed = func(error) {}
	}
	r := &Relay{user: url.UserPassword("seine", rand.Text()), dial: via, failed: failed}
	r.life, r.end = context.WithCancel(context.Background())
	if r.listen, err = (&net.ListenConfig{}).Listen(r.life, "tcp", "127.0.0.1:0"); err != nil {
		r.end()
		return nil, fmt.Errorf("a port for the browser's way to the proxy: %w", err)
	}
	r.plain = &http.Transport{DialContext: r.reach, DisableCompression: true}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: headerLimit}
	r.running.Go(func() { _ = r.server.Serve(r.listen) })
	return r, nil
}

// URL is where it listens, with its name and password.
func (r *Relay) URL() *url.URL {
	return &url.URL{Scheme: "http", Host: r.listen.Addr().String(), User: r.user}
}

// Close ends all that goes through, and waits for that.
func (r *Relay) Close() error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.end()
	err := r.server.Close()
	r.plain.CloseIdleConnections()
	r.running.Wait()
	return err
}

// enter counts who asks, so that Close waits for them.
func (r *Relay) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.closed {
		r.running.Add(1)
	}
	return !r.closed
}

func (r *Relay) reach(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := r.dial.DialContext(ctx, network, address)
	if err != nil && ctx.Err() == nil {
		r.failed(err)
	}
	return conn, err
}

// ServeHTTP takes CONNECT and requests by their whole address (RFC 9112 §3.2.2, §3.2.3).
func (r *Relay) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if !r.enter() {
		return
	}
	defer r.running.Done()
	password, _ := r.user.Password()
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(r.user.Username()+":"+password))
	switch {
	case subtle.ConstantTimeCompare([]byte(req.Header.Get("Proxy-Authorization")), []byte(want)) != 1:
		w.Header().Set("Proxy-Authenticate", `Basic realm="seine"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
	case req.Method == http.MethodConnect:
		r.connect(w, req)
	case req.URL.Host == "" || req.URL.Scheme != "http":
		http.Error(w, "a proxy is asked by whole addresses", http.StatusBadRequest)
	default:
		pass := &httputil.ReverseProxy{
			Transport: r.plain, FlushInterval: -1,
			Rewrite: func(p *httputil.ProxyRequest) { p.Out.Host = p.In.Host },
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
				http.Error(w, "the proxy: "+err.Error(), http.StatusBadGateway)
			},
		}
		pass.ServeHTTP(w, req)
	}
}

// connect makes a tunnel.
func (r *Relay) connect(w http.ResponseWriter, req *http.Request) {
	far, err := r.reach(req.Context(), "tcp", req.Host)
	if err != nil {
		http.Error(w, "the proxy: "+err.Error(), http.StatusBadGateway)
		return
	}
	defer far.Close()
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		http.Error(w, "no tunnel over this", http.StatusBadRequest)
		return
	}
	near, buffered, err := hijacker.Hijack()
	if err != nil {
		return
	}
	defer near.Close()
	defer context.AfterFunc(r.life, func() { near.Close(); far.Close() })()
	if _, err := io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	tunnel(near, buffered, far)
}

// tunnel carries bytes both ways until one side is done.
func tunnel(near net.Conn, from io.Reader, far net.Conn) {
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(near, far)
		near.Close()
	})
	_, _ = io.Copy(far, from)
	far.Close()
	back.Wait()
}
