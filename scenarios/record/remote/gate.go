package remote

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
)

// gate lets one browser in. Its first request brings a token that is good for once, and is given a cookie for it that no script can read and
// no other site can have sent (SameSite=Strict). Requests for other hosts than ours are refused whatever they bring: a name that was made to
// point here (DNS rebinding) is no way in. What comes in a socket must come from our own page (Origin).
type gate struct {
	token, cookie string
	hosts         []string // names that we are called by, besides IP addresses
	anywhere      bool     // any IP address may be ours, not loopback alone

	mu   sync.Mutex
	used bool
}

const cookieName = "seine-remote"

func newGate(address string) *gate {
	host, _, _ := net.SplitHostPort(address)
	g := &gate{token: rand.Text(), cookie: rand.Text(), hosts: []string{"localhost"}}
	ip, err := netip.ParseAddr(host)
	switch {
	case err != nil:
		g.hosts = append(g.hosts, strings.ToLower(host))
	case !ip.Unmap().IsLoopback():
		g.anywhere = true
	}
	return g
}

// same takes as long whatever differs.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// ours reports whether a Host header names us. The port is not looked at: it is another one at the near end of a tunnel.
func (g *gate) ours(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if ip, err := netip.ParseAddr(host); err == nil {
		return g.anywhere || ip.Unmap().IsLoopback()
	}
	for _, h := range g.hosts {
		if h != "" && h == host {
			return true
		}
	}
	return false
}

func (g *gate) known(r *http.Request) bool {
	c, err := r.Cookie(cookieName)
	return err == nil && same(c.Value, g.cookie)
}

// enters reports whether a request may have the page, and gives whoever brings the token the cookie.
func (g *gate) enters(w http.ResponseWriter, r *http.Request) bool {
	if g.known(r) {
		return true
	}
	right := same(r.URL.Query().Get("token"), g.token)
	g.mu.Lock()
	defer g.mu.Unlock()
	if !right || g.used {
		return false
	}
	g.used = true
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: g.cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	return true
}

// speaks reports whether a request may open the socket.
func (g *gate) speaks(r *http.Request) bool {
	return g.known(r) && r.Header.Get("Origin") == "http://"+r.Host
}

// guarded sets what keeps the page to itself.
func guarded(h http.Header, nonce string) {
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; style-src 'nonce-"+nonce+"'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
}
