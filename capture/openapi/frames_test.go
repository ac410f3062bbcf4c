package openapi

import (
	"bytes"
	"strings"
	"testing"

	"seine/capture"
)

func TestFrames(t *testing.T) {
	for text, want := range map[string]int{
		`{"a":1}`: 1, `42["chat",{"text":"x"}]`: 1, `42/room,7["chat",{}]`: 1, `0{"sid":"x"}`: 1, "3": 1, `a["{\"a\":1}","{\"a\":2}"]`: 2, "o": 0, "2probe": 0, "hello": 0, "": 0, "\x00\x01": 0, `a["`: 0, "451-[1]": 1,
	} {
		if got := len(frame([]byte(text))); got != want {
			t.Errorf("%q: %d values, not %d", text, got, want)
		}
	}
}

func TestStreamsAreDescribed(t *testing.T) {
	message := func(sent bool, text string) capture.Message {
		return capture.Message{Sent: sent, Opcode: 1, Body: capture.BodyOf([]byte(text))}
	}
	c := &capture.Capture{}
	c.Exchanges = append(c.Exchanges, &capture.Exchange{
		ID: "ws", Type: "WebSocket", Request: capture.Request{Method: "GET", URL: "wss://a.example/live"}, Response: &capture.Response{Status: 101, Header: map[string][]string{"Sec-Websocket-Protocol": {"chat.v2"}}},
		Messages: []capture.Message{message(true, `42["join",{"room":"a"}]`), message(false, `42["said",{"text":"x"}]`), message(false, "\x00\xff")},
	})
	var b bytes.Buffer
	if err := Infer(c, Options{}).WriteYAML(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"protocol: chat.v2", "notDescribed: 1", "sent:", "received:", "x-seine-style: websocket"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s:\n%s", want, b.String())
		}
	}
	names := map[string]int{}
	countEvents("event: tick\ndata: {\"price\":1}\n\ndata: 2\n\nevent: bye\n\n: x\ndata: last", names)
	if names["tick"] != 1 || names["message"] != 2 || len(names) != 2 {
		t.Error(names)
	}
}
