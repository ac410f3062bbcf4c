package browser

import (
	"fmt"
	"sync"

	jsonv2 "github.com/chromedp/cdproto/cdp/jsonv2"
)

// What waits for an observer: so many bytes in memory, twice over, and so many on disk.
const (
	inboxMemory = 16 << 20
	inboxDisk   = 4 << 30
	noticeSize  = 160 // bytes of one, its parameters aside
)

// EventsLost is the name of an event of ours, on the root session: the observer was so slow that some were thrown away. Its parameter is
// events, how many.
const EventsLost = "Seine.eventsLost"

// inbox is a tab's news, in order, from the reader of Chrome's pipe to the goroutine that tells the observer. The reader must never wait
// for that, or every tab would, and a page may make news faster than it is taken: what is too much for memory is written to a file, and
// what is too much for that is counted. Targets that come and go are always told.
type inbox struct {
	memory, disk int64
	root         *Session

	mu     sync.Mutex
	wake   sync.Cond
	items  []notice
	bytes  int64 // of items
	spill  *spill
	lost   int
	closed bool
}

func newInbox(root *Session) *inbox {
	in := &inbox{memory: inboxMemory, disk: inboxDisk, root: root}
	in.wake.L = &in.mu
	return in
}

// push appends n, unless the inbox was closed.
func (in *inbox) push(n notice) {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.closed {
		return
	}
	in.wake.Signal()
	if size := n.size(); in.spill == nil && in.bytes+size <= in.memory {
		in.bytes += size
		in.items = append(in.items, n)
		return
	}
	if in.spill == nil {
		in.spill = &spill{most: in.disk}
	}
	if !in.spill.add(n) {
		in.lost++
	}
}

// take waits for news and returns what is in memory; none once the inbox was closed and all was taken.
func (in *inbox) take() []notice {
	in.mu.Lock()
	defer in.mu.Unlock()
	for len(in.items) == 0 && in.spill == nil && !in.closed {
		in.wake.Wait()
	}
	items := in.items
	in.items, in.bytes = nil, 0
	if len(items) == 0 && in.spill != nil {
		items = in.respill()
	}
	return items
}

// respill takes the next of what is on disk; behind its end it says what was lost.
func (in *inbox) respill() []notice {
	items, lost := in.spill.next(in.memory)
	in.lost += lost
	if !in.spill.empty() {
		return items
	}
	in.spill.close()
	in.spill = nil
	if in.lost > 0 {
		items = append(items, notice{kind: event, session: in.root, method: EventsLost, params: jsonv2.Value(fmt.Sprintf(`{"events":%d}`, in.lost))})
		in.lost = 0
	}
	return items
}

// close refuses further news; what is there can still be taken.
func (in *inbox) close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = true
	in.wake.Broadcast()
}

func (n *notice) size() int64 { return noticeSize + int64(len(n.method)+len(n.params)) }
