package scenarios

// Navigate opens a page. It is done when the document has been read, or its load gave up.
type Navigate struct {
	Base
	// Target: main, or the address of a popup, with * for anything; (2) behind it is the second that opened.
	Target string
	// Address of the page.
	URL string `seine:",short,required"`
}

// History goes where the browser's own buttons lead: back, forward, or to the same page once more. It is done when the document has been read.
type History struct {
	Base
	// Target: main, or the address of a popup, with * for anything; (2) behind it is the second that opened.
	Target string
	// Where to go: back, forward or reload.
	Go string `seine:",short,required,raw" enum:"back forward reload"`
	// How many pages back or forward; by default 1.
	By int `min:"1" max:"50"`
}

// SetViewport sets the size of the page's window, and what device it seems to be.
type SetViewport struct {
	Base
	// Target: main, or the address of a popup, with * for anything; (2) behind it is the second that opened.
	Target string
	// Width in CSS pixels.
	Width int `seine:",required" min:"1" max:"16384"`
	// Height in CSS pixels.
	Height int `seine:",required" min:"1" max:"16384"`
	// Device pixels for each CSS pixel; by default 1.
	DeviceScaleFactor float64 `min:"0" max:"16"`
	// The page is laid out as on a phone.
	IsMobile bool
	// The device has a touch screen.
	HasTouch bool
	// The device is held across.
	IsLandscape bool
}

// EmulateNetworkConditions makes the network slower. With both rates 0 there is none.
type EmulateNetworkConditions struct {
	Base
	// Target: main, or the address of a popup, with * for anything; (2) behind it is the second that opened.
	Target string
	// Bytes a second down.
	Download float64 `seine:",required" min:"-1"`
	// Bytes a second up.
	Upload float64 `seine:",required" min:"-1"`
	// Milliseconds from a request to its answer, at least.
	Latency float64 `seine:",required" min:"0"`
}

// Close closes the page or popup.
type Close struct {
	Base
	// Target: main, or the address of a popup, with * for anything; (2) behind it is the second that opened.
	Target string
}

// Type names the step.
func (Navigate) Type() string { return "navigate" }

// Type names the step.
func (History) Type() string { return "history" }

// Type names the step.
func (SetViewport) Type() string { return "setViewport" }

// Type names the step.
func (EmulateNetworkConditions) Type() string { return "emulateNetworkConditions" }

// Type names the step.
func (Close) Type() string { return "close" }
