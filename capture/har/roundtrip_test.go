package har_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"seine/capture"
	"seine/capture/har"
)

// same holds two captures against each other, bodies by what they give.
var same = cmp.Options{
	cmp.Comparer(func(a, b capture.Body) bool {
		if a.Reason != b.Reason || a.Size != b.Size || a.HasPart() != b.HasPart() || !bytes.Equal(a.Head, b.Head) {
			return false
		}
		x, xerr := a.PartBytes(1 << 30)
		y, yerr := b.PartBytes(1 << 30)
		return bytes.Equal(x, y) && (xerr == nil) == (yerr == nil)
	}),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
	cmp.Comparer(func(a, b time.Duration) bool { return max(a-b, b-a) < time.Microsecond }),
	cmpopts.IgnoreUnexported(capture.Stream{}),
}

var (
	texts   = rapid.StringMatching(`[a-zé&<>"\\ =%/;]{0,12}`)
	names   = rapid.StringMatching(`[a-z]{1,8}`)
	reasons = rapid.SampledFrom([]capture.Reason{"", "", "", capture.ReasonPending, capture.ReasonGone, capture.ReasonTooLarge, capture.ReasonFailed, capture.ReasonEndless})
	moments = rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMicro(rapid.Int64Range(1, 4e15).Draw(t, "µs")).UTC()
	})
	spans = rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64Range(-1, 1e9).Draw(t, "ns"))
	})
)

const master = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=640x360\n%s.m3u8\n"

var bodies = rapid.Custom(func(t *rapid.T) capture.Body {
	data := rapid.OneOf(
		rapid.SliceOfN(rapid.Byte(), 0, 40),
		rapid.Map(texts, func(s string) []byte { return []byte(s) }),
		rapid.Map(names, func(s string) []byte { return fmt.Appendf(nil, master, s) }),
		rapid.Map(names, func(s string) []byte { return fmt.Appendf(nil, "#EXTM3U\n#EXTINF:4,\n%s.ts\n#EXT-X-ENDLIST\n", s) }),
		rapid.Map(names, func(s string) []byte { return fmt.Appendf(nil, `{"name":%q}`, s) }),
	).Draw(t, "data")
	why := reasons.Draw(t, "reason")
	if why != "" && rapid.Bool().Draw(t, "nothing") {
		return capture.Body{Reason: why, Size: rapid.Int64Range(0, 1e12).Draw(t, "size"), Head: data}
	}
	b := capture.BodyOf(data)
	if len(data) > 0 {
		b.Reason = why
	}
	return b
})

func drawHeader(t *rapid.T) http.Header {
	h := http.Header{}
	for _, n := range rapid.SliceOfN(rapid.SampledFrom([]string{"Content-Type", "Cookie", "User-Agent", "Set-Cookie", "X-Other"}), 0, 4).Draw(t, "headers") {
		h.Add(n, rapid.SampledFrom([]string{"application/json", "a=1", "video/mp4", "text/plain; charset=utf-8"}).Draw(t, "value"))
	}
	return h
}

func drawRequest(t *rapid.T) capture.Request {
	scheme := rapid.SampledFrom([]string{"https://a.example/", "wss://b.example/x/", "blob:https://a.example/", "data:,"}).Draw(t, "scheme")
	r := capture.Request{
		Method: rapid.SampledFrom([]string{"GET", "POST"}).Draw(t, "method"), URL: scheme + names.Draw(t, "path") + "?a=" + names.Draw(t, "query"),
		Header: drawHeader(t), WireHeader: rapid.Bool().Draw(t, "wire"), Body: bodies.Draw(t, "sent"),
	}
	if r.Body.Head = nil; r.Body.Reason == "" || r.Body.HasPart() { // of a request, the head is not kept apart
		data, _ := r.Body.PartBytes(1 << 20)
		why := r.Body.Reason
		r.Body = capture.BodyOf(data)
		r.Body.Reason = why
	}
	return r
}

func drawResponse(t *rapid.T, url string) capture.Response {
	r := capture.Response{
		Status: rapid.IntRange(100, 599).Draw(t, "status"), StatusText: texts.Draw(t, "status text"), URL: url, Header: drawHeader(t), MIMEType: names.Draw(t, "type"),
		Protocol: rapid.SampledFrom([]string{"h2", "h3", "http/1.1", "", "blob"}).Draw(t, "protocol"), FromWorker: rapid.Bool().Draw(t, "worker"),
		RemoteAddr: rapid.SampledFrom([]string{"", "[2001:db8::1]:443", "192.0.2.1:80"}).Draw(t, "remote"), Connection: rapid.SampledFrom([]string{"", "12"}).Draw(t, "connection"),
		Timing: capture.Timing{DNS: spans.Draw(t, "dns"), Connect: spans.Draw(t, "connect"), TLS: spans.Draw(t, "tls"), Send: max(spans.Draw(t, "send"), 0), Wait: max(spans.Draw(t, "wait"), 0), Blocked: spans.Draw(t, "blocked")},
	}
	r.Cache = rapid.SampledFrom([]string{"", "disk", "memory"}).Draw(t, "cache")
	r.FromCache = r.Cache != "" || r.FromWorker && rapid.Bool().Draw(t, "from cache")
	return r
}

