// Package har writes a Capture as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), with the fields that
// Chrome's DevTools add. Secrets are taken out unless they are asked for.
//
// The types are ours: those of cdproto/har would write every body as base64 without saying so, and have no place for the
// underscored fields.
package har

import "time"

// HAR is the file.
type HAR struct {
	Log Log `json:"log"`
}

// Log is its one object.
type Log struct {
	Version string   `json:"version"`
	Creator Creator  `json:"creator"`
	Browser *Creator `json:"browser,omitempty"`
	Pages   []Page   `json:"pages"`
	Entries []Entry  `json:"entries"`
	Comment string   `json:"comment,omitempty"`
}

// Creator names a program.
type Creator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Page is one visited page.
type Page struct {
	Started time.Time `json:"startedDateTime"`
	ID      string    `json:"id"`
	Title   string    `json:"title"`
	Timings struct{}  `json:"pageTimings"`
}

// Entry is one request and its answer; each redirect is an entry of its own.
type Entry struct {
	PageRef      string    `json:"pageref,omitempty"`
	Started      time.Time `json:"startedDateTime"`
	Time         float64   `json:"time"` // ms, the sum of Timings without the -1s
	Request      Request   `json:"request"`
	Response     Response  `json:"response"`
	Cache        struct{}  `json:"cache"`
	Timings      Timings   `json:"timings"`
	ServerIP     string    `json:"serverIPAddress,omitempty"`
	ResourceType string    `json:"_resourceType,omitempty"`
	Target       string    `json:"_target,omitempty"`                  // kind of target that asked: page, iframe, worker …
	FromCache    string    `json:"_fromCache,omitempty"`               // disk, memory or prefetch
	FromWorker   bool      `json:"_fetchedViaServiceWorker,omitempty"` // a service worker answered
	Messages     []Message `json:"_webSocketMessages,omitempty"`
	Error        string    `json:"_error,omitempty"`       // net::ERR_…
	BodyMissing  string    `json:"_bodyMissing,omitempty"` // why the response's body is not there
}

// Message is one message of a WebSocket, as Chrome exports it.
type Message struct {
	Type    string  `json:"type"` // send or receive
	Time    float64 `json:"time"` // s since 1970
	Opcode  int     `json:"opcode"`
	Data    string  `json:"data"`              // base64 unless Opcode is 1
	Comment string  `json:"comment,omitempty"` // why the data is not there
}

// Pair is a header or a parameter.
type Pair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Cookie is one cookie of a request or response.
type Cookie struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Path     string `json:"path,omitempty"`
	Domain   string `json:"domain,omitempty"`
	Expires  string `json:"expires,omitempty"`
	HTTPOnly bool   `json:"httpOnly,omitempty"`
	Secure   bool   `json:"secure,omitempty"`
}

// Request is what was sent.
type Request struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []Cookie  `json:"cookies"`
	Headers     []Pair    `json:"headers"`
	QueryString []Pair    `json:"queryString"`
	PostData    *PostData `json:"postData,omitempty"`
	HeadersSize int64     `json:"headersSize"` // -1: not known
	BodySize    int64     `json:"bodySize"`
}

// PostData is a request's body.
type PostData struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
	Encoding string `json:"_encoding,omitempty"` // base64 for what is no text
	Comment  string `json:"comment,omitempty"`   // why the text is not there
}

// Response is what came.
type Response struct {
	Status      int      `json:"status"`
	StatusText  string   `json:"statusText"`
	HTTPVersion string   `json:"httpVersion"`
	Cookies     []Cookie `json:"cookies"`
	Headers     []Pair   `json:"headers"`
	Content     Content  `json:"content"`
	RedirectURL string   `json:"redirectURL"`
	HeadersSize int64    `json:"headersSize"` // -1: not known
	BodySize    int64    `json:"bodySize"`    // -1: not known
}

// Content is a response's body.
type Content struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"` // base64 for what is no text
	Comment  string `json:"comment,omitempty"`  // that the text is only a part
}

// Timings are milliseconds; -1 where a phase did not happen. Send, Wait and Receive are never negative.
type Timings struct {
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"`
	SSL     float64 `json:"ssl"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}
