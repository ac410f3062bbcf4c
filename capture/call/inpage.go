package call

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// forbidden are headers that a page may not set (Fetch §2.2.2), or that its browser sets better.
var forbidden = []string{"Accept-Charset", "Accept-Encoding", "Access-Control-Request-Headers", "Access-Control-Request-Method", "Connection", "Content-Length", "Cookie", "Date", "Dnt", "Expect", "Host", "Keep-Alive", "Origin", "Referer", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Via", "User-Agent", "Accept-Language"}

// inPage asks from within a page of the operation's origin. Plain is what plain HTTP was answered, nil if it was not tried.
func (c *Client) inPage(ctx context.Context, o *Operation, b *Binding, p *Place, plain *Answer) (*Answer, error) {
	r, err := c.request(o, b, p)
	if err != nil {
		return nil, err
	}
	asker, err := c.pageAsker()
	if err != nil {
		if plain != nil {
			return nil, fmt.Errorf("%w (%w)", c.failure(o, plain, "a page of the browser could not be asked"), err)
		}
		return nil, err
	}
	var a *Answer
	for _, sparing := range []bool{false, true} { // scripts of pages add headers of their own to what is fetched
		q := c.pageRequest(o, r, sparing)
		if sparing && len(q.Header) == len(c.pageRequest(o, r, false).Header) {
			break
		}
		if c.conf.Wait != nil {
			if err := c.conf.Wait(ctx); err != nil {
				return nil, err
			}
		}
		c.count(func(s *Stats) { s.Requests++; s.InPage++ })
		if a, err = asker.Ask(ctx, c.pageOf(r.url), q); err != nil {
			return nil, err
		}
		if a.InPage = true; a.ok(o) {
			break
		}
	}
	if !a.ok(o) {
		return nil, c.failure(o, a, "from within the page too")
	}
	if plain != nil {
		c.log.Debug("only a browser is answered", "operation", o.Label())
	}
	c.conf.Memory.learn(o, func(m *known) { m.InPage = true })
	return a, nil
}

// pageRequest leaves out what a page may not say, and if sparing what its scripts say themselves.
func (c *Client) pageRequest(o *Operation, r *asked, sparing bool) PageRequest {
	q := PageRequest{Method: r.method, URL: r.url.String(), Header: http.Header{}, Body: r.body}
	for name, values := range r.header {
		if slices.Contains(forbidden, name) || strings.HasPrefix(name, "Sec-") || strings.HasPrefix(name, "Proxy-") || sparing && c.stalely(o, name) {
			continue
		}
		q.Header[name] = values
	}
	if r.kind != "" {
		q.Header.Set("Content-Type", r.kind)
	}
	return q
}

// stalely: the page makes the header itself, and what was heard of it is of another visit.
func (c *Client) stalely(o *Operation, name string) bool {
	return slices.ContainsFunc(o.Params, func(p Param) bool { return p.In == "header" && p.Constant == "" && strings.EqualFold(p.Name, name) }) &&
		c.conf.Header.Get(name) == ""
}

// pageOf is where the page is to stand: where it was visited if that is the same origin, else the origin's root.
func (c *Client) pageOf(u *url.URL) string {
	if h := c.conf.Capture; h != nil {
		if p, err := url.Parse(h.Page); err == nil && p.Scheme == u.Scheme && p.Host == u.Host {
			return h.Page
		}
	}
	return u.Scheme + "://" + u.Host + "/"
}

func (c *Client) pageAsker() (Asker, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asker == nil {
		var err error
		if c.asker, err = c.conf.Asker(); err != nil {
			return nil, err
		}
	}
	return c.asker, nil
}
