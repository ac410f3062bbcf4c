package remote

import (
	"context"
	"sync"

	"github.com/chromedp/cdproto/page"

	"seine/browser"
)

// frame is a picture, and by which number Chrome wants it acknowledged.
type frame struct {
	jpeg    []byte
	session *browser.Session
	id      int64
}

// done has Chrome send another one (Page.screencastFrameAck).
func (f *frame) done() {
	_, _ = f.session.Send(context.Background(), page.CommandScreencastFrameAck, page.ScreencastFrameAckParams{SessionID: f.id})
}

// viewer is the person's browser. It has one picture at a time, and says when it has shown that.
type viewer struct {
	news   chan struct{}
	frames chan *frame // at most the newest one

	mu      sync.Mutex
	waiting *frame // came while another one was on its way
	away    *frame // is on its way
}

func newViewer() *viewer {
	return &viewer{news: make(chan struct{}, 1), frames: make(chan *frame, 1)}
}

// put takes the newest picture in place of one that waits.
func (v *viewer) put(f *frame) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.waiting != nil {
		v.waiting.done()
	}
	v.waiting = f
	v.offer()
}

// offer has the picture that waits shown, if none is on its way. V is locked.
func (v *viewer) offer() {
	if v.away != nil || v.waiting == nil {
		return
	}
	v.frames <- v.waiting // there is room: none is on its way
	v.away, v.waiting = v.waiting, nil
}

// seen is called when the person's browser has shown what it was sent.
func (v *viewer) seen() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.away != nil && len(v.frames) == 0 {
		v.away.done()
		v.away = nil
		v.offer()
	}
}

// drop forgets the picture that waits, of a page that is not shown any more.
func (v *viewer) drop() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.waiting = nil
}
