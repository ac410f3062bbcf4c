package record

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"

	"seine/browser"
	"seine/capture/media"
	"seine/scenarios"
)

// ToolbarKeys bring the keyboard to the toolbar, and back.
const ToolbarKeys = "Alt+Shift+S"

// ToolbarOptions say what the toolbar has.
type ToolbarOptions struct {
	Stop  func()             // the person wants the recording to end; it must not block
	Bare  bool               // pause, undo and stop are elsewhere
	Taken scenarios.UserFlow // whose names are not free
}

// toolbar is what is known of the toolbars in the pages. What they say waits in a queue for ServeToolbar.
type toolbar struct {
	log  *slog.Logger
	said chan barSaid

	mu    sync.Mutex
	pages map[target.ID]*barPage
}

// barDocument is a document of a page that has our script.
type barDocument struct {
	session *browser.Session
	world   int64
}

func (d barDocument) eval(expression string) (<-chan *cdproto.Message, error) {
	return d.session.Send(context.Background(), runtime.CommandEvaluate, runtime.EvaluateParams{Expression: kit + "." + expression, ContextID: runtime.ExecutionContextID(d.world)})
}

// barPage is a page with what its toolbar must be told anew in each document.
type barPage struct {
	session *browser.Session
	world   int64  // of the document; 0: it has none
	mode    string // what is pointed at, and why
	film    bool   // something has played in it
	sent    string // the state that it was told last
	answer  <-chan *cdproto.Message

	frames []barDocument // in which lies what is pointed at, outermost first
	begun  bool          // a choice in the last of them
}

// own is the page's own document.
func (p *barPage) own() barDocument { return barDocument{p.session, p.world} }

// barMessage is what a toolbar says.
type barMessage struct {
	title   string      // of its document
	Do      string      `json:"do"`
	Yes     bool        `json:"yes"`
	Mode    string      `json:"mode"`
	Edge    string      `json:"edge"`
	X       float64     `json:"x"` // 0 to 1
	Kind    string      `json:"kind"`
	At      *asserted   `json:"at"`
	Parts   []string    `json:"parts"` // of a selector
	Count   int         `json:"count"`
	Number  int         `json:"n"`
	Name    string      `json:"name"`
	Rows    string      `json:"rows"`
	Table   string      `json:"table"`
	Columns []barColumn `json:"columns"`
	Text    string      `json:"text"`
	Key     string      `json:"key"`
	ID      string      `json:"id"` // of a control
	Value   string      `json:"value"`
	Ref     int         `json:"ref"` // of a frame's element

	Point json.RawMessage `json:"place"` // that is pointed at in a frame, and why
	View  json.RawMessage `json:"view"`  // of the choice in a frame
}

// adds reports whether a step is to come of it.
func (m *barMessage) adds() bool { return m.Do == "assert" || m.Do == "extract" }

type barColumn struct {
	Name      string `json:"name"`
	Select    string `json:"select"`
	Attribute string `json:"attribute"`
}

// barSaid is a message with where it comes from.
type barSaid struct {
	page  *browser.Session
	from  barDocument
	main  bool  // from is the page's own document, not a frame's
	place Place // of what adds a step
	*barMessage
}

// own reports whether it is of the page's own document, not of a frame's.
func (m barSaid) own() bool { return m.main && m.page.Kind() == "page" }

// mostSaid wait to be done; a hand is not that fast.
const mostSaid = 256

func newToolbar(log *slog.Logger) *toolbar {
	return &toolbar{log: log, said: make(chan barSaid, mostSaid), pages: map[target.ID]*barPage{}}
}

// hear takes a message, on the observer's goroutine.
func (b *toolbar) hear(m barSaid) {
	select {
	case b.said <- m:
	default:
		b.log.Debug("the toolbar said more than was listened to", "what", m.Do)
	}
}

// page is the one of a session. B is locked.
func (b *toolbar) page(s *browser.Session) *barPage {
	p := b.pages[s.TargetID()]
	if p == nil || p.session != s {
		p = &barPage{session: s}
		b.pages[s.TargetID()] = p
	}
	return p
}

func (b *toolbar) gone(s *browser.Session) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if p := b.pages[s.TargetID()]; p != nil && p.session == s {
		delete(b.pages, s.TargetID())
	}
}

// response looks for films in what a page is answered (Network.responseReceived).
func (b *toolbar) response(page *browser.Session, params []byte) {
	ev, ok := read[requestEvent](params)
	if !ok || page.Kind() != "page" {
		return
	}
	switch media.Declared(media.Input{URL: ev.Response.URL, ContentType: ev.Response.MIME}).Kind {
	case media.HLS, media.DASH, media.Video, media.Audio:
		b.plays(page)
	}
}

func (b *toolbar) plays(s *browser.Session) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.page(s).film = true
}

// barState is what a toolbar shows.
type barState struct {
	Shown  bool    `json:"shown"`
	Bare   bool    `json:"bare"`
	Paused bool    `json:"paused"`
	Count  int     `json:"count"`
	Last   string  `json:"last"`
	Undo   bool    `json:"undo"`
	Film   bool    `json:"film"`
	Mode   string  `json:"mode"`
	Edge   string  `json:"edge"`
	X      float64 `json:"x"`
}

// barPace bounds how often the toolbars are told what is recorded.
const barPace = 100 * time.Millisecond

// told reports whether the page knows the state.
func (p *barPage) told(state barState) bool {
	text, err := json.Marshal(state)
	if err != nil || string(text) == p.sent {
		return true
	}
	select {
	case <-p.answer:
	default:
		if p.answer != nil {
			return false
		}
	}
	p.answer, err = p.own().eval(fmt.Sprintf("bar.state(%s)", text))
	p.sent = string(text)
	return err == nil || p.session.Done() != nil
}
