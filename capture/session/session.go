// Package session carries what a browser has proved, cookies, headers and user agent, over to plain HTTP, without ever
// telling one server the secrets of another, and without letting a page point us at machines inside.
//
// Go's own redirect follower takes a hand-set Cookie or Authorization along to other ports, schemes and subdomains, and
// other headers anywhere; so redirects are followed here, and the headers of each hop are made anew.
package session

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"time"

	"golang.org/x/net/publicsuffix"
)

// Config is what a session knows. The zero value is a client without secrets that reaches public addresses only.
type Config struct {
	// UserAgent as the browser's; default "seine".
	UserAgent string
	Cookies   []Cookie
	// Headers go to one exact origin each, such as "https://cdn.example:8443": Authorization, Referer, X-Token and the
	// like. The keys are origins: scheme, host and port, the port only where it is not the scheme's own.
	Headers map[string]http.Header
	// DefaultHeaders go to all, so only such that are no secret: Accept, Accept-Language, Referer, Origin, DNT, Sec-*.
	// Referer is trimmed as a browser does by strict-origin-when-cross-origin.
	DefaultHeaders http.Header
	// Start is the URL that the user typed. Its address decides what may be reached: a public one only public ones, a
	// private one also private ones, a loopback one all.
	Start string
	// Page is the top-level page that played the film; it decides which cookies are of the same site. Default: Start.
	Page string
	// AllowPrivate switches the address check off.
	AllowPrivate bool
	// MaxRedirects default 5.
	MaxRedirects int
	// Time-outs: connecting 10 s, TLS 10 s, waiting for the headers of an answer 60 s. Bodies have none: the caller
	// knows what it waits for.
	DialTimeout, TLSTimeout, HeaderTimeout time.Duration
	// Proxy finds the proxy for a URL; nil takes it from the environment (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY), which
	// never has one for this machine. A proxy is trusted wherever it is. Behind it, names resolve out of our sight:
	// then only addresses in the URL itself are checked.
	Proxy func(*url.URL) (*url.URL, error)
	// Resolver is nil for the system's.
	Resolver *net.Resolver
	// RootCAs is nil for the system's.
	RootCAs *x509.CertPool
}

// MaxHeaderBytes bounds the headers of an answer.
const MaxHeaderBytes = 256 << 10

// Client performs requests. It is safe for concurrent use.
type Client struct {
	conf    Config
	jar     *cookiejar.Jar
	guard   *guard
	headers map[string]http.Header
	common  http.Header
	referer *url.URL
	proxy   func(*url.URL) (*url.URL, error)
	direct  *http.Transport
	proxied *http.Transport
}

// New returns a client, or says what in the configuration would give secrets away.
func New(conf Config) (*Client, error) {
	conf = conf.withDefaults()
	c := &Client{conf: conf, proxy: conf.Proxy}
	if err := c.setHeaders(); err != nil {
		return nil, err
	}
	if err := c.setCookies(); err != nil {
		return nil, err
	}
	if c.proxy == nil {
		var err error
		if c.proxy, err = environment(); err != nil {
			return nil, err
		}
	}
	c.guard = newGuard(conf)
	c.direct = c.transport(&net.Dialer{Timeout: conf.DialTimeout, Resolver: conf.Resolver, ControlContext: c.guard.control})
	c.proxied = c.proxiedTransport(&net.Dialer{Timeout: conf.DialTimeout, Resolver: conf.Resolver})
	return c, nil
}

func (conf Config) withDefaults() Config {
	if conf.UserAgent == "" {
		conf.UserAgent = "seine"
	}
	if conf.Page == "" {
		conf.Page = conf.Start
	}
	if conf.MaxRedirects <= 0 {
		conf.MaxRedirects = 5
	}
	if conf.DialTimeout <= 0 {
		conf.DialTimeout = 10 * time.Second
	}
	if conf.TLSTimeout <= 0 {
		conf.TLSTimeout = 10 * time.Second
	}
	if conf.HeaderTimeout <= 0 {
		conf.HeaderTimeout = time.Minute
	}
	return conf
}

// transport has no cookies, proxy, compression or redirects of its own.
func (c *Client) transport(d *net.Dialer) *http.Transport {
	return &http.Transport{
		DialContext:            d.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: c.conf.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    c.conf.TLSTimeout,
		ResponseHeaderTimeout:  c.conf.HeaderTimeout,
		MaxResponseHeaderBytes: MaxHeaderBytes,
		MaxIdleConnsPerHost:    256, // as many as the most workers have: each new one costs round trips
		IdleConnTimeout:        90 * time.Second,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		HTTP2: &http.HTTP2Config{
			// What has come for streams that are not read is held in memory.
			MaxReceiveBufferPerStream: 1 << 20,
			// A connection that has died would have each further try stall: all of them go over it.
			SendPingTimeout: 15 * time.Second,
			PingTimeout:     10 * time.Second,
		},
	}
}

// CloseIdleConnections ends connections that wait for further requests.
func (c *Client) CloseIdleConnections() {
	c.direct.CloseIdleConnections()
	c.proxied.CloseIdleConnections()
}

func newJar() (*cookiejar.Jar, error) {
	return cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
}
