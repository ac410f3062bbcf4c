package har_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"seine/capture"
	"seine/capture/har"
)

func written(t *testing.T, o har.Options, list ...*capture.Exchange) []har.Entry {
	t.Helper()
	var h har.HAR
	if err := json.Unmarshal(write(t, &capture.Capture{Exchanges: list}, o), &h); err != nil {
		t.Fatal(err)
	}
	return h.Log.Entries
}

func TestMessages(t *testing.T) {
	at := time.UnixMilli(1700000000123)
	socket := &capture.Exchange{
		Type: "WebSocket", Request: capture.Request{Method: http.MethodGet, URL: "wss://a.example/"}, Body: capture.Body{Reason: capture.ReasonMessages},
		Response: &capture.Response{Status: http.StatusSwitchingProtocols, Protocol: "websocket"},
		Messages: []capture.Message{
			{Time: at, Sent: true, Opcode: 1, Body: capture.BodyOf([]byte("grüß dich"))},
			{Time: at, Opcode: 2, Body: capture.BodyOf([]byte{0, 255})},
			{Time: at, Opcode: 1, Body: capture.Body{Reason: capture.ReasonTooLarge, Size: 1 << 40}},
			{Time: at, Opcode: 1, Body: capture.BodyOf([]byte(strings.Repeat("x", 101)))},
		},
	}
	e := written(t, har.Options{MaxBody: 100}, socket)[0]
	want := []har.Message{
		{Type: "send", Time: 1700000000.123, Opcode: 1, Data: "grüß dich"},
		{Type: "receive", Time: 1700000000.123, Opcode: 2, Data: "AP8="},
		{Type: "receive", Time: 1700000000.123, Opcode: 1, Comment: "left out: larger than the limit", Missing: string(capture.ReasonTooLarge), Size: 1 << 40},
		{Type: "receive", Time: 1700000000.123, Opcode: 1, Comment: "left out: body of 101 bytes is over the limit of 100", Missing: string(capture.ReasonLeftOut), Size: 101},
	}
	if diff := cmp.Diff(want, e.Messages); diff != "" || e.ResourceType != "websocket" || e.Response.Status != 101 {
		t.Errorf("%s %s", e.ResourceType, diff)
	}
}

func TestPartsAndCaches(t *testing.T) {
	part := capture.BodyOf([]byte("data: 1\n\n"))
	part.Reason = capture.ReasonEndless
	form := capture.BodyOf([]byte("--x"))
	form.Reason = capture.ReasonPart
	list := written(
		t, har.Options{},
		&capture.Exchange{
			Type: "EventSource", Body: part, Request: capture.Request{Method: http.MethodPost, URL: "https://a.example/", Body: form},
			Response: &capture.Response{Status: 200, FromCache: true, Cache: "disk", FromWorker: true},
		},
	)
	e := list[0]
	if e.Response.Content.Text != "data: 1\n\n" || e.Response.Content.Comment != "only a part: an endless stream" || e.BodyMissing != "an endless stream" {
		t.Errorf("%+v, %q", e.Response.Content, e.BodyMissing)
	}
	if e.FromCache != "disk" || !e.Response.FromWorker || e.Request.PostData.Text != "--x" || !strings.HasPrefix(e.Request.PostData.Comment, "only a part") || e.Request.BodySize != -1 {
		t.Errorf("%+v", e)
	}
}

func TestTheFileHasALimit(t *testing.T) {
	var list []*capture.Exchange
	for range 10 {
		list = append(list, &capture.Exchange{Request: capture.Request{URL: "https://a.example/"}, Body: capture.BodyOf(make([]byte, 300))})
	}
	kept := 0
	for _, e := range written(t, har.Options{MaxAll: 1000}, list...) {
		if e.BodyMissing == "" {
			kept++
		} else if e.BodyMissing != "left out: the file is full" || e.Response.Content.Size != 300 {
			t.Errorf("%q, %+v", e.BodyMissing, e.Response.Content)
		}
	}
	if kept != 3 {
		t.Errorf("%d bodies kept", kept)
	}
}
