package browser

import (
	"sync"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
)

// subscription carries the events of one method from the reader to a channel, through a queue without a bound.
type subscription struct {
	in   *queue[jsonv2.Value]
	out  chan jsonv2.Value
	stop chan struct{}
	once sync.Once
	wg   sync.WaitGroup
}

// Subscribe buffers the events of method from now on. The channel gives their raw parameters in order and is closed after
// the last one when the target ends. Cancel must be called; it waits for the goroutine behind the channel.
func (s *Session) Subscribe(method string) (<-chan jsonv2.Value, func()) {
	sub := &subscription{in: newQueue[jsonv2.Value](), out: make(chan jsonv2.Value), stop: make(chan struct{})}
	s.mu.Lock()
	if s.ended {
		sub.in.close()
	} else {
		if s.subs[method] == nil {
			s.subs[method] = map[*subscription]struct{}{}
		}
		s.subs[method][sub] = struct{}{}
	}
	s.mu.Unlock()
	sub.wg.Go(sub.pump)
	return sub.out, func() {
		s.mu.Lock()
		delete(s.subs[method], sub)
		s.mu.Unlock()
		sub.cancel()
	}
}

func (u *subscription) cancel() {
	u.once.Do(func() { close(u.stop) })
	u.in.close()
	u.wg.Wait()
}

func (u *subscription) pump() {
	defer close(u.out)
	for {
		batch := u.in.take()
		if batch == nil {
			return
		}
		for _, v := range batch {
			select {
			case u.out <- v:
			case <-u.stop:
				return
			}
		}
	}
}

// publish is called by the reader and never waits.
func (s *Session) publish(method string, params jsonv2.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for sub := range s.subs[method] {
		sub.in.push(params)
	}
}
