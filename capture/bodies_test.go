package capture_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"seine/capture"
)

func TestRequestBodies(t *testing.T) {
	s := &session{id: "page", kind: "page", posts: map[string][]byte{"2": {0, 255}}}
	r := recorder(t, capture.Options{})
	post := func(id, more string) string {
		return `{"requestId":"` + id + `","request":{"url":"https://a.example/","method":"POST","headers":{},"hasPostData":true` + more + `}}`
	}
	tell(t, r, event{s, sent, post("1", `,"postDataEntries":[{"bytes":"aGVs"},{"bytes":"bG8="}]`)}, event{s, sent, post("2", "")}, event{s, sent, post("3", "")})
	list := settled(t, r)
	for i, want := range []string{"hello", "\x00\xff"} {
		if got, err := list[i].Request.Body.Bytes(10); err != nil || string(got) != want {
			t.Errorf("%d: %q, %v", i, got, err)
		}
	}
	if list[2].Request.Body.Reason != capture.ReasonGone {
		t.Errorf("a body that nobody has: %+v", list[2].Request.Body)
	}
}

func TestBodiesAreAskedOfOtherSessionsToo(t *testing.T) {
	own, other := &session{id: "own", kind: "page"}, &session{id: "other", kind: "page", bodies: map[string][]byte{"1": []byte("here")}}
	r := recorder(t, capture.Options{})
	r.Attached(own)
	r.Attached(other)
	tell(t, r, event{own, sent, ask("https://a.example/1")}, event{own, came, answer("")}, event{own, finished, done})
	if got := bodyOf(t, settled(t, r)[0]); got != "here" {
		t.Errorf("%q", got)
	}
}

func TestABodyThatCameInFullWithoutItsEnd(t *testing.T) {
	s := &session{id: "frame", kind: "iframe", bodies: map[string][]byte{"1": []byte("whole")}}
	r := recorder(t, capture.Options{})
	r.Attached(s)
	tell(t, r, event{s, sent, ask("https://a.example/1")},
		event{s, came, strings.Replace(answer(""), `{"Content-Type"`, `{"Content-Length":"5","Content-Type"`, 1)},
		event{s, "dataReceived", `{"requestId":"1","dataLength":5}`})
	if got := bodyOf(t, settled(t, r)[0]); got != "whole" {
		t.Errorf("%q", got)
	}
}

func numbered(id string) string {
	return strings.Replace(ask("https://a.example/"+id), `"1"`, `"`+id+`"`, 1)
}

// load makes one finished request for each body that s has.
func load(t testing.TB, r *capture.Recorder, s *session) {
	t.Helper()
	for id := range s.bodies {
		tell(t, r, event{s, sent, numbered(id)}, event{s, came, strings.Replace(answer(""), `"1"`, `"`+id+`"`, 1)},
			event{s, finished, strings.Replace(done, `"1"`, `"`+id+`"`, 1)})
	}
}

