package scenarios

import (
	"fmt"
	"time"
)

// Step is one of the types that Steps lists; the set is closed, so that a runner can be complete.
type Step interface {
	// Type is the step's name in a file.
	Type() string
	// Common is what every step has.
	Common() Base
	isStep()
}

// Base is what every step may carry.
type Base struct {
	// Time-out of this step, such as 30s; by default the scenario's.
	Timeout time.Duration
	// How often the step is tried again where it fails.
	Retries int `min:"0" max:"100"`
	// A failure of this step is told and the run goes on.
	Optional bool
	// What must have happened once the step is done: a navigation, or a download.
	AssertedEvents []AssertedEvent
	// Properties of a Chrome Recorder file that seine does not know, kept as they are.
	Recorder map[string]any `seine:",raw"`
	// Pos is where the step stands.
	Pos Position `seine:"-"`
}

func (Base) isStep() {}

// Common is b itself.
func (b Base) Common() Base { return b }

// Within is the step's own time-out, or else the flow's.
func (b Base) Within(f UserFlow) time.Duration {
	for _, d := range []time.Duration{b.Timeout, f.Timeout} {
		if d > 0 {
			return d
		}
	}
	return DefaultTimeout
}

// AssertedEvent is something that a step brings about.
type AssertedEvent struct {
	// Kind of event.
	Type string `enum:"navigation download" seine:",raw,required"`
	// Address that was navigated to.
	URL *string
	// Title of the document there.
	Title *string
	// Name of the file that is downloaded, relative to the output folder; by default what the page calls it.
	File string
	// Properties of a Chrome Recorder file that seine does not know, kept as they are.
	Recorder map[string]any `seine:",raw"`
}

// Position is a place in a file. Line and Column count from 1, Column in characters; the zero value is none.
type Position struct {
	File         string
	Line, Column int
}

// String is file:line:column.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Place is the document that a step works in.
type Place struct {
	// Target: main, or the address of a popup, with * for anything; (2) behind it is the second that opened.
	Target string
	// Frame as a path of child indexes, outermost first: [0, 2] is the third frame in the first one.
	Frame []int `min:"0"`
	// Frame by what it is, in place of its number, outermost first: its address with * for anything (*/pay/*), or a selector of its element (iframe#pay).
	InFrame []string
}

// Selector descends from shadow root to shadow root: each part is searched in what the one before it found. Most have one
// part. A part is CSS or begins with aria/, text/, xpath/ or pierce/.
type Selector []string

// Steps are zero values of all steps, in the order of the documentation.
func Steps() []Step {
	return []Step{
		Navigate{},
		History{},
		SetViewport{},
		EmulateNetworkConditions{},
		Close{},
		Click{},
		DoubleClick{},
		Hover{},
		Drag{},
		Scroll{},
		Change{},
		Select{},
		Upload{},
		KeyDown{},
		KeyUp{},
		Press{},
		Dialog{},
		WaitForElement{},
		WaitForExpression{},
		WaitForRequest{},
		Listen{},
		Assert{},
		Extract{},
		Request{},
		Write{},
		Download{},
		Screenshot{},
		PDF{},
		Each{},
		Paginate{},
		If{},
		Call{},
		Play{},
		Grab{},
		Capture{},
		CustomStep{},
	}
}
