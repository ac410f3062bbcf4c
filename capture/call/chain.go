package call

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/publicsuffix"

	"seine/capture/internal/form"
	"seine/capture/openapi"
)

// tokensOf are the needs that let a call in.
func tokensOf(o *Operation) []Need {
	var list []Need
	for _, n := range o.Needs {
		if n.Token {
			list = append(list, n)
		}
	}
	return list
}

// token is what was fetched for a need, "" for nothing: then the sample's own value counts.
func (c *Client) token(o *Operation, n Need) string {
	if n.From.Kind == openapi.SourceCookie && n.In != "cookie" {
		if c.generation() == 0 {
			return "" // as the browser sent it
		}
		v, _ := c.cookie(o, n.From.At)
		return form.Unescape(v)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tokens[n.From]
}

// generation counts how often tokens were fetched.
func (c *Client) generation() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats.Chains
}

// fetchMissing fetches tokens that nothing has a value for: of a document without a capture, or a capture without secrets.
func (c *Client) fetchMissing(ctx context.Context, o *Operation) error {
	if !c.lacks(o) {
		return nil
	}
	c.chain.Lock()
	defer c.chain.Unlock()
	if err, is := c.sought[o]; is || !c.lacks(o) {
		return err
	}
	err := c.runChain(ctx, o)
	if ctx.Err() == nil {
		c.sought[o] = err
	}
	return err
}

func (c *Client) lacks(o *Operation) bool {
	s := c.sampleFor(o)
	return slices.ContainsFunc(tokensOf(o), func(n Need) bool {
		if n.In == "cookie" {
			_, has := c.cookie(o, n.Name)
			return !has
		}
		_, has := s.value(slot{n.In, n.Name})
		return !has && c.token(o, n) == "" && c.conf.Header.Get(n.Name) == ""
	})
}

// cookie is one that a call of the operation carries, or that its page sees.
func (c *Client) cookie(o *Operation, name string) (string, bool) {
	for _, address := range []string{firstOf(c.conf.Server, o.Server) + o.Path, c.base.Page} {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" {
			continue
		}
		for _, k := range c.http.Cookies(u) {
			if k.Name == name {
				return k.Value, true
			}
		}
	}
	return "", false
}

// renewedly fetches the tokens anew and asks again. If somebody else has fetched them since the request was made, those are taken.
func (c *Client) renewedly(ctx context.Context, o *Operation, b *Binding, p *Place, before int, was *Answer) (a *Answer, lacking, err error) {
	c.chain.Lock()
	if c.generation() == before {
		lacking = c.runChain(ctx, o)
	}
	c.chain.Unlock()
	if lacking != nil {
		return was, lacking, ctx.Err()
	}
	if a, err = c.plainly(ctx, o, b, p); err != nil || a.ok(o) || !stale(a, o) || !c.crowded() {
		return a, nil, err
	}
	return c.alone(ctx, o, b, p)
}

// crowded: others may use tokens too.
func (c *Client) crowded() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.active > 1
}

// alone fetches tokens and makes the call while nobody else does either: some tokens are good for one call. Until all know that, others may
// use one up, so it is tried again.
func (c *Client) alone(ctx context.Context, o *Operation, b *Binding, p *Place) (a *Answer, lacking, err error) {
	c.chain.Lock()
	defer c.chain.Unlock()
	const tries = 3
	for range tries {
		if lacking = c.runChain(ctx, o); lacking != nil && a == nil {
			return nil, nil, lacking
		}
		if a, err = c.plainly(ctx, o, b, p); err != nil || !stale(a, o) {
			return a, nil, err
		}
		if a.ok(o) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.once[o] = true
			return a, nil, nil
		}
	}
	return a, lacking, nil
}

// runChain asks for everything that gives the operation's tokens, those before that give theirs first. Called with the chain locked.
func (c *Client) runChain(ctx context.Context, o *Operation) error {
	c.log.Debug("fetching tokens", "operation", o.Label())
	done := map[string]*Answer{}
	err := c.chainOf(ctx, o, done, 0)
	c.count(func(s *Stats) { s.Chains++ })
	return err
}

// mostLinks bounds how long a chain may be.
const mostLinks = 8

func (c *Client) chainOf(ctx context.Context, o *Operation, done map[string]*Answer, depth int) error {
	if depth > mostLinks {
		return fmt.Errorf("%w: the chain has more than %d links", ErrStale, mostLinks)
	}
	list := tokensOf(o)
	slices.SortStableFunc(list, func(a, b Need) int { return cookieFirst(a) - cookieFirst(b) })
	for _, n := range list {
		key := n.From.Operation + " " + n.From.Method + " " + n.From.URL
		if _, is := done[key]; !is {
			done[key] = nil
			a, err := c.link(ctx, n, done, depth)
			if err != nil {
				return err
			}
			done[key] = a
		}
		if done[key] == nil {
			continue
		}
		if err := c.learn(n, done[key]); err != nil {
			return err
		}
	}
	return nil
}

func cookieFirst(n Need) int {
	if n.In == "cookie" {
		return 0
	}
	return 1
}

