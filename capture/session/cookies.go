package session

import (
	"net"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"

	"seine/capture"
)

// Cookie is a cookie as a browser's store holds it: a [capture.Cookie]. The domain counts without regard to a leading dot; HostOnly says
// whether subdomains are left out.
type Cookie capture.Cookie

// setCookies fills the jar with the cookies that the browser would send from the page. Others stay out: those of another
// page's partition, and those that their sites keep from requests of other sites.
func (c *Client) setCookies() (err error) {
	if c.jar, err = newJar(); err != nil {
		return err
	}
	page, err := url.Parse(c.conf.Page)
	if err != nil || page.Host == "" {
		page = nil
	}
	for _, k := range c.conf.Cookies {
		if u := k.url(); u != nil && k.sentFrom(page) {
			c.jar.SetCookies(jarURL(u), []*http.Cookie{k.http()})
		}
	}
	return nil
}

// url is an address that may set the cookie.
func (k *Cookie) url() *url.URL {
	host := strings.TrimPrefix(strings.ToLower(k.Domain), ".")
	if host == "" {
		return nil
	}
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		host = "[" + host + "]"
	}
	return &url.URL{Scheme: "https", Host: host, Path: "/"}
}

// jarURL gives an IPv6 address its port: without one the jar keeps the brackets, and takes it for another host.
func jarURL(u *url.URL) *url.URL {
	if u.Port() != "" || !strings.Contains(u.Hostname(), ":") {
		return u
	}
	with := *u
	with.Host = net.JoinHostPort(u.Hostname(), "0")
	return &with
}

func (k *Cookie) http() *http.Cookie {
	h := &http.Cookie{Name: k.Name, Value: k.Value, Path: k.Path, Secure: k.Secure, HttpOnly: k.HTTPOnly, Expires: k.Expires}
	if h.Path == "" {
		h.Path = "/"
	}
	if !k.HostOnly {
		h.Domain = strings.TrimPrefix(k.Domain, ".")
	}
	return h
}

// sentFrom says whether requests made by the page carry the cookie (RFC 6265bis §5.8.3, CHIPS). Not stated is Lax.
func (k *Cookie) sentFrom(page *url.URL) bool {
	if page == nil {
		return true
	}
	if k.PartitionKey != "" {
		top, err := url.Parse(k.PartitionKey)
		if err != nil || top.Scheme != page.Scheme || site(top.Hostname()) != site(page.Hostname()) {
			return false
		}
	}
	return strings.EqualFold(k.SameSite, "None") || site(strings.TrimPrefix(k.Domain, ".")) == site(page.Hostname())
}

// site is the registrable domain, or the host itself where there is none.
func site(host string) string {
	host = strings.ToLower(host)
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}

// cookiesFor writes the Cookie header as browsers do: values as they are, without Go's quotes around blanks and commas.
// Secure cookies also go over plain http to this machine itself (Secure Contexts §3.1): the jar sees to that, and the
// guard to it that localhost is this machine.
func (c *Client) cookiesFor(u *url.URL) string {
	var b strings.Builder
	for _, k := range c.jar.Cookies(jarURL(u)) {
		if strings.ContainsFunc(k.Name+k.Value, func(r rune) bool { return r < ' ' || r == 0x7f || r == ';' }) {
			continue
		}
		if b.Len() > 0 {
			b.WriteString("; ")
		}
		value := k.Value
		if k.Quoted {
			value = `"` + value + `"`
		}
		b.WriteString(k.Name + "=" + value)
	}
	return b.String()
}

// Cookies are those that a request to u would carry now: those of the configuration, and what servers have set since.
func (c *Client) Cookies(u *url.URL) []*http.Cookie { return c.jar.Cookies(jarURL(u)) }
