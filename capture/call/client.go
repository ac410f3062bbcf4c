package call

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"seine/capture"
	"seine/capture/session"
)

// Asker asks from within a page of a browser that stands on an origin.
type Asker interface {
	Ask(ctx context.Context, page string, r PageRequest) (*Answer, error)
}

// PageRequest is what a page is to fetch.
type PageRequest struct {
	Method string
	URL    string
	Header http.Header
	Body   []byte
}

// Config of a Client. Spec is needed; the rest may be zero.
type Config struct {
	Spec    *Spec
	Capture *capture.Capture // the session that the browser earned, and samples of requests; nil: none
	Session session.Config   // what the user allows and brings along; Start, Page, cookies and user agent of the capture are added
	Header  http.Header      // of the user, for the operation's origin
	Server  string           // in place of the document's
	Memory  *Memory          // of which headers matter; nil: it is forgotten
	All     bool             // send all headers that the browser sent
	Asker   func() (Asker, error)
	InPage  bool                            // ask from within a page from the start
	Wait    func(ctx context.Context) error // before each request; nil: nobody waits
	Hold    func(d time.Duration)           // a server asks all to come later; nil: nobody does
	Log     *slog.Logger
}

// Client calls operations. It is safe for concurrent use.
type Client struct {
	conf Config
	http *session.Client
	base session.Config
	log  *slog.Logger

	mu      sync.Mutex
	samples map[*Operation]*sample
	tokens  map[Source]string
	asker   Asker
	heads   map[*Operation]*heads

	chain  sync.Mutex           // one goroutine at a time fetches tokens
	sought map[*Operation]error // what came of looking, once, for tokens that were missing
	once   map[*Operation]bool  // their tokens are good for one call
	active int                  // calls under way
	stats  Stats
}

// Stats count what was done.
type Stats struct {
	Requests int // all, those of chains and trials too
	Chains   int // how often tokens were fetched anew
	Trials   int // requests that left a header out to see whether it matters
	InPage   int // requests that a page made
}

// NewClient is for the operations of one server: start is an address of it, which decides what may be reached.
func NewClient(conf Config, o *Operation) (*Client, error) {
	c := &Client{conf: conf, log: conf.Log, samples: map[*Operation]*sample{}, tokens: map[Source]string{}, heads: map[*Operation]*heads{}, sought: map[*Operation]error{}, once: map[*Operation]bool{}}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.base = conf.Session
	if c.base.Start == "" {
		c.base.Start = firstOf(conf.Server, o.Server)
	}
	if h := conf.Capture; h != nil {
		c.base.Page = firstOf(c.base.Page, h.Page)
		c.base.UserAgent = firstOf(c.base.UserAgent, h.UserAgent)
		var list []session.Cookie
		for _, k := range h.Cookies {
			list = append(list, session.Cookie(k))
		}
		c.base.Cookies = append(list, conf.Session.Cookies...)
	}
	var err error
	c.http, err = session.New(c.base)
	return c, err
}

// Close ends connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Stats are counted so far.
func (c *Client) Stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.stats
}

func (c *Client) count(f func(*Stats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.stats)
}

// Page asks for one page of an operation, and says where the next one is; nil: that was the last, or there are none.
func (c *Client) Page(ctx context.Context, o *Operation, b *Binding, p Place) (*Answer, []any, *Place, error) {
	a, err := c.Do(ctx, o, b, p)
	if status := (*StatusError)(nil); errors.As(err, &status) && beyond(o, &p, status.Status) {
		return nil, nil, nil, nil
	}
	if err != nil {
		return nil, nil, nil, err
	}
	rows, err := o.Rows(a)
	if err != nil || o.Pagination == nil {
		return a, rows, nil, err
	}
	if next, ok := p.next(o, b, a, rows); ok {
		if next.Empty > mostEmpty {
			return nil, nil, nil, lasting{fmt.Errorf("%s: %w: %d in a row have no rows", shown(a.URL), ErrEndless, mostEmpty)}
		}
		return a, rows, &next, nil
	}
	if p.Page > 0 && fingerprint(rows) == p.Before {
		return a, nil, nil, nil // the last page again
	}
	return a, rows, nil, nil
}

// Do makes one call: with the headers that matter, with fresh tokens where the first answer says that they are stale, and at last from within
// a page. The answer's status is one of success.
func (c *Client) Do(ctx context.Context, o *Operation, b *Binding, p Place) (*Answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, longest, errLate)
	defer cancel()
	if _, err := c.request(o, b, &p); err != nil {
		return nil, err
	}
	if c.conf.InPage || c.conf.Memory.inPage(o) && c.conf.Asker != nil {
		return c.inPage(ctx, o, b, &p, nil)
	}
	a, lacking, err := c.attempt(ctx, o, b, &p)
	switch {
	case err != nil:
		return nil, err
	case a.ok(o):
		return a, nil
	case refused(a) && c.conf.Asker != nil:
		return c.inPage(ctx, o, b, &p, a)
	case lacking != nil:
		return nil, c.failure(o, a, lacking.Error())
	}
	return nil, c.failure(o, a, "")
}

