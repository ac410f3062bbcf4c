package har

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
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
	MaxAll  int64  // bytes of all bodies and messages that do; 0: 64 MiB. What is left out says so
}

// Write writes the capture to w.
func Write(w io.Writer, c *capture.Capture, o Options) error {
	h := build(c, &room{one: cmp.Or(o.MaxBody, 4<<20), left: cmp.Or(o.MaxAll, 64<<20)}, o.Version)
	if !o.Secrets {
		redact(&h, c)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(h)
}

const pageID = "page_1"

// room is what may still go into the file: all of it stands in memory once, to take the secrets out.
type room struct{ one, left int64 }

// errFull: the file has as many bytes of bodies as it may.
var errFull = errors.New("the file is full")

// take reads what there is of a body.
func (r *room) take(b *capture.Body) ([]byte, error) {
	if b.Reason != "" && !b.HasPart() {
		return nil, errors.New(string(b.Reason))
	}
	if b.Size <= r.one && b.Size > r.left {
		return nil, errFull
	}
	data, err := b.PartBytes(r.one)
	r.left -= int64(len(data))
	return data, err
}

func build(c *capture.Capture, o *room, version string) HAR {
	log := Log{
		Version: "1.2", Creator: Creator{Name: "seine", Version: cmp.Or(version, "devel")},
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

func redirect(e *capture.Exchange, hop capture.Hop, o *room) Entry {
	out := Entry{
		PageRef: pageID, Started: hop.Started, Request: request(hop.Request, protocol(&hop.Response), o),
		Response: response(&hop.Response), Timings: timings(hop.Response.Timing, hop.Ended.Sub(hop.Started)),
		ServerIP: host(hop.Response.RemoteAddr), ResourceType: resourceType(e.Type), Target: e.Target.Kind,
		BodyMissing: string(capture.ReasonNone),
	}
	out.Time = out.Timings.sum()
	return out
}

func entry(e *capture.Exchange, o *room) Entry {
	out := Entry{
		PageRef: pageID, Started: began(e), Request: request(e.Request, protocol(e.Response), o),
		ResourceType: resourceType(e.Type), Target: e.Target.Kind, Error: e.Failure, BodyMissing: string(e.Body.Reason),
	}
	t := capture.Timing{DNS: -1, Connect: -1, TLS: -1, Send: -1, Wait: -1}
	if e.Response != nil {
		t = e.Response.Timing
		out.ServerIP = host(e.Response.RemoteAddr)
		out.FromCache, out.FromWorker = e.Response.Cache, e.Response.FromWorker
	}
	out.Response = response(e.Response)
	content(&out, e, o)
	if e.Type == "WebSocket" {
		out.Messages = messages(e.Messages, o)
	}
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

func content(out *Entry, e *capture.Exchange, o *room) {
	c := &out.Response.Content
	c.Size, c.MimeType = e.Body.Size, cmp.Or(e.ContentType(), "x-unknown")
	if e.Body.Reason != "" && !e.Body.HasPart() {
		return
	}
	b, err := o.take(&e.Body)
	switch {
	case err != nil && e.Body.Reason == "":
		out.BodyMissing = "left out: " + err.Error()
	case err == nil && e.Body.Reason != "":
		c.Comment = "only a part: " + string(e.Body.Reason)
		fallthrough
	case err == nil:
		c.Text, c.Encoding = text(b)
	}
}

func messages(list []capture.Message, o *room) []Message {
	var out []Message
	for i := range list {
		m := &list[i]
		j := Message{Type: "receive", Time: float64(m.Time.UnixMilli()) / 1000, Opcode: m.Opcode}
		if m.Sent {
			j.Type = "send"
		}
		b, err := o.take(&m.Body)
		if err != nil {
			j.Comment = "left out: " + err.Error()
		}
		j.Data = string(b)
		if m.Opcode != 1 {
			j.Data = base64.StdEncoding.EncodeToString(b)
		}
		out = append(out, j)
	}
	return out
}

func text(b []byte) (string, string) {
	if utf8.Valid(b) {
		return string(b), ""
	}
	return base64.StdEncoding.EncodeToString(b), "base64"
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
	b, err := o.take(&r.Body)
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
