package session

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"seine/capture/session/sessiontest"
)

func TestSpaceOf(t *testing.T) {
	for s, want := range map[string]Space{
		"127.0.0.1": Loopback, "127.9.9.9": Loopback, "0.0.0.0": Loopback, "0.1.2.3": Loopback, "::1": Loopback, "::": Loopback,
		"::ffff:127.0.0.1": Loopback, "::ffff:7f00:1": Loopback, "64:ff9b::7f00:1": Loopback, "64:ff9b:1::7f00:1": Loopback,
		"10.0.0.1": Private, "172.16.0.1": Private, "192.168.1.1": Private, "169.254.169.254": Private, "100.64.0.1": Private,
		"fc00::1": Private, "fe80::1%eth0": Private, "::ffff:10.0.0.1": Private, "64:ff9b::a00:1": Private, "224.0.0.1": Private,
		"255.255.255.255": Private, "::7f00:1": Private, "fd00:ec2::254": Private, "192.0.2.1": Private, "2001:db8::1": Private,
		"64:ff9b:1::808:808": Private, "64:ff9b:1:7f00:0:100::": Loopback,
		"2002:7f00:1::": Loopback, "2002:a00:1::": Private, "2002:808:808::": Private,
		"8.8.8.8": Public, "2606:4700::1111": Public, "::ffff:8.8.8.8": Public, "64:ff9b::808:808": Public,
	} {
		if got := SpaceOf(netip.MustParseAddr(s)); got != want {
			t.Errorf("%s is %v, want %v", s, got, want)
		}
	}
}

func TestLiteral(t *testing.T) {
	for s, want := range map[string]string{
		"0x7f.1": "127.0.0.1", "2130706433": "127.0.0.1", "0177.0.0.1": "127.0.0.1", "0x7f000001": "127.0.0.1", "127.1": "127.0.0.1",
		"LOCALHOST": "127.0.0.1", "a.localhost.": "127.0.0.1", "1.2.3.4.": "1.2.3.4", "::1": "::1", "10.1.258": "10.1.1.2",
		"example.com": "", "1.2.3.4.5": "", "256.1": "", "1.2.3.256": "", "0b1.1": "", "1_0.1": "", "": "", "a.1": "", "4294967296": "",
	} {
		a, ok := literal(s)
		if ok != (want != "") || ok && a.String() != want {
			t.Errorf("%q: %v %v, want %q", s, a, ok, want)
		}
	}
}

// A page on a public address points at this machine in all the ways that have worked somewhere.
func TestPublicStartReachesNothingInside(t *testing.T) {
	port, hits := canary(t)
	resolver := sessiontest.Names(t, func(name string, _ int) netip.Addr {
		if name == "inside.test" {
			return sessiontest.Here
		}
		return netip.Addr{}
	})
	for _, conf := range []Config{
		{Start: "http://93.184.215.14/", Resolver: resolver},
		{Resolver: resolver},
		{Start: "http://unknown.test/", Resolver: resolver},
	} {
		c := client(t, conf)
		for _, host := range []string{
			"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0x7f.1", "2130706433", "0177.1", "0.0.0.0",
			"[64:ff9b::7f00:1]", "169.254.169.254", "10.0.0.1", "[fe80::1]", "inside.test", "a.localhost", "[::]",
		} {
			err := visit(t, c, "http://"+host+":"+port+"/")
			var p interface{ Permanent() bool }
			if !errors.Is(err, ErrPrivate) || !errors.As(err, &p) || !p.Permanent() {
				t.Errorf("%s: %v", host, err)
			}
		}
	}
	if n := hits.Load(); n != 0 {
		t.Errorf("the canary got %d requests", n)
	}
}

// outward is an address of this machine that is not loopback.
func outward(t *testing.T) string {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() && SpaceOf(p.Addr()) == Private {
			return p.Addr().String()
		}
	}
	t.Skip("SKIPPED, NOT PROVED: this machine has no private address beside loopback")
	return ""
}