func TestBodiesSpillToDisk(t *testing.T) {
	dir := t.TempDir()
	mine := filepath.Join(dir, "mine.txt")
	if err := os.WriteFile(mine, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("0123456789abcdef", 32<<10) // 512 KiB
	s := &session{id: "page", kind: "page", bodies: map[string][]byte{"big": []byte(big)}}
	for _, id := range []string{"a", "b", "c", "d"} {
		s.bodies[id] = []byte(big[:100<<10])
	}
	r := capture.NewRecorder(capture.Options{Dir: dir, MaxMemory: 256 << 10})
	load(t, r, s)
	list := settled(t, r)
	for _, x := range list {
		id := strings.TrimPrefix(x.URL(), "https://a.example/")
		if got := bodyOf(t, x); got != string(s.bodies[id]) {
			t.Errorf("%s: %d bytes", id, len(got))
		}
		if len(x.Body.Head) != 4096 {
			t.Errorf("%s: %d bytes at hand", id, len(x.Body.Head))
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "seine-bodies-*", "*"))
	if err != nil || len(files) != 2 { // the big one, and one for the two of the four over the budget
		t.Errorf("on disk: %q, %v", files, err)
	}
	for _, f := range files {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, info.Mode(), err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != "mine.txt" {
		t.Errorf("left: %v, %v", left, err)
	}
	for _, x := range list {
		if rc, err := x.Body.Open(); err == nil {
			_ = rc.Close()
		} else if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("after Close: %v", err)
		}
	}
}

func TestABodyThatFindsNoRoom(t *testing.T) {
	s := &session{id: "page", kind: "page", bodies: map[string][]byte{"big": make([]byte, 512<<10)}}
	r := recorder(t, capture.Options{Dir: filepath.Join(t.TempDir(), "nowhere")})
	load(t, r, s)
	if b := settled(t, r)[0].Body; b.Reason != capture.ReasonSpillFull || b.Size != 512<<10 {
		t.Errorf("%+v", b)
	}
}

func TestBodiesOverTheLimit(t *testing.T) {
	s := &session{id: "page", kind: "page", bodies: map[string][]byte{"big": make([]byte, 101), "fits": make([]byte, 100)}}
	r := recorder(t, capture.Options{MaxBody: 100})
	load(t, r, s)
	tell(t, r, event{s, sent, numbered("told")}, event{s, "dataReceived", `{"requestId":"told","dataLength":5000}`}, event{s, finished, `{"requestId":"told"}`})
	got := map[string]capture.Body{}
	for _, x := range settled(t, r) {
		got[strings.TrimPrefix(x.URL(), "https://a.example/")] = x.Body
	}
	if got["fits"].Reason != "" || got["big"].Reason != capture.ReasonTooLarge || got["told"].Reason != capture.ReasonTooLarge || got["told"].Size != 5000 {
		t.Errorf("%+v", got)
	}
	if _, err := (&capture.Body{Reason: capture.ReasonGone}).Open(); !errors.Is(err, capture.ErrNoBody) {
		t.Errorf("Open: %v", err)
	}
}

func TestCloseWhileBodiesArePending(t *testing.T) {
	s := &session{id: "page", kind: "page", bodies: map[string][]byte{}, asked: make(chan string, 100), hold: make(chan struct{})}
	for _, id := range strings.Fields("a b c d e f g h") {
		s.bodies[id] = []byte(id)
	}
	r := capture.NewRecorder(capture.Options{})
	load(t, r, s)
	<-s.asked
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Settle(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Settle: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := r.Settle(t.Context()); err != nil {
		t.Error(err)
	}
	tell(t, r, event{s, sent, numbered("late")}, event{s, finished, `{"requestId":"late"}`})
	for _, x := range r.Snapshot().Exchanges {
		if x.Body.Reason == "" || x.Body.Reason == capture.ReasonPending {
			t.Errorf("%s: %q", x.URL(), x.Body.Reason)
		}
	}
	if err := r.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func TestABodyThatCameAsNothingIsMissing(t *testing.T) {
	empty := func(id string) *session {
		return &session{id: id, kind: "service_worker", bodies: map[string][]byte{"1": {}}}
	}
	told := strings.Replace(answer(""), `{"Content-Type"`, `{"Content-Length":"5","Content-Type"`, 1)
	for _, test := range []struct {
		name, answer string
		other        *session
		want         capture.Body
	}{
		{"nobody has it", told, empty("b"), capture.Body{Reason: capture.ReasonGone}},
		{"another session has it", told, &session{id: "b", kind: "page", bodies: map[string][]byte{"1": []byte("there")}}, capture.BodyOf([]byte("there"))},
		{"it is empty", answer(""), empty("b"), capture.BodyOf([]byte{})},
	} {
		t.Run(test.name, func(t *testing.T) {
			own := empty("a")
			r := recorder(t, capture.Options{})
			r.Attached(own)
			r.Attached(test.other)
			tell(t, r, event{own, sent, ask("https://a.example/1")}, event{own, came, test.answer}, event{own, finished, done})
			if got := settled(t, r)[0].Body; got.Reason != test.want.Reason || string(got.Head) != string(test.want.Head) {
				t.Errorf("%+v", got)
			}
		})
	}
}
