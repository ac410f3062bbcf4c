package session

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"seine/capture/session/sessiontest"
)

// oracle hears what all servers hear.
type oracle struct {
	mu    sync.Mutex
	heard map[string][]string // origin -> requests as text
}

func (o *oracle) handler(scheme string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var b strings.Builder
		fmt.Fprintln(&b, r.Method, r.RequestURI)
		_ = r.Header.Write(&b)
		o.mu.Lock()
		key := scheme + "://" + r.Host
		o.heard[key] = append(o.heard[key], b.String())
		o.mu.Unlock()
		next, rest, _ := strings.Cut(r.URL.Query().Get("to"), "|")
		if next != "" {
			http.Redirect(w, r, next+"/next?to="+url.QueryEscape(rest), http.StatusFound)
		}
	}
}

// Each secret reaches the servers that it belongs to, and none else, however the requests get about.
func TestSecretsStayHome(t *testing.T) {
	cert, pool := sessiontest.Certificate(t)
	o := &oracle{heard: map[string][]string{}}
	tlsPort, otherPort := sessiontest.Serve(t, "127.0.0.1", &cert, o.handler("https")), sessiontest.Serve(t, "127.0.0.1", &cert, o.handler("https"))
	plainPort := sessiontest.Serve(t, "127.0.0.1", nil, o.handler("http"))
	home := "https://home.test:" + tlsPort
	places := map[string]string{
		"home": home, "port": "https://home.test:" + otherPort, "scheme": "http://home.test:" + plainPort,
		"subdomain": "https://sub.home.test:" + tlsPort, "foreign": "https://foreign.test:" + tlsPort,
	}
	// Cookies know no ports (RFC 6265 §8.5), so another port is no stranger to them.
	owners := map[string][]string{
		"SECRET-auth":     {"home"},
		"SECRET-custom":   {"home"},
		"SECRET-request":  {"home"},
		"SECRET-referer":  {"home"},
		"SECRET-hostonly": {"home", "port"},
		"SECRET-domain":   {"home", "port", "subdomain"},
		"SECRET-plain":    {"home", "port", "scheme"},
		"SECRET-foreign":  {"foreign"},
		"SECRET-lax":      {},
		"SECRET-parted":   {},
		"public-language": {"home", "port", "scheme", "subdomain", "foreign"},
	}
	c := client(t, Config{
		Start: home, RootCAs: pool, Resolver: sessiontest.HereResolver(t),
		DefaultHeaders: http.Header{"Referer": {home + "/watch?SECRET-referer#x"}, "Accept-Language": {"public-language"}},
		Headers:        map[string]http.Header{home: {"authorization": {"Bearer SECRET-auth"}, "X-Token": {"SECRET-custom"}}},
		Cookies: []Cookie{
			{Name: "a", Value: "SECRET-hostonly", Domain: "home.test", HostOnly: true, Secure: true},
			{Name: "b", Value: "SECRET-domain", Domain: ".home.test", Secure: true, Path: "/"},
			{Name: "c", Value: "SECRET-plain", Domain: "home.test", HostOnly: true},
			{Name: "d", Value: "SECRET-foreign", Domain: "foreign.test", Secure: true, SameSite: "None"},
			{Name: "e", Value: "SECRET-lax", Domain: "foreign.test", Secure: true, SameSite: "Lax"},
			{Name: "f", Value: "SECRET-parted", Domain: "foreign.test", Secure: true, SameSite: "None", PartitionKey: "https://other.test"},
		},
	})
	for where, there := range places {
		if err := visit(t, c, home+"/a?to="+url.QueryEscape(there), "X-Request", "SECRET-request"); err != nil {
			t.Errorf("%s: %v", where, err)
		}
		if err := visit(t, c, home+"/a?to="+url.QueryEscape(there+"|"+home), "X-Request", "SECRET-request"); err != nil {
			t.Errorf("%s and back: %v", where, err)
		}
		if err := visit(t, c, there+"/direct"); err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}
	for secret, mine := range owners {
		for where, there := range places {
			heard := strings.Contains(strings.Join(o.heard[there], "\n"), secret)
			if want := slices.Contains(mine, where); heard != want {
				t.Errorf("%s at %s: heard = %v, want %v", secret, where, heard, want)
			}
		}
	}
	back := o.heard[home][len(o.heard[home])-1]
	if !strings.Contains(back, "SECRET-auth") {
		t.Errorf("home heard no Authorization after a round trip:\n%s", back)
	}
}

