package fetch

import (
	"context"
	"sync"
	"time"
)

// maxAhead bounds the parts that are under way or wait for their turn, however small they are.
const maxAhead = 128

// Work says how to get the parts of Ordered, and what to do with them.
type Work struct {
	// Count is the number of parts. It is 0 where More tells.
	Count int
	// More, if not nil, waits until part i is known, which may be long, and returns false when there will be none. It is called in order, from
	// a goroutine of Ordered.
	More func(ctx context.Context, i int) bool
	// Typical is how long a part is expected to be, in bytes; 0 when nothing is known.
	Typical int64
	// URLs are the addresses of part i, as in Request: the limit of the host that is asked holds, and of several hosts the
	// one with the most room is asked first. None: nothing is fetched.
	URLs func(i int) []string
	// Fetch gets part i. It runs concurrently with others.
	Fetch func(ctx context.Context, i int, l *Lane) (*Body, error)
	// Deliver gets the parts in order, from the goroutine that called Ordered; the body is released after it returns. An
	// error ends everything.
	Deliver func(i int, b *Body, err error) error
	// Idle, if not nil, is called from there when the next part has not come for IdleTime. An error ends everything.
	Idle     func() error
	IdleTime time.Duration
}

type outcome struct {
	body *Body
	err  error
	room *room
}

// Ordered fetches parts concurrently and delivers them in order. It returns when all are delivered, Deliver has returned
// an error, or ctx has ended; all its goroutines are gone then.
func (p *Pool) Ordered(ctx context.Context, w Work) error {
	p.bufs.open()
	defer p.bufs.close()
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	win := newWindow(p.opts.Window, w, p.bufs)
	// Each part has a channel of its own; their order is the order of delivery.
	queue := make(chan chan outcome, maxAhead)
	wg.Go(func() {
		defer close(queue)
		p.dispatch(ctx, w, win, queue, &wg)
	})
	for i := 0; ; i++ {
		out, ok, err := w.next(ctx, queue)
		if err != nil || !ok {
			return err
		}
		err = w.Deliver(i, out.body, out.err)
		out.body.Release()
		win.done(out.room)
		p.hosts.wake()
		if err != nil {
			return err
		}
	}
}

// next waits for the part whose turn it is; ok is false when there is none.
func (w *Work) next(ctx context.Context, queue <-chan chan outcome) (out outcome, ok bool, err error) {
	var late <-chan time.Time
	if w.Idle != nil {
		timer := time.NewTimer(w.IdleTime)
		defer timer.Stop()
		late = timer.C
	}
	var result <-chan outcome // nil until the part has begun
	for {
		select {
		case result, ok = <-queue:
			if !ok {
				return out, false, context.Cause(ctx)
			}
			queue = nil
		case out = <-result:
			if out.err != nil && ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			return out, true, err
		case <-late:
			if err := w.Idle(); err != nil {
				return out, false, err
			}
		case <-ctx.Done():
			return out, false, context.Cause(ctx)
		}
	}
}

// more reports whether there is a part i.
func (w *Work) more(ctx context.Context, i int) bool {
	if w.More != nil {
		return w.More(ctx, i)
	}
	return i < w.Count
}

// dispatch starts the parts in order. Slots are taken here, in order too: the head always has one.
func (p *Pool) dispatch(ctx context.Context, w Work, win *window, queue chan<- chan outcome, wg *sync.WaitGroup) {
	for i := 0; w.more(ctx, i); i++ {
		result := make(chan outcome, 1)
		r := &room{window: win, index: i}
		if urls := w.URLs(i); len(urls) == 0 {
			result <- outcome{room: r}
		} else if err := p.start(ctx, w, urls, r, result, wg); err != nil {
			return
		}
		select {
		case queue <- result:
		case <-ctx.Done():
			return
		}
	}
}

func (p *Pool) start(ctx context.Context, w Work, urls []string, r *room, result chan<- outcome, wg *sync.WaitGroup) error {
	if err := r.window.admit(ctx, r); err != nil {
		return err
	}
	lane := &Lane{pool: p, room: r, urgent: r.isHead}
	if err := lane.enter(ctx, urls); err != nil {
		return err
	}
	wg.Go(func() {
		defer lane.leave()
		body, err := w.Fetch(ctx, r.index, lane)
		result <- outcome{body, err, r}
	})
	return nil
}
