// Package har writes a Capture as HAR 1.2 (http://www.softwareishard.com/blog/har-12-spec/), with the fields that
// Chrome's DevTools add. Secrets are taken out unless they are asked for.
//
// The types are ours: those of cdproto/har would write every body as base64 without saying so, and have no place for the
// underscored fields.
package har

import (
	"time"

	"seine/capture"
)

// HAR is the file.
type HAR struct {
	Log Log `json:"log"`

	out []leftBody
}

// Log is its one object.
type Log struct {
	Version string   `json:"version"`
	Creator Creator  `json:"creator"`
	Browser *Creator `json:"browser,omitempty"`
	Pages   []Page   `json:"pages"`
	Entries []Entry  `json:"entries"`
	Comment string   `json:"comment,omitempty"`
	Seine   *Visit   `json:"_seine,omitempty"`
}

// Visit is what HAR has no place for, and a Capture holds.
type Visit struct {
	Page       string                   `json:"page"`
	UserAgent  string                   `json:"userAgent,omitempty"`
	Content    time.Time                `json:"contentLoaded,omitzero"`
	Load       time.Time                `json:"loaded,omitzero"`
	Notes      []Note                   `json:"notes,omitempty"`
	Cookies    []capture.Cookie         `json:"cookies,omitempty"` // with secrets only
	Players    []capture.Player         `json:"players,omitempty"`
	Made       []*capture.Made          `json:"made,omitempty"`
	Console    []capture.ConsoleMessage `json:"console,omitempty"`
	ConsoleCut int                      `json:"consoleCut,omitempty"`
}

// Note is a capture.Note with who made it.
type Note struct {
	capture.Note
	By capture.Target `json:"target"`
}

// Creator names a program.
type Creator struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Page is one visited page.
type Page struct {
	Started time.Time   `json:"startedDateTime"`
	ID      string      `json:"id"`
	Title   string      `json:"title"`
	Timings PageTimings `json:"pageTimings"`
}

// PageTimings are ms from the page's start; -1 where it was not reached.
type PageTimings struct {
	Content float64 `json:"onContentLoad"`
	Load    float64 `json:"onLoad"`
}

// Entry is one request and its answer; each redirect is an entry of its own.
type Entry struct {
	PageRef      string             `json:"pageref,omitempty"`
	Started      time.Time          `json:"startedDateTime"`
	Time         float64            `json:"time"` // ms, the sum of Timings without the -1s
	Request      Request            `json:"request"`
	Response     Response           `json:"response"`
	Cache        struct{}           `json:"cache"`
	Timings      Timings            `json:"timings"`
	ServerIP     string             `json:"serverIPAddress,omitempty"`
	Connection   string             `json:"connection,omitempty"`    // the server's port, as Chrome has it
	ConnectionID string             `json:"_connectionId,omitempty"` // what is equal went over one connection
	Initiator    *capture.Initiator `json:"_initiator,omitempty"`
	ResourceType string             `json:"_resourceType,omitempty"`
	Target       string             `json:"_target,omitempty"`    // kind of target that asked: page, iframe, worker …
	FromCache    string             `json:"_fromCache,omitempty"` // disk, memory or prefetch
	Messages     []Message          `json:"_webSocketMessages,omitempty"`
	Events       []Event            `json:"_eventSourceMessages,omitempty"`
	BodyMissing  string             `json:"_bodyMissing,omitempty"` // why the response's body is not there
	Seine        *Extra             `json:"_seine,omitempty"`
}

// Extra is what HAR has no place for, and an Exchange holds.
type Extra struct {
	ID          string         `json:"id,omitempty"`  // entries of one exchange, which redirects have, have the same
	Hop         bool           `json:"hop,omitempty"` // a redirect
	Target      capture.Target `json:"target"`
	FrameID     string         `json:"frameId,omitempty"`
	Document    string         `json:"document,omitempty"`
	Canceled    bool           `json:"canceled,omitempty"`
	Running     bool           `json:"running,omitempty"` // it was under way when the visit ended
	Ended       time.Time      `json:"ended,omitzero"`
	Received    int64          `json:"received,omitempty"`
	File        string         `json:"file,omitempty"`
	NotWire     bool           `json:"notWire,omitempty"` // the request's headers are not those that travelled
	MIMEType    string         `json:"mimeType,omitempty"`
	FromCache   bool           `json:"fromCache,omitempty"`
	MessagesCut int            `json:"messagesCut,omitempty"`
	SentMissing string         `json:"sentMissing,omitempty"` // why the request's body is not there
	SentSize    int64          `json:"sentSize,omitempty"`
	Head        []byte         `json:"head,omitempty"` // how a body begins that is not in the file
}

// Event is one message of an EventSource, as Chrome exports it.
type Event struct {
	Time    float64 `json:"time"` // s since 1970
	Name    string  `json:"eventName"`
	ID      string  `json:"eventId"`
	Data    string  `json:"data"`
	File    string  `json:"_file,omitempty"`
	Missing string  `json:"_missing,omitempty"`
	Size    int64   `json:"_size,omitempty"`
}

// Message is one message of a WebSocket, as Chrome exports it.
type Message struct {
	Type    string  `json:"type"` // send or receive
	Time    float64 `json:"time"` // s since 1970
	Opcode  int     `json:"opcode"`
	Data    string  `json:"data"`              // base64 unless Opcode is 1
	Comment string  `json:"comment,omitempty"` // why the data is not there
	File    string  `json:"_file,omitempty"`
	Missing string  `json:"_missing,omitempty"` // the reason alone
	Size    int64   `json:"_size,omitempty"`    // of what is missing
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
	SameSite string `json:"sameSite,omitempty"`
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
	File     string `json:"_file,omitempty"`     // where it is, in a capture folder
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
	HeadersSize int64    `json:"headersSize"`                        // -1: not known
	BodySize    int64    `json:"bodySize"`                           // -1: not known
	Error       string   `json:"_error,omitempty"`                   // net::ERR_…
	FromWorker  bool     `json:"_fetchedViaServiceWorker,omitempty"` // a service worker answered
}

// Content is a response's body.
type Content struct {
	Size     int64  `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"` // base64 for what is no text
	Comment  string `json:"comment,omitempty"`  // that the text is only a part
	File     string `json:"_file,omitempty"`    // where it is, in a capture folder
}

// Timings are milliseconds; -1 where a phase did not happen. Send, Wait and Receive are never negative.
type Timings struct {
	Blocked float64 `json:"blocked"`
	DNS     float64 `json:"dns"`
	Connect float64 `json:"connect"`
	SSL     float64 `json:"ssl"`
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}
