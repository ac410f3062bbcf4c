package har

import (
	"cmp"
	"encoding/base64"
	"net"
	"time"
	"unicode/utf8"

	"seine/capture"
)

func redirect(e *capture.Exchange, hop capture.Hop, o *room) Entry {
	out := Entry{
		PageRef: pageID, Started: hop.Started, Request: request(hop.Request, protocol(&hop.Response), o),
		Response: response(&hop.Response), Timings: timings(hop.Response.Timing, hop.Ended.Sub(hop.Started)),
		ResourceType: resourceType(e.Type), Target: e.Target.Kind, BodyMissing: string(capture.ReasonNone), Seine: extra(e, &hop.Request),
	}
	out.Seine.Hop, out.Seine.Ended, out.Seine.MIMEType = true, hop.Ended, hop.Response.MIMEType
	out.from(&hop.Response)
	out.initiated(e)
	out.Time = out.Timings.sum()
	return out
}

func entry(e *capture.Exchange, o *room) Entry {
	out := Entry{
		PageRef: pageID, Started: began(e), Request: request(e.Request, protocol(e.Response), o),
		ResourceType: resourceType(e.Type), Target: e.Target.Kind, BodyMissing: string(e.Body.Reason), Seine: extra(e, &e.Request),
	}
	x := out.Seine
	x.Canceled, x.Running, x.Ended, x.Received, x.File, x.MessagesCut = e.Canceled, !e.Done, e.Ended, e.Received, e.File, e.MessagesCut
	t := capture.Timing{DNS: -1, Connect: -1, TLS: -1, Send: -1, Wait: -1, Blocked: -1}
	out.Response = response(e.Response)
	if e.Response != nil {
		t, x.MIMEType = e.Response.Timing, e.Response.MIMEType
		out.from(e.Response)
	}
	out.Response.Error = e.Failure
	out.initiated(e)
	content(&out, e, o)
	if e.Type == "WebSocket" {
		out.Messages = messages(e.Messages, o)
	} else {
		out.Events = events(e.Messages, o)
	}
	total := time.Duration(0)
	if !e.Ended.IsZero() {
		total = e.Ended.Sub(out.Started)
	}
	out.Timings = timings(t, total)
	out.Time = out.Timings.sum()
	return out
}

// from says where the answer came from.
func (out *Entry) from(r *capture.Response) {
	if h, port, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		out.ServerIP, out.Connection = h, port
	}
	out.ConnectionID, out.FromCache, out.Response.FromWorker, out.Seine.FromCache = r.Connection, r.Cache, r.FromWorker, r.FromCache
}

func (out *Entry) initiated(e *capture.Exchange) {
	if e.Initiator.Type != "" {
		i := e.Initiator
		out.Initiator = &i
	}
}

func extra(e *capture.Exchange, q *capture.Request) *Extra {
	return &Extra{ID: e.ID, Target: e.Target, FrameID: e.FrameID, Document: e.Document, NotWire: !q.WireHeader, SentMissing: string(q.Body.Reason), SentSize: q.Body.Size}
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
	b, file, err := o.take(&e.Body, e.ContentType())
	if err != nil {
		out.Seine.Head = e.Body.Head
		switch {
		case e.Body.Reason == "":
			out.BodyMissing = leftOut + err.Error()
		case e.Body.HasPart():
			c.Comment = leftPart + err.Error()
		}
		return
	}
	if e.Body.Reason != "" {
		c.Comment = "only a part: " + string(e.Body.Reason)
	}
	c.Text, c.Encoding = text(b)
	c.File = file
}

// leftOut begins what is said of a body that the capture had and the file has not.
const leftOut = "left out: "

// leftPart is the same of what came of a body that is not complete.
const leftPart = "left out, the part that came: "

func messages(list []capture.Message, o *room) []Message {
	var out []Message
	for i := range list {
		m := &list[i]
		j := Message{Type: "receive", Time: float64(m.Time.UnixMicro()) / 1e6, Opcode: m.Opcode}
		if m.Sent {
			j.Type = "send"
		}
		b, file, err := o.take(&m.Body, "")
		if err != nil {
			j.Comment, j.Missing, j.Size = leftOut+err.Error(), missing(&m.Body), m.Body.Size
		}
		j.Data, j.File = string(b), file
		if m.Opcode != 1 {
			j.Data = base64.StdEncoding.EncodeToString(b)
		}
		out = append(out, j)
	}
	return out
}

func events(list []capture.Message, o *room) []Event {
	var out []Event
	for i := range list {
		m := &list[i]
		j := Event{Time: float64(m.Time.UnixMicro()) / 1e6, Name: m.Name, ID: m.ID}
		b, file, err := o.take(&m.Body, "")
		if err != nil {
			j.Missing, j.Size = missing(&m.Body), m.Body.Size
		}
		j.Data, j.File = string(b), file
		out = append(out, j)
	}
	return out
}

// missing is the reason of what could not be taken.
func missing(b *capture.Body) string { return string(cmp.Or(b.Reason, capture.ReasonLeftOut)) }

func text(b []byte) (string, string) {
	if utf8.Valid(b) {
		return string(b), ""
	}
	return base64.StdEncoding.EncodeToString(b), "base64"
}
