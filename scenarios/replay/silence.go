package replay

import (
	"context"
	"errors"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"

	"seine/browser"
)

const (
	// answerLimit is how long a page or frame may keep us waiting. One whose script does not end answers nothing, and must not hold up
	// the others.
	answerLimit = 3 * time.Second
	// scriptLimit is the same for our own scripts, which take a moment in a page that is large.
	scriptLimit = 10 * time.Second
	// writtenOff is after how long of silence nothing is expected of a frame any more.
	writtenOff = 8 * time.Second
)

var errSilent = errors.New("it does not answer")

// silence knows the pages and frames that did not answer in time. Each still has a question open: it is asked again when that is answered.
type silence map[*browser.Session]unanswered

type unanswered struct {
	question <-chan *cdproto.Message
	since    time.Time
}

// holds reports whether s is still silent.
func (q silence) holds(s *browser.Session) bool {
	open, was := q[s]
	if !was {
		return false
	}
	select {
	case <-open.question:
	case <-s.Done():
	default:
		return true
	}
	delete(q, s)
	return false
}

// tree asks a page or frame for its frames, unless it is silent.
func (v *visit) tree(ctx context.Context, s *browser.Session) (*page.FrameTree, error) {
	if v.silent.holds(s) {
		v.waiting = v.waiting || time.Since(v.silent[s].since) < writtenOff
		return nil, errSilent
	}
	limited, cancel := context.WithTimeoutCause(ctx, v.bears, errSilent)
	defer cancel()
	res, err := cdp.Call(limited, cdp.Session(s), page.GetFrameTree, cdp.Empty{})
	if err != nil && errors.Is(context.Cause(limited), errSilent) {
		v.fellSilent(ctx, s)
	}
	return res.FrameTree, err
}

// fellSilent notes that s does not answer. Is it the page itself, the whole browser may hang.
func (v *visit) fellSilent(ctx context.Context, s *browser.Session) {
	question, err := s.Send(ctx, page.CommandGetFrameTree, nil)
	if err != nil {
		return
	}
	v.silent[s] = unanswered{question, time.Now()}
	v.waiting = true
	v.log.Debug("a frame does not answer", "url", s.URL())
	if s == v.tab.Session() {
		v.runner.Browser.Suspect() // what comes of it, the tab will say
	}
}
