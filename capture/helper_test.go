package capture_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"github.com/chromedp/cdproto"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"

	"seine/browser/browsertest"
	"seine/capture"
)

func TestMain(m *testing.M) { browsertest.Main(m) }

// session stands for a target, so that events can come in any order: a real browser does not let us choose it.
type session struct {
	id, kind string

	mu     sync.Mutex
	sent   []string
	binds  string            // name of the hook's binding
	bodies map[string][]byte // by requestId
	posts  map[string][]byte
	begun  map[string][]byte // what had come when streaming was asked for
	text   bool              // bodies are given as text, not as base64
	asked  chan string       // told of each body that is asked for; may be nil
	hold   chan struct{}     // until it is closed, no body is given; may be nil
}

func (s *session) ID() target.SessionID                           { return target.SessionID(s.id) }
func (s *session) TargetID() target.ID                            { return target.ID("target of " + s.id) }
func (s *session) Kind() string                                   { return s.kind }
func (s *session) URL() string                                    { return "https://page.example/" }
func (s *session) Subscribe(string) (<-chan jsonv2.Value, func()) { return nil, func() {} }
func (s *session) Send(_ context.Context, method string, params any) (<-chan *cdproto.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := params.(runtime.AddBindingParams); ok {
		s.binds = p.Name
	}
	s.sent = append(s.sent, method)
	return nil, nil
}

func (s *session) Call(ctx context.Context, _ string, params, result any) error {
	switch p := params.(type) {
	case network.GetResponseBodyParams:
		if s.asked != nil {
			s.asked <- string(p.RequestID)
		}
		if s.hold != nil {
			select {
			case <-s.hold:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if b, ok := s.bodies[string(p.RequestID)]; ok {
			*result.(*network.GetResponseBodyResult) = network.GetResponseBodyResult{Body: b, Base64encoded: !s.text}
			return nil
		}
	case network.StreamResourceContentParams:
		if b, ok := s.begun[string(p.RequestID)]; ok {
			result.(*network.StreamResourceContentResult).BufferedData = b
			return nil
		}
	case network.GetRequestPostDataParams:
		if b, ok := s.posts[string(p.RequestID)]; ok {
			result.(*network.GetRequestPostDataResult).PostData = b
			return nil
		}
	}
	return errors.New("No data found for resource with given identifier")
}

type event struct {
	s      *session
	method string
	params string
}

// tell sends events; a params text that is no JSON is a mistake of the test.
func tell(t testing.TB, r *capture.Recorder, events ...event) {
	t.Helper()
	for _, e := range events {
		r.Event(e.s, "Network."+e.method, jsonv2.Value(e.params))
	}
}

// settled is what was captured once all bodies are read.
func settled(t testing.TB, r *capture.Recorder) []*capture.Exchange {
	t.Helper()
	if err := r.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r.Snapshot().Exchanges
}

func recorder(t testing.TB, o capture.Options) *capture.Recorder {
	t.Helper()
	r := capture.NewRecorder(o)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func bodyOf(t testing.TB, e *capture.Exchange) string {
	t.Helper()
	b, err := e.Body.Bytes(1 << 30)
	if err != nil {
		t.Fatalf("%s: %v", e.URL(), err)
	}
	return string(b)
}

func js(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
