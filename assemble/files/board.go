package files

import (
	"slices"
	"sync"
	"time"
)

// boardPause is the least time between two calls of Options.Progress.
const boardPause = 100 * time.Millisecond

// mostShown bounds the files that a Progress names.
const mostShown = 8

// Progress is the state of a list.
type Progress struct {
	// Total is the number of files; Done those that are over, Failed and Skipped (unchanged, or in the archive) some of them.
	Total, Done, Failed, Skipped int
	// Bytes received.
	Bytes   int64
	Retries int
	// Active are some of those under way, the longest first.
	Active []Active
}

// Active is a file under way.
type Active struct {
	Name string
	// Bytes of it are there, of Size, which is -1 if the server does not tell.
	Bytes, Size int64
}

// board holds the state, and tells of it from one goroutine.
type board struct {
	tell    func(Progress)
	changed chan struct{}
	quit    chan struct{}
	gone    chan struct{}

	mu     sync.Mutex
	state  Progress
	active []*Active // in the order of their beginning
}

func startBoard(tell func(Progress), total int) *board {
	b := &board{tell: tell, changed: make(chan struct{}, 1), quit: make(chan struct{}), gone: make(chan struct{})}
	b.state.Total = total
	if tell == nil {
		close(b.gone)
		return b
	}
	go b.run()
	return b
}

// begin shows a file. What changes of it is for update to do.
func (b *board) begin(name string) *Active {
	a := &Active{Name: name, Size: -1}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.active = append(b.active, a)
	return a
}

func (b *board) end(a *Active) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.active = slices.DeleteFunc(b.active, func(x *Active) bool { return x == a })
}

func (b *board) over(r *Result) {
	b.update(func(p *Progress) {
		p.Done++
		switch r.Status {
		case Failed:
			p.Failed++
		case Unchanged, Archived:
			p.Skipped++
		case Fetched:
		}
	})
}

// update changes the state. It does not block.
func (b *board) update(change func(*Progress)) {
	b.mu.Lock()
	change(&b.state)
	b.mu.Unlock()
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

func (b *board) bytes() int64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state.Bytes
}

func (b *board) now() Progress {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.state
	for _, a := range b.active[:min(len(b.active), mostShown)] {
		p.Active = append(p.Active, *a)
	}
	return p
}

func (b *board) run() {
	defer close(b.gone)
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-b.quit:
			b.tell(b.now())
			return
		}
		select {
		case <-b.changed:
			b.tell(b.now())
			pause.Reset(boardPause)
		case <-b.quit:
			b.tell(b.now())
			return
		}
	}
}

// stop tells the last state and waits.
func (b *board) stop() {
	close(b.quit)
	<-b.gone
}
