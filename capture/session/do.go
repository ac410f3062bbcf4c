package session

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Do sends a GET or HEAD request and follows redirects. Of the request's own headers, those that say what is wanted
// (Range, Accept and the like) go along; all others stay on the origin of the request. The response's Request is the last
// hop. Its body must be closed.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	if req.Method != "" && req.Method != http.MethodGet && req.Method != http.MethodHead || req.Body != nil {
		return nil, permanent{ErrMethod}
	}
	u := req.URL
	for hop := 0; ; hop++ {
		resp, err := c.hop(req, u)
		if err != nil {
			return nil, err
		}
		if !redirects(resp) {
			if err := decode(resp); err != nil {
				return nil, err
			}
			return resp, nil
		}
		next, err := follow(resp, u)
		if err == nil && hop >= c.conf.MaxRedirects {
			err = fmt.Errorf("%w: more than %d in a row", ErrRedirects, c.conf.MaxRedirects)
		}
		if err != nil {
			return nil, permanent{err}
		}
		u = next
	}
}

// hop sends one request to u with headers made for it alone.
func (c *Client) hop(first *http.Request, u *url.URL) (*http.Response, error) {
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, permanent{fmt.Errorf("%w: %.100q", ErrScheme, u.Scheme)}
	}
	ctx := withHost(first.Context(), u.Hostname())
	if err := c.guard.host(ctx, u.Hostname()); err != nil {
		return nil, err
	}
	req := &http.Request{
		Method: first.Method, URL: u, Host: u.Host, Header: c.headersFor(u, first), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	req = req.WithContext(ctx)
	resp, err := c.send(req)
	if err != nil {
		return nil, err
	}
	resp.Request = req
	c.jar.SetCookies(jarURL(u), resp.Cookies())
	return resp, nil
}

// send goes through the proxy, if there is one for the address.
func (c *Client) send(req *http.Request) (*http.Response, error) {
	proxy, err := c.proxy(req.URL)
	if err != nil {
		return nil, permanent{fmt.Errorf("%w: %w", ErrProxy, err)}
	}
	if proxy == nil {
		return c.direct.RoundTrip(req)
	}
	resp, err := c.proxied.RoundTrip(req)
	if err != nil {
		return nil, proxyError(proxy, err)
	}
	if resp.StatusCode == http.StatusProxyAuthRequired {
		resp.Body.Close()
		return nil, proxyRefusal(proxy, resp)
	}
	return resp, nil
}

func redirects(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp.Header.Get("Location") != ""
	}
	return false
}

// follow ends a response and returns where it points.
func follow(resp *http.Response, from *url.URL) (*url.URL, error) {
	// A short rest is read so that the connection can be used again.
	_, _ = io.CopyN(io.Discard, resp.Body, 16<<10)
	resp.Body.Close()
	next, err := from.Parse(resp.Header.Get("Location"))
	if err != nil {
		return nil, fmt.Errorf("%w: its Location cannot be read", ErrRedirects)
	}
	if next.Fragment == "" {
		next.Fragment = from.Fragment
	}
	return next, nil
}
