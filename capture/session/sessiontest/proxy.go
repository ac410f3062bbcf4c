package sessiontest

import (
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Proxy is an HTTP proxy that reaches any name at this machine. It hears what a proxy hears. Its zero value works.
type Proxy struct {
	// User is the name:password that it wants, or empty.
	User string

	plain http.Transport
	mu    sync.Mutex
	heard []string
}

// Heard lists the requests so far: method, target, Proxy-Authorization.
func (p *Proxy) Heard() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.heard)
}

// Close ends the connections to servers that wait for further requests.
func (p *Proxy) Close() { p.plain.CloseIdleConnections() }

// ServeHTTP forwards a request, or opens a tunnel.

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	auth := r.Header.Get("Proxy-Authorization")
	p.mu.Lock()
	p.heard = append(p.heard, strings.TrimSpace(r.Method+" "+r.RequestURI+" "+auth))
	p.mu.Unlock()
	if p.User != "" && auth != "Basic "+base64.StdEncoding.EncodeToString([]byte(p.User)) {
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	if r.Method == http.MethodConnect {
		p.connect(w, r)
		return
	}
	r.Header.Del("Proxy-Authorization")
	r.RequestURI, r.Host = "", r.URL.Host
	r.URL.Host = "127.0.0.1:" + r.URL.Port()
	resp, err := p.plain.RoundTrip(r)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer resp.Body.Close()
	maps.Copy(w.Header(), resp.Header)
	w.WriteHeader(resp.StatusCode)
	_, _ = io.Copy(w, resp.Body)
}

func (p *Proxy) connect(w http.ResponseWriter, r *http.Request) {
	_, port, _ := net.SplitHostPort(r.RequestURI)
	var d net.Dialer
	out, err := d.DialContext(r.Context(), "tcp", "127.0.0.1:"+port)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	in, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		out.Close()
		return
	}
	fmt.Fprint(in, "HTTP/1.1 200 Connection established\r\n\r\n")
	Tunnel(in, out)
}

// Tunnel joins two connections. It returns when both ways have ended.
func Tunnel(a, b net.Conn) {
	var wg sync.WaitGroup
	for _, way := range [][2]net.Conn{{a, b}, {b, a}} {
		wg.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			way[0].Close()
			way[1].Close()
		})
	}
	wg.Wait()
}
