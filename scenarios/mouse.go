package scenarios

import "time"

// Click moves the pointer onto the first Selector that matches and presses a button.
type Click struct {
	Base
	Place
	// Alternatives, tried in order.
	Selectors []Selector `seine:",short,required"`
	// CSS pixels from the element's left edge; by default its middle.
	OffsetX *float64
	// CSS pixels from the element's top edge; by default its middle.
	OffsetY *float64
	// Button of the mouse; by default primary.
	Button string `enum:"primary auxiliary secondary back forward" seine:",raw"`
	// What clicks; by default a mouse.
	DeviceType string `enum:"mouse pen touch" seine:",raw"`
	// How long the button is held down.
	Duration time.Duration
}

// DoubleClick clicks twice.
type DoubleClick struct {
	Base
	Place
	// Alternatives, tried in order.
	Selectors []Selector `seine:",short,required"`
	// CSS pixels from the element's left edge; by default its middle.
	OffsetX *float64
	// CSS pixels from the element's top edge; by default its middle.
	OffsetY *float64
	// Button of the mouse; by default primary.
	Button string `enum:"primary auxiliary secondary back forward" seine:",raw"`
	// What clicks; by default a mouse.
	DeviceType string `enum:"mouse pen touch" seine:",raw"`
	// How long the button is held down.
	Duration time.Duration
}

// Hover moves the pointer onto an element.
type Hover struct {
	Base
	Place
	// Alternatives, tried in order.
	Selectors []Selector `seine:",short,required"`
}

// Drag takes an element and lets it go on another one.
type Drag struct {
	Base
	Place
	// The element that is dragged: alternatives, tried in order.
	Selectors []Selector `seine:",required"`
	// The element that it is let go on: alternatives, tried in order.
	To []Selector
	// CSS pixels to the right: from To's left edge, without To from where it was.
	X *float64
	// CSS pixels down: from To's top edge, without To from where it was.
	Y *float64
}

// Scroll scrolls the page, or an element, to a place.
type Scroll struct {
	Base
	Place
	// The element that is scrolled; by default the page. Without x and y it is brought into view.
	Selectors []Selector `seine:",short"`
	// CSS pixels from the left end.
	X *float64
	// CSS pixels from the top.
	Y *float64
}

// Type names the step.
func (Click) Type() string { return "click" }

// Type names the step.
func (DoubleClick) Type() string { return "doubleClick" }

// Type names the step.
func (Hover) Type() string { return "hover" }

// Type names the step.
func (Drag) Type() string { return "drag" }

// Type names the step.
func (Scroll) Type() string { return "scroll" }