func TestReferer(t *testing.T) {
	for _, c := range [][3]string{
		{"https://u:p@h/p?q#f", "https://h/x", "https://h/p?q"},
		{"https://h/p?q", "https://h:8443/x", "https://h/"},
		{"https://h/p?q", "https://o/x", "https://h/"},
		{"https://h/p?q", "http://h/x", ""},
		{"http://h/p?q", "https://h/x", "http://h/"},
		{"https://h:443/p", "https://h/x", "https://h:443/p"},
	} {
		from, _ := url.Parse(c[0])
		to, _ := url.Parse(c[1])
		if got := trimReferer(from, to); got != c[2] {
			t.Errorf("%s to %s: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestConfigRefused(t *testing.T) {
	for name, conf := range map[string]Config{
		"secret for all": {DefaultHeaders: http.Header{"Authorization": {"x"}}},
		"custom for all": {DefaultHeaders: http.Header{"X-Token": {"x"}}},
		"origin or path": {Headers: map[string]http.Header{"https://h/": {}}},
		"default port":   {Headers: map[string]http.Header{"https://h:443": {}}},
		"no scheme":      {Headers: map[string]http.Header{"h": {}}},
	} {
		if _, err := New(conf); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A cookie that an answer sets is used again, also one set by a hop on the way.
func TestSetCookie(t *testing.T) {
	var second string
	port := sessiontest.Serve(t, "127.0.0.1", nil, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a" {
			w.Header().Add("Set-Cookie", "t=a b,c")
			http.Redirect(w, r, "/b", http.StatusFound)
			return
		}
		second = r.Header.Get("Cookie")
	})
	c := client(t, Config{Start: "http://127.0.0.1"})
	if err := visit(t, c, "http://127.0.0.1:"+port+"/a"); err != nil || second != "t=a b,c" {
		t.Errorf("%q, %v", second, err)
	}
}

// Secure cookies reach this machine itself over plain http, as a browser sends them, and nobody else.
func TestSecureCookieLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.1.2.3": true, "[::1]": true, "localhost": true, "LOCALHOST": true, "app.localhost": true,
		"home.test": false, "localhost.home.test": false, "notlocalhost": false, "192.168.0.1": false, "0.0.0.0": false, "[fe80::1]": false,
	} {
		c := client(t, Config{Cookies: []Cookie{{Name: "s", Value: "SECRET", Domain: strings.Trim(host, "[]"), HostOnly: true, Secure: true, Path: "/"}}})
		for _, h := range []string{host, host + ":8080"} {
			if got := c.cookiesFor(&url.URL{Scheme: "http", Host: h, Path: "/"}); (got == "s=SECRET") != want {
				t.Errorf("http://%s: %q", h, got)
			}
			if got := c.cookiesFor(&url.URL{Scheme: "https", Host: h, Path: "/"}); got != "s=SECRET" {
				t.Errorf("https://%s: %q", h, got)
			}
		}
	}
}

// The same on the wire; and a name server that has localhost elsewhere gets no connection.
func TestSecureCookieSent(t *testing.T) {
	heard := ""
	port := sessiontest.Serve(t, "127.0.0.1", nil, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/set" {
			w.Header().Add("Set-Cookie", "s=SECRET; Secure; Path=/")
		}
		heard = r.Header.Get("Cookie")
	})
	c := client(t, Config{Start: "http://127.0.0.1"})
	for _, path := range []string{"/set", "/get"} {
		if err := visit(t, c, "http://127.0.0.1:"+port+path); err != nil {
			t.Fatal(err)
		}
	}
	if heard != "s=SECRET" {
		t.Errorf("heard %q", heard)
	}
	elsewhere := netip.MustParseAddr("192.0.2.1")
	c = client(t, Config{Start: "http://127.0.0.1", AllowPrivate: true, Resolver: sessiontest.Names(t, func(string, int) netip.Addr { return elsewhere })})
	if err := visit(t, c, "http://app.localhost:"+port+"/"); !errors.Is(err, ErrLocalhost) {
		t.Errorf("app.localhost at %v: %v", elsewhere, err)
	}
}
