package fetch

import (
	"context"
	"sync"
)

// maxAhead bounds the parts that are under way or wait for their turn, however small they are.
const maxAhead = 128

// Lane fetches within a part of Ordered: the slot of its host is already held.
type Lane struct {
	pool *Pool
	room *room
}

// Get fetches one resource. Segments are paid for from the window, one for a part; keys are not.
func (l *Lane) Get(ctx context.Context, r Request) (*Body, error) {
	if r.Kind != Segment {
		return l.pool.get(ctx, r, nil)
	}
	return l.pool.get(ctx, r, l.room)
}

// Work says how to get the parts of Ordered, and what to do with them.
type Work struct {
	// Count is the number of parts.
	Count int
	// URL is the address of part i; its host's limit holds. Empty: nothing is fetched.
	URL func(i int) string
	// Fetch gets part i. It runs concurrently with others.
	Fetch func(ctx context.Context, i int, l *Lane) (*Body, error)
	// Deliver gets the parts in order, from the goroutine that called Ordered; the body is released after it returns. An
	// error ends everything.
	Deliver func(i int, b *Body, err error) error
}

type outcome struct {
	body *Body
	err  error
	room *room
}

// Ordered fetches parts concurrently and delivers them in order. It returns when all are delivered, Deliver has returned
// an error, or ctx has ended; all its goroutines are gone then.
func (p *Pool) Ordered(ctx context.Context, w Work) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	win := newWindow(p.opts.Window)
	// Each part has a channel of its own; their order is the order of delivery.
	queue := make(chan chan outcome, maxAhead)
	wg.Go(func() {
		defer close(queue)
		p.dispatch(ctx, w, win, queue, &wg)
	})
	for i := range w.Count {
		out, err := next(ctx, queue)
		if err != nil {
			return err
		}
		err = w.Deliver(i, out.body, out.err)
		out.body.Release()
		win.done(out.room.paid)
		if err != nil {
			return err
		}
	}
	return nil
}

func next(ctx context.Context, queue <-chan chan outcome) (outcome, error) {
	select {
	case result, ok := <-queue:
		if !ok {
			return outcome{}, context.Cause(ctx)
		}
		select {
		case out := <-result:
			if err := ctx.Err(); err != nil && out.err != nil {
				return outcome{}, context.Cause(ctx)
			}
			return out, nil
		case <-ctx.Done():
			return outcome{}, context.Cause(ctx)
		}
	case <-ctx.Done():
		return outcome{}, context.Cause(ctx)
	}
}

// dispatch starts the parts in order. Slots are taken here, in order too: the head always has one.
func (p *Pool) dispatch(ctx context.Context, w Work, win *window, queue chan<- chan outcome, wg *sync.WaitGroup) {
	for i := range w.Count {
		result := make(chan outcome, 1)
		r := &room{window: win, index: i}
		url := w.URL(i)
		if url == "" {
			result <- outcome{room: r}
		} else if err := p.start(ctx, w, url, r, result, wg); err != nil {
			return
		}
		select {
		case queue <- result:
		case <-ctx.Done():
			return
		}
	}
}

func (p *Pool) start(ctx context.Context, w Work, url string, r *room, result chan<- outcome, wg *sync.WaitGroup) error {
	if err := r.ensure(ctx, r.window.estimate()); err != nil {
		return err
	}
	h := p.host(url)
	if err := h.acquire(ctx); err != nil {
		return err
	}
	wg.Go(func() {
		defer h.release()
		body, err := w.Fetch(ctx, r.index, &Lane{pool: p, room: r})
		result <- outcome{body, err, r}
	})
	return nil
}