func drawExchange(t *rapid.T, id int) *capture.Exchange {
	target := capture.Target{ID: names.Draw(t, "target"), Kind: rapid.SampledFrom([]string{"page", "worker"}).Draw(t, "kind"), URL: "https://a.example/"}
	e := &capture.Exchange{
		ID: fmt.Sprint(id), Target: target, FrameID: names.Draw(t, "frame"), Document: "https://a.example/",
		Type: rapid.SampledFrom([]capture.ResourceType{"Document", "XHR", "Fetch", "WebSocket", "EventSource", "Media", "Script"}).Draw(t, "type"), Request: drawRequest(t),
		Initiator: capture.Initiator{Type: rapid.SampledFrom([]string{"script", "other"}).Draw(t, "initiator"), URL: names.Draw(t, "by"), Line: 3},
		Started:   moments.Draw(t, "started"), Done: rapid.Bool().Draw(t, "done"), Canceled: rapid.Bool().Draw(t, "cancelled"), Body: bodies.Draw(t, "body"), Received: rapid.Int64Range(0, 1e12).Draw(t, "received"),
	}
	at := e.Started
	for range rapid.IntRange(0, 2).Draw(t, "hops") {
		q := drawRequest(t)
		hop := capture.Hop{Request: q, Response: drawResponse(t, q.URL), Started: at, Ended: at.Add(time.Second)}
		at = hop.Ended
		e.Redirects = append(e.Redirects, hop)
	}
	if rapid.Bool().Draw(t, "answered") {
		r := drawResponse(t, e.Request.URL)
		e.Response, e.Ended = &r, at.Add(time.Minute)
	} else {
		e.Failure = texts.Draw(t, "failure")
	}
	if e.Type == "WebSocket" || e.Type == "EventSource" {
		e.MessagesCut = rapid.IntRange(0, 9).Draw(t, "cut")
		for range rapid.IntRange(0, 3).Draw(t, "messages") {
			m := capture.Message{Time: moments.Draw(t, "time"), Body: bodies.Draw(t, "message")}
			m.Body = capture.BodyOf(messageOf(m.Body))
			if e.Type == "WebSocket" {
				m.Sent, m.Opcode = rapid.Bool().Draw(t, "by us"), rapid.IntRange(1, 2).Draw(t, "opcode")
			} else {
				m.Name, m.ID = texts.Draw(t, "event"), texts.Draw(t, "id")
			}
			if m.Opcode != 2 {
				m.Body = capture.BodyOf([]byte(base64.StdEncoding.EncodeToString(messageOf(m.Body))))
			}
			e.Messages = append(e.Messages, m)
		}
	}
	return e
}

func messageOf(b capture.Body) []byte {
	data, _ := b.PartBytes(1 << 20)
	return data
}

// TestRoundTrip: with its secrets, what is read from a HAR is what was written into it.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &capture.Capture{
			Page: "https://a.example/watch", Title: names.Draw(t, "title"), UserAgent: names.Draw(t, "agent"), Times: capture.PageTimes{Content: moments.Draw(t, "content")},
			Cookies: []capture.Cookie{{Name: "k", Value: texts.Draw(t, "cookie"), Domain: ".a.example", Path: "/", Expires: moments.Draw(t, "expires")}},
			Notes:   []capture.Note{{Kind: capture.NoteEMEAsk, Text: texts.Draw(t, "note"), Target: capture.Target{Kind: "page"}}},
			Console: []capture.ConsoleMessage{{Time: moments.Draw(t, "said"), Level: "log", Text: texts.Draw(t, "console")}}, ConsoleCut: 2,
			Made: []*capture.Made{{How: capture.MadeBlob, Data: []byte{0, 255}, Size: 2, Time: moments.Draw(t, "made")}},
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "exchanges") {
			c.Exchanges = append(c.Exchanges, drawExchange(t, i))
		}
		if rapid.Bool().Draw(t, "player") {
			c.Players = []capture.Player{{Source: "blob:x", Playing: true, Duration: 4, Area: 9}}
		}
		var b bytes.Buffer
		if err := har.Write(&b, c, har.Options{Secrets: true}); err != nil {
			t.Fatal(err)
		}
		got, err := har.Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, got, same, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(c.Streams(), got.Streams(), same, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("streams: %s", diff)
		}
		if diff := cmp.Diff(c.Calls(), got.Calls(), same, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("calls: %s", diff)
		}
		if diff := cmp.Diff(c.Count(), got.Count()); diff != "" {
			t.Errorf("counts: %s", diff)
		}
	})
}
