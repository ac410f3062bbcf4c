package replay

import (
	"time"

	"seine/assemble"
	"seine/capture"
	"seine/scenarios"
)

// Event is one piece of news of a run: StepStarted, Tried, Heard, Spotted, Found, Playing, Fetching, Matched or Protected.
type Event interface{ isEvent() }

// StepStarted says which step runs now.
type StepStarted struct {
	Number int // from 0
	Type   string
}

// Tried says what was just done to make a player start.
type Tried struct{ Attempt }

// Heard is an exchange that has come to its end, body and all. Flows that grab do not tell of them.
type Heard struct{ Exchange *capture.Exchange }

// Spotted is a stream as it is known when it is found. While the page goes on more may become known of it: Found has the last word.
type Spotted struct{ Stream *capture.Stream }

// Found says what media the page loaded, best first.
type Found struct{ Streams []*capture.Stream }

// Playing is how far a player was played whose film is taken from it.
type Playing struct {
	Played, Total time.Duration
	Bytes         int64 // that it was given
}

// Fetching is the progress of a download.
type Fetching struct {
	Output string
	assemble.Progress
}

// Matched says which of a step's selectors found its element, once the step is done.
type Matched struct {
	Step        scenarios.Step // with its values in place
	Selectors   []scenarios.Selector
	Alternative int // from 0
}

func (Matched) isEvent()     {}
func (StepStarted) isEvent() {}
func (Tried) isEvent()       {}
func (Heard) isEvent()       {}
func (Spotted) isEvent()     {}
func (Found) isEvent()       {}
func (Playing) isEvent()     {}
func (Fetching) isEvent()    {}
