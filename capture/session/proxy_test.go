package session

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"seine/capture/session/sessiontest"
)

// All kinds of proxies, to plain and to TLS servers. Only the proxy hears its password.
func TestProxies(t *testing.T) {
	cert, pool := sessiontest.Certificate(t)
	const user = "me:SECRET-password"
	o := &oracle{heard: map[string][]string{}}
	plainPort, tlsPort := sessiontest.Serve(t, "127.0.0.1", nil, o.handler("http")), sessiontest.Serve(t, "127.0.0.1", &cert, o.handler("https"))
	targets := []string{"http://home.test:" + plainPort + "/a", "https://home.test:" + tlsPort + "/a"}
	for _, login := range []string{"", user} {
		for _, scheme := range []string{"http", "https", "socks5", "socks5h"} {
			t.Run(scheme+" "+login, func(t *testing.T) {
				h, s := &sessiontest.Proxy{User: login}, &sessiontest.SOCKS{User: login}
				defer h.Close()
				var address string
				switch scheme {
				case "http":
					address = "127.0.0.1:" + sessiontest.Serve(t, "127.0.0.1", nil, h.ServeHTTP)
				case "https": // its certificate is for foreign.test
					address = "foreign.test:" + sessiontest.Serve(t, "127.0.0.1", &cert, h.ServeHTTP)
				default:
					address = s.Listen(t)
				}
				at := scheme + "://" + address
				if login != "" {
					at = scheme + "://" + login + "@" + address
				}
				u, err := ParseProxy(at)
				if err != nil {
					t.Fatal(err)
				}
				c := client(t, Config{Start: "http://93.184.215.14/", RootCAs: pool, Proxy: ViaProxy(u), Resolver: sessiontest.HereResolver(t)})
				for _, target := range targets {
					if err := visit(t, c, target); err != nil {
						t.Errorf("%s: %v", target, err)
					}
				}
				// The tunnels to servers of the test end with its connections.
				c.CloseIdleConnections()
				heard := strings.Join(append(h.Heard(), s.Heard()...), "\n")
				if n := len(h.Heard()) + len(s.Heard()); n != 2 || !strings.Contains(heard, "home.test") {
					t.Errorf("the proxy heard\n%s", heard)
				}
				for where, list := range o.heard {
					if all := strings.Join(list, "\n"); strings.Contains(all, "Proxy-Auth") || strings.Contains(all, "SECRET") {
						t.Errorf("%s heard %s", where, all)
					}
				}
				for _, host := range []string{"127.0.0.1", "0x7f.1", "[::1]", "169.254.169.254", "localhost"} {
					if err := visit(t, c, "http://"+host+":"+plainPort+"/"); !errors.Is(err, ErrPrivate) {
						t.Errorf("%s: %v", host, err)
					}
				}
			})
		}
	}
	if len(o.heard["http://home.test:"+plainPort]) != 8 || len(o.heard["https://home.test:"+tlsPort]) != 8 {
		t.Errorf("the servers heard %v", o.heard)
	}
}

// A proxy that does not work is named, without its password, and one that refuses is not asked again.
func TestProxyErrors(t *testing.T) {
	strict, closed := &sessiontest.Proxy{User: "me:right"}, &sessiontest.SOCKS{User: "me:right"}
	defer strict.Close()
	address, socksAddress := "127.0.0.1:"+sessiontest.Serve(t, "127.0.0.1", nil, strict.ServeHTTP), closed.Listen(t)
	for _, c := range []struct {
		proxy, target string
		permanent     bool
	}{
		{"http://me:SECRET@" + address, "http://film.test/", true},
		{"http://me:SECRET@" + address, "https://film.test/", true},
		{"http://me:right@" + address, "https://film.test:1/", false}, // nobody there: 502
		{"http://me:SECRET@127.0.0.1:1", "http://film.test/", false},
		{"https://me:SECRET@127.0.0.1:1", "https://film.test/", false},
		{"socks5://me:SECRET@127.0.0.1:1", "https://film.test/", false},
		{"socks5://me:SECRET@" + socksAddress, "http://film.test/", false},
	} {
		u, err := ParseProxy(c.proxy)
		if err != nil {
			t.Fatal(err)
		}
		err = visit(t, client(t, Config{Start: "http://93.184.215.14/", Proxy: ViaProxy(u)}), c.target)
		var p interface{ Permanent() bool }
		if !errors.Is(err, ErrProxy) || errors.As(err, &p) != c.permanent || strings.Contains(err.Error(), "SECRET") || !strings.Contains(err.Error(), u.Host) {
			t.Errorf("%s by %s: %v", c.target, u.Redacted(), err)
		}
	}
}

