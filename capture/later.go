package capture

import (
	"time"
)

// Chrome turns a body that it is asked for into Base64, on the thread and the processor that the page itself needs. So large ones are
// asked for when the page has loaded, unless there are so many that Chrome would have to hold too much.
const (
	lateFrom  = 256 << 10 // bytes
	lateMost  = 192 << 20 // bytes together
	lateLimit = 3 * time.Second
)

// later holds back reads of large bodies.
type later struct {
	reads []func()
	bytes int64
	timer *time.Timer
}

// hold has read begin later, if the body of x can wait. Called with the lock held.
func (b *bodyReader) hold(x *record, s Session, read func()) {
	if b.closed || x.Received < lateFrom || !b.rec.keeps(x, s) {
		read()
		return
	}
	l := &b.later
	l.reads, l.bytes = append(l.reads, read), l.bytes+x.Received
	switch {
	case l.bytes > lateMost:
		b.release()
	case l.timer == nil:
		l.timer = time.AfterFunc(lateLimit, func() {
			b.rec.mu.Lock()
			defer b.rec.mu.Unlock()
			b.release()
		})
	}
}

// release begins what was held back. Called with the lock held.
func (b *bodyReader) release() {
	l := b.later
	b.later = later{}
	if l.timer != nil {
		l.timer.Stop()
	}
	for _, read := range l.reads {
		read()
	}
}

// atRest begins what was held back if nothing is under way. Called with the lock held.
func (b *bodyReader) atRest() {
	if len(b.later.reads) > 0 && b.rec.inFlight() == 0 {
		b.release()
	}
}

// keeps reports whether Chrome keeps the body of x although its page may go on to another: that of a page or frame that a server
// answered. What a service worker did, and all that belongs to workers, goes with them; what a media element loads, as it plays.
func (r *Recorder) keeps(x *record, s Session) bool {
	return s != nil && durable(s.Kind()) && x.Type != "Media" && x.Response != nil && !x.Response.FromWorker
}