func TestRedirectInside(t *testing.T) {
	port, hits := canary(t)
	ip := outward(t)
	p := sessiontest.Serve(t, ip, nil, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:"+port+"/", http.StatusFound)
	})
	c := client(t, Config{Start: "http://" + ip + "/"})
	if err := visit(t, c, "http://"+ip+":"+p+"/"); !errors.Is(err, ErrPrivate) {
		t.Errorf("got %v", err)
	}
	if hits.Load() != 0 {
		t.Error("the canary was reached")
	}
	open := client(t, Config{Start: "http://" + ip + "/", AllowPrivate: true})
	if err := visit(t, open, "http://"+ip+":"+p+"/"); err != nil || hits.Load() != 1 {
		t.Errorf("with AllowPrivate: %v, %d hits", err, hits.Load())
	}
}

// A name that first points outward and then at this machine.
func TestRebinding(t *testing.T) {
	ip := outward(t)
	var outside, inside atomic.Int32
	port := sessiontest.Serve(t, ip, nil, func(w http.ResponseWriter, _ *http.Request) {
		outside.Add(1)
		w.Header().Set("Connection", "close")
	})
	var lc net.ListenConfig
	if l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:"+port); err == nil {
		s := &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside.Add(1) })}
		done := make(chan struct{})
		go func() { defer close(done); _ = s.Serve(l) }()
		t.Cleanup(func() { s.Close(); <-done })
	}
	resolver := sessiontest.Names(t, func(_ string, n int) netip.Addr {
		if n <= 2 { // the session's own look, and the first connection
			return netip.MustParseAddr(ip)
		}
		return sessiontest.Here
	})
	start := "http://rebind.test:" + port + "/"
	c := client(t, Config{Start: start, Resolver: resolver})
	if err := visit(t, c, start); err != nil {
		t.Fatal(err)
	}
	if err := visit(t, c, start); !errors.Is(err, ErrPrivate) {
		t.Errorf("got %v", err)
	}
	if outside.Load() != 1 || inside.Load() != 0 {
		t.Errorf("outside %d, inside %d", outside.Load(), inside.Load())
	}
}

func TestRedirects(t *testing.T) {
	port := sessiontest.Serve(t, "127.0.0.1", nil, func(w http.ResponseWriter, r *http.Request) {
		to := r.URL.Query().Get("to")
		if n, err := fmt.Sscanf(to, "loop%d", new(int)); n == 1 && err == nil {
			to = "/?to=" + to
		}
		if to != "" {
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusFound)
			return
		}
		fmt.Fprint(w, r.URL.Path, r.Header.Get("Range"))
	})
	base := "http://127.0.0.1:" + port
	c := client(t, Config{Start: base})
	resp, err := get(t, c, base+"/?to=/there", "Range", "bytes=0-3")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if string(b) != "/therebytes=0-3" || err != nil || resp.Request.URL.String() != base+"/there" {
		t.Errorf("%q %v %v", b, err, resp.Request.URL)
	}
	for to, want := range map[string]error{
		"file:///etc/passwd": ErrScheme, "ftp://127.0.0.1/": ErrScheme, "loop1": ErrRedirects, "http:///x": ErrScheme, "javascript:1": ErrScheme, "http://[bad": ErrRedirects,
	} {
		if err := visit(t, c, base+"/?to="+url.QueryEscape(to)); !errors.Is(err, want) {
			t.Errorf("%s: %v", to, err)
		}
	}
}

