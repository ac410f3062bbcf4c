package capture

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"golang.org/x/sync/semaphore"
)

// Bodies are read several at once, or each would wait for the browser; but not so many that they fill the memory. A body of unknown
// size counts as guess bytes, and none as less than least.
const (
	together = 16 << 20
	guess    = 4 << 20
	least    = 2 << 20
)

// bodyReader asks the browser for bodies, in goroutines that close waits for.
type bodyReader struct {
	rec    *Recorder
	ctx    context.Context
	cancel context.CancelFunc
	room   *semaphore.Weighted // bytes
	wg     sync.WaitGroup
	idle   *sync.Cond // on rec.mu
	open   int
	closed bool

	gate *gate // nil: nothing waits
	late int   // how many wait for all bodies: nothing waits for the page
}

func newBodyReader(r *Recorder) *bodyReader {
	ctx, cancel := context.WithCancel(context.Background())
	return &bodyReader{rec: r, ctx: ctx, cancel: cancel, room: semaphore.NewWeighted(together), idle: sync.NewCond(&r.mu)}
}

// begin runs work in a goroutine that settle and close wait for. Called with the lock held.
func (b *bodyReader) begin(work func(context.Context)) {
	b.open++
	b.wg.Go(func() {
		work(b.ctx)
		b.rec.mu.Lock()
		defer b.rec.mu.Unlock()
		b.open--
		b.idle.Broadcast()
		b.rec.notify()
	})
}

// start runs read, of about size bytes, without the Recorder's lock and store with it; after is closed when it may, nil for at once. Called
// with the lock held.
func (b *bodyReader) start(size int64, after <-chan struct{}, read func(context.Context) Body, store func(Body)) {
	if b.closed {
		store(Body{Reason: ReasonNotAsked})
		return
	}
	if size == 0 {
		size = guess
	}
	size = min(max(2*size, least), together) // as Base64 and as bytes
	b.begin(func(ctx context.Context) {
		body := Body{Reason: ReasonNotAsked}
		if after != nil {
			select {
			case <-after:
			case <-ctx.Done():
			}
		}
		if b.room.Acquire(ctx, size) == nil {
			body = read(ctx)
			b.room.Release(size)
		}
		b.rec.mu.Lock()
		defer b.rec.mu.Unlock()
		store(body)
	})
}

// response reads the response's body of x, which s saw the end of. Called with the lock held.
func (b *bodyReader) response(x *record, s Session) {
	if x.Received > b.rec.opt.MaxBody && x.live == nil {
		x.Body = Body{Reason: ReasonTooLarge, Size: x.Received}
		return
	}
	x.turn++
	turn, why := x.turn, x.Body.Reason
	if x.Failure == "" {
		x.Body, why = Body{Reason: ReasonPending}, ""
	}
	l, q := x.live, question{network.RequestID(x.ID), x.Received, x.Received > 0 || x.length() > 0, x.without()}
	var after <-chan struct{}
	if l == nil { // else it has come already
		after = b.later(s, q.size)
	}
	b.start(q.size, after, func(ctx context.Context) Body {
		if l != nil {
			l.wait(ctx)
			b.rec.mu.Lock()
			body, ok := b.taken(x)
			b.rec.mu.Unlock()
			if ok {
				return body
			}
		}
		return b.read(ctx, s, q)
	}, func(body Body) {
		if turn != x.turn {
			return // it went on since, and was asked for again
		}
		switch all := x.length() > 0 && body.Size == x.length() && x.Response.Header.Get("Content-Encoding") == ""; {
		case all && why == ReasonAborted:
			why = "" // Chrome says so too where a page lets go of what it has read to its end
		case !all && !x.Done:
			why = ReasonPending
		}
		x.Body = body.because(why)
	})
}

// question is what to ask for, and what is known of it.
type question struct {
	id        network.RequestID
	size      int64 // bytes that came; 0: not known
	something bool  // it is not empty
	without   Body  // if nobody has it
}

