package browser

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Session is our own CDP session on one target of a tab. It implements cdp.Session, so the typed
// cdp.Call(ctx, s, network.GetResponseBody, params) and cdp.Events work on it. All methods are safe for concurrent use.
type Session struct {
	link   *link
	id     target.SessionID
	kind   string
	target target.ID
	parent *Session
	tab    *Tab     // nil on the root
	twin   *Session // nil unless it is a page's or frame's; set before the observer is told of s

	next atomic.Int64
	done chan struct{}

	mu      sync.Mutex
	url     string
	pending map[int64]chan *cdproto.Message
	subs    map[string]map[*subscription]struct{}
	ended   bool
}

var _ cdp.Session = (*Session)(nil)

func newSession(l *link, id target.SessionID, info *target.Info) *Session {
	return &Session{
		link: l, id: id, kind: info.Type, target: info.TargetID, url: info.URL,
		done:    make(chan struct{}),
		pending: map[int64]chan *cdproto.Message{},
		subs:    map[string]map[*subscription]struct{}{},
	}
}

// ID is the CDP session id; empty on the root session.
func (s *Session) ID() target.SessionID { return s.id }

// TargetID names the target; for a page it is also the id of its main frame, for a frame the id of that frame.
func (s *Session) TargetID() target.ID { return s.target }

// Kind is the CDP target type: "page", "iframe" (out of process), "worker", "shared_worker", "service_worker", "worklet"
// …, or "browser" for the root session.
func (s *Session) Kind() string { return s.kind }

// Parent is the session through which Chrome announced the target: the page of a frame or worker. It is nil for the root and for what the
// root announces: pages, popups, shared and service workers.
func (s *Session) Parent() *Session { return s.parent }

// URL is the last address that Chrome reported for the target.
func (s *Session) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// Done is closed when the target ended or the browser is gone. No reply comes after it.
func (s *Session) Done() <-chan struct{} { return s.done }

// Send writes a command and does not wait. The reply arrives on the channel, which holds it and need not be read; when the
// target ends first, none arrives: select on Done too. Params may be nil or any value that marshals to a JSON object.
func (s *Session) Send(ctx context.Context, method string, params any) (<-chan *cdproto.Message, error) {
	_, ch, err := s.send(ctx, method, params)
	return ch, err
}

func (s *Session) send(ctx context.Context, method string, params any) (int64, chan *cdproto.Message, error) {
	if err := ctx.Err(); err != nil {
		return 0, nil, err
	}
	m := &cdproto.Message{ID: s.next.Add(1), SessionID: s.id, Method: cdproto.MethodType(method)}
	if params != nil {
		var err error
		if m.Params, err = jsonv2.Marshal(params, chromedp.DefaultMarshalOptions); err != nil {
			return 0, nil, fmt.Errorf("%s: its parameters: %w", method, err)
		}
	}
	ch := make(chan *cdproto.Message, 1)
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return 0, nil, fmt.Errorf("%s: %w", method, s.endErr())
	}
	s.pending[m.ID] = ch
	s.mu.Unlock()
	if err := s.link.send(m); err != nil {
		s.forget(m.ID)
		return 0, nil, fmt.Errorf("%s: %w", method, err)
	}
	return m.ID, ch, nil
}

// Call writes a command, waits for its reply and decodes that into result (nil: dropped). An error of Chrome is a
// *cdproto.Error; ErrDetached, ErrBrowserGone or ErrClosed say that no reply can come any more.
func (s *Session) Call(ctx context.Context, method string, params, result any) error {
	id, ch, err := s.send(ctx, method, params)
	if err != nil {
		return err
	}
	select {
	case m := <-ch:
		return decode(method, m, result)
	case <-ctx.Done():
		s.forget(id)
		return fmt.Errorf("%s: %w", method, context.Cause(ctx))
	case <-s.done:
	}
	select { // the reply may have come just before the end
	case m := <-ch:
		return decode(method, m, result)
	default:
		return fmt.Errorf("%s: %w", method, s.endErr())
	}
}

func decode(method string, m *cdproto.Message, result any) error {
	if m.Error != nil {
		return fmt.Errorf("%s: %w", method, m.Error)
	}
	if result == nil {
		return nil
	}
	if err := jsonv2.Unmarshal(m.Result, result, chromedp.DefaultUnmarshalOptions); err != nil {
		return fmt.Errorf("%s: its reply: %w", method, err)
	}
	return nil
}

func (s *Session) endErr() error {
	select {
	case <-s.link.lost:
		return s.link.err()
	default:
		return ErrDetached
	}
}

func (s *Session) forget(id int64) {
	s.mu.Lock()
	delete(s.pending, id)
	s.mu.Unlock()
}

// reply is called by the reader.
func (s *Session) reply(m *cdproto.Message) {
	s.mu.Lock()
	ch := s.pending[m.ID]
	delete(s.pending, m.ID)
	s.mu.Unlock()
	if ch != nil {
		ch <- m
	}
}

// end is called by the reader, once.
func (s *Session) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	s.ended = true
	clear(s.pending)
	for _, subs := range s.subs {
		for sub := range subs {
			sub.in.close()
		}
	}
	close(s.done)
}

func (s *Session) moved(url string) {
	s.mu.Lock()
	s.url = url
	s.mu.Unlock()
}
