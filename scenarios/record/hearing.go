package record

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/target"

	"seine/browser"
)

// realm is one world of scripts.
type realm struct {
	session target.SessionID
	context int64
}

// document is a realm of ours: a document that is listened to.
type document struct {
	name     string // tells it apart
	frame    string // id
	elements map[int]*Element
	presses  map[int]*Element
}

// mostElements bounds what is known of a document's elements; mostDocuments how many documents are known.
const (
	mostElements  = 2000
	mostDocuments = 2000
)

func refOf(doc string, ref int) string { return fmt.Sprintf("%s/%d", doc, ref) }

// hearing makes Events of what Chrome tells. It is used by the goroutine that calls the observer alone.
type hearing struct {
	ear       ear
	main      func() *browser.Session
	emit      func(Event)
	lost      func(int) // events that were too many
	documents map[realm]*document
	pages     map[target.ID]*pageState
	popups    *popups
	frames    map[string]*frameState
	sessions  map[target.SessionID]*browser.Session
	created   int
	wrong     func(string)
	picking   func(*Picker)                         // nil: nobody wants to know
	passing   string                                // a folder whose files are here for a while only
	bar       func(barSaid)                         // nil: there is no toolbar
	pointed   func(n int, at Place, what *asserted) // see Recording.Assert
}

// pageState is a page or popup.
type pageState struct {
	session *browser.Session
	url     string
	shown   bool            // its first document has come
	asked   map[string]bool // addresses that its documents asked for
	going   traversal
	dialog  Dialog
}

// frameState is a frame as it was last found in its page.
type frameState struct {
	id, parent string
	session    *browser.Session
	url        string
	place      []step // from its page down; nil: not looked for
}

// step is one frame of a path.
type step struct {
	index int
	in    string
}

func newHearing(e ear, main func() *browser.Session, emit func(Event), lost func(int), wrong func(string)) *hearing {
	return &hearing{
		ear: e, main: main, emit: emit, lost: lost, wrong: wrong, popups: &popups{}, documents: map[realm]*document{}, pages: map[target.ID]*pageState{},
		frames: map[string]*frameState{}, sessions: map[target.SessionID]*browser.Session{},
	}
}

func (h *hearing) attached(s *browser.Session) {
	if s.Kind() != "page" && s.Kind() != "iframe" {
		return
	}
	h.sessions[s.ID()] = s
	h.ear.install(s)
	if s.Kind() != "page" {
		return
	}
	h.pages[s.TargetID()] = &pageState{session: s, url: s.URL(), asked: map[string]bool{}}
	if main := h.main(); main != nil && s != main {
		h.popups.at(string(s.TargetID()), s.URL())
		h.emit(Event{Kind: Opened, At: time.Now(), URL: s.URL(), Place: h.pagePlace(s)})
	}
}

func (h *hearing) detached(s *browser.Session) {
	delete(h.sessions, s.ID())
	h.forget(s)
	p := h.pages[s.TargetID()]
	if p == nil || p.session != s {
		return
	}
	if s != h.main() {
		h.emit(Event{Kind: Closed, At: time.Now(), URL: p.url, Place: h.pagePlace(s)})
	}
	delete(h.pages, s.TargetID())
}

// forget drops the documents of a session.
func (h *hearing) forget(s *browser.Session) {
	for r := range h.documents {
		if r.session == s.ID() {
			delete(h.documents, r)
		}
	}
}

// pageOf is the page that a session's target is, or is in.
func (h *hearing) pageOf(s *browser.Session) *browser.Session {
	for s.Kind() == "iframe" && s.Parent() != nil {
		s = s.Parent()
	}
	return s
}

func (h *hearing) pagePlace(s *browser.Session) Place {
	s = h.pageOf(s)
	if s == h.main() {
		return Place{Page: string(s.TargetID())}
	}
	return h.popups.place(string(s.TargetID()))
}

// told takes a message of the script.
func (h *hearing) told(s *browser.Session, params []byte) {
	var ev struct {
		Name    string `json:"name"`
		Payload string `json:"payload"`
		Context int64  `json:"executionContextId"`
	}
	if json.Unmarshal(params, &ev) != nil || ev.Name != h.ear.binding {
		return
	}
	m, ok := readMessage(ev.Payload)
	if !ok {
		h.lost(1)
		return
	}
	d := h.document(realm{s.ID(), ev.Context})
	switch m.Kind {
	case "cut":
		h.lost(m.Count)
	case "wrong":
		h.wrong(clip(m.Why))
	case "traverse":
		if p := h.pages[h.pageOf(s).TargetID()]; p != nil {
			p.goer(d.frame, m.By, m.Own)
		}
	case "picker":
		h.picker(s, ev.Context, m)
	case "bar":
		if h.bar != nil && m.Bar != nil {
			h.bar(h.said(s, ev.Context, d, m))
		}
	case "pointed":
		h.pointed(m.Count, h.place(s, d), m.At)
	case "host":
		if m.Element != nil {
			h.openRoot(s, ev.Context, m.Element.Ref)
		}
	default:
		h.event(s, ev.Context, d, m)
	}
}

// said is what a toolbar says, with where that is.
func (h *hearing) said(s *browser.Session, world int64, d *document, m *message) barSaid {
	m.Bar.title = clip(m.Title)
	page := h.pageOf(s)
	said := barSaid{page: page, from: barDocument{s, world}, main: d.frame == string(page.TargetID()), barMessage: m.Bar}
	if m.Bar.adds() {
		said.place = h.place(s, d)
	}
	return said
}

func (h *hearing) document(at realm) *document {
	d := h.documents[at]
	if d == nil {
		if len(h.documents) >= mostDocuments {
			clear(h.documents)
		}
		h.created++
		d = &document{name: fmt.Sprintf("d%d", h.created), elements: map[int]*Element{}, presses: map[int]*Element{}}
		h.documents[at] = d
	}
	return d
}

// event completes a message with what is known of its document.
func (h *hearing) event(s *browser.Session, context int64, d *document, m *message) {
	e := m.event()
	e.Place = h.place(s, d)
	if m.Kind == string(Down) && m.Dark {
		if again := h.seenAnew(s, context); again != nil {
			m.Element, e.Offset = again, Offset{again.OX, again.OY}
		}
	}
	e.Element, e.To, e.Hover = d.element(m.Element), d.element(m.To), d.element(m.Hover)
	if m.Press > 0 {
		e.Press = Press{d.name, m.Press}
	}
	if e.Kind == Change && e.Control == "file" {
		e.Files = h.lasting(h.paths(s, context, m.Element.Ref, m.Files))
	}
	h.emit(e)
}

// element is the one that w describes or refers to.
func (d *document) element(w *wireElement) *Element {
	if w == nil {
		return nil
	}
	if w.Selectors == nil {
		if e := d.elements[w.Ref]; e != nil {
			if w.Secret && !e.Secret { // it was given another type
				own := *e
				own.Secret = true
				return &own
			}
			return e
		}
	}
	e := w.element(d.name)
	if len(d.elements) >= mostElements {
		clear(d.elements)
	}
	d.elements[w.Ref] = e
	return e
}