func TestParseProxy(t *testing.T) {
	for text, want := range map[string]string{
		"proxy:8080": "http://proxy:8080", "http://u:p@proxy": "http://u:p@proxy", "socks5://[::1]:1080/": "socks5://[::1]:1080",
		"https://proxy/x?y": "https://proxy", "ftp://u:SECRET@proxy": "", "http://": "", "": "", "http://u:SECRET@ho st": "", "socks4://h": "",
		"http://u:SECRET%zz@h": "", "mailto:a/b": "",
	} {
		u, err := ParseProxy(text)
		switch {
		case want == "" && (!errors.Is(err, ErrConfig) || strings.Contains(err.Error(), "SECRET")):
			t.Errorf("%q: %v, %v", text, u, err)
		case want != "" && (err != nil || u.String() != want):
			t.Errorf("%q: %v, %v", text, u, err)
		}
	}
}

// The environment's variables in both cases; what cannot be read is an error, not a way around the proxy.
func TestProxyFromEnvironment(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		want map[string]string
		err  bool
	}{
		"none": {nil, map[string]string{"http://a.test/": "", "https://a.test/": ""}, false},
		"each scheme": {
			map[string]string{"HTTP_PROXY": "http://one", "HTTPS_PROXY": "two:81"},
			map[string]string{"http://a.test/": "http://one", "https://a.test/": "http://two:81"},
			false,
		},
		"all": {
			map[string]string{"ALL_PROXY": "socks5://u:p@all:1080"},
			map[string]string{"http://a.test/": "socks5://u:p@all:1080", "https://a.test/": "socks5://u:p@all:1080"},
			false,
		},
		"one and all": {
			map[string]string{"https_proxy": "https://one", "all_proxy": "all", "ALL_PROXY": "other"},
			map[string]string{"http://a.test/": "http://all", "https://a.test/": "https://one"},
			false,
		},
		"exceptions": {
			map[string]string{"ALL_PROXY": "all", "NO_PROXY": ".home.test,10.0.0.0/8"},
			map[string]string{
				"http://x.home.test/": "", "http://10.1.2.3/": "", "http://a.test/": "http://all", "http://localhost:99/": "", "http://127.0.0.1/": "",
			},
			false,
		},
		"unreadable": {map[string]string{"HTTPS_PROXY": "gopher://u:SECRET@h"}, nil, true},
		"broken all": {map[string]string{"ALL_PROXY": "http://u:SECRET@"}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, v := range []string{"http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUEST_METHOD"} {
				t.Setenv(v, c.env[v])
				t.Setenv(strings.ToUpper(v), c.env[strings.ToUpper(v)])
			}
			client, err := New(Config{})
			if (err != nil) != c.err || err != nil && (!errors.Is(err, ErrConfig) || strings.Contains(err.Error(), "SECRET")) {
				t.Fatal(err)
			}
			for address, want := range c.want {
				to, err := url.Parse(address)
				if err != nil {
					t.Fatal(err)
				}
				got, err := client.proxy(to)
				if err != nil || (got == nil) != (want == "") || got != nil && got.String() != want {
					t.Errorf("%s by %v (%v), want %q", address, got, err, want)
				}
			}
		})
	}
}

// The proxy's own TLS speaks HTTP/1.1 even if it offers more.
func TestProxyThatOffersHTTP2(t *testing.T) {
	cert, pool := sessiontest.Certificate(t)
	h := &sessiontest.Proxy{}
	defer h.Close()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h, TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2", "http/1.1"}}}
	done := make(chan struct{})
	go func() { defer close(done); _ = srv.ServeTLS(l, "", "") }()
	t.Cleanup(func() { srv.Close(); <-done })
	_, port, _ := net.SplitHostPort(l.Addr().String())
	target := sessiontest.Serve(t, "127.0.0.1", nil, func(http.ResponseWriter, *http.Request) {})
	u := &url.URL{Scheme: "https", Host: "foreign.test:" + port}
	c := client(t, Config{RootCAs: pool, Proxy: ViaProxy(u), Resolver: sessiontest.HereResolver(t)})
	if err := visit(t, c, "http://home.test:"+target+"/"); err != nil {
		t.Error(err)
	}
}
