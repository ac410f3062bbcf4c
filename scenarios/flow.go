// Package scenarios is the model of what is done on a site: a UserFlow is a list of Steps, as in Chrome's Recorder,
// with steps of our own for what a person wants to keep. It is data: package file reads and writes it, package program
// checks it, package replay runs it.
//
// Struct tags say how a field stands in a file: `seine:"name,option…"`, where the name is the field's own with a small
// first letter if none is given, and the options are
//
//	required  it must be there
//	short     a step that is given one value in place of a map sets this field
//	raw       its text holds no ${…}: a name, or code of another language
//	late      its ${…} are read by who runs the step, when the values that they name are there
//	key       of a list's element: the list is written as a map, and this field is the key
//	-         it is not in files
//
// Beside it may stand enum:"…", the words that it may be, and min:"…" and max:"…" of numbers. The fields of an embedded
// struct stand beside the others. Comments are the descriptions in the JSON Schema.
package scenarios

import "time"

// UserFlow is what is done in one run: steps in order, in a tab of their own.
type UserFlow struct {
	// Name of the scenario, for people.
	Title string `seine:"name,raw"`
	// What the scenario does, for people.
	Description string `seine:",raw"`
	// Values that the steps use as ${.name}. Those with several values (range, list, csv, jsonl) make one run of each.
	Inputs []Input
	// Who one is on the site: a profile, cookies, and how to log in.
	Session *Session
	// How many at once, and how fast.
	Pool Pool
	// Time-out of each step that names none, such as 30s.
	Timeout time.Duration
	// Attribute that selectors prefer, as in Chrome's Recorder.
	SelectorAttribute string `seine:",raw"`
	// The steps, in order.
	Steps []Step `seine:",required"`
	// Files that all runs write to together, in the order of the inputs: file name to value.
	Outputs []Output
	// When enough was heard, the steps before capture and grab end: media (a film or a playlist) or api (an answer in JSON).
	Until Until `enum:"media api"`
	// Longest time for all that comes before capture and grab; what was heard by then is kept.
	Max time.Duration
	// Properties of a Chrome Recorder file that seine does not know, kept as they are.
	Recorder map[string]any `seine:",raw"`
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

// TimeoutOf is how long step s of the flow may take.
func (f UserFlow) TimeoutOf(s Step) time.Duration {
	if b, ok := s.(interface{ Within(UserFlow) time.Duration }); ok {
		return b.Within(f)
	}
	return DefaultTimeout
}

// Output is a file that the values of all runs go to, in the order of the inputs.
type Output struct {
	// File name, relative to the output folder.
	File string `seine:",key"`
	// The value of one run: a row (object), a list of rows, or text.
	Value any `seine:",short,late,required"`
	// Format; by default what the file's extension says.
	Format string `enum:"csv json jsonl sqlite text" seine:",raw"`
	// Columns and their order; by default those of the first row.
	Columns []string `seine:",raw"`
	// Table of a SQLite file; by default the scenario's name.
	Table string `seine:",raw"`
}
