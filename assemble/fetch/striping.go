package fetch

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
)

// striping fetches a large body by several requests at the same time, into one buffer. Its own slot goes from stripe to stripe; what
// other slots it gets are help.
type striping struct {
	pool *Pool
	req  Request // at the address that is asked
	host *host
	room *room

	body    *Body
	version version
	stop    context.CancelCauseFunc // ends all, for a reason
	settled context.CancelFunc      // ends the wait for slots that are no longer needed
	helpers sync.WaitGroup

	mu   sync.Mutex
	list []*stripe
	next int // the first that nobody has taken
}

// open asks for the first stripe. An answer that is the whole body is read as such; else helpers begin, under ctx, while the first
// stripe is read.
func (s *striping) open(ctx, open context.Context, kept *partial, rd *reader) (*Body, error) {
	resp, err := s.ask(open, 0, stripeBytes)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		s.host.undivided()
		span, err := bodySpan(resp, s.req)
		if err != nil {
			return nil, err
		}
		return s.pool.receive(open, resp, s.req, span, kept, rd)
	}
	length, err := s.measure(resp)
	if err != nil {
		return nil, err
	}
	if length <= stripeBytes {
		return s.pool.receive(open, resp, s.req, span{length: length}, kept, rd)
	}
	if err := s.allocate(open, resp, length, rd); err != nil {
		return nil, err
	}
	s.help(ctx)
	return nil, s.read(open, resp, s.list[0], rd)
}

// measure returns the length of the body, of which the first stripe was asked for.
func (s *striping) measure(resp *http.Response) (int64, error) {
	first, last, v, err := piece(resp.Header)
	if err != nil {
		return 0, err
	}
	offset, length := s.extent()
	if length == 0 {
		if length, err = strconv.ParseInt(v.whole, 10, 64); err != nil {
			return 0, fmt.Errorf("%w: it does not tell how long it is", errUndivided)
		}
	}
	switch most := s.req.Kind.MaxBytes(); {
	case length > most:
		return 0, fmt.Errorf("%w: %d bytes, the limit for a %v is %d", ErrTooLarge, length, s.req.Kind, most)
	case first != offset, last != offset+min(length, stripeBytes)-1:
		return 0, fmt.Errorf("%w: bytes %d to %d of %d came, %d from byte %d on were asked for", errUndivided, first, last, length, int64(stripeBytes), offset)
	case length > s.pool.opts.Window: // no memory for bytes that are only promised
		return 0, fmt.Errorf("%w: it is too long", errUndivided)
	}
	s.version = v
	return length, nil
}

// allocate gets the buffer for all, and lays out the stripes: no short one at the end.
func (s *striping) allocate(ctx context.Context, resp *http.Response, length int64, rd *reader) error {
	buf, err := rd.first(ctx, span{length: length})
	if err != nil {
		s.pool.bufs.put(buf)
		return err
	}
	buf = buf[:length]
	s.body = s.pool.body(buf, resp, s.req)
	from, to := int64(0), int64(stripeBytes)
	n := max(1, (length-to+stripeBytes/2)/stripeBytes) // of those behind the first one
	for i := range n + 1 {
		s.list = append(s.list, &stripe{from: from, buf: buf[from:from:to]})
		from, to = to, stripeBytes+(length-stripeBytes)*(i+1)/n
	}
	s.next = 1
	return nil
}

// help has other slots of the host, as they get free, take a stripe each.
func (s *striping) help(ctx context.Context) {
	var waits context.Context
	waits, s.settled = context.WithCancel(ctx)
	for range len(s.list) - 1 {
		s.helpers.Go(func() {
			h, err := s.host.all.acquire(waits, []*host{s.host}, nil, s.room.index)
			if err != nil {
				return
			}
			defer h.release()
			if t := s.take(); t != nil {
				if err := s.fetch(ctx, t, nil, true); err != nil {
					s.stop(err)
				}
			}
		})
	}
}

// take returns the next stripe that nobody has, nil for none.
func (s *striping) take() *stripe {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == len(s.list) {
		return nil
	}
	t := s.list[s.next]
	if s.next++; s.next == len(s.list) {
		s.settled()
	}
	return t
}

// finish goes on after the first exchange, which has ended with err, and waits for the helpers.
func (s *striping) finish(ctx context.Context, err error) (*Body, error) {
	if err = s.fetch(ctx, s.list[0], err, false); err == nil {
		for t := s.take(); t != nil && err == nil; t = s.take() {
			err = s.fetch(ctx, t, nil, true)
		}
	}
	if err != nil {
		s.stop(err)
	}
	s.helpers.Wait()
	s.settled()
	if err := context.Cause(ctx); err != nil {
		s.body.Release()
		return nil, err
	}
	return s.body, nil
}
