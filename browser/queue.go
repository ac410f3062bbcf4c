package browser

import "sync"

// queue is an unbounded first-in first-out list between goroutines. Its producers are the reader of Chrome's pipe and
// callers who must never wait for a consumer; what bounds it is that Chrome itself is the only source.
type queue[T any] struct {
	mu     sync.Mutex
	wake   sync.Cond
	items  []T
	closed bool
}

func newQueue[T any]() *queue[T] {
	q := &queue[T]{}
	q.wake.L = &q.mu
	return q
}

// push appends v; false when the queue was closed.
func (q *queue[T]) push(v T) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.items = append(q.items, v)
	q.wake.Signal()
	return true
}

// take waits for items and returns all of them; none once the queue is closed and drained.
func (q *queue[T]) take() []T {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.closed {
		q.wake.Wait()
	}
	items := q.items
	q.items = nil
	return items
}

// close refuses further items; what is there can still be taken.
func (q *queue[T]) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.wake.Broadcast()
}
