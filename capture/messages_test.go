package capture_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"seine/capture"
)

const opened = `{"requestId":"9","url":"wss://a.example/"}`

func frame(opcode int, data string) string {
	return fmt.Sprintf(`{"requestId":"9","timestamp":1,"response":{"opcode":%d,"payloadData":%q}}`, opcode, data)
}

func told9(t *testing.T, r *capture.Recorder) (texts []string, e *capture.Exchange) {
	t.Helper()
	e = settled(t, r)[0]
	for _, m := range e.Messages {
		b, err := m.Body.Bytes(100)
		if err != nil {
			b = []byte(err.Error())
		}
		texts = append(texts, fmt.Sprintf("%t %d %s", m.Sent, m.Opcode, b))
	}
	return texts, e
}

func TestWebSocketMessages(t *testing.T) {
	r := recorder(t, capture.Options{MaxBody: 10, MaxMessages: 4})
	tell(
		t, r, event{page, "webSocketFrameSent", frame(1, "before its beginning")}, event{page, "webSocketCreated", opened},
		event{page, "webSocketWillSendHandshakeRequest", `{"requestId":"9","wallTime":1700000000,"request":{"headers":{"Cookie":"k=v"}}}`},
		event{page, "webSocketHandshakeResponseReceived", `{"requestId":"9","response":{"status":101,"statusText":"Switching Protocols","headers":{"Upgrade":"websocket"}}}`},
		event{page, "webSocketFrameSent", frame(1, "hello")}, event{page, "webSocketFrameReceived", frame(2, "aGVsbG8=")},
		event{page, "webSocketFrameReceived", frame(2, "no base64!")}, event{page, "webSocketFrameReceived", frame(1, "longer than the limit")},
		event{page, "webSocketFrameReceived", frame(1, "one too many")}, event{page, "webSocketClosed", `{"requestId":"9"}`}, event{page, "webSocketClosed", `{"requestId":"9"}`},
	)
	texts, e := told9(t, r)
	want := []string{"true 1 hello", "false 2 hello", "false 2 no base64!", "false 1 no body: larger than the limit"}
	if diff := cmp.Diff(want, texts); diff != "" || e.MessagesCut != 1 {
		t.Errorf("%d cut, %s", e.MessagesCut, diff)
	}
	if e.Status() != 101 || e.Request.Header.Get("Cookie") != "k=v" || !e.Done || e.Body.Reason != capture.ReasonMessages || e.Started.Unix() != 1700000000 {
		t.Errorf("%+v", e)
	}
	if n := (&capture.Capture{Exchanges: []*capture.Exchange{e}}).Count(); n.Messages != 4 || n.MessagesCut != 1 {
		t.Errorf("%+v", n)
	}
	if p := r.Progress(); p.Done != 1 || p.Exchanges != 1 {
		t.Errorf("%+v", p)
	}
}

func TestAWebSocketThatIsRefused(t *testing.T) {
	r := recorder(t, capture.Options{})
	tell(t, r, event{page, "webSocketCreated", opened}, event{page, "webSocketFrameError", `{"requestId":"9","errorMessage":"Unexpected response code: 404"}`}, event{page, "webSocketClosed", `{"requestId":"9"}`})
	if _, e := told9(t, r); e.Body.Reason != capture.ReasonFailed || !strings.Contains(e.Failure, "404") {
		t.Errorf("%+v", e)
	}
}

func TestDownloads(t *testing.T) {
	root, document := &session{kind: "browser"}, strings.NewReplacer(`"Fetch"`, `"Document"`)
	begin := func(url string) event {
		return event{root, "Browser", fmt.Sprintf(`{"frameId":"f","guid":"g","url":%q,"suggestedFilename":"film.mp4"}`, url)}
	}
	all := []event{{page, sent, document.Replace(ask("https://a.example/1"))}, {page, came, document.Replace(answer(""))}}
	for name, order := range map[string][]event{
		"told before its end":     append(all[:2:2], begin("https://a.example/1"), event{page, failed, aborted}),
		"told after its end":      append(all[:2:2], event{page, failed, aborted}, begin("https://a.example/1")),
		"a link that asks for it": {begin("https://a.example/1")},
	} {
		t.Run(name, func(t *testing.T) {
			r := recorder(t, capture.Options{})
			r.Attached(&session{id: "page", kind: "page"})
			for _, e := range order {
				if e.method == "Browser" {
					r.Event(e.s, "Browser.downloadWillBegin", []byte(e.params))
				} else {
					tell(t, r, e)
				}
			}
			list := settled(t, r)
			if len(list) != 1 || list[0].Body.Reason != capture.ReasonDownload || list[0].File != "film.mp4" || list[0].URL() != "https://a.example/1" || !list[0].Done {
				t.Errorf("%+v", list[0])
			}
		})
	}
}

func TestWhatWasSentIsHeldAgainstItsLength(t *testing.T) {
	for length, want := range map[string]capture.Reason{"5": "", "9000": capture.ReasonPart, "x": ""} {
		r := recorder(t, capture.Options{})
		tell(t, r, event{page, sent, strings.Replace(ask("https://a.example/"), `"headers"`, `"hasPostData":true,"postDataEntries":[{"bytes":"aGVsbG8="}],"headers"`, 1)},
			event{page, sentRaw, `{"requestId":"1","headers":{"Content-Length":"` + length + `"}}`})
		if got := settled(t, r)[0].Request.Body; got.Reason != want {
			t.Errorf("%s: %q", length, got.Reason)
		}
	}
}

func TestCaches(t *testing.T) {
	for how, events := range map[string][]event{
		"memory":   {{page, sent, ask("https://a.example/1")}, {page, "requestServedFromCache", `{"requestId":"1"}`}, {page, came, answer("")}},
		"disk":     {{page, sent, ask("https://a.example/1")}, {page, came, answer(`,"fromDiskCache":true`)}},
		"prefetch": {{page, sent, ask("https://a.example/1")}, {page, came, answer(`,"fromPrefetchCache":true`)}},
	} {
		r := recorder(t, capture.Options{})
		tell(t, r, events...)
		if x := settled(t, r)[0]; x.Response.Cache != how || !x.Response.FromCache {
			t.Errorf("%s: %+v", how, x.Response)
		}
	}
}

// TestHeadsOfManyMessages: what is on disk takes little memory, however many there are.
func TestHeadsOfManyMessages(t *testing.T) {
	s := &session{id: "page", kind: "page"}
	r := recorder(t, capture.Options{MaxMemory: 1, Dir: t.TempDir()})
	r.Attached(s)
	text := strings.Repeat("0123456789abcdef", 1000)
	tell(t, r, event{s, "webSocketCreated", `{"requestId":"1","url":"wss://a.example/"}`})
	for range 50 {
		tell(t, r, event{s, "webSocketFrameReceived", js(map[string]any{"requestId": "1", "response": map[string]any{"opcode": 1, "payloadData": text}})})
	}
	for _, m := range r.Snapshot().Exchanges[0].Messages {
		if got, err := m.Body.Bytes(1 << 20); err != nil || string(got) != text || len(m.Body.Head) == 0 || cap(m.Body.Head) > 1024 {
			t.Fatalf("%d bytes, %d at hand, %v", len(got), cap(m.Body.Head), err)
		}
	}
}
