package capture

import (
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
)

// The events are decoded into structs of our own, with only the fields that we read: an enum value that cdproto does
// not know yet would otherwise discard the whole event, and headers come as a map in any case.

type wireHeaders map[string]string

// header splits what CDP folds: repeated headers arrive as one value joined by line feeds.
func (w wireHeaders) header() http.Header {
	h := make(http.Header, len(w))
	for _, k := range slices.Sorted(maps.Keys(w)) { // names that differ in case only are one header
		if strings.HasPrefix(k, ":") { // HTTP/2 pseudo-headers
			continue
		}
		name := http.CanonicalHeaderKey(k)
		h[name] = append(h[name], strings.Split(w[k], "\n")...)
	}
	return h
}

type wireRequest struct {
	URL             string      `json:"url"`
	URLFragment     string      `json:"urlFragment"`
	Method          string      `json:"method"`
	Headers         wireHeaders `json:"headers"`
	HasPostData     bool        `json:"hasPostData"`
	PostDataEntries []struct {
		Bytes []byte `json:"bytes"`
	} `json:"postDataEntries"`
}

func (w *wireRequest) request() Request {
	r := Request{Method: w.Method, URL: w.URL, Header: w.Headers.header()}
	var inline []byte
	for _, e := range w.PostDataEntries {
		inline = append(inline, e.Bytes...)
	}
	r.Body = BodyOf(inline)
	if w.HasPostData && len(inline) == 0 {
		r.Body = Body{Reason: ReasonNotAsked}
	}
	return r
}

type wireTiming struct {
	RequestTime       float64 `json:"requestTime"` // s, monotonic; the rest are ms after it
	DNSStart          float64 `json:"dnsStart"`
	DNSEnd            float64 `json:"dnsEnd"`
	ConnectStart      float64 `json:"connectStart"`
	ConnectEnd        float64 `json:"connectEnd"`
	SSLStart          float64 `json:"sslStart"`
	SSLEnd            float64 `json:"sslEnd"`
	SendStart         float64 `json:"sendStart"`
	SendEnd           float64 `json:"sendEnd"`
	ReceiveHeadersEnd float64 `json:"receiveHeadersEnd"`
}

func (w *wireTiming) timing() Timing {
	span := func(from, to float64) time.Duration {
		if from < 0 || to < from {
			return -1
		}
		return time.Duration((to - from) * float64(time.Millisecond))
	}
	if w == nil {
		return Timing{-1, -1, -1, -1, -1, -1}
	}
	t := Timing{
		DNS: span(w.DNSStart, w.DNSEnd), Connect: span(w.ConnectStart, w.ConnectEnd), TLS: span(w.SSLStart, w.SSLEnd),
		Send: span(w.SendStart, w.SendEnd), Wait: span(w.SendEnd, w.ReceiveHeadersEnd),
		Blocked: span(0, w.SendStart),
	}
	if t.Blocked >= 0 {
		t.Blocked = max(t.Blocked-max(t.DNS, 0)-max(t.Connect, 0), 0)
	}
	return t
}

// queued adds the time from the moment when the request was made to the one from which Chrome counts.
func (w *wireTiming) queued(t *Timing, made float64) {
	if w == nil || t.Blocked < 0 || made <= 0 || w.RequestTime <= made {
		return
	}
	t.Blocked += time.Duration(min(w.RequestTime-made, 3600) * float64(time.Second))
}

type wireResponse struct {
	URL               string      `json:"url"`
	Status            int         `json:"status"`
	StatusText        string      `json:"statusText"`
	Headers           wireHeaders `json:"headers"`
	MimeType          string      `json:"mimeType"`
	Protocol          string      `json:"protocol"`
	RemoteIPAddress   string      `json:"remoteIPAddress"`
	RemotePort        int         `json:"remotePort"`
	ConnectionID      float64     `json:"connectionId"`
	FromDiskCache     bool        `json:"fromDiskCache"`
	FromServiceWorker bool        `json:"fromServiceWorker"`
	FromPrefetchCache bool        `json:"fromPrefetchCache"`
	Timing            *wireTiming `json:"timing"`
}