func TestProxyStillJudgesAddresses(t *testing.T) {
	var asked atomic.Int32
	port := sessiontest.Serve(t, "127.0.0.1", nil, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		fmt.Fprint(w, r.RequestURI)
	})
	c := client(t, Config{Start: "http://93.184.215.14/", Proxy: func(*url.URL) (*url.URL, error) {
		return url.Parse("http://127.0.0.1:" + port)
	}})
	if err := visit(t, c, "http://film.example/a"); err != nil || asked.Load() != 1 {
		t.Errorf("%v, proxy asked %d times", err, asked.Load())
	}
	for _, host := range []string{"127.0.0.1", "0x7f.1", "localhost", "[::1]", "169.254.169.254"} {
		if err := visit(t, c, "http://"+host+"/"); !errors.Is(err, ErrPrivate) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("the proxy was asked %d times", asked.Load())
	}
}

func TestHeaderFlood(t *testing.T) {
	port := sessiontest.Serve(t, "127.0.0.1", nil, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Flood", strings.Repeat("x", MaxHeaderBytes+1))
	})
	c := client(t, Config{Start: "http://127.0.0.1"})
	if err := visit(t, c, "http://127.0.0.1:"+port+"/"); err == nil {
		t.Error("no error")
	}
}

// A server that never comes to the point.
func TestEndlessHeaders(t *testing.T) {
	for name, c := range map[string]struct{ begin, again string }{
		"many headers":     {"HTTP/1.1 200 OK\r\n", "X-Flood: " + strings.Repeat("x", 1000) + "\r\n"},
		"one long header":  {"HTTP/1.1 200 OK\r\nX-Flood: ", strings.Repeat("x", 1000)},
		"long status line": {"HTTP/1.1 200 ", strings.Repeat("x", 1000)},
		"interim answers":  {"", "HTTP/1.1 103 Early Hints\r\n\r\n"},
		"cookies":          {"HTTP/1.1 200 OK\r\n", "Set-Cookie: a" + strings.Repeat("x", 1000) + "=1\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			sent := make(chan int, 1)
			port := sessiontest.Serve(t, "127.0.0.1", nil, func(w http.ResponseWriter, _ *http.Request) {
				conn, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				n, err := conn.Write([]byte(c.begin))
				for m := 0; err == nil && n < 1<<30; n += m { // until the client hangs up
					m, err = conn.Write([]byte(c.again))
				}
				sent <- n
			})
			err := visit(t, client(t, Config{Start: "http://127.0.0.1"}), "http://127.0.0.1:"+port+"/")
			if n := <-sent; err == nil || n > 32<<20 {
				t.Errorf("%v after %d bytes", err, n)
			}
		})
	}
}

func TestEncoding(t *testing.T) {
	squeeze := func(b []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, _ = w.Write(b)
		w.Close()
		return out.Bytes()
	}
	bodies := map[string]struct {
		encoding string
		body     []byte
		fails    bool
	}{
		"/plain":  {"", []byte("hello"), false},
		"/gzip":   {"gzip", squeeze([]byte("hello")), false},
		"/twice":  {"gzip, gzip", squeeze(squeeze([]byte("hello"))), true},
		"/fifty":  {strings.Repeat("gzip, ", 49) + "gzip", []byte("hello"), true},
		"/bomb":   {"gzip", squeeze(make([]byte, 20<<20)), true},
		"/broken": {"gzip", []byte("hello"), true},
		"/other":  {"compress", []byte("hello"), true},
	}
	port := sessiontest.Serve(t, "127.0.0.1", nil, func(w http.ResponseWriter, r *http.Request) {
		b := bodies[r.URL.Path]
		if r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("asked for %q", r.Header.Get("Accept-Encoding"))
		}
		if b.encoding != "" {
			w.Header().Set("Content-Encoding", b.encoding)
		}
		_, _ = w.Write(b.body)
	})
	c := client(t, Config{Start: "http://127.0.0.1"})
	for path, b := range bodies {
		resp, err := get(t, c, "http://127.0.0.1:"+port+path)
		var text []byte
		if err == nil {
			text, err = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
		if (err != nil) != b.fails || !b.fails && string(text) != "hello" {
			t.Errorf("%s: %d bytes, %v", path, len(text), err)
		}
	}
}
