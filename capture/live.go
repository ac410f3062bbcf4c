package capture

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
)

// streamFrom is the size in bytes from which a body is taken as it comes: read as a whole at its end it would stand in memory three
// times over, as base64 and as bytes.
const streamFrom = 1 << 20

// live takes a body while it is under way (Network.streamResourceContent): event streams, which have no end, and large ones.
type live struct {
	w       *writer
	early   [][]byte // data that came before the answer to our request, which has what came before them
	ready   chan struct{}
	refused bool // it was over before we asked
}

// follow asks s for what comes of x. Called with the lock held.
func (b *bodyReader) follow(x *record, s Session) {
	if b.closed || s == nil || x.live != nil {
		return
	}
	x.live = &live{w: b.rec.store.writer(b.rec.opt.MaxBody), ready: make(chan struct{})}
	id, l := network.RequestID(x.ID), x.live
	b.begin(func(ctx context.Context) {
		res, err := ask(ctx, cdp.Session(s), network.StreamResourceContent, network.StreamResourceContentParams{RequestID: id})
		b.rec.mu.Lock()
		defer b.rec.mu.Unlock()
		l.answered(res.BufferedData, err)
	})
}

func (l *live) answered(before []byte, err error) {
	defer close(l.ready)
	if l.refused = err != nil; l.refused {
		l.early = nil
		return
	}
	l.w.add(before)
	for _, b := range l.early {
		l.w.add(b)
	}
	l.early = nil
}

func (l *live) isReady() bool {
	select {
	case <-l.ready:
		return true
	default:
		return false
	}
}

func (l *live) add(b []byte) {
	switch {
	case !l.isReady():
		l.early = append(l.early, b)
	case !l.refused:
		l.w.add(b)
	}
}

// body is what has come; ok is false if none of it could be had.
func (l *live) body() (b Body, ok bool) {
	if !l.isReady() || l.refused {
		return Body{}, false
	}
	return l.w.body(), true
}

// taken is the body of x as it came while it was under way. Called with the lock held, after x is done.
func (b *bodyReader) taken(x *record) (Body, bool) {
	l := x.live
	x.live = nil
	if l == nil {
		return Body{}, false
	}
	l.w.close()
	body, ok := l.body()
	if !ok {
		return Body{}, false
	}
	if body.Reason == "" && body.Size != x.Received { // a piece is missing: the whole may still be had
		l.w.drop(ReasonGone)
		return Body{}, false
	}
	if body.Reason == "" && body.file == "" {
		body = b.rec.store.put(body.data) // counts it
	}
	return body, true
}
