package live

import (
	"context"
	"sync"
	"time"

	"seine/assemble/plan"
)

// MaxPending is how many parts may wait until no list is looked at any more.
const MaxPending = 1 << 18

// Feed hands the parts of a recording from those who find them to those who fetch them: of each stream in the order in which they were found, and those of
// all streams by their place in the film, for a window of hours is found at once. It is safe for concurrent use.
type Feed struct {
	mu      sync.Mutex
	parts   []Item
	base    int // parts in front of these, which are done
	asked   int // parts that More has spoken of: their numbers hold
	pending map[int]time.Duration
	closed  bool
	dropped bool
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
func NewFeed(base int) *Feed {
	return &Feed{base: base, asked: base, pending: map[int]time.Duration{}, changed: make(chan struct{})}
}

// Add takes new items of one stream, in order.
func (f *Feed) Add(list ...Item) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed || f.dropped {
		return
	}
	tail := f.parts[f.asked-f.base:]
	switch at := len(tail); {
	case len(list) == 0:
	case at == 0 || tail[at-1].Part.Start <= list[0].Part.Start:
		f.parts = append(f.parts, list...)
	default:
		f.parts = append(f.parts[:len(f.parts)-at:len(f.parts)-at], merge(tail, list)...)
	}
	for i := range list {
		f.pending[list[i].Part.Stream] += list[i].Part.Duration
	}
	f.tell()
}

// merge puts two lists in the order of the film; neither's own order changes.
func merge(a, b []Item) []Item {
	out := make([]Item, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].Part.Start <= b[0].Part.Start {
			out, a = append(out, a[0]), a[1:]
		} else {
			out, b = append(out, b[0]), b[1:]
		}
	}
	return append(append(out, a...), b...)
}

// Len is how many parts are not done.
func (f *Feed) Len() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.parts)
}

// Behind is how many parts are known behind part i.
func (f *Feed) Behind(i int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.base + len(f.parts) - 1 - i
}

// Close says that nothing follows.
func (f *Feed) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	f.tell()
}

// Drop forgets the parts that More has not spoken of yet, and if there are any, all that come: nobody waits for hours of a window when the recording is
// ended by hand.
func (f *Feed) Drop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	keep := f.asked - f.base
	f.dropped = keep < len(f.parts)
	for _, it := range f.parts[keep:] {
		f.pending[it.Part.Stream] -= it.Part.Duration
	}
	clear(f.parts[keep:])
	f.parts = f.parts[:keep]
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
func (f *Feed) Pending(stream int) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pending[stream]
}

// More waits until part i is known; false: there is none.
func (f *Feed) More(ctx context.Context, i int) bool {
	for {
		f.mu.Lock()
		known, closed, changed := i < f.base+len(f.parts), f.closed, f.changed
		if known {
			f.asked = max(f.asked, i+1)
		}
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
		for k := range f.parts[:n] {
			f.pending[f.parts[k].Part.Stream] -= f.parts[k].Part.Duration
		}
		clear(f.parts[:n])
		f.parts = f.parts[n:]
		f.base, f.asked = i+1, max(f.asked, i+1)
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
