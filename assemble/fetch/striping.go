package fetch

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// striping fetches a body, a large one by several requests at the same time into one buffer. Its own slot goes from stripe to stripe;
// what other slots it gets are help.
type striping struct {
	pool *Pool
	req  Request // at the address that is asked
	host *host
	room *room
	lane *Lane
	kept *partial
	lag  time.Duration // until the first bytes came
	// opening is how much of the body is asked for first, as one flight.
	opening int64
	flight  *flight

	own     *stripe // the one of the first request; nil as long as the body is not divided
	body    *Body
	version version
	stop    context.CancelCauseFunc // ends all, for a reason
	done    <-chan struct{}         // all stripes are there
	settle  context.CancelFunc      // says so
	helpers sync.WaitGroup
	offer   chan struct{} // there may be a stripe to take

	mu      sync.Mutex
	list    []*stripe
	missing int // of them, those that are not complete
	// from is where the bytes begin that nobody has taken, to where they end.
	from, to int64
}

// first asks for the first stripe. An answer that is the whole body is read as such; else helpers begin, under ctx, while the first
// stripe is read.
func (s *striping) first(ctx, each context.Context, rd *reader) (*Body, error) {
	began := time.Now()
	resp, err := s.ask(each, 0, s.opening)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	s.lagged(time.Since(began))
	if resp.StatusCode == http.StatusOK {
		s.host.undivided()
		span, err := bodySpan(resp, s.req)
		if err != nil {
			return nil, err
		}
		return s.receive(each, resp, span, rd)
	}
	length, err := s.measure(resp)
	if err != nil {
		return nil, err
	}
	if length <= s.opening {
		return s.receive(each, resp, span{length: length}, rd)
	}
	if err := s.allocate(each, resp, length, rd); err != nil {
		return nil, err
	}
	s.own = s.add(0, s.opening)
	s.own.flight = s.flight
	s.from, s.to = s.opening, length
	s.recruit(ctx)
	s.tell()
	return nil, s.read(each, resp, s.own, int(s.opening), rd)
}

// lagged books how long the first bytes took.
func (s *striping) lagged(d time.Duration) {
	if s.lag = d; s.room != nil {
		s.room.window.lagged(d)
	}
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
	case first != offset, last != offset+min(length, s.opening)-1:
		return 0, fmt.Errorf("%w: bytes %d to %d of %d came, %d from byte %d on were asked for", errUndivided, first, last, length, s.opening, offset)
	case length > s.pool.opts.Window: // no memory for bytes that are only promised
		return 0, fmt.Errorf("%w: it is too long", errUndivided)
	}
	s.version = v
	return length, nil
}

// allocate gets the buffer for all.
func (s *striping) allocate(ctx context.Context, resp *http.Response, length int64, rd *reader) error {
	buf, err := rd.first(ctx, span{length: length})
	if err != nil {
		s.pool.bufs.put(buf)
		return err
	}
	s.body = s.pool.body(buf[:length], resp, s.req)
	return nil
}

// add makes a stripe of bytes of the body.
func (s *striping) add(from, to int64) *stripe {
	t := &stripe{from: from, buf: s.body.Data[from:from:to], end: int(to - from)}
	s.list = append(s.list, t)
	s.missing++
	return t
}

// recruit has other slots of the host, as they get free, take a stripe each.
func (s *striping) recruit(ctx context.Context) {
	waits, settle := context.WithCancel(ctx)
	s.done, s.settle = waits.Done(), settle
	s.helpers.Go(func() {
		for {
			select {
			case <-s.offer:
			case <-s.done:
				return
			}
			h, err := s.host.all.acquire(waits, []*host{s.host}, nil, s.order())
			if err != nil {
				return
			}
			t := s.take()
			if t == nil {
				h.release()
				continue
			}
			s.helpers.Go(func() {
				defer h.release()
				if err := s.fetch(ctx, t, nil, true); err != nil {
					s.stop(err)
				}
			})
		}
	})
}

// lastOrder is behind all parts: what could go on without help, gets it when nobody else needs the slot.
const lastOrder = 1 << 40

func (s *striping) order() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.from < s.to {
		return s.room.index
	}
	return s.room.index + lastOrder
}

// take returns the next stripe that nobody has, or a part of one that somebody has; nil for none.
func (s *striping) take() *stripe {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest := s.to - s.from
	if rest == 0 {
		return s.cut(time.Now())
	}
	_, level := s.host.divides()
	n, f := s.room.embark(level, rest, rest/max(1, (rest+stripeBytes/2)/stripeBytes)) // no short one at the end
	t := s.add(s.from, s.from+n)
	t.flight = f
	if s.from += n; s.from < s.to {
		s.tell()
	}
	return t
}

// tell says that there may be a stripe to take.
func (s *striping) tell() {
	select {
	case s.offer <- struct{}{}:
	default: // it is said already
	}
}

// complete books a stripe that is there.
func (s *striping) complete() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.missing--; s.missing == 0 && s.from == s.to {
		s.settle()
	}
}

// finish goes on after the first exchange, which has ended with err, and waits for the helpers.
func (s *striping) finish(ctx context.Context, err error) (*Body, error) {
	err = s.fetch(ctx, s.own, err, false)
	for err == nil {
		if t := s.take(); t != nil {
			err = s.fetch(ctx, t, nil, true)
			continue
		}
		break
	}
	if err != nil {
		s.stop(err)
	}
	s.lane.leave() // others do the rest
	s.helpers.Wait()
	err = context.Cause(ctx)
	if err == nil {
		return s.body, nil
	}
	s.body.Release()
	return nil, err
}
