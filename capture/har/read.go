package har

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"seine/capture"
	"seine/capture/redact"
)

// MaxBytes bounds a file that is read.
const MaxBytes = 512 << 20

// Errors of Read.
var (
	// ErrNotHAR: the text is no HAR, or a damaged one.
	ErrNotHAR = errors.New("not a HAR file")
	// ErrTooLarge: it is larger than MaxBytes.
	ErrTooLarge = errors.New("too large for a HAR file")
)

// Read makes a Capture of a HAR that any browser or program has written; of one of ours, the capture that it was made of, as far as
// the file has it. Of others', cookies are those that the requests sent: each belongs to the host that got it. Redacted values are
// left out. Errors wrap ErrNotHAR or ErrTooLarge, or are those of r.
func Read(r io.Reader) (*capture.Capture, error) { return ReadFiles(r, lost) }

func lost(string) capture.Body { return capture.Body{Reason: capture.ReasonLost} }

// ReadFiles is Read of a HAR whose bodies are in files: file opens one by its name, which may be anything.
func ReadFiles(r io.Reader, file func(name string) capture.Body) (*capture.Capture, error) {
	return readAll(r, MaxBytes, file, nil)
}

// readAll reads at most so many bytes. Bodies of a file that is kept open stay in it.
func readAll(r io.Reader, most int64, file func(string) capture.Body, open *opened) (*capture.Capture, error) {
	limited := &io.LimitedReader{R: r, N: most + 1}
	rd := reader{c: &capture.Capture{}, file: file, open: open, known: map[cookieID]int{}, words: map[string]string{}, heads: map[string]http.Header{}}
	s := newStream(limited, rd.raw)
	err := s.all()
	switch {
	case limited.N <= 0:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, most)
	case err != nil:
		return nil, err
	}
	for _, p := range s.pages {
		if !strings.Contains(p.Title, "://") && rd.c.Title == "" { // Chrome writes the address there
			rd.c.Title = p.Title
		}
	}
	if v := s.visit; v != nil {
		v.restore(rd.c)
	}
	return rd.c, nil
}

// reader puts a capture together.
type reader struct {
	c     *capture.Capture
	file  func(string) capture.Body
	open  *opened
	known map[cookieID]int
	words map[string]string // names and values of headers, each once
	heads map[string]http.Header
	hops  []capture.Hop // of the exchange whose end is still to come
	id    string
}

// raw takes the text of an entry, which begins at an offset of the file.
func (rd *reader) raw(text []byte, at int64) error {
	r := recordedEntry{once: rd.once, heads: rd.heads}
	if rd.open != nil {
		text, r.left = leave(text, at)
		r.open = rd.open
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	rd.entry(&r)
	return nil
}

// mostWords and longestWord bound what is remembered of headers.
const mostWords, longestWord = 20_000, 512

// once is the same string each time, so that what all requests have is kept once.
func (rd *reader) once(s string) string {
	if known, ok := rd.words[s]; ok {
		return known
	}
	if len(rd.words) < mostWords && len(s) <= longestWord {
		rd.words[s] = s
	}
	return s
}

func (rd *reader) entry(r *recordedEntry) {
	e := r.exchange(rd.file)
	if e == nil {
		return
	}
	rd.keepCookies(e)
	if x := r.Seine; x != nil {
		if rd.id != x.ID {
			rd.hops = nil
		}
		if rd.id = x.ID; x.Hop && e.Response != nil && x.ID != "" {
			rd.hops = append(rd.hops, capture.Hop{Request: e.Request, Response: *e.Response, Started: e.Started, Ended: e.Ended})
			return
		}
		e.Redirects, rd.hops = rd.hops, nil
		if len(e.Redirects) > 0 {
			e.Started = e.Redirects[0].Started
		}
	}
	if rd.c.Page == "" && e.Type == "Document" {
		if rd.c.Page = e.URL(); r.Seine == nil {
			e.Target.Kind = "page"
		}
	}
	if ua := e.Request.Header.Get("User-Agent"); rd.c.UserAgent == "" {
		rd.c.UserAgent = ua
	}
	rd.c.Exchanges = append(rd.c.Exchanges, e)
}

func (v *Visit) restore(c *capture.Capture) {
	c.Page, c.Players, c.Console, c.ConsoleCut = cmp.Or(v.Page, c.Page), v.Players, v.Console, v.ConsoleCut
	c.UserAgent, c.Times = cmp.Or(v.UserAgent, c.UserAgent), capture.PageTimes{Content: v.Content, Load: v.Load}
	if len(v.Cookies) > 0 {
		c.Cookies = v.Cookies
	}
	if c.Title == c.Page {
		c.Title = ""
	}
	for _, n := range v.Notes {
		n.Target = n.By
		c.Notes = append(c.Notes, n.Note)
	}
	for _, m := range v.Made {
		if m != nil {
			c.Made = append(c.Made, m)
		}
	}
}

type cookieID struct{ host, name string }

// keepCookies notes what was sent to whom; the latest value counts. They were sent, so nothing keeps them from being sent again.
func (rd *reader) keepCookies(e *capture.Exchange) {
	u, err := url.Parse(e.URL())
	if err != nil {
		return
	}
	for _, k := range (&http.Request{Header: e.Request.Header}).Cookies() {
		cookie := capture.Cookie{
			Name: k.Name, Value: k.Value, Domain: u.Hostname(), Path: "/", HostOnly: true, Secure: u.Scheme == "https", SameSite: "None",
		}
		id := cookieID{cookie.Domain, k.Name}
		if at, ok := rd.known[id]; ok {
			rd.c.Cookies[at] = cookie
			continue
		}
		rd.known[id] = len(rd.c.Cookies)
		rd.c.Cookies = append(rd.c.Cookies, cookie)
	}
}

// Redacted says whether an address lacks the secrets that it had.
func Redacted(address string) bool {
	return strings.Contains(address, redact.Mark) || strings.Contains(address, url.QueryEscape(redact.Mark))
}
