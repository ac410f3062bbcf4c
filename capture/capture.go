package capture

import "strconv"

// Capture is all that one visit gave, as plain data.
type Capture struct {
	Page      string // URL that was asked for
	Title     string
	Exchanges []*Exchange // in the order in which they began
	Notes     []Note
	Cookies   []Cookie
	UserAgent string
	Players   []Player
	Made      []*Made        // in the order in which scripts made them
	MadeCut   int            // how many more there were, beyond what is kept: 32 MiB of a target, 64 MiB and 5000 in all
	Sources   []*MediaSource // likewise

	Times      PageTimes
	Console    []ConsoleMessage
	ConsoleCut int // how many more there were than are kept
}

// Note is something a page did that the network does not show.
type Note struct {
	Kind   NoteKind `json:"kind"`
	Text   string   `json:"text"` // key system, init data type
	Target Target   `json:"-"`
}

// NoteKind names what a page did.
type NoteKind string

// What pages are known to do with Encrypted Media Extensions, and what was not heard of them.
const (
	NoteEMEAsk  NoteKind = "eme-ask"  // asked whether a key system is there
	NoteEMEUse  NoteKind = "eme-use"  // made a license request
	NoteEMEKeys NoteKind = "eme-keys" // gave keys to a media element
	NoteCut     NoteKind = "cut"      // made more requests than are kept; the text is how many more
	NoteLost    NoteKind = "lost"     // made more news than could be written down; the text is how many were lost
)

// Player is a media element of the page as it was at the end of the visit.
type Player struct {
	FrameID  string   `json:"frameId"`
	Frame    string   `json:"frame"` // URL of its document
	Source   string   `json:"source"`
	Playing  bool     `json:"playing"`  // currentTime moved
	Duration float64  `json:"duration"` // seconds, 0 if unknown, -1 if it has no end
	Width    int      `json:"width"`    // of the picture, 0 for sound
	Height   int      `json:"height"`
	Area     float64  `json:"area"` // CSS pixels it covers
	Error    string   `json:"error"`
	Element  string   `json:"element"` // selector of it, or of the nearest element with an id
	Muted    bool     `json:"muted"`
	Loop     bool     `json:"loop"`
	Controls bool     `json:"controls"` // the browser's own
	Buffers  []Buffer `json:"buffers,omitempty"`
}

// Counts sums the bodies up.
type Counts struct {
	Exchanges int            `json:"exchanges"`
	Bodies    int            `json:"bodies"`
	Missing   map[Reason]int `json:"missing,omitempty"` // why not, for each that is not there
	Parts     int            `json:"parts,omitempty"`   // of the missing ones, how many are there in part

	Sent        int            `json:"sent,omitempty"` // request bodies, redirects included
	SentMissing map[Reason]int `json:"sent_missing,omitempty"`

	Messages    int `json:"messages,omitempty"` // of WebSockets and EventSources
	MessagesCut int `json:"messages_cut,omitempty"`
	EventsLost  int `json:"events_lost,omitempty"` // see NoteLost
	RequestsCut int `json:"requests_cut,omitempty"`
}

// Count says how complete the capture is.
func (c *Capture) Count() Counts {
	n := Counts{Exchanges: len(c.Exchanges), Missing: map[Reason]int{}, SentMissing: map[Reason]int{}}
	for _, e := range c.Exchanges {
		if e.Body.Reason == "" {
			n.Bodies++
		} else {
			n.Missing[e.Body.Reason]++
		}
		if e.Body.HasPart() {
			n.Parts++
		}
		n.sent(&e.Request)
		for i := range e.Redirects {
			n.sent(&e.Redirects[i].Request)
		}
		n.Messages += len(e.Messages)
		n.MessagesCut += e.MessagesCut
	}
	for _, note := range c.Notes {
		n.noted(note)
	}
	return n
}

func (n *Counts) noted(note Note) {
	number, err := strconv.Atoi(note.Text)
	switch {
	case err != nil:
	case note.Kind == NoteLost:
		n.EventsLost += max(number, 0)
	case note.Kind == NoteCut:
		n.RequestsCut += max(number, 0)
	}
}

func (n *Counts) sent(q *Request) {
	switch {
	case q.Body.Reason != "":
		n.SentMissing[q.Body.Reason]++
	case q.Body.Size > 0:
		n.Sent++
	}
}

// Protected names the DRM system that the page used or tried to use, "" for none. Asking alone counts only as a try:
// players ask before they know whether they need it.
func (c *Capture) Protected() (system string, used bool) {
	for _, n := range c.Notes {
		switch n.Kind {
		case NoteEMEAsk:
			system = n.Text
		case NoteEMEUse, NoteEMEKeys:
			used = true
		}
	}
	return system, used
}
