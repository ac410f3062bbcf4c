package har

import (
	"encoding/base64"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"seine/capture"
	"seine/capture/redact"
)

// recordedPage is as much of a page as is read.
type recordedPage struct {
	Title string `json:"title"`
}

// recordedEntry is as much of an entry as is read. Programs differ in the rest: dates that are no dates, numbers that are null.
type recordedEntry struct {
	Started      string             `json:"startedDateTime"`
	ServerIP     string             `json:"serverIPAddress"`
	Connection   string             `json:"connection"`
	ConnectionID string             `json:"_connectionId"`
	ResourceType string             `json:"_resourceType"`
	FromCache    string             `json:"_fromCache"`
	Initiator    *capture.Initiator `json:"_initiator"`
	Messages     []Message          `json:"_webSocketMessages"`
	Events       []Event            `json:"_eventSourceMessages"`
	BodyMissing  string             `json:"_bodyMissing"`
	Seine        *Extra             `json:"_seine"`
	Timings      struct {
		Blocked, DNS, Connect, SSL, Send, Wait *float64
	} `json:"timings"`
	Request struct {
		Method   string    `json:"method"`
		URL      string    `json:"url"`
		Headers  []Pair    `json:"headers"`
		Cookies  []Pair    `json:"cookies"`
		PostData *PostData `json:"postData"`
	} `json:"request"`
	Response struct {
		Status     int     `json:"status"`
		StatusText string  `json:"statusText"`
		Version    string  `json:"httpVersion"`
		Headers    []Pair  `json:"headers"`
		Error      string  `json:"_error"`
		FromWorker bool    `json:"_fetchedViaServiceWorker"`
		Content    Content `json:"content"`
	} `json:"response"`

	left  texts // bodies that were left in the file
	open  *opened
	once  func(string) string
	heads map[string]http.Header
}

// exchange is nil for what cannot be asked for again, unless we have written it ourselves.
func (r *recordedEntry) exchange(file func(string) capture.Body) *capture.Exchange {
	u, err := url.Parse(r.Request.URL)
	asked := err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https" || u.Scheme == "ws" || u.Scheme == "wss")
	if !asked && r.Seine == nil {
		return nil
	}
	e := &capture.Exchange{
		Type: typeOf(r.ResourceType), Done: true, Failure: r.Response.Error,
		Request: capture.Request{Method: r.Request.Method, URL: r.Request.URL, Header: r.header(r.Request.Headers, r.Request.Cookies), WireHeader: true},
	}
	e.Started, _ = time.Parse(time.RFC3339, r.Started)
	e.Request.Body = r.sent(file)
	if r.Response.Status > 0 {
		e.Response = r.response()
	}
	if r.Initiator != nil {
		e.Initiator = *r.Initiator
	}
	r.restore(e)
	e.Body = r.body(file)
	e.Messages = r.messages(file)
	return e
}

// restore takes what we have written for ourselves.
func (r *recordedEntry) restore(e *capture.Exchange) {
	x := r.Seine
	if x == nil {
		return
	}
	e.ID, e.Target, e.FrameID, e.Document, e.Canceled = x.ID, x.Target, x.FrameID, x.Document, x.Canceled
	e.Done, e.Ended, e.Received, e.File, e.MessagesCut = !x.Running, x.Ended, max(x.Received, 0), x.File, max(x.MessagesCut, 0)
	e.Request.WireHeader = !x.NotWire
	if e.Response != nil {
		e.Response.MIMEType, e.Response.FromCache = x.MIMEType, x.FromCache
	}
}

func (r *recordedEntry) response() *capture.Response {
	out := &capture.Response{
		Status: r.Response.Status, StatusText: r.Response.StatusText, URL: r.Request.URL, Header: r.header(r.Response.Headers, nil), MIMEType: r.Response.Content.MimeType,
		Protocol: protocolOf(r.Response.Version), Connection: r.ConnectionID, Cache: r.FromCache, FromCache: r.FromCache != "", FromWorker: r.Response.FromWorker,
	}
	if r.ServerIP != "" {
		out.RemoteAddr = net.JoinHostPort(strings.Trim(r.ServerIP, "[]"), r.Connection)
	}
	t := &r.Timings
	out.Timing = capture.Timing{DNS: span(t.DNS), Connect: span(t.Connect), TLS: span(t.SSL), Send: span(t.Send), Wait: span(t.Wait), Blocked: span(t.Blocked)}
	return out
}

// span is -1 for what did not happen, or cannot have.
func span(ms *float64) time.Duration {
	const year = 366 * 24 * float64(time.Hour/time.Millisecond)
	if ms == nil || !(*ms >= 0 && *ms < year) {
		return -1
	}
	return time.Duration(math.Round(*ms * float64(time.Millisecond)))
}

// protocolOf is the name that Chrome has for it.
func protocolOf(version string) string {
	switch v := strings.ToLower(version); v {
	case "unknown":
		return ""
	case "http/2", "http/2.0":
		return "h2"
	case "http/3", "http/3.0":
		return "h3"
	default:
		return v
	}
}

