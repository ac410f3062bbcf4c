package live

import (
	"context"
	"sync"
	"time"

	"seine/assemble/plan"
)

// Feed hands the parts of a recording from those who find them to those who fetch them, in the order in which they were found. It is safe for
// concurrent use.
type Feed struct {
	mu      sync.Mutex
	parts   []Item
	base    int // parts in front of these, which are done
	closed  bool
	changed chan struct{}
}

// Item is a part that is to be recorded.
type Item struct {
	Part  plan.Part
	Epoch int
	// Period is that of its list, see manifest.Segment.
	Period uint64
	// Lost is why there is nothing to fetch, nil for a part that can be fetched.
	Lost error
	// Until is when the origin is taken to have it no longer.
	Until time.Time
	// Date is the wall clock of its first sample, zero when nobody knows.
	Date time.Time
}

// NewFeed returns a feed whose first part is number base.
func NewFeed(base int) *Feed { return &Feed{base: base, changed: make(chan struct{})} }

// Add puts items at the end.
func (f *Feed) Add(list ...Item) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	f.parts = append(f.parts, list...)
	f.tell()
}

// Close says that nothing follows.
func (f *Feed) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.tell()
}

// Each lets a caller change the parts of a stream that are still to be fetched: their lists have other addresses for them now.
func (f *Feed) Each(stream, epoch int, change func(*Item)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.parts {
		if p := &f.parts[i]; p.Part.Stream == stream && p.Epoch == epoch && p.Lost == nil {
			change(p)
		}
	}
	f.tell()
}

// Pending is how long the parts of a stream last that are not done.
func (f *Feed) Pending(stream int) (sum time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.parts {
		if p := &f.parts[i]; p.Part.Stream == stream {
			sum += p.Part.Duration
		}
	}
	return sum
}

// More waits until part i is known; false: there is none.
func (f *Feed) More(ctx context.Context, i int) bool {
	for {
		f.mu.Lock()
		known, closed, changed := i < f.base+len(f.parts), f.closed, f.changed
		f.mu.Unlock()
		if known || closed {
			return known
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// Item returns part i as it is now. One that is done is empty.
func (f *Feed) Item(i int) Item {
	f.mu.Lock()
	defer f.mu.Unlock()
	if i < f.base || i >= f.base+len(f.parts) {
		return Item{}
	}
	return f.parts[i-f.base]
}

// Done forgets all parts up to i.
func (f *Feed) Done(i int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n := i + 1 - f.base; n > 0 && n <= len(f.parts) {
		f.parts = append(f.parts[:0], f.parts[n:]...)
		f.base = i + 1
	}
}

// Changed is closed when something changes.
func (f *Feed) Changed() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changed
}

func (f *Feed) tell() {
	close(f.changed)
	f.changed = make(chan struct{})
}
