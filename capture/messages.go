package capture

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"time"
)

// Message is one message of a WebSocket, or one event of an EventSource.
type Message struct {
	Time   time.Time
	Sent   bool   // by the page; else it was received
	Opcode int    // RFC 6455 §5.2: 1 text, 2 binary, 8 close, 9 ping, 10 pong; 0 for events
	Name   string // of an event (WHATWG HTML §9.2)
	ID     string // of an event
	Body   Body
}

type webSocketCreated struct {
	RequestID string `json:"requestId"`
	URL       string `json:"url"`
}

type webSocketRequest struct {
	RequestID string  `json:"requestId"`
	Timestamp float64 `json:"timestamp"`
	WallTime  float64 `json:"wallTime"`
	Request   struct {
		Headers wireHeaders `json:"headers"`
	} `json:"request"`
}

type webSocketResponse struct {
	RequestID string  `json:"requestId"`
	Timestamp float64 `json:"timestamp"`
	Response  struct {
		Status     int         `json:"status"`
		StatusText string      `json:"statusText"`
		Headers    wireHeaders `json:"headers"`
	} `json:"response"`
}

type webSocketFrame struct {
	RequestID string  `json:"requestId"`
	Timestamp float64 `json:"timestamp"`
	Response  struct {
		Opcode      int    `json:"opcode"`
		PayloadData string `json:"payloadData"`
	} `json:"response"`
}

type webSocketError struct {
	RequestID    string  `json:"requestId"`
	Timestamp    float64 `json:"timestamp"`
	ErrorMessage string  `json:"errorMessage"`
}

type webSocketClosed struct {
	RequestID string  `json:"requestId"`
	Timestamp float64 `json:"timestamp"`
}

type eventSourceMessage struct {
	RequestID string  `json:"requestId"`
	Timestamp float64 `json:"timestamp"`
	EventName string  `json:"eventName"`
	EventID   string  `json:"eventId"`
	Data      string  `json:"data"`
}

func (r *Recorder) webSocketCreated(s Session, ev *webSocketCreated) {
	if r.byID[ev.RequestID] != nil || r.full() {
		return
	}
	x := r.begin(s, &requestWillBeSent{
		RequestID: ev.RequestID, Type: "WebSocket",
		Request: wireRequest{URL: ev.URL, Method: http.MethodGet},
	})
	x.Started = time.Now()
	x.Body = Body{Reason: ReasonEndless}
}

func (r *Recorder) webSocketRequest(_ Session, ev *webSocketRequest) {
	x := r.byID[ev.RequestID]
	if x == nil {
		return
	}
	if ev.WallTime > 0 {
		x.Started = time.UnixMicro(int64(ev.WallTime * 1e6))
	}
	x.Request.Header, x.Request.WireHeader = ev.Request.Headers.header(), true
}

func (r *Recorder) webSocketResponse(_ Session, ev *webSocketResponse) {
	x := r.byID[ev.RequestID]
	if x == nil {
		return
	}
	x.hasResponse = true
	x.Response = &Response{
		Status: ev.Response.Status, StatusText: ev.Response.StatusText, URL: x.Request.URL, Protocol: "websocket",
		Header: ev.Response.Headers.header(), Timing: (*wireTiming)(nil).timing(),
	}
}

func (r *Recorder) webSocketSent(_ Session, ev *webSocketFrame)     { r.webSocketFrame(ev, true) }
func (r *Recorder) webSocketReceived(_ Session, ev *webSocketFrame) { r.webSocketFrame(ev, false) }

// webSocketFrame takes a whole message: Chrome joins the frames of one. Other than text comes as base64.
func (r *Recorder) webSocketFrame(ev *webSocketFrame, sent bool) {
	x := r.byID[ev.RequestID]
	if x == nil {
		return
	}
	data := []byte(ev.Response.PayloadData)
	if ev.Response.Opcode != 1 {
		raw, err := base64.StdEncoding.DecodeString(ev.Response.PayloadData)
		if err == nil {
			data = raw
		}
	}
	r.message(x, Message{Time: r.wall(ev.Timestamp), Sent: sent, Opcode: ev.Response.Opcode}, data)
}

func (r *Recorder) eventSourceMessage(_ Session, ev *eventSourceMessage) {
	if x := r.byID[ev.RequestID]; x != nil {
		r.message(x, Message{Time: r.wall(ev.Timestamp), Name: ev.EventName, ID: ev.EventID}, []byte(ev.Data))
	}
}

// messageHead is how much of a message on disk is kept at hand: there may be a hundred thousand of them.
const messageHead = 512

// message keeps a message while there are not too many of them.
func (r *Recorder) message(x *record, m Message, data []byte) {
	x.touched = time.Now()
	if !m.Sent && x.Type == "WebSocket" {
		x.Received += int64(len(data))
	}
	if r.messages >= r.opt.MaxMessages {
		x.MessagesCut++
		return
	}
	r.messages++
	if int64(len(data)) > r.opt.MaxBody {
		m.Body = Body{Reason: ReasonTooLarge, Size: int64(len(data))}
	} else {
		m.Body = r.store.put(data)
	}
	if m.Body.file != "" {
		m.Body.Head = bytes.Clone(m.Body.Head[:min(len(m.Body.Head), messageHead)])
	}
	x.Messages = append(x.Messages, m)
}

func (r *Recorder) webSocketError(_ Session, ev *webSocketError) {
	if x := r.byID[ev.RequestID]; x != nil {
		x.Failure = ev.ErrorMessage
		if x.Response == nil {
			x.Body = Body{Reason: ReasonFailed}
		}
	}
}

func (r *Recorder) webSocketClosed(_ Session, ev *webSocketClosed) {
	x := r.byID[ev.RequestID]
	if x == nil || x.Done {
		return
	}
	r.end(x, r.wall(ev.Timestamp))
	if x.Response != nil {
		x.Body = Body{Reason: ReasonMessages}
	}
}