// link asks for what gives a token: an operation, or a page.
func (c *Client) link(ctx context.Context, n Need, done map[string]*Answer, depth int) (*Answer, error) {
	r, err := c.linkRequest(ctx, n, done, depth)
	if err != nil {
		return nil, err
	}
	a, err := c.send(ctx, r, nil)
	if err != nil {
		return nil, err
	}
	if a.Status >= http.StatusBadRequest {
		return nil, fmt.Errorf("%w: %s %s answered %d", ErrStale, r.method, shown(a.URL), a.Status)
	}
	return a, nil
}

func (c *Client) linkRequest(ctx context.Context, n Need, done map[string]*Answer, depth int) (*asked, error) {
	if n.From.Operation != "" {
		o, err := c.conf.Spec.Find(n.From.Operation)
		if err != nil {
			return nil, fmt.Errorf("%w: it came from %s, which is not in the document", ErrStale, n.From.Operation)
		}
		if err := c.chainOf(ctx, o, done, depth+1); err != nil {
			return nil, err
		}
		return c.again(o, n)
	}
	if s := c.replayed(n.From.Sample); s != nil && strings.EqualFold(s.method, n.From.Method) && s.url.String() == n.From.URL {
		return &asked{method: s.method, url: s.url, header: s.header, body: s.body}, nil
	}
	u, err := url.Parse(n.From.URL)
	if err == nil && !sameSite(u.String(), c.base.Start) {
		return nil, fmt.Errorf("%w: %s comes from another site, %s, which only a capture can vouch for: name it with --session", ErrStale, n.Name, u.Hostname())
	}
	if err != nil || u.Host == "" || n.From.Method != http.MethodGet {
		return nil, fmt.Errorf("%w: %s comes from a %s, which only the capture can make again: name it with --session", ErrStale, n.Name, firstOf(n.From.Method, "request"))
	}
	return &asked{method: http.MethodGet, url: u, header: http.Header{"Accept": {"text/html,application/xhtml+xml,*/*;q=0.8"}}}, nil
}

// again is the request of an operation as it was heard, with the tokens of now.
func (c *Client) again(o *Operation, n Need) (*asked, error) {
	s := c.replayed(n.From.Sample)
	if s == nil || s.method != o.Method || !o.made(s, patternOf(o)) { // of another capture
		s = c.sampleFor(o)
	}
	if s == nil && !sameSite(o.Server, c.base.Start) {
		return nil, fmt.Errorf("%w: %s comes from another site, which only a capture can vouch for: name it with --session", ErrStale, n.Name)
	}
	if s == nil {
		r, err := c.request(o, &Binding{values: map[slot]any{}}, &Place{})
		if err != nil {
			return nil, fmt.Errorf("%w: %s comes from %s, and %w", ErrStale, n.Name, o.Label(), err)
		}
		return r, nil
	}
	r := &asked{method: s.method, url: s.url, header: s.header.Clone(), body: s.body}
	for _, need := range tokensOf(o) {
		if v := c.token(o, need); v != "" && need.In == "header" {
			r.header.Set(need.Name, need.Prefix+v)
		}
	}
	return r, nil
}

// sameSite: what one of the two gives, the other may know. A document may come from anybody.
func sameSite(a, b string) bool {
	return siteOf(a) == siteOf(b) && siteOf(a) != ""
}

func siteOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	host := strings.ToLower(u.Hostname())
	if site, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return site
	}
	return host
}

// learn takes a token out of what was answered. Cookies are in the jar by then.
func (c *Client) learn(n Need, a *Answer) error {
	if n.From.Kind == openapi.SourceCookie {
		return nil
	}
	value, ok := n.From.in(a)
	if !ok {
		return fmt.Errorf("%w: %s is no more at %s of %s", ErrStale, n.Name, n.From.At, shown(a.URL))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tokens[n.From] = value
	return nil
}

// in finds the value in an answer.
func (s Source) in(a *Answer) (string, bool) {
	switch s.Kind {
	case openapi.SourceAnswer:
		v, ok := at(a.JSON, s.At)
		return textOf(v), ok && textOf(v) != ""
	case openapi.SourceHeader:
		v := a.Header.Get(s.At)
		return v, v != ""
	case openapi.SourceHTML:
		return attributeOf(a.Body, s.At, s.Attr)
	case openapi.SourceScript:
		return behind(a.Body, s.At)
	}
	return "", false
}

func attributeOf(body []byte, selector, attribute string) (string, bool) {
	sel, err := cascadia.Compile(selector)
	if err != nil {
		return "", false
	}
	root, err := html.Parse(bytes.NewReader(body))
	if err != nil {
		return "", false
	}
	if n := cascadia.Query(root, sel); n != nil {
		for _, attr := range n.Attr {
			if attr.Key == attribute && attr.Val != "" {
				return attr.Val, true
			}
		}
	}
	return "", false
}

// behind is the token behind a text, as the inference found it.
func behind(body []byte, before string) (string, bool) {
	_, rest, ok := bytes.Cut(body, []byte(before))
	if !ok || before == "" {
		return "", false
	}
	end := bytes.IndexFunc(rest, func(r rune) bool {
		return !strings.ContainsRune("_.+/=~%|-", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	if end < 0 {
		end = len(rest)
	}
	return string(rest[:end]), end > 0
}