// typeOf is Chrome's, which HARs have in lower case.
func typeOf(s string) capture.ResourceType {
	switch s {
	case "":
		return ""
	case "xhr":
		return "XHR"
	case "websocket":
		return "WebSocket"
	case "eventsource":
		return "EventSource"
	case "texttrack":
		return "TextTrack"
	case "signedexchange":
		return "SignedExchange"
	case "cspviolationreport":
		return "CSPViolationReport"
	case "fedcm":
		return "FedCM"
	}
	return capture.ResourceType(strings.ToUpper(s[:1]) + s[1:])
}

// mostHeads bounds how many sets of headers are remembered.
const mostHeads = 20_000

// header leaves out the pseudo-headers of HTTP/2, and what was redacted. Those of one visit are much the same: what is equal is one, which nobody changes.
func (r *recordedEntry) header(list []Pair, cookies []Pair) http.Header {
	var key strings.Builder
	for _, all := range [][]Pair{list, cookies} {
		for _, p := range all {
			key.WriteString(strconv.Quote(p.Name) + strconv.Quote(p.Value))
		}
		key.WriteByte(0)
	}
	if h := r.heads[key.String()]; h != nil {
		return h
	}
	h := make(http.Header, len(list))
	for _, p := range list {
		if !strings.HasPrefix(p.Name, ":") && !strings.Contains(p.Value, redact.Mark) {
			h.Add(r.once(p.Name), r.once(p.Value))
		}
	}
	if h.Get("Cookie") == "" {
		for _, k := range cookies {
			if k.Value != redact.Mark {
				h.Add("Cookie", k.Name+"="+k.Value)
			}
		}
	}
	if len(r.heads) < mostHeads {
		r.heads[key.String()] = h
	}
	return h
}

// sent is the request's body.
func (r *recordedEntry) sent(file func(string) capture.Body) capture.Body {
	why, size := capture.Reason(""), int64(0)
	if r.Seine != nil {
		why, size = capture.ReasonNamed(r.Seine.SentMissing), max(r.Seine.SentSize, 0)
	}
	p := r.Request.PostData
	switch {
	case p == nil && why == "":
		return capture.BodyOf(nil)
	case p == nil:
		return capture.Body{Reason: why, Size: size}
	case p.File != "":
		return because(file(p.File), why)
	case r.left.sent != nil:
		return because(r.open.body(r.left.sent, p.Encoding, p.MimeType), why)
	case p.Text == "" && strings.HasPrefix(p.Comment, leftOut):
		if why == "" {
			why = capture.ReasonLeftOut
		}
		return capture.Body{Reason: why, Size: size}
	}
	return because(bytesOf(p.Text, p.Encoding), why)
}

// body is the response's.
func (r *recordedEntry) body(file func(string) capture.Body) capture.Body {
	c := &r.Response.Content
	why := capture.ReasonNamed(r.BodyMissing)
	if strings.HasPrefix(r.BodyMissing, leftOut) {
		why = capture.ReasonLeftOut
	}
	switch {
	case c.File != "":
		return because(file(c.File), why)
	case r.left.got != nil:
		return because(r.open.body(r.left.got, c.Encoding, c.MimeType), why)
	case c.Text == "" && why != "" && r.Seine != nil:
		return capture.Body{Reason: why, Size: max(c.Size, 0), Head: r.Seine.Head}
	case c.Text == "" && r.Seine == nil:
		return capture.Body{Reason: capture.ReasonGone}
	}
	return because(bytesOf(c.Text, c.Encoding), why)
}

func bytesOf(text, encoding string) capture.Body {
	if encoding != "base64" {
		return capture.BodyOf([]byte(text))
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return capture.Body{Reason: capture.ReasonGone}
	}
	return capture.BodyOf(b)
}

// because marks what is there as a part, unless it is known already why it is not.
func because(b capture.Body, why capture.Reason) capture.Body {
	if b.Reason == "" {
		b.Reason = why
	}
	return b
}

func (r *recordedEntry) messages(file func(string) capture.Body) []capture.Message {
	var list []capture.Message
	for _, m := range r.Messages {
		encoding := "base64"
		if m.Opcode == 1 {
			encoding = ""
		}
		list = append(list, capture.Message{
			Time: seconds(m.Time), Sent: m.Type == "send", Opcode: m.Opcode, Body: said(m.File, m.Data, encoding, m.Missing, m.Size, file),
		})
	}
	for _, m := range r.Events {
		list = append(list, capture.Message{Time: seconds(m.Time), Name: m.Name, ID: m.ID, Body: said(m.File, m.Data, "", m.Missing, m.Size, file)})
	}
	return list
}

func said(name, data, encoding, missing string, size int64, file func(string) capture.Body) capture.Body {
	switch {
	case name != "":
		return because(file(name), capture.ReasonNamed(missing))
	case missing != "":
		return capture.Body{Reason: capture.ReasonNamed(missing), Size: max(size, 0)}
	}
	return bytesOf(data, encoding)
}

// seconds since 1970; what is no time of ours is none.
func seconds(s float64) time.Time {
	if !(s > 0 && s < 253402300799) {
		return time.Time{}
	}
	return time.UnixMicro(int64(math.Round(s * 1e6)))
}
