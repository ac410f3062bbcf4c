package capture_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"seine/capture"
)

const more = "dataReceived"

func piece(text string) string {
	return fmt.Sprintf(`{"requestId":"1","dataLength":%d,"data":%q}`, len(text), base64.StdEncoding.EncodeToString([]byte(text)))
}

func uncounted(text string) string {
	return fmt.Sprintf(`{"requestId":"1","data":%q}`, base64.StdEncoding.EncodeToString([]byte(text)))
}

func counted(n int) string { return fmt.Sprintf(`{"requestId":"1","dataLength":%d}`, n) }

var eventStream = strings.Replace(answer(""), "text/plain", "text/event-stream", 1)

// part is what there is of a body that is not complete.
func part(t *testing.T, e *capture.Exchange) string {
	t.Helper()
	b, err := e.Body.PartBytes(1 << 30)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(b)
}

func TestAStreamIsTakenAsItComes(t *testing.T) {
	s := &session{id: "worker", kind: "worker", begun: map[string][]byte{"1": []byte("one ")}}
	r := recorder(t, capture.Options{})
	r.Attached(s)
	tell(t, r, event{s, sent, ask("https://a.example/1")}, event{s, came, eventStream}, event{s, more, counted(4)}, event{s, more, piece("two ")})
	early := settled(t, r)[0]
	if got := part(t, early); early.Body.Reason != capture.ReasonEndless || got != "one two " {
		t.Errorf("%q, %q", got, early.Body.Reason)
	}
	tell(t, r, event{s, more, piece("three")}, event{s, failed, aborted})
	if late := settled(t, r)[0]; part(t, late) != "one two three" || late.Body.Reason != capture.ReasonEndless || !late.Body.HasPart() {
		t.Errorf("%+v", late.Body)
	}
	if part(t, early) != "one two " {
		t.Error("an earlier snapshot changed")
	}
}

func TestAStreamThatEndsIsComplete(t *testing.T) {
	s := &session{id: "worker", kind: "worker", begun: map[string][]byte{"1": {}}}
	r := recorder(t, capture.Options{})
	r.Attached(s)
	tell(t, r, event{s, sent, ask("https://a.example/1")}, event{s, came, eventStream}, event{s, more, piece("all")}, event{s, finished, done})
	if got := bodyOf(t, settled(t, r)[0]); got != "all" {
		t.Errorf("%q", got)
	}
}

func TestAStreamWithAHoleIsAskedForAsAWhole(t *testing.T) {
	s := &session{id: "page", kind: "page", begun: map[string][]byte{"1": {}}, bodies: map[string][]byte{"1": []byte("one two")}}
	r := recorder(t, capture.Options{})
	r.Attached(s)
	tell(t, r, event{s, sent, ask("https://a.example/1")}, event{s, came, eventStream}, event{s, more, counted(4)}, event{s, more, piece("two")}, event{s, finished, done})
	if got := bodyOf(t, settled(t, r)[0]); got != "one two" {
		t.Errorf("%q", got)
	}
}

// What is streamed comes from the second session, and its end may come after that of the first.
func TestAStreamOfTheSecondSession(t *testing.T) {
	s, twin := &session{id: "page", kind: "page"}, &session{id: "twin", kind: "page", begun: map[string][]byte{"1": []byte("one ")}}
	r := recorder(t, capture.Options{})
	r.Attached(s)
	r.Paired(s, twin)
	tell(t, r, event{s, sent, ask("https://a.example/1")}, event{s, came, eventStream}, event{s, more, counted(7)}, event{s, finished, done},
		event{twin, sent, ask("https://a.example/twice")}, event{twin, more, uncounted("two")}, event{twin, finished, done})
	list := settled(t, r)
	if got := bodyOf(t, list[0]); got != "one two" || len(list) != 1 || list[0].Received != 7 {
		t.Errorf("%q, %d exchanges", got, len(list))
	}
}

