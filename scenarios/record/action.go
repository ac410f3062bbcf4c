package record

import (
	"slices"
	"time"

	"seine/scenarios"
)

// What a person did, each some step of a file.
type deed string

const (
	doNavigate deed = "navigate"
	doClick    deed = "click"
	doHover    deed = "hover"
	doChange   deed = "change"
	doSelect   deed = "select"
	doUpload   deed = "upload"
	doPress    deed = "press"
	doDrag     deed = "drag"
	doScroll   deed = "scroll"
	doDialog   deed = "dialog"
	doClose    deed = "close"
	doHistory  deed = "history"
	doInsert   deed = "insert" // a step that was not heard but made
)

// action is a deed with what is known of it.
type action struct {
	deed    deed
	place   Place
	url     string // of the document, or to go to
	title   string
	element *Element
	to      *Element
	at      time.Time // when it began
	last    time.Time // when something of it last came

	button  int
	double  bool
	detail  int
	pointer string
	mods    string
	offset  Offset
	keys    []string
	edits   bool // the keys came to a field of text
	value   string
	options []Option
	dialog  Dialog
	chooser bool // it opened a file chooser

	moved  bool // the page went elsewhere
	calls  []Call
	asks   string                          // what a dialog asked
	opened []string                        // popups
	files  []string                        // to upload
	offers []string                        // names of files that it had downloaded
	goes   string                          // back, forward or reload
	by     int                             // pages
	insert func(scenarios.Place) []anyStep // see Insert
}

func (a *action) on(e *Element) bool {
	return a != nil && a.element != nil && e != nil && a.element.ID == e.ID
}

// quiet: nothing came of it.
func (a *action) quiet() bool {
	return len(a.calls) == 0 && !a.moved && a.asks == "" && !a.chooser && len(a.opened) == 0 && len(a.offers) == 0
}

// calling reports whether a call was one of the action's.
func (a *action) calling(id string) int {
	return slices.IndexFunc(a.calls, func(c Call) bool { return c.ID == id })
}
