// Package scenarios is the model of what is done on a site: a UserFlow is a list of Steps, as in Chrome's Recorder,
// with steps of our own for what a person wants to keep. It is data: package replay runs it.
package scenarios

import "time"

// UserFlow is one visit: steps that are run in order in a tab of their own.
type UserFlow struct {
	Title   string
	Timeout time.Duration // of each step that names none; 0: DefaultTimeout
	Steps   []Step
	Until   Until         // when enough was heard: what is left of the steps before Capture and Grab is left out
	Max     time.Duration // of all that comes before Capture and Grab; what was heard by then is kept; 0: no limit
}

// Until names what a visit waits for.
type Until string

// What there is to wait for.
const (
	UntilIdle  Until = ""      // the end of the steps
	UntilMedia Until = "media" // a film, a sound, or a playlist of one
	UntilAPI   Until = "api"   // an answer in JSON to a script
)

// DefaultTimeout of a step. Chrome's Recorder has 5 s, too short for a player behind a slow advert.
const DefaultTimeout = 30 * time.Second

// Step is one of the types below; the set is closed, so that a runner can be complete.
type Step interface {
	// Type is the step's name in a file.
	Type() string
	isStep()
}

// Base is what every step may carry.
type Base struct {
	Timeout time.Duration // 0: the flow's
}

func (Base) isStep() {}

// Within is the step's own time-out, or else the flow's.
func (b Base) Within(f UserFlow) time.Duration {
	for _, d := range []time.Duration{b.Timeout, f.Timeout} {
		if d > 0 {
			return d
		}
	}
	return DefaultTimeout
}

// TimeoutOf is how long step s of the flow may take.
func (f UserFlow) TimeoutOf(s Step) time.Duration {
	if b, ok := s.(interface{ Within(UserFlow) time.Duration }); ok {
		return b.Within(f)
	}
	return DefaultTimeout
}

// Selector descends from shadow root to shadow root: its parts are CSS selectors, each searched in what the one before it
// found. Most have one part.
type Selector []string

// Navigate opens a page. It is done when the document has been read, or its load gave up.
type Navigate struct {
	Base
	URL string
}

// WaitForElement waits until at least Count elements match one of the Selectors and, unless Visible is false, can be seen.
type WaitForElement struct {
	Base
	Selectors []Selector
	Count     int   // 0: 1
	Visible   *bool // nil: true
}

// Click moves the mouse onto the first Selector that matches and presses the primary button.
type Click struct {
	Base
	Selectors        []Selector
	OffsetX, OffsetY *float64 // CSS pixels from the element's top left corner; nil: its middle
}

// Play makes the page's player start: by its own autoplay, else by dismissing what stands before it and clicking what looks
// like its button. It is done when media plays or is known, or nothing is left to try. That nothing plays is no error:
// what was tried is kept with the result.
type Play struct{ Base }

// Capture waits until the page has come to rest and keeps what it said and heard.
type Capture struct {
	Base
	HAR  string // file to write, "" for none
	Save string // folder to write, "" for none

	Screenshot string // file to write what was seen to, as PNG, "" for none
}

// Listen stays on the page and does nothing to it.
type Listen struct {
	Base
	For time.Duration
}

// Within leaves time to look at the page.
func (l Listen) Within(UserFlow) time.Duration { return l.For + DefaultTimeout }

// Grab fetches the film that plays.
type Grab struct {
	Base
	Output string // file; "": named after the page, in Dir
	Dir    string // folder; "": the current one
	List   bool   // only find out what there is to choose from
	Repair bool   // fill the gaps of Output, or go on with it

	Screenshot string // file to write what was seen to, as PNG, where no film was found; "" for none

	FromPlayer bool // take the film from the page's player, which is played to its end
}

// Type names the step.
func (Navigate) Type() string { return "navigate" }

// Type names the step.
func (WaitForElement) Type() string { return "waitForElement" }

// Type names the step.
func (Click) Type() string { return "click" }

// Type names the step.
func (Play) Type() string { return "play" }

// Type names the step.
func (Capture) Type() string { return "capture" }

// Type names the step.
func (Listen) Type() string { return "listen" }

// Type names the step.
func (Grab) Type() string { return "grab" }
