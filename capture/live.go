package capture

import (
	"context"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
)

// streamFrom is the size in bytes from which a body is taken as it comes: read as a whole at its end it would stand in memory three
// times over, as Base64 and as bytes, and Chrome may not have it any more where the page gave it up with its last byte.
const streamFrom = 1 << 20

// heldFrom is streamFrom for what scripts of the visit's own page fetch: Chrome holds it whatever becomes of the page.
const heldFrom = 16 << 20

// streamedFrom is from which size the body of x, which s tells of, is taken as it comes. Called with the lock held.
func (r *Recorder) streamedFrom(x *record, s Session) int64 {
	if s.ID() == r.page && !endless(x.Type) {
		return min(heldFrom, r.opt.MaxBody) // of what is larger the head is wanted
	}
	return streamFrom
}

// live takes a body while it is under way (Network.streamResourceContent): event streams, which have no end, and large ones.
type live struct {
	w       *writer
	early   [][]byte // data that came before the answer to our request, which has what came before them
	from    target.SessionID
	ready   chan struct{} // closed when our request was answered
	ended   chan struct{} // closed when no more comes
	refused bool          // it was over before we asked
	stemmed bool          // nothing more of it comes, see stem
}

// follow asks s for what comes of x. Called with the lock held.
func (b *bodyReader) follow(x *record, s Session) {
	if b.closed || s == nil || x.live != nil {
		return
	}
	x.live = &live{w: b.rec.store.writer(b.rec.opt.MaxBody), ready: make(chan struct{}), ended: make(chan struct{})}
	if twin := b.rec.twins[s.ID()]; twin != nil {
		s = twin
	}
	x.live.from = s.ID()
	id, l := network.RequestID(x.ID), x.live
	b.begin(func(ctx context.Context) {
		res, err := ask(ctx, cdp.Session(s), network.StreamResourceContent, network.StreamResourceContentParams{RequestID: id})
		b.rec.mu.Lock()
		defer b.rec.mu.Unlock()
		l.answered(res.BufferedData, err)
		b.rec.stem(s, x)
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

// streamed takes data of the session that x is followed on.
func (r *Recorder) streamed(s Session, ev *dataReceived) {
	if x := r.byID[ev.RequestID]; x != nil && x.live != nil && x.live.from == s.ID() && len(ev.Data) > 0 {
		x.live.add(ev.Data)
		r.stem(s, x)
	}
}

// stem ends the flood of a body that is too large to be kept, once its head has come: two gigabytes of it would hold up whatever else the
// browser has to say. There is no command for that, but a twin may be deaf for a moment, if it follows nothing else.
func (r *Recorder) stem(s Session, x *record) {
	l := x.live
	if l == nil || l.stemmed || !closed(l.ready) || l.refused || !r.second[s.ID()] || !r.tooLarge(x) || r.follows(s, l) {
		return
	}
	l.w.drop(ReasonTooLarge)
	l.stemmed = true
	l.end()
	for _, c := range []command{{network.CommandDisable, nil}, networkEnable(r.opt.MaxBody)} {
		if _, err := s.Send(context.Background(), c.method, c.params); err != nil {
			return // it is gone
		}
	}
}

// tooLarge reports whether no more of x need come.
func (r *Recorder) tooLarge(x *record) bool {
	return x.live.w.lost == ReasonTooLarge || x.length() > r.opt.MaxBody && len(x.live.w.head) == headSize
}

// follows reports whether anything but l is under way on s.
func (r *Recorder) follows(s Session, l *live) bool {
	return slices.ContainsFunc(r.list, func(x *record) bool {
		return x.live != nil && x.live != l && x.live.from == s.ID() && !closed(x.live.ended)
	})
}

func (r *Recorder) streamEnded(id string) {
	if x := r.byID[id]; x != nil && x.live != nil {
		x.live.end()
	}
}

// endedBy: s told the end of x. If that is followed on another session, its end comes there.
func (r *Recorder) endedBy(s Session, x *record) {
	if x.live != nil && (x.live.from == s.ID() || !r.second[x.live.from]) {
		x.live.end()
	}
}

func (l *live) end() {
	if !closed(l.ended) {
		close(l.ended)
	}
}

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// wait returns once all of it is here, or will never be.
func (l *live) wait(ctx context.Context) {
	<-l.ready // a call, which is bounded
	if l.refused {
		return
	}
	limit := time.NewTimer(answerLimit)
	defer limit.Stop()
	select {
	case <-l.ended:
	case <-limit.C: // its session went
	case <-ctx.Done():
	}
}

func (l *live) add(b []byte) {
	switch {
	case !closed(l.ready):
		l.early = append(l.early, b)
	case !l.refused:
		l.w.add(b)
	}
}

// body is what has come; ok is false if none of it could be had.
func (l *live) body() (b Body, ok bool) {
	if !closed(l.ready) || l.refused {
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
	if l.stemmed {
		body.Size = max(body.Size, x.Received)
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
