package har

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"seine/capture"
	"seine/capture/redact"
)

// Options of Write. The zero value redacts.
type Options struct {
	Secrets bool   // keep cookies, authorization and tokens
	Version string // of seine, for the creator field
	MaxBody int64  // bytes of one body that go into the file; 0: 4 MiB
	MaxAll  int64  // bytes of all bodies and messages that do; 0: 64 MiB. What is left out says so
	// Attach is given each body that can be read, and names a file for it instead; "": it goes into the HAR. Players, console and what
	// scripts made are left out then: they have files of their own. Nil: everything goes into the HAR.
	Attach func(b *capture.Body, contentType string) (file string)
}

// Write writes the capture to w.
func Write(w io.Writer, c *capture.Capture, o Options) error {
	h := Build(c, o)
	if !o.Secrets {
		s := redact.New()
		Collect(s, c, h)
		h.Clean(s.Cleaner())
	}
	return h.Encode(w)
}

// Encode writes the file.
func (h *HAR) Encode(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(h)
}

const pageID = "page_1"

// room is what may still go into the file: all of it stands in memory once, to take the secrets out.
type room struct {
	one, left int64
	attach    func(*capture.Body, string) string
	out       []leftBody
}

// leftBody is a body that does not go into the file. What is secret in it may stand elsewhere.
type leftBody struct {
	body        capture.Body
	contentType string
}

// errFull: the file has as many bytes of bodies as it may.
var errFull = errors.New("the file is full")

// take reads what there is of a body, or says in which file it is.
func (r *room) take(b *capture.Body, contentType string) (data []byte, file string, err error) {
	if b.Reason != "" && !b.HasPart() {
		return nil, "", errors.New(string(b.Reason))
	}
	if r.attach != nil && b.Size > 0 {
		if file = r.attach(b, contentType); file != "" {
			return nil, file, nil
		}
	}
	if b.Size > min(r.one, r.left) {
		r.out = append(r.out, leftBody{*b, contentType})
	}
	if b.Size <= r.one && b.Size > r.left {
		return nil, "", errFull
	}
	data, err = b.PartBytes(r.one)
	r.left -= int64(len(data))
	return data, "", err
}

// Build puts the capture in the form of a HAR, secrets and all.
func Build(c *capture.Capture, opt Options) *HAR {
	o := &room{one: cmp.Or(opt.MaxBody, 4<<20), left: cmp.Or(opt.MaxAll, 64<<20), attach: opt.Attach}
	log := Log{
		Version: "1.2", Creator: Creator{Name: "seine", Version: cmp.Or(opt.Version, "devel")},
		Pages: []Page{{ID: pageID, Title: cmp.Or(c.Title, c.Page), Started: time.Unix(0, 0).UTC()}}, Entries: []Entry{},
		Seine: visit(c, opt, o),
	}
	if c.UserAgent != "" {
		log.Browser = &Creator{Name: "Chrome", Version: c.UserAgent}
	}
	for i, e := range c.Exchanges {
		if i == 0 {
			log.Pages[0].Started = e.Started
		}
		for _, hop := range e.Redirects {
			log.Entries = append(log.Entries, redirect(e, hop, o))
		}
		log.Entries = append(log.Entries, entry(e, o))
	}
	log.Pages[0].Timings = PageTimings{since(log.Pages[0].Started, c.Times.Content), since(log.Pages[0].Started, c.Times.Load)}
	return &HAR{log, o.out}
}

// since is in ms, -1 for what did not happen.
func since(start, at time.Time) float64 {
	if at.IsZero() || at.Before(start) {
		return -1
	}
	return float64(at.Sub(start)) / float64(time.Millisecond)
}

func visit(c *capture.Capture, opt Options, o *room) *Visit {
	v := &Visit{Page: c.Page, UserAgent: c.UserAgent, Content: c.Times.Content, Load: c.Times.Load}
	for _, n := range c.Notes {
		v.Notes = append(v.Notes, Note{n, n.Target})
	}
	if opt.Secrets {
		v.Cookies = c.Cookies
	}
	if opt.Attach != nil {
		return v
	}
	v.Players, v.Console, v.ConsoleCut = slices.Clone(c.Players), slices.Clone(c.Console), c.ConsoleCut
	for _, m := range c.Made {
		kept := *m
		if kept.Data = m.Data; int64(len(m.Data)) > min(o.one, o.left) {
			kept.Data = nil
		}
		o.left -= int64(len(kept.Data))
		v.Made = append(v.Made, &kept)
	}
	return v
}

