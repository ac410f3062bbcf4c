package record

import (
	"strings"
	"time"
)

// Kind of an Event.
type Kind string

// What is heard. The first ones are told by the script in the page, the others by Chrome.
const (
	Down        Kind = "down"        // a button of the pointer was pressed: Element, Button, Offset, Hover
	Click       Kind = "click"       // Press, or Element; Detail counts clicks, 0: not by a pointer
	DoubleClick Kind = "dblclick"    // after the two clicks that it consists of
	AuxClick    Kind = "auxclick"    // of the middle button; of the right one it follows ContextMenu
	ContextMenu Kind = "contextmenu" // a right click, or a key
	Input       Kind = "input"       // text in a field, all of it, in Value; End: the field was left
	Change      Kind = "change"      // Control, and Value, Options or Files
	Key         Kind = "key"         // Keys, such as Control+S
	Drag        Kind = "drag"        // Press or Element, To or Offset
	Scroll      Kind = "scroll"      // Element (nil: the page), Offset
	Chooser     Kind = "chooser"     // the page opened the chooser of a file field

	Navigating Kind = "navigating" // by the browser's own means: typed, back, forward, reloaded; URL, Go, By, Sure
	Navigated  Kind = "navigated"  // Target shows another document, or another address of the same one
	Opened     Kind = "opened"     // a popup: Place
	Closed     Kind = "closed"     // a popup, Target
	Asked      Kind = "asked"      // a dialog has opened: Dialog
	Answered   Kind = "answered"   // Dialog
	Requested  Kind = "requested"  // Call
	Responded  Kind = "responded"  // Call
	Downloaded Kind = "downloaded" // URL; Value is the name that it would have
)

// Event is one thing that was heard.
type Event struct {
	Kind    Kind
	At      time.Time
	Place   Place
	URL     string // of the document, or navigated to
	Title   string // of the document
	Element *Element
	To      *Element // of a drag
	Hover   *Element // what the pointer had to be on for Element to be seen
	Press   Press    // the Down that it belongs to; zero: none
	Button  int      // 0 primary, 1 auxiliary, 2 secondary
	Pointer string   // mouse, pen or touch
	Mods    string   // Control+Alt+Meta+Shift, those that are held
	Detail  int
	Offset  Offset
	HTML    bool // a drag by the browser's own drag and drop
	Control string
	Value   string
	End     bool
	Options []Option
	Files   []string
	Keys    string
	Edits   bool // the key came to a field of text
	Dialog  Dialog
	Call    Call
	Go      string // back, forward, reload; "": to an address
	By      int    // pages back or forward
	Sure    bool   // it was the person who went back or forward, and no script
}

// Place is a document: of the main page or of a popup, or of a frame in them.
type Place struct {
	Target string   // "": the main page; else the popup's address at that time
	Page   string   // what tells pages apart
	Before []string // popups that opened before Page, and whose addresses are like its own
	Frame  []int    // indexes, outermost first
	In     []string // the same by address or selector
}

func (p Place) same(o Place) bool {
	return p.Page == o.Page && strings.Join(p.In, "\n") == strings.Join(o.In, "\n")
}

// Press tells the presses of the pointer apart, over all documents. The zero value is none.
type Press struct {
	Doc string
	N   int
}

// Offset is in CSS pixels, from an element's top left corner, or a distance.
type Offset struct{ X, Y float64 }

// Element is what an event was on.
type Element struct {
	ID        string // tells elements apart, over all documents
	Selectors []Scored
	Tag, Type string
	Role      string
	Name      string // that it is known by, for people
	Called    string // of a field, for the name of an input
	Group     string // the form or part of the page that it is in
	Secret    bool   // what is typed into it is nobody's business
	Edit      bool   // it takes text
	Placed    bool   // it matters where it is clicked
	Control   string // of a label: ID of what it is for
}

// Scored is a selector with its score; the lower, the longer it is likely to hold.
type Scored struct {
	Parts []string `json:"s"`
	Score float64  `json:"n"`
}

// Option of a list.
type Option struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Dialog is one of JavaScript's.
type Dialog struct {
	Type    string // alert, confirm, prompt, beforeunload
	Message string
	Default string // of a prompt
	Accept  bool
	Text    string // typed into a prompt
}

// Call is a request that the page made.
type Call struct {
	ID     string
	Method string
	URL    string
	Type   string // CDP's ResourceType
	Status int
	MIME   string
}