func (w *wireResponse) response() Response {
	r := Response{
		Status: w.Status, StatusText: w.StatusText, URL: w.URL, Protocol: w.Protocol, Header: w.Headers.header(),
		MIMEType: w.MimeType, FromCache: w.FromDiskCache || w.FromPrefetchCache, FromWorker: w.FromServiceWorker,
		Timing: w.Timing.timing(),
	}
	switch {
	case w.FromPrefetchCache:
		r.Cache = "prefetch"
	case w.FromDiskCache && !w.FromServiceWorker:
		r.Cache = "disk"
	}
	if w.ConnectionID > 0 {
		r.Connection = strconv.FormatFloat(w.ConnectionID, 'f', -1, 64)
	}
	if w.RemoteIPAddress != "" {
		r.RemoteAddr = net.JoinHostPort(strings.Trim(w.RemoteIPAddress, "[]"), strconv.Itoa(w.RemotePort))
	}
	return r
}

type requestWillBeSent struct {
	RequestID            string        `json:"requestId"`
	DocumentURL          string        `json:"documentURL"`
	Request              wireRequest   `json:"request"`
	Timestamp            float64       `json:"timestamp"`
	WallTime             float64       `json:"wallTime"`
	RedirectHasExtraInfo bool          `json:"redirectHasExtraInfo"`
	RedirectResponse     *wireResponse `json:"redirectResponse"`
	Type                 ResourceType  `json:"type"`
	FrameID              string        `json:"frameId"`
	Initiator            wireInitiator `json:"initiator"`
}

type wireInitiator struct {
	Initiator
	Stack struct {
		CallFrames []struct {
			URL  string  `json:"url"`
			Line float64 `json:"lineNumber"`
		} `json:"callFrames"`
	} `json:"stack"`
}

// initiator takes the innermost line of script where Chrome names no place by itself.
func (w *wireInitiator) initiator() Initiator {
	i := w.Initiator
	if frames := w.Stack.CallFrames; i.URL == "" && len(frames) > 0 {
		i.URL, i.Line = frames[0].URL, frames[0].Line
	}
	return i
}

type requestExtraInfo struct {
	RequestID string      `json:"requestId"`
	Headers   wireHeaders `json:"headers"`
}

type responseReceived struct {
	RequestID string       `json:"requestId"`
	Type      ResourceType `json:"type"`
	Timestamp float64      `json:"timestamp"`
	FrameID   string       `json:"frameId"`
	Response  wireResponse `json:"response"`
	HasExtra  bool         `json:"hasExtraInfo"`
}

type responseExtraInfo struct {
	RequestID  string      `json:"requestId"`
	Headers    wireHeaders `json:"headers"`
	StatusCode int         `json:"statusCode"`
}

type dataReceived struct {
	RequestID         string `json:"requestId"`
	DataLength        int64  `json:"dataLength"`
	EncodedDataLength int64  `json:"encodedDataLength"`
	Data              []byte `json:"data"` // of what is streamed, see live
}

type loadingFinished struct {
	RequestID         string  `json:"requestId"`
	Timestamp         float64 `json:"timestamp"`
	EncodedDataLength float64 `json:"encodedDataLength"`
}

type loadingFailed struct {
	RequestID     string  `json:"requestId"`
	Timestamp     float64 `json:"timestamp"`
	ErrorText     string  `json:"errorText"`
	Canceled      bool    `json:"canceled"`
	BlockedReason string  `json:"blockedReason"`
}

type servedFromCache struct {
	RequestID string `json:"requestId"`
}

type bindingCalled struct {
	Name      string `json:"name"`
	Payload   string `json:"payload"`
	ContextID int64  `json:"executionContextId"`
}

type contextCreated struct {
	Context struct {
		ID  int64 `json:"id"`
		Aux struct {
			FrameID string `json:"frameId"`
		} `json:"auxData"`
	} `json:"context"`
}

// eventOptions tolerate what pages put into headers: bytes that are no UTF-8.
var eventOptions = jsonv2.JoinOptions(jsonv2.DefaultOptionsV2(), jsonv2.AllowInvalidUTF8(true))

func decode[T any](params jsonv2.Value) (*T, error) {
	v := new(T)
	return v, jsonv2.Unmarshal(params, v, eventOptions)
}
