package assemble

import (
	"sync"
	"time"
)

// progressPause is the least time between two calls of Job.Progress.
const progressPause = 50 * time.Millisecond

// reporter holds the state of a run and tells Job.Progress of it from one goroutine, which start begins and stop ends.
type reporter struct {
	tell func(Progress)

	mu      sync.Mutex
	state   Progress
	changed chan struct{}
	quit    chan struct{}
	gone    chan struct{}
}

func startReporter(tell func(Progress)) *reporter {
	r := &reporter{tell: tell, changed: make(chan struct{}, 1), quit: make(chan struct{}), gone: make(chan struct{})}
	if tell == nil {
		close(r.gone)
		return r
	}
	go r.run()
	return r
}

// update changes the state. It does not block.
func (r *reporter) update(change func(*Progress)) {
	r.mu.Lock()
	change(&r.state)
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

func (r *reporter) now() Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

func (r *reporter) run() {
	defer close(r.gone)
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-r.quit:
			r.tell(r.now())
			return
		}
		select {
		case <-r.changed:
			r.tell(r.now())
			pause.Reset(progressPause)
		case <-r.quit:
			r.tell(r.now())
			return
		}
	}
}

// stop tells the last state and waits.
func (r *reporter) stop() {
	close(r.quit)
	<-r.gone
}