// attempt makes a call by plain HTTP, and again with fresh tokens. Lacking is why tokens cannot be had.
func (c *Client) attempt(ctx context.Context, o *Operation, b *Binding, p *Place) (a *Answer, lacking, err error) {
	c.mu.Lock()
	c.active++
	before, once := c.stats.Chains, c.once[o]
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.active--
		c.mu.Unlock()
	}()
	if once {
		return c.alone(ctx, o, b, p)
	}
	lacking = c.fetchMissing(ctx, o) // it may go without
	if ctx.Err() != nil {
		return nil, nil, lacking
	}
	if a, err = c.plainly(ctx, o, b, p); err != nil || a.ok(o) || !stale(a, o) || len(tokensOf(o)) == 0 || lacking != nil {
		return a, lacking, err
	}
	return c.renewedly(ctx, o, b, p, before, a)
}

// longest is how long one call may take, with its chain and all that is tried.
const longest = 5 * time.Minute

var errLate = fmt.Errorf("it took more than %v", longest)

// plainly asks by plain HTTP.
func (c *Client) plainly(ctx context.Context, o *Operation, b *Binding, p *Place) (*Answer, error) {
	r, err := c.request(o, b, p)
	if err != nil {
		return nil, err
	}
	return c.sparingly(ctx, o, r)
}

// send sends a request with some of its headers.
func (c *Client) send(ctx context.Context, r *asked, keep func(string) bool) (*Answer, error) {
	if c.conf.Wait != nil {
		if err := c.conf.Wait(ctx); err != nil {
			return nil, err
		}
	}
	req, err := r.http(ctx, keep)
	if err != nil {
		return nil, err
	}
	c.count(func(s *Stats) { s.Requests++ })
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(r.url.String()), err)
	}
	return readAnswer(resp)
}

// stale statuses say that what let in does so no more; see otherStatuses.
func stale(a *Answer, o *Operation) bool {
	switch a.Status {
	case http.StatusUnauthorized, http.StatusForbidden, 419, 440, 498:
		return true
	case http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusPreconditionFailed:
		return o.Method != http.MethodGet
	}
	return a.Status/100 == 2 // a page in place of JSON
}

// refused: it may be that the server wants a browser.
func refused(a *Answer) bool {
	switch a.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotAcceptable, 419, 440, 498:
		return true
	case http.StatusServiceUnavailable: // a test for a person, not a server that is too busy
		return strings.Contains(a.Header.Get("Content-Type"), "html") && a.Header.Get("Retry-After") == ""
	}
	return a.Status/100 == 2
}

// failure is the error of an answer that is none.
func (c *Client) failure(o *Operation, a *Answer, why string) error {
	e := &StatusError{Method: o.Method, URL: shown(a.URL), Status: a.Status, Why: why, after: retryAfter(a.Header.Get("Retry-After"))}
	if a.Status/100 == 2 {
		return lasting{fmt.Errorf("%s: %w but a page: is one logged in?", e.URL, ErrContent)}
	}
	if more := c.advice(o); more != "" && refused(a) {
		e.Why = strings.TrimPrefix(e.Why+"; "+more, "; ")
	}
	if c.conf.Hold != nil && e.after > 0 && !e.Permanent() {
		c.conf.Hold(e.after)
	}
	return e
}

// advice is what may help against a refusal.
func (c *Client) advice(o *Operation) string {
	switch {
	case c.conf.Capture == nil:
		return "a session may be missing: name a capture with --session, or bring --cookies or --header along"
	case len(c.conf.Capture.Cookies) == 0 && c.sampleFor(o).bare():
		return "the capture has no secrets in it: keep it with --with-secrets, or bring --cookies or --header along"
	}
	return "the session in the capture may be over: visit the page again"
}

func (s *sample) bare() bool { return s == nil || s.header.Get("Authorization") == "" }

func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	u.RawQuery, u.Fragment = "", ""
	return strings.TrimSuffix(u.Redacted(), "?")
}

func retryAfter(text string) time.Duration {
	var n int
	if _, err := fmt.Sscanf(text, "%d", &n); err == nil && n > 0 {
		return time.Duration(min(n, 3600)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(time.Until(at), 0), time.Hour)
	}
	return 0
}

// Check says what a call lacks before anything is asked: an *ArgumentError.
func (c *Client) Check(o *Operation, b *Binding) error {
	_, err := c.request(o, b, &Place{})
	return err
}
