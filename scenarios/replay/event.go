package replay

import (
	"time"

	"seine/assemble"
	"seine/capture"
)

// Event is one piece of news of a run: StepStarted, Tried, Found, Playing or Fetching.
type Event interface{ isEvent() }

// StepStarted says which step runs now.
type StepStarted struct {
	Number int // from 0
	Type   string
}

// Tried says what was just done to make a player start.
type Tried struct{ Attempt }

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

func (StepStarted) isEvent() {}
func (Tried) isEvent()       {}
func (Found) isEvent()       {}
func (Playing) isEvent()     {}
func (Fetching) isEvent()    {}
