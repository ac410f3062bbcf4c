package scenarios

// Change gives a form's field a value: text is typed, options are chosen, boxes ticked (true or false).
type Change struct {
	Base
	Place
	// Alternatives, tried in order.
	Selectors []Selector `seine:",required"`
	// The new value.
	Value string `seine:",required"`
}

// Select chooses options of a list by what they say or by their values.
type Select struct {
	Base
	Place
	// The list: alternatives, tried in order.
	Selectors []Selector `seine:",required"`
	// Labels or values of the options; several where the list allows it.
	Options []string `seine:",required"`
}

// Upload gives files to a form's field. They must lie under --upload-root.
type Upload struct {
	Base
	Place
	// The field: alternatives, tried in order.
	Selectors []Selector `seine:",required"`
	// File names, relative to --upload-root.
	Files []string `seine:",required"`
}

// KeyDown presses a key and holds it.
type KeyDown struct {
	Base
	// Target: main, or the address of a popup, with * for anything; (2) behind it is the second that opened.
	Target string
	// Key by its name: a, Enter, ArrowDown, Control.
	Key string `seine:",short,required,raw"`
}

// KeyUp lets a key go.
type KeyUp struct {
	Base
	// Target: main, or the address of a popup, with * for anything; (2) behind it is the second that opened.
	Target string
	// Key by its name: a, Enter, ArrowDown, Control.
	Key string `seine:",short,required,raw"`
}

// Press presses keys one after another and lets them go.
type Press struct {
	Base
	Place
	// Keys by name; those held together are joined by +, such as Control+A.
	Keys []string `seine:",short,required,raw"`
	// Element that has the keyboard; by default the one that has it already.
	Selectors []Selector
}

// Dialog answers the next dialog that a page opens (alert, confirm, prompt): it stands before the step that has it opened. Without it
// dialogs are agreed to, and a prompt is given its own text.
type Dialog struct {
	Base
	// What it is told: accept or dismiss.
	Answer string `seine:",short,required,raw" enum:"accept dismiss"`
	// What is typed into a prompt; by default its own text.
	Text *string
}

// Type names the step.
func (Dialog) Type() string { return "dialog" }

// Type names the step.
func (Change) Type() string { return "change" }

// Type names the step.
func (Select) Type() string { return "select" }

// Type names the step.
func (Upload) Type() string { return "upload" }

// Type names the step.
func (KeyDown) Type() string { return "keyDown" }

// Type names the step.
func (KeyUp) Type() string { return "keyUp" }

// Type names the step.
func (Press) Type() string { return "press" }
