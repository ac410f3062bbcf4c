package browser

import (
	"context"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
)

// twinLimit bounds the wait for a second session. The browser itself answers, not the target.
const twinLimit = 5 * time.Second

// Twin is a second session on the same page or frame, whose settings are its own: what Chrome keeps for a session that has durable
// messages, and what for one that has not, are different things. Of its events only those that carry data, or end it, reach the observer:
// Network.dataReceived, Network.loadingFinished and Network.loadingFailed, under the twin's name. It is nil for workers and for the root.
func (s *Session) Twin() *Session { return s.twin }

// doubled attaches the twin of a page or frame that is paused. It is called by the tab's own goroutine.
func (r *router) doubled(s *Session) {
	ctx, cancel := context.WithTimeout(context.Background(), twinLimit)
	defer cancel()
	r.mu.Lock()
	r.asked[s.target] = s
	r.mu.Unlock()
	_, err := cdp.Call(ctx, cdp.Session(r.root), target.AttachToTarget, target.AttachToTargetParams{TargetID: s.target, Flatten: new(true)})
	if err != nil {
		r.link.log.Debug("no second session", "target", s.target, "err", err)
	}
	r.mu.Lock()
	delete(r.asked, s.target) // Target.attachedToTarget comes before the reply
	r.mu.Unlock()
}

// pair takes the session that doubled asked for. The caller holds r.mu.
func (r *router) pair(id target.SessionID, info *target.Info) bool {
	s := r.asked[info.TargetID]
	if s == nil {
		return false
	}
	delete(r.asked, info.TargetID)
	twin := newSession(r.link, id, info)
	twin.tab = s.tab
	r.twins[id], s.twin = twin, twin
	return true
}

// heard is called by the reader with a message of a twin.
func (s *Session) heard(m *cdproto.Message) {
	if m.ID != 0 {
		s.reply(m)
		return
	}
	method := string(m.Method)
	s.publish(method, m.Params)
	switch method {
	case "Network.dataReceived", "Network.loadingFinished", "Network.loadingFailed":
		s.tab.inbox.push(notice{kind: event, session: s, method: method, params: m.Params})
	}
}