func request(r capture.Request, protocol string, o *room) Request {
	out := Request{
		Method: r.Method, URL: r.URL, HTTPVersion: protocol, Cookies: []Cookie{}, Headers: pairs(r.Header),
		QueryString: []Pair{}, HeadersSize: -1, BodySize: r.Body.Size,
	}
	for _, c := range (&http.Request{Header: r.Header}).Cookies() {
		out.Cookies = append(out.Cookies, Cookie{Name: c.Name, Value: c.Value})
	}
	out.QueryString = append(out.QueryString, query(r.URL)...)
	b, file, err := o.take(&r.Body, r.Header.Get("Content-Type"))
	if err == nil && len(b) == 0 && file == "" {
		return out
	}
	out.PostData = &PostData{MimeType: r.Header.Get("Content-Type"), File: file}
	out.PostData.Text, out.PostData.Encoding = text(b)
	if err != nil {
		out.PostData.Comment = leftOut + err.Error()
	}
	if r.Body.Reason != "" {
		out.BodySize = -1
	}
	if r.Body.HasPart() && err == nil {
		out.PostData.Comment = "only a part: " + string(r.Body.Reason)
	}
	return out
}

// query keeps order and what url.ParseQuery would refuse.
func query(address string) []Pair {
	address, _, _ = strings.Cut(address, "#")
	_, raw, _ := strings.Cut(address, "?")
	var list []Pair
	for _, p := range strings.Split(raw, "&") {
		if name, value, _ := strings.Cut(p, "="); p != "" {
			list = append(list, Pair{unescaped(name), unescaped(value)})
		}
	}
	return list
}

func unescaped(v string) string {
	if plain, err := url.QueryUnescape(v); err == nil {
		return plain
	}
	return v
}

func response(r *capture.Response) Response {
	out := Response{HTTPVersion: protocol(r), Cookies: []Cookie{}, Headers: []Pair{}, HeadersSize: -1, BodySize: -1, Content: Content{MimeType: "x-unknown"}}
	if r == nil {
		return out
	}
	out.Status, out.StatusText, out.Headers = r.Status, r.StatusText, pairs(r.Header)
	out.RedirectURL = r.Header.Get("Location")
	for _, c := range (&http.Response{Header: r.Header}).Cookies() {
		k := Cookie{Name: c.Name, Value: c.Value, Path: c.Path, Domain: c.Domain, HTTPOnly: c.HttpOnly, Secure: c.Secure}
		k.SameSite = sameSite[c.SameSite]
		if !c.Expires.IsZero() {
			k.Expires = c.Expires.UTC().Format(time.RFC3339)
		}
		out.Cookies = append(out.Cookies, k)
	}
	return out
}

var sameSite = map[http.SameSite]string{http.SameSiteLaxMode: "Lax", http.SameSiteStrictMode: "Strict", http.SameSiteNoneMode: "None"}

func pairs(h http.Header) []Pair {
	out := []Pair{}
	for name, values := range h {
		for _, v := range values {
			out = append(out, Pair{name, v})
		}
	}
	slices.SortStableFunc(out, func(a, b Pair) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func protocol(r *capture.Response) string {
	if r == nil || r.Protocol == "" {
		return "unknown"
	}
	switch r.Protocol {
	case "h2", "h3":
		return "HTTP/" + r.Protocol[1:]
	}
	return strings.ToUpper(r.Protocol)
}

func resourceType(t capture.ResourceType) string { return strings.ToLower(string(t)) }

func timings(t capture.Timing, total time.Duration) Timings {
	ms := func(d time.Duration) float64 {
		if d < 0 {
			return -1
		}
		return float64(d) / float64(time.Millisecond)
	}
	out := Timings{Blocked: ms(t.Blocked), DNS: ms(t.DNS), Connect: ms(t.Connect), SSL: ms(t.TLS), Send: max(ms(t.Send), 0), Wait: max(ms(t.Wait), 0)}
	if rest := ms(total) - out.sum(); rest > 0 {
		out.Receive = rest
	}
	return out
}

// sum leaves TLS out, which Connect contains.
func (t Timings) sum() float64 {
	return max(t.Blocked, 0) + max(t.DNS, 0) + max(t.Connect, 0) + t.Send + t.Wait + t.Receive
}
