package record

import (
	"context"
	"encoding/json"
	"errors"
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

// barPage is a page with what its toolbar must be told anew in each document.
type barPage struct {
	session *browser.Session
	world   int64  // of the document; 0: it has none
	mode    string // what is pointed at, and why
	film    bool   // something has played in it
	sent    string // the state that it was told last
	answer  <-chan *cdproto.Message
}

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
}

type barColumn struct {
	Name      string `json:"name"`
	Select    string `json:"select"`
	Attribute string `json:"attribute"`
}

// barSaid is a message with where it comes from.
type barSaid struct {
	page  *browser.Session
	own   bool // of the page's own document, not of a frame's
	world int64
	*barMessage
}

// mostSaid wait to be done; a hand is not that fast.
const mostSaid = 256

func newToolbar(log *slog.Logger) *toolbar {
	return &toolbar{log: log, said: make(chan barSaid, mostSaid), pages: map[target.ID]*barPage{}}
}

// hear takes a message, on the observer's goroutine.
func (b *toolbar) hear(page, from *browser.Session, world int64, m *barMessage) {
	select {
	case b.said <- barSaid{page, page == from, world, m}:
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

// ServeToolbar shows the toolbar in the pages and does what is asked for there, until ctx ends; then it is gone from them. One call may run at
// a time, and needs Options.Toolbar.
func (r *Recording) ServeToolbar(ctx context.Context, o ToolbarOptions) {
	s := &serving{Recording: r, toolbar: r.bar, o: o, edge: "bottom", x: 0.5}
	news := time.NewTimer(0)
	defer news.Stop()
	defer s.hide()
	for changed := r.Changed(); ; {
		select {
		case <-ctx.Done():
			return
		case m := <-s.said:
			s.take(ctx, m)
			news.Reset(0)
		case <-changed:
			changed = r.Changed()
			news.Reset(barPace)
		case <-news.C:
			if !s.show() {
				news.Reset(barPace)
			}
		}
	}
}

// serving is one ServeToolbar.
type serving struct {
	*Recording
	*toolbar
	o    ToolbarOptions
	edge string
	x    float64
}

// take does what a toolbar says.
func (s *serving) take(ctx context.Context, m barSaid) {
	if m.Do == "playing" {
		s.plays(m.page)
		return
	}
	if m.Do == "focus" {
		s.tell1(m.page, "focus()")
		return
	}
	if !m.own || m.page.Kind() != "page" {
		return
	}
	switch m.Do {
	case "hello":
		s.greet(m)
	case "move":
		s.edge, s.x = m.Edge, min(max(m.X, 0), 1)
	case "mode":
		s.mode(m)
	case "pause":
		s.Pause(m.Yes)
	case "undo":
		s.Undo()
	case "stop":
		if s.o.Stop != nil {
			s.o.Stop()
		}
	default:
		s.add(ctx, m)
	}
}

// add adds a step, or says why there is none.
func (s *serving) add(ctx context.Context, m barSaid) {
	s.named(m.title)
	var err error
	switch m.Do {
	case "assert":
		err = s.asserts(m)
	case "preview":
		s.preview(ctx, m)
	case "extract":
		err = s.extract(m)
	case "grab":
		err = s.grab(m.page)
	}
	if err != nil {
		s.say(m.page, "Nothing is added: "+err.Error()+".")
	}
}

func (s *serving) greet(m barSaid) {
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	p := s.page(m.page)
	p.world, p.sent, p.answer = m.world, "", nil
}

func (s *serving) mode(m barSaid) {
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	s.page(m.page).mode = m.Mode
}

func (s *serving) asserts(m barSaid) error {
	if m.Kind == kindCount {
		return s.assertCount(m)
	}
	return s.assert(m.page, m.Kind, m.At)
}

// errNoFilm: see ToolbarOptions.
var errNoFilm = errors.New("no film has played in this tab yet")

func (s *serving) grab(page *browser.Session) error {
	s.toolbar.mu.Lock()
	film := s.page(page).film
	s.toolbar.mu.Unlock()
	if !film {
		return errNoFilm
	}
	s.Insert(scenarios.Grab{})
	return nil
}

// show tells the toolbars what is so now. It reports whether all of them were told: one is told nothing more before it has answered.
func (s *serving) show() (all bool) {
	state := s.now()
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	all = true
	for _, p := range s.pages {
		if p.world == 0 {
			continue
		}
		state.Film, state.Mode = p.film, p.mode
		all = p.told(state) && all
	}
	return all
}

func (s *serving) now() barState {
	s.Recording.mu.Lock()
	defer s.Recording.mu.Unlock()
	n := s.fold.Len()
	state := barState{Shown: true, Bare: s.o.Bare, Paused: s.fold.paused, Count: n, Undo: n > 1, Edge: s.edge, X: s.x}
	if a := s.fold.tail(); a != nil {
		state.Last = oneLine(a.line())
	}
	return state
}

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
	p.answer, err = p.eval(fmt.Sprintf("bar.state(%s)", text))
	p.sent = string(text)
	return err == nil || p.session.Done() != nil
}

func (p *barPage) eval(expression string) (<-chan *cdproto.Message, error) {
	return p.session.Send(context.Background(), runtime.CommandEvaluate, runtime.EvaluateParams{Expression: kit + "." + expression, ContextID: runtime.ExecutionContextID(p.world)})
}

// tell1 has a page's toolbar do something.
func (s *serving) tell1(page *browser.Session, expression string) {
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	if p := s.page(page); p.world != 0 {
		_, _ = p.eval("bar." + expression)
	}
}

func (s *serving) say(page *browser.Session, what string) {
	if text, err := json.Marshal(what); err == nil {
		s.tell1(page, fmt.Sprintf("said(%s)", text))
	}
}

// hide takes the toolbars out of the pages.
func (s *serving) hide() {
	s.toolbar.mu.Lock()
	defer s.toolbar.mu.Unlock()
	for _, p := range s.pages {
		if p.world != 0 {
			_, _ = p.eval(`bar.state({ "shown": false })`)
		}
		p.world, p.sent, p.answer = 0, "", nil
	}
}
