// Package capture turns the Chrome DevTools Protocol events of one visit into Exchanges: every request of every
// target, with its redirects, the headers that truly travelled, its response and its body, or a typed reason why there
// is none.
//
// A [Recorder] hears the events; [Recorder.Snapshot] gives a [Capture], which is plain data.
package capture

import (
	"net/http"
	"time"
)

// Exchange is one request as a target made it, with all that came back.
type Exchange struct {
	ID        string       // CDP requestId; redirects keep it
	Target    Target       // who asked
	FrameID   string       // empty for workers
	Document  string       // URL of the document that the request is made for
	Type      ResourceType // as Chrome names it; says what asked, never what came
	Initiator Initiator    // what made the target ask
	Redirects []Hop        // in order, each with the answer that sent us on
	Request   Request      // the last request
	Response  *Response    // nil: none came
	Body      Body         // response body
	Failure   string       // net::ERR_… or Chrome's blocked reason; empty if it went well
	Canceled  bool         // the page itself gave it up
	Done      bool         // finished or failed
	Started   time.Time    // wall clock
	Ended     time.Time    // zero while it runs
	Received  int64        // bytes of body so far, decoded from its Content-Encoding; of a WebSocket, of its messages
	File      string       // name that a download was offered under; empty for all else

	Messages    []Message // of a WebSocket or an EventSource, in order
	MessagesCut int       // how many more there were than are kept
}

// URL is where the exchange ended: the last request's address.
func (e *Exchange) URL() string { return e.Request.URL }

// Status is the response's status code, 0 when there is no response.
func (e *Exchange) Status() int {
	if e.Response == nil {
		return 0
	}
	return e.Response.Status
}

// ContentType is the response's media type as the server declared it, "" when there is no response.
func (e *Exchange) ContentType() string {
	if e.Response == nil {
		return ""
	}
	if t := e.Response.Header.Get("Content-Type"); t != "" {
		return t
	}
	return e.Response.MIMEType
}

// Target is the page, frame, worker or popup that made a request (CDP Target.TargetInfo).
type Target struct {
	ID   string
	Kind string // page, iframe, worker, shared_worker, service_worker
	URL  string
}

// Initiator is CDP's Network.Initiator: a script, the parser, a preload, or other.
type Initiator struct {
	Type string  `json:"type"`
	URL  string  `json:"url,omitempty"`        // of the script or document
	Line float64 `json:"lineNumber,omitempty"` // from 0
}

// ResourceType is CDP's Network.ResourceType: Document, Media, XHR, Fetch, Script and so on.
type ResourceType string

// Hop is one redirect: what was asked, and the 3xx that answered.
type Hop struct {
	Request  Request
	Response Response
	Started  time.Time // wall clock
	Ended    time.Time // when the next request began
}

// Request is what the browser sent.
type Request struct {
	Method string
	URL    string
	// Header holds the headers that went over the wire (Network.requestWillBeSentExtraInfo). WireHeader says whether
	// they did; if not, these are the ones that the renderer meant to send, without cookies.
	Header     http.Header
	WireHeader bool
	Body       Body
}

// Response is what came back.
type Response struct {
	Status     int
	StatusText string
	URL        string
	Protocol   string // "http/1.1", "h2", "h3", "blob", "data"
	Header     http.Header
	MIMEType   string // Chrome's own reading, after sniffing
	RemoteAddr string // IP:port, empty when nothing was dialled
	Connection string // CDP connectionId: what is equal went over one connection; empty when nothing was dialled
	FromCache  bool   // of the browser, see Cache; with FromWorker, of the service worker
	Cache      string // "disk", "memory" or "prefetch"; empty when it came from none of these
	FromWorker bool   // answered by a service worker
	Timing     Timing
}

// Timing holds the phases of one request; a negative duration means that the phase did not happen. Connect holds TLS. Blocked is the
// time before sending that none of them explains: in queues, waiting for a connection or for a proxy's address.
type Timing struct {
	DNS, Connect, TLS, Send, Wait, Blocked time.Duration
}

// Cookie is one cookie of the browser's store at the end of the visit (CDP Network.Cookie).
type Cookie struct {
	Name, Value, Domain, Path string
	Expires                   time.Time // zero: a session cookie
	HTTPOnly, Secure          bool
	HostOnly                  bool
	SameSite                  string // Strict, Lax, None or empty
	PartitionKey              string // top-level site of a partitioned cookie (CHIPS), empty otherwise
}
