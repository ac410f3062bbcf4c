package session

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// open may go to all servers: they say who looks and what is wanted, and hold no secret.
var open = map[string]bool{
	"Accept": true, "Accept-Language": true, "Cache-Control": true, "Dnt": true, "Origin": true, "Pragma": true,
	"Priority": true, "Referer": true, "Upgrade-Insecure-Requests": true, "User-Agent": true,
}

// wanted are headers of a request that go along through redirects: they describe the resource.
var wanted = map[string]bool{"Accept": true, "Accept-Encoding": true, "If-Range": true, "Range": true}

// ours are never taken over: the transport, the jar, or the request at hand decide.
var ours = map[string]bool{
	"Accept-Encoding": true, "Connection": true, "Content-Length": true, "Content-Type": true, "Cookie": true, "Host": true,
	"If-Match": true, "If-Modified-Since": true, "If-None-Match": true, "If-Range": true, "If-Unmodified-Since": true,
	"Keep-Alive": true, "Proxy-Authorization": true, "Proxy-Connection": true, "Range": true, "Te": true, "Trailer": true,
	"Transfer-Encoding": true, "Upgrade": true,
}

// setHeaders checks and copies the headers of the configuration.
func (c *Client) setHeaders() error {
	c.common, c.headers = http.Header{}, map[string]http.Header{}
	for name, values := range clean(c.conf.DefaultHeaders) {
		if !open[name] && !strings.HasPrefix(name, "Sec-") {
			return fmt.Errorf("%w: the header %q may hold a secret: it belongs to an origin", ErrConfig, name)
		}
		c.common[name] = values
	}
	c.common.Set("User-Agent", c.conf.UserAgent)
	if u, err := url.Parse(c.common.Get("Referer")); err == nil && u.Host != "" {
		c.referer = u
	}
	c.common.Del("Referer")
	for key, h := range c.conf.Headers {
		u, err := url.Parse(key)
		if err != nil || u.Host == "" || origin(u) != strings.ToLower(key) {
			return fmt.Errorf("%w: %.100q is no origin: want scheme://host or scheme://host:port", ErrConfig, key)
		}
		c.headers[origin(u)] = clean(h)
	}
	return nil
}

// clean drops what is not taken over, HTTP/2 pseudo-headers, and what is no header at all.
func clean(h http.Header) http.Header {
	kept := http.Header{}
	for name, values := range h {
		canonical := http.CanonicalHeaderKey(name)
		if ours[canonical] || !httpguts.ValidHeaderFieldName(name) {
			continue
		}
		for _, v := range values {
			if httpguts.ValidHeaderFieldValue(v) {
				kept[canonical] = append(kept[canonical], v)
			}
		}
	}
	return kept
}

// headersFor makes the headers of one hop from nothing.
func (c *Client) headersFor(u *url.URL, first *http.Request) http.Header {
	h := c.common.Clone()
	if r := trimReferer(c.referer, u); r != "" {
		h.Set("Referer", r)
	}
	for name, values := range c.headers[origin(u)] {
		h[name] = values
	}
	same := origin(u) == origin(first.URL)
	for name, values := range first.Header {
		if wanted[name] || same && name != "Cookie" {
			h[name] = values
		}
	}
	if h.Get("Accept-Encoding") == "" {
		h.Set("Accept-Encoding", "identity")
	}
	if cookies := c.cookiesFor(u); cookies != "" {
		h.Set("Cookie", cookies)
	}
	return h
}

// origin is scheme, host and port, without the scheme's own port (RFC 6454 §6.2).
func origin(u *url.URL) string {
	scheme, host, port := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return scheme + "://" + host
	}
	return scheme + "://" + host + ":" + port
}

// trimReferer obeys strict-origin-when-cross-origin (Referrer Policy §3.8): all of it to the same origin, the origin to
// others, nothing from https to http.
func trimReferer(from, to *url.URL) string {
	if from == nil || from.Scheme == "https" && to.Scheme != "https" {
		return ""
	}
	if origin(from) != origin(to) {
		return origin(from) + "/"
	}
	full := *from
	full.User, full.Fragment, full.RawFragment = nil, "", ""
	return full.String()
}
