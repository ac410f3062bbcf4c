package har

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"seine/capture"
)

// Options of Write. The zero value redacts.
type Options struct {
	Secrets bool   // keep cookies, authorization and tokens
	Version string // of seine, for the creator field
	MaxBody int64  // bytes of one body that go into the file; 0: 4 MiB
}

// Write writes the capture to w.
func Write(w io.Writer, c *capture.Capture, o Options) error {
	o.MaxBody = cmp.Or(o.MaxBody, 4<<20)
	h := build(c, o)
	if !o.Secrets {
		redact(&h, c)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(h)
}

const pageID = "page_1"

func build(c *capture.Capture, o Options) HAR {
	log := Log{
		Version: "1.2", Creator: Creator{Name: "seine", Version: cmp.Or(o.Version, "devel")},
		Pages: []Page{{ID: pageID, Title: cmp.Or(c.Title, c.Page), Started: time.Unix(0, 0).UTC()}}, Entries: []Entry{},
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
	return HAR{log}
}

func redirect(e *capture.Exchange, hop capture.Hop, o Options) Entry {
	out := Entry{
		PageRef: pageID, Started: hop.Started, Request: request(hop.Request, protocol(&hop.Response), o.MaxBody),
		Response: response(&hop.Response), Timings: timings(hop.Response.Timing, hop.Ended.Sub(hop.Started)),
		ServerIP: host(hop.Response.RemoteAddr), ResourceType: resourceType(e.Type), Target: e.Target.Kind,
		BodyMissing: string(capture.ReasonNone),
	}
	out.Time = out.Timings.sum()
	return out
}

func entry(e *capture.Exchange, o Options) Entry {
	out := Entry{
		PageRef: pageID, Started: began(e), Request: request(e.Request, protocol(e.Response), o.MaxBody),
		ResourceType: resourceType(e.Type), Target: e.Target.Kind, Error: e.Failure, BodyMissing: string(e.Body.Reason),
	}
	t := capture.Timing{DNS: -1, Connect: -1, TLS: -1, Send: -1, Wait: -1}
	if e.Response != nil {
		t = e.Response.Timing
		out.ServerIP = host(e.Response.RemoteAddr)
	}
	out.Response = response(e.Response)
	content(&out, e, o.MaxBody)
	total := time.Duration(0)
	if !e.Ended.IsZero() {
		total = e.Ended.Sub(out.Started)
	}
	out.Timings = timings(t, total)
	out.Time = out.Timings.sum()
	return out
}

// began is when the last request began, the redirects before it being entries of their own.
func began(e *capture.Exchange) time.Time {
	if n := len(e.Redirects); n > 0 {
		return e.Redirects[n-1].Ended
	}
	return e.Started
}

func content(out *Entry, e *capture.Exchange, limit int64) {
	c := &out.Response.Content
	c.Size, c.MimeType = e.Body.Size, cmp.Or(e.ContentType(), "x-unknown")
	if e.Body.Reason != "" {
		return
	}
	b, err := e.Body.Bytes(limit)
	if err != nil {
		out.BodyMissing = "left out: " + err.Error()
		return
	}
	c.Text, c.Encoding = text(b)
}

func text(b []byte) (string, string) {
	if utf8.Valid(b) {
		return string(b), ""
	}
	return base64.StdEncoding.EncodeToString(b), "base64"
}

func request(r capture.Request, protocol string, limit int64) Request {
	out := Request{
		Method: r.Method, URL: r.URL, HTTPVersion: protocol, Cookies: []Cookie{}, Headers: pairs(r.Header),
		QueryString: []Pair{}, HeadersSize: -1, BodySize: r.Body.Size,
	}
	for _, c := range (&http.Request{Header: r.Header}).Cookies() {
		out.Cookies = append(out.Cookies, Cookie{Name: c.Name, Value: c.Value})
	}
	out.QueryString = append(out.QueryString, query(r.URL)...)
	b, err := r.Body.Bytes(limit)
	if err == nil && len(b) == 0 {
		return out
	}
	out.PostData = &PostData{MimeType: r.Header.Get("Content-Type")}
	out.PostData.Text, out.PostData.Encoding = text(b)
	if err != nil {
		out.PostData.Comment = "left out: " + err.Error()
	}
	if r.Body.Reason != "" {
		out.BodySize = -1
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
			list = append(list, Pair{unescape(name), unescape(value)})
		}
	}
	return list
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
		if !c.Expires.IsZero() {
			k.Expires = c.Expires.UTC().Format(time.RFC3339)
		}
		out.Cookies = append(out.Cookies, k)
	}
	return out
}

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

func host(addr string) string {
	h, _, err := net.SplitHostPort(addr)
	if err != nil {
		return ""
	}
	return h
}

func resourceType(t capture.ResourceType) string { return strings.ToLower(string(t)) }

func timings(t capture.Timing, total time.Duration) Timings {
	ms := func(d time.Duration) float64 {
		if d < 0 {
			return -1
		}
		return float64(d) / float64(time.Millisecond)
	}
	out := Timings{DNS: ms(t.DNS), Connect: ms(t.Connect), SSL: ms(t.TLS), Send: max(ms(t.Send), 0), Wait: max(ms(t.Wait), 0)}
	if rest := ms(total) - out.sum(); rest > 0 {
		out.Receive = rest
	}
	return out
}

// sum leaves TLS out, which Connect contains.
func (t Timings) sum() float64 {
	return max(t.DNS, 0) + max(t.Connect, 0) + t.Send + t.Wait + t.Receive
}

// isForm tells application/x-www-form-urlencoded.
func isForm(contentType string) bool {
	t, _, err := mime.ParseMediaType(contentType)
	return err == nil && t == "application/x-www-form-urlencoded"
}
