package engine

import (
	"sync"

	"seine/scenarios"
)

// Event is news of a run: one of the types below.
type Event interface{ isEvent() }

// Started is the beginning of a run, or of one more try of it.
type Started struct {
	Run  int
	What string // which: page=7; "": there is one only
	Try  int    // from 1
}

// Ended is the end of a run.
type Ended struct {
	Run  int
	What string
	Err  error
}

// Stepped is the beginning of a step. Steps inside of others are told too.
type Stepped struct {
	Run  int
	Step scenarios.Step
}

// Progressed is how far an each, a paginate or a download has come. All is 0 where nobody knows.
type Progressed struct {
	Run       int
	Step      scenarios.Step
	Done, All int
}

// Noted is something that did not end the run: an optional step, an item that was skipped, a try that failed.
type Noted struct {
	Run  int
	Pos  scenarios.Position
	What string
	Err  error
}

// Wrote is a file that is finished.
type Wrote struct {
	Run  int
	File string
}

func (Started) isEvent()    {}
func (Ended) isEvent()      {}
func (Stepped) isEvent()    {}
func (Progressed) isEvent() {}
func (Noted) isEvent()      {}
func (Wrote) isEvent()      {}

// teller tells one event at a time.
type teller struct {
	mu      sync.Mutex
	observe func(Event)
}

func (t *teller) tell(e Event) {
	if t.observe == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.observe(e)
}
