package session

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// Do sends a request and follows redirects (RFC 9110 §15.4). Of the request's own headers, those that say what is wanted
// (Range, Accept and the like) go along; all others, and a body, stay on the origin of the request. A body needs GetBody, which
// [http.NewRequest] sets. The response's Request is the last hop. Its body must be closed.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	if req.Body != nil && req.GetBody == nil {
		return nil, permanent{ErrBody}
	}
	u, method := req.URL, req.Method
	for hop := 0; ; hop++ {
		resp, err := c.hop(req, method, u)
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
		if method = methodBehind(resp.StatusCode, method); err == nil && sendsBody(req, method) && origin(next) != origin(req.URL) {
			err = fmt.Errorf("%w: what was sent to %s is to be sent on to %s", ErrRedirects, origin(req.URL), origin(next))
		}
		if err != nil {
			return nil, permanent{err}
		}
		u = next
	}
}

// methodBehind is the method of the request that follows a redirect: browsers, and RFC 9110 §15.4.2 to §15.4.4, make a GET of a POST.
func methodBehind(status int, method string) string {
	switch {
	case status == http.StatusSeeOther && method != http.MethodHead,
		(status == http.StatusMovedPermanently || status == http.StatusFound) && method == http.MethodPost:
		return http.MethodGet
	}
	return method
}

// sendsBody: the request has a body, and no redirect has made a GET of it.
func sendsBody(first *http.Request, method string) bool {
	return first.Body != nil && first.Body != http.NoBody && method == first.Method
}

// hop sends one request to u with headers made for it alone.
func (c *Client) hop(first *http.Request, method string, u *url.URL) (*http.Response, error) {
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, permanent{fmt.Errorf("%w: %.100q", ErrScheme, u.Scheme)}
	}
	ctx := withHost(first.Context(), u.Hostname())
	if err := c.guard.host(ctx, u.Hostname()); err != nil {
		return nil, err
	}
	req := &http.Request{
		Method: method, URL: u, Host: u.Host, Header: c.headersFor(u, first), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if sendsBody(first, method) {
		body, err := first.GetBody()
		if err != nil {
			return nil, permanent{fmt.Errorf("%w: %w", ErrBody, err)}
		}
		req.Body, req.GetBody, req.ContentLength = body, first.GetBody, first.ContentLength
	} else {
		req.Header.Del("Content-Type")
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
