package capture

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"golang.org/x/sync/semaphore"
)

// readers is how many bodies are read at once. One at a time would wait for the browser at each; many would hold as
// many bodies as base64 in memory.
const readers = 4

// bodyReader asks the browser for bodies, in goroutines that close waits for.
type bodyReader struct {
	rec    *Recorder
	ctx    context.Context
	cancel context.CancelFunc
	slots  *semaphore.Weighted
	wg     sync.WaitGroup
	idle   *sync.Cond // on rec.mu
	open   int
	closed bool
}

func newBodyReader(r *Recorder) *bodyReader {
	ctx, cancel := context.WithCancel(context.Background())
	return &bodyReader{rec: r, ctx: ctx, cancel: cancel, slots: semaphore.NewWeighted(readers), idle: sync.NewCond(&r.mu)}
}

// start runs read without the Recorder's lock and store with it. Called with the lock held.
func (b *bodyReader) start(read func(context.Context) Body, store func(Body)) {
	if b.closed {
		store(Body{Reason: ReasonNotAsked})
		return
	}
	b.open++
	b.wg.Go(func() {
		body := Body{Reason: ReasonNotAsked}
		if b.slots.Acquire(b.ctx, 1) == nil {
			body = read(b.ctx)
			b.slots.Release(1)
		}
		b.rec.mu.Lock()
		defer b.rec.mu.Unlock()
		store(body)
		b.open--
		b.idle.Broadcast()
		b.rec.notify()
	})
}

// response reads the response's body of x, which s saw the end of.
func (b *bodyReader) response(x *record, s Session) {
	if x.Received > b.rec.opt.MaxBody {
		x.Body = Body{Reason: ReasonTooLarge, Size: x.Received}
		return
	}
	id, fallback := network.RequestID(x.ID), x.without()
	something := x.Received > 0 || x.length() > 0
	x.Body = Body{Reason: ReasonPending}
	b.start(func(ctx context.Context) Body {
		for _, holder := range b.rec.holders(s) {
			res, err := ask(ctx, holder, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
			if err != nil {
				b.rec.opt.Log.Debug("no body here", "request", id, "error", err)
				continue
			}
			if something && len(res.Body) == 0 {
				continue // what a worker passed on without reading, Chrome gives as nothing, and without an error
			}
			if int64(len(res.Body)) > b.rec.opt.MaxBody {
				return Body{Reason: ReasonTooLarge, Size: int64(len(res.Body))}
			}
			return b.rec.store.put(res.Body)
		}
		return fallback
	}, func(body Body) { x.Body = body })
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
	default:
		return Body{Reason: ReasonGone}
	}
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
	id := network.RequestID(x.ID)
	b.start(func(ctx context.Context) Body {
		res, err := ask(ctx, cdp.Session(s), network.GetRequestPostData, network.GetRequestPostDataParams{RequestID: id})
		if err != nil {
			return Body{Reason: ReasonGone}
		}
		return b.rec.store.put(res.PostData)
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
	for b.open > 0 && ctx.Err() == nil {
		b.idle.Wait()
	}
	return ctx.Err()
}

func (b *bodyReader) close() {
	b.rec.mu.Lock()
	b.closed = true
	b.rec.mu.Unlock()
	b.cancel()
	b.wg.Wait()
}