// read asks all that may hold the body.
func (b *bodyReader) read(ctx context.Context, s Session, q question) Body {
	missing := q.without
	if missing.Reason == "" && missing.Size > 0 && missing.Size == q.size {
		return b.rec.store.put(missing.data) // a data: URL is its own answer, and Chrome would have to ask a page that is busy
	}
	for _, holder := range b.rec.holders(s) {
		res, err := ask(ctx, holder, network.GetResponseBody, network.GetResponseBodyParams{RequestID: q.id})
		if err != nil {
			b.rec.opt.Log.Debug("no body here", "request", q.id, "error", err)
			if errors.Is(err, context.DeadlineExceeded) && missing.Reason == ReasonGone {
				missing.Reason = ReasonSilent
			}
			continue
		}
		if q.something && len(res.Body) == 0 {
			continue // what a worker passed on without reading, Chrome gives as nothing, and without an error
		}
		if int64(len(res.Body)) > b.rec.opt.MaxBody {
			return Body{Reason: ReasonTooLarge, Size: int64(len(res.Body))}
		}
		body, ok := res.Body, true
		if !res.Base64encoded && q.size > 0 {
			body, ok = original(res.Body, q.size)
		}
		if !ok {
			missing = b.rec.store.put(body).because(ReasonRecoded)
			continue
		}
		return b.rec.store.put(body)
	}
	return missing
}

// length is what the answer declares, 0 if nothing.
func (x *record) length() int64 {
	if x.Response == nil {
		return 0
	}
	n, err := strconv.ParseInt(x.Response.Header.Get("Content-Length"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// without is what stands for a body that nobody has.
func (x *record) without() Body {
	switch {
	case x.Failure != "", !x.Done:
		return x.Body // which says why
	case x.Status() == http.StatusNotModified:
		return Body{Reason: ReasonNone}
	}
	if b, ok := dataURL(x.Request.URL); ok {
		return BodyOf(b)
	}
	return Body{Reason: ReasonGone}
}

// answerLimit bounds the wait for a target that does not answer, such as one that its page keeps busy: it must not hold up
// the others.
const answerLimit = 8 * time.Second

func ask[P, R any](ctx context.Context, s cdp.Session, command cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	return cdp.Call(ctx, s, command, params)
}

// request reads the body that x sent: Blob and multipart bodies are never inline.
func (b *bodyReader) request(x *record, s Session) {
	hop := len(x.Redirects)
	size, _ := strconv.ParseInt(x.Request.Header.Get("Content-Length"), 10, 64) // 0 where it does not say
	id := network.RequestID(x.ID)
	b.start(max(size, 0), nil, func(ctx context.Context) Body {
		missing := Body{Reason: ReasonGone}
		for _, holder := range b.rec.own(s) {
			res, err := ask(ctx, holder, network.GetRequestPostData, network.GetRequestPostDataParams{RequestID: id})
			if err == nil {
				return b.rec.store.put(res.PostData)
			}
			b.rec.opt.Log.Debug("no request body here", "request", id, "error", err)
			if errors.Is(err, context.DeadlineExceeded) {
				missing.Reason = ReasonSilent
			}
		}
		return missing
	}, func(body Body) {
		if hop < len(x.Redirects) {
			x.Redirects[hop].Request.Body = body
			return
		}
		x.Request.Body = body
	})
}

func (b *bodyReader) settle(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		b.rec.mu.Lock()
		defer b.rec.mu.Unlock()
		b.idle.Broadcast()
	})
	defer stop()
	b.rec.mu.Lock()
	defer b.rec.mu.Unlock()
	b.late++
	b.release()
	for b.open > 0 && ctx.Err() == nil {
		b.idle.Wait()
	}
	b.late--
	return ctx.Err()
}

func (b *bodyReader) close() {
	b.rec.mu.Lock()
	b.closed = true
	b.rec.mu.Unlock()
	b.cancel()
	b.wg.Wait()
	b.rec.mu.Lock()
	defer b.rec.mu.Unlock()
	for _, x := range b.rec.list {
		if x.live != nil {
			x.live.w.close()
		}
	}
}
