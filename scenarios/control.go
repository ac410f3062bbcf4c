package scenarios

// Each runs steps for each item of a list. Values that the steps name are the item's own; what collect says is what remains.
// Its retries are those of each item.
type Each struct {
	Base
	// The items: a list, a range as 1..199, or 1.. for as long as collect gives something new.
	In any `seine:",required"`
	// Name of the item, as in ${.item}; its number, from 0, is ${.index}.
	Item string `seine:",raw"`
	// How many at once; by default one after the other. Steps that need the page share the tabs of the pool.
	Workers int `min:"1" max:"1000"`
	// The steps for each item.
	Steps []Step `seine:",required"`
	// Ends after an item for which this is true.
	Until any `seine:",late"`
	// Value that each item gives. Lists are joined: rows of all items are one list, in the order of the items.
	Collect any `seine:",late"`
	// What to do where an item fails, after its retries: fail (stop), or skip (tell, and go on).
	OnError string `enum:"fail skip" seine:",raw"`
	// Name for the list of what was collected.
	As string `seine:",raw"`
}

// ItemName is the name of the item.
func (e Each) ItemName() string {
	if e.Item == "" {
		return "item"
	}
	return e.Item
}

// Paginate runs steps on each page of a list that has several: by its next button, by address, or by scrolling to the end.
type Paginate struct {
	Base
	Place
	// The button or link to the next page: alternatives, tried in order. It ends where there is none, or it is disabled.
	Next []Selector
	// Address of a page, with its number as ${.page}.
	URL string `seine:",late"`
	// The first page's number; by default 1.
	First *int
	// Scroll to the end until nothing new comes.
	Scroll bool
	// Most pages.
	Pages int `min:"1"`
	// The steps on each page; with scroll, after each piece.
	Steps []Step
	// Ends after a page for which this is true.
	Until any `seine:",late"`
	// Value that each page gives. Lists are joined, and what was there before is left out. It ends where a page gives nothing new.
	Collect any `seine:",late"`
	// Name for the list of what was collected.
	As string `seine:",raw"`
}

// If runs steps where something is so.
type If struct {
	Base
	Place
	// An expression; false and null are no, all else is yes.
	That any
	// An element that is there, now.
	Selectors []Selector
	// Steps where it is so.
	Then []Step `seine:",required"`
	// Steps where it is not.
	Else []Step
}

// Call runs the steps of another file, in the same tab.
type Call struct {
	Base
	// File name, relative to this file.
	File string `seine:",short,required,raw"`
	// Its inputs.
	With []Field
	// Name for an object with the values that its steps named.
	As string `seine:",raw"`
}

// CustomStep is a step that another program knows. Those named seine.… are ours, as they travel in Chrome Recorder files.
type CustomStep struct {
	Base
	Place
	// Name of the step.
	Name string `seine:",required,raw"`
	// What it is told.
	Parameters any `seine:",raw"`
}

// Type names the step.
func (Each) Type() string { return "each" }

// Type names the step.
func (Paginate) Type() string { return "paginate" }

// Type names the step.
func (If) Type() string { return "if" }

// Type names the step.
func (Call) Type() string { return "call" }

// Type names the step.
func (CustomStep) Type() string { return "customStep" }