func TestLargeBodiesAreTakenAsTheyCome(t *testing.T) {
	block := strings.Repeat("0123456789abcdef", 64<<10) // 1 MiB
	s := &session{id: "worker", kind: "worker", begun: map[string][]byte{"1": []byte(block + "y")}}
	for _, test := range []struct {
		name  string
		limit int64
		want  capture.Reason
	}{{"kept", 4 << 20, ""}, {"over the limit", 2 << 20, capture.ReasonTooLarge}} {
		t.Run(test.name, func(t *testing.T) {
			r := recorder(t, capture.Options{MaxBody: test.limit, Dir: t.TempDir()})
			r.Attached(s)
			tell(t, r, event{s, sent, ask("https://a.example/1")}, event{s, came, answer("")}, event{s, more, counted(len(block) + 1)})
			_ = settled(t, r) // streaming is asked for, and answered
			tell(t, r, event{s, more, piece("x" + block)}, event{s, finished, `{"requestId":"1"}`})
			b := settled(t, r)[0].Body
			if b.Reason != test.want || b.Size < 2<<20 {
				t.Errorf("%d bytes, %q", b.Size, b.Reason)
			}
		})
	}
}

func TestTextThatIsNotWhatCame(t *testing.T) {
	for _, test := range []struct {
		name, given, came string
		want              capture.Reason
	}{
		{"plain", "hello", "hello", ""},
		{"UTF-8", "gr\u00fc\u00df", "gr\xc3\xbc\xc3\x9f", ""},
		{"read as windows-1252", "gr\u00c3\u00bc\u00e2\u201a\u00ac \u0081", "gr\xc3\xbc\xe2\x82\xac \x81", ""},
		{"a byte order mark that went", "text", "\xef\xbb\xbftext", ""},
		{"bytes that are no text", "\ufffd\ufffd", "\xff\xfe", capture.ReasonRecoded},
		{"another charset", "\u65e5\u672c", "\x93\xfa\x96\x7b", capture.ReasonRecoded},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &session{id: "shared", kind: "shared_worker", text: true, bodies: map[string][]byte{"1": []byte(test.given)}}
			r := recorder(t, capture.Options{})
			r.Attached(s)
			tell(t, r, event{s, sent, ask("https://a.example/1")}, event{s, came, answer("")}, event{s, more, counted(len(test.came))}, event{s, finished, done})
			x := settled(t, r)[0]
			if got := part(t, x); x.Body.Reason != test.want || test.want == "" && got != test.came {
				t.Errorf("%q, %q", got, x.Body.Reason)
			}
		})
	}
}

func TestAnAbortedAnswerThatCameInFull(t *testing.T) {
	s := &session{id: "page", kind: "page", bodies: map[string][]byte{"1": []byte("whole")}}
	for length, want := range map[string]capture.Reason{"5": "", "6": capture.ReasonAborted} {
		r := recorder(t, capture.Options{})
		r.Attached(s)
		tell(t, r, event{s, sent, ask("https://a.example/1")}, event{s, came, strings.Replace(answer(""), `{"Content-Type"`, `{"Content-Length":"`+length+`","Content-Type"`, 1)},
			event{s, more, counted(5)}, event{s, failed, aborted})
		if x := settled(t, r)[0]; x.Body.Reason != want || part(t, x) != "whole" {
			t.Errorf("length %s: %q", length, x.Body.Reason)
		}
	}
}

func TestDataURLs(t *testing.T) {
	for address, want := range map[string]string{
		"data:,": "", "data:,a%20b#c": "a b", "data:text/plain;charset=utf-8,gr%C3%BC": "grü", "data:;base64,AP8=": "\x00\xff", "data:x/y;BASE64,AP 8": "\x00\xff",
	} {
		r := recorder(t, capture.Options{})
		tell(t, r, event{page, sent, ask(address)}, event{page, came, answer("")}, event{page, finished, done})
		if got := bodyOf(t, settled(t, r)[0]); got != want {
			t.Errorf("%s: %q", address, got)
		}
	}
	for _, address := range []string{"data:", "data:;base64,!", "data:,%zz"} {
		r := recorder(t, capture.Options{})
		tell(t, r, event{page, sent, ask(address)}, event{page, came, answer("")}, event{page, finished, done})
		if got := settled(t, r)[0].Body.Reason; got != capture.ReasonGone {
			t.Errorf("%s: %q", address, got)
		}
	}
}
